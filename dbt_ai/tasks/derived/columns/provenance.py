"""Where a value comes from, where no more can be said."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind, same_name
from dbt_ai.tasks.derived.columns.unit import unit_of
from dbt_ai.tasks.derived.conditions import parsed
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved
from dbt_ai.tasks.derived.wording import code, listed, quoted, sentence

MAX_BRANCHES = 6


def provenance(context: ColumnContext) -> Draft | None:
    """ "Renamed from `raw_orders.user_id`.", "Taken unchanged from `raw_orders.order_date`.", "`x.y` as DATE." """
    facts, world = context.facts, context.world
    if facts is None:
        return _read_downstream(context)
    if len(facts.sources) != 1 or facts.kind is ColumnKind.UNION:
        return _of_branches(context)
    source = world.shown(facts.sources[0])
    if facts.kind is ColumnKind.PASS_THROUGH:
        text = f"Taken unchanged from {source}."
    elif facts.kind is ColumnKind.RENAMED:
        text = f"Renamed from {source}."
    elif facts.kind is ColumnKind.CAST and facts.type:
        text = f"{source} as {facts.type}."
    else:
        return None
    return Draft(proved(text, facts.sql), Strength.PROVENANCE)


def _of_branches(context: ColumnContext) -> Draft | None:
    """A column of a union: what each of its branches puts there."""
    facts, of = context.facts, context.evidence.facts
    if facts is None or of is None or not 1 < len(of.union_of) <= MAX_BRANCHES:
        return None
    pieces = [parsed(sql, context.world.dialect) for sql in facts.sql.split(" UNION ")]
    literal = all(isinstance(piece, exp.Literal) for piece in pieces)
    if literal and len(pieces) == len(of.union_of) and all(len(branch) == 1 for branch in of.union_of):
        rows = [
            f"{quoted(piece.name)} for rows of {context.world.relation(branch[0])}"
            for piece, branch in zip(pieces, of.union_of, strict=True)
            if piece is not None
        ]
        return Draft(proved(sentence(", ".join(rows)), facts.sql), Strength.MEANING, travels=False)
    relations = {ref.relation for ref in facts.sources}
    told = [_branch(piece, context) for piece in pieces]
    if len(relations) != len(facts.sources) or not all(told) or len(told) < 2:
        return None
    text = f"{listed([name for name in told if name], 'or')}, by where the row comes from"
    return Draft(proved(sentence(text), facts.sql), Strength.PROVENANCE)


def _branch(tree: exp.Expr | None, context: ColumnContext) -> str | None:
    """A column, or a column times or divided by a number."""
    tree = tree.unnest() if tree is not None else None
    while isinstance(tree, exp.Cast):
        tree = tree.this.unnest()
    if isinstance(tree, exp.Column):
        found = [ref for ref in (context.facts.sources if context.facts else ()) if same_name(ref.column, tree.name)]
        place = context.naming.places.get(tree.table.casefold())
        ref = next((ref for ref in found if ref.relation == place), None)
        return context.world.shown(ref) if ref else None
    if isinstance(tree, (exp.Mul, exp.Div)) and isinstance(tree.expression, exp.Literal):
        inner = _branch(tree.this, context)
        word = "times" if isinstance(tree, exp.Mul) else "divided by"
        return f"{inner} {word} {tree.expression.name.removesuffix('.0')}" if inner else None
    return None


def _read_downstream(context: ColumnContext) -> Draft | None:
    """For a column of a source or seed: under which other name, or converted how, a model reads it."""
    known = context.world.read_downstream.get((context.ref.relation, context.name.casefold()))
    if known is None:
        return None
    column, model, factor = known
    there = code(f"{model}.{column}")
    if factor is None:
        text = f"Known as {there} downstream."
    else:
        number = factor[1].removesuffix(".0")
        unit = unit_of(context.name, factor)
        done = {"/": "divided", "*": "multiplied"}[factor[0]]
        text = f"{f'In {unit}: ' if unit else ''}{there} is this {done} by {number}."
    return Draft(proved(text, f"{context.name} as {column}"), Strength.PROVENANCE)
