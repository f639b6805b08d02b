"""The defining expression of a column with CTEs and derived tables replaced by what defines their columns."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.facts.conditions import null_where_columns_are
from dbt_ai.sql.facts.rows import Rows, identifier, unwrap
from dbt_ai.sql.values import ColumnFacts, ColumnRef

_LONGEST = 2000  # characters of SQL beyond which a column stays named, so that chains do not grow without end
_NEEDS_PARENTHESES = (exp.Binary, exp.Unary, exp.Between, exp.In, exp.Connector)


def inline(expression: exp.Expr, rows: Rows) -> exp.Expr:
    """`expression` down to base relations: a copy, whose leaf columns carry their ColumnRef in `.meta["ref"]`.

    A column stays written as alias.column, without a ref, where it has no one definition (a set operation whose
    branches differ, a table function, a column nobody knows), a too long one, or one that an outer join overrules.
    Where two sources read the same relation their columns keep the alias for a name, with the ref:
    `current.amount - previous.amount`.
    """
    expression = unwrap(expression)
    shared = _sharing_sources(expression, rows)
    if isinstance(expression, exp.Column):
        return _definition(expression, rows, shared)
    copied = expression.copy()
    for column in own_columns(copied):
        defined = _definition(column, rows, shared)
        if isinstance(defined, _NEEDS_PARENTHESES) and isinstance(column.parent, (*_NEEDS_PARENTHESES, exp.Cast)):
            defined = exp.Paren(this=defined)
        column.replace(defined)
    return _as_written(copied)


def inline_sql(expression: exp.Expr, rows: Rows) -> str:
    """`inline` as SQL."""
    expression = unwrap(expression)
    if isinstance(expression, exp.Column):
        facts = rows.column_facts(expression)
        if facts is not None and facts.expression is not None and rows.table_of(expression) not in rows.self_joined:
            return facts.sql
    return rows.sql(inline(expression, rows))


def columns_in(expression: exp.Expr, rows: Rows) -> tuple[ColumnRef, ...]:
    """The columns of base relations that flow into `expression`, in order of appearance."""
    found: dict[ColumnRef, None] = {}
    for column in own_columns(expression):
        facts = rows.column_facts(column)
        if facts is not None:
            found.update(dict.fromkeys(facts.sources))
    return tuple(found)


def _as_written(tree: exp.Expr) -> exp.Expr:
    """`tree` without comments, and with IS NOT NULL where sqlglot would write NOT x IS NULL."""
    for node in list(tree.walk()):
        node.comments = None
        if isinstance(node, exp.Not) and isinstance(node.this, exp.Is) and isinstance(node.this.expression, exp.Null):
            positive = exp.Is(this=node.this.this, expression=exp.Not(this=exp.Null()))
            if node is tree:
                return positive
            node.replace(positive)
    return tree


def own_columns(expression: exp.Expr) -> list[exp.Column]:
    """The columns in `expression`, in order, those of subqueries left out: an alias means something else there."""
    nodes = expression.dfs(prune=lambda node: isinstance(node, (exp.Query, exp.Column)))
    return [node for node in nodes if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star)]


def plain_ref(expression: exp.Expr | None, rows: Rows) -> ColumnRef | None:
    """The base column that `expression` is, unchanged; None where it is anything else."""
    if expression is None:
        return None
    expression = unwrap(expression)
    if not isinstance(expression, exp.Column):
        return None
    facts = rows.column_facts(expression)
    return ref_of(facts) if facts else None


def ref_of(facts: ColumnFacts) -> ColumnRef | None:
    """The one base column that a pass-through or renamed column is."""
    if isinstance(facts.expression, exp.Column):
        ref = facts.expression.meta.get("ref")
        return ref if isinstance(ref, ColumnRef) else None
    return None


def leaf(ref: ColumnRef, table: str, name: str) -> exp.Column:
    """A leaf column: `name` of a base relation, written under `table`."""
    column = exp.Column(this=identifier(name), table=identifier(table))
    column.meta["ref"] = ref
    return column


def _definition(column: exp.Column, rows: Rows, shared: frozenset[str]) -> exp.Expr:
    facts = rows.column_facts(column)
    # Where an outer join found no row a column is NULL, whatever defines it: 'yes' must not stand for flags.is_paid.
    missing = rows.table_of(column) in rows.optional
    if (
        facts is None
        or facts.expression is None
        or len(facts.sql) > _LONGEST
        or (missing and not null_where_columns_are(facts.expression))
    ):
        name = rows.query.spell(column.name)
        return exp.Column(this=identifier(name), table=identifier(column.table) if column.table else None)
    defined = facts.expression.copy()
    if rows.table_of(column) in shared:
        for node in [defined] if isinstance(defined, exp.Column) else defined.find_all(exp.Column):
            if "ref" in node.meta:
                node.set("table", identifier(rows.query.spell(rows.table_of(column))))
    return defined


def _sharing_sources(expression: exp.Expr, rows: Rows) -> frozenset[str]:
    """The aliases in `expression` whose columns must keep the alias, for another reading of their relation is there:
    in rows of its own, or, grouped or not, in the same expression."""
    aliases = {rows.table_of(column) for column in own_columns(expression)}
    shared = aliases & rows.self_joined
    if len(aliases) > 1:
        bases = {a: set(rows.sources[a].facts.base_relations) for a in aliases if a in rows.sources}
        shared |= {a for a in bases if any(bases[a] & bases[b] for b in bases if b != a)}
    return frozenset(shared)
