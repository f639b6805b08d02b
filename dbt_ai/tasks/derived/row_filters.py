"""Which rows a relation keeps, in words: conditions, latest rows, rows with or without a match."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import JoinFact, QueryFacts
from dbt_ai.tasks.derived.conditions import parsed
from dbt_ai.tasks.derived.naming import Naming
from dbt_ai.tasks.derived.values import World
from dbt_ai.tasks.derived.wording import listed

MAX_FILTERS = 4


def rows_kept(evidence: Evidence, facts: QueryFacts, world: World) -> tuple[str, str]:
    """Which rows are kept, as the end of a sentence ("" for all), and the SQL it rests on.

    ", only where `is_test` is false and only those with a match in `accounts`"; ", but not all" where it cannot be
    said.
    """
    naming = world.naming(evidence)
    conditions: list[str] = []
    others: list[str] = []
    basis: list[str] = []
    unknown = False
    left_out = lookups_that_filter(evidence, facts, world)
    for join in facts.joins:
        extra, matched = _join_filters(join, facts, naming, world)
        conditions += extra
        others += [text for text in matched if text not in others]
    for found in facts.filters:
        basis.append(found.sql)
        tree = parsed(found.sql, world.dialect)
        missing = _without_match(tree, facts) & left_out if tree is not None else set()
        other = f"only those without a match in {listed([world.relation(key) for key in sorted(missing)])}"
        other = other if missing else (_special(tree, naming, world, evidence) or "")
        condition = naming.condition(found.sql) if not other else None
        if other:
            others.append(other)
        elif condition:
            conditions.append(condition)
        else:
            unknown = True
    parts = [f"only where {listed(conditions)}"] if conditions else []
    parts += others
    if unknown or len(conditions) + len(others) > MAX_FILTERS:
        return (", but not all" if facts.rows_of or facts.union_of else ""), "; ".join(basis)
    return (f", {' and '.join(parts)}" if parts else ""), "; ".join(basis)


def lookups_that_filter(evidence: Evidence, facts: QueryFacts, world: World) -> set[str]:
    """Relations that are left-joined only to keep the rows without a match: `left join b ... where b.id is null`."""
    found: set[str] = set()
    for one in facts.filters:
        tree = parsed(one.sql, world.dialect)
        if tree is not None:
            found |= _without_match(tree, facts)
    return found


def _without_match(tree: exp.Expr, facts: QueryFacts) -> set[str]:
    if (
        not isinstance(tree, exp.Is)
        or not isinstance(tree.expression, exp.Null)
        or not isinstance(tree.this, exp.Column)
    ):
        return set()
    column = tree.this
    return {
        right.relation
        for join in facts.joins
        if join.kind == "left" and len(join.right) == 1
        for _, right in join.on
        if right is not None
        and right.relation == join.right[0]
        and right.relation not in join.left
        and right.column.casefold() == column.name.casefold()
        and right.relation.rsplit(".", 1)[-1].rsplit(":", 1)[-1].casefold() == column.table.casefold()
    }


def _join_filters(join: JoinFact, facts: QueryFacts, naming: Naming, world: World) -> tuple[list[str], list[str]]:
    """What a join leaves out: conditions of its ON beside the columns it matches, and rows without a match."""
    others = join.right if facts.rows_of in join.left else join.left if facts.rows_of in join.right else ()
    if not others or facts.rows_of in others:
        return [], []
    names = listed([world.relation(key) for key in others])
    if join.kind == "anti":
        return [], [f"only those without a match in {names}"]
    if join.kind not in ("inner", "semi"):
        return [], []
    tree = parsed(join.sql, world.dialect)
    extra = [part for part in (tree.flatten() if isinstance(tree, exp.And) else [tree]) if part is not None]
    told = [
        naming.condition_of(part)
        for part in extra
        if not (
            isinstance(part, exp.EQ) and isinstance(part.this, exp.Column) and isinstance(part.expression, exp.Column)
        )
    ]
    said = [text for text in told if text]
    return (said if len(said) == len(told) else []), [f"only those with a match in {names}"]


def _special(tree: exp.Expr | None, naming: Naming, world: World, evidence: Evidence) -> str | None:
    """Latest rows, and rows that another relation has or lacks."""
    if tree is None:
        return None
    negated = isinstance(tree, exp.Not)
    inner = tree.this.unnest() if isinstance(tree, exp.Not) else tree
    if isinstance(inner, exp.Exists) or (isinstance(inner, exp.In) and inner.args.get("query") is not None):
        tables = list(inner.find_all(exp.Table))
        place = naming.places.get(tables[0].name.casefold()) if len(tables) == 1 else None
        if place is None:
            return None
        query = inner.find(exp.Select)
        where = query.args.get("where") if query is not None else None
        plain = isinstance(inner, exp.Exists) and all(isinstance(part, exp.EQ) for part in _conjuncts(where))
        if isinstance(inner, exp.In):
            plain = query is not None and where is None
        return f"only those {'without' if negated else 'with'} a match in {world.relation(place)}" if plain else None
    if isinstance(inner, exp.EQ) and isinstance(inner.this, exp.Window) and not negated:
        return _first_of_each(inner, naming)
    return None


def _conjuncts(where: exp.Expr | None) -> list[exp.Expr]:
    if where is None:
        return []
    return list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]


def _first_of_each(tree: exp.EQ, naming: Naming) -> str | None:
    """`row_number() over (partition by a order by b desc) = 1`: the first row of each a, ordered by b descending."""
    window = tree.this
    one = isinstance(tree.expression, exp.Literal) and tree.expression.name == "1"
    order = window.args.get("order")
    if not one or not isinstance(window.this, exp.RowNumber) or order is None:
        return None
    keys = [naming.operand(key) for key in window.args.get("partition_by") or ()]
    parts = []
    for key in order.expressions:
        ordered = isinstance(key, exp.Ordered)
        text = naming.operand(key.this if ordered else key)
        parts.append(f"{text} descending" if text and ordered and key.args.get("desc") else text)
    if not keys or not all(keys) or not all(parts):
        return None
    each = listed([key for key in keys if key])
    which = "the last" if len(parts) == 1 and order.expressions[0].args.get("desc") else "the first"
    by = listed([(part or "").removesuffix(" descending") if which == "the last" else part or "" for part in parts])
    return f"only {which} row of each {each} by {by}"
