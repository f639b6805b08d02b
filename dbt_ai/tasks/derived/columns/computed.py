"""Any other expression: in words where they are few, as code where it is short, by its inputs where it is long."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.conditions import MAX_CODE, operand, plain_sql
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved
from dbt_ai.tasks.derived.wording import code, listed, sentence

MAX_INPUTS = 6
_WORDS = {exp.Sub: "{0} minus {1}", exp.Add: "{0} plus {1}", exp.Mul: "{0} times {1}", exp.Div: "{0} divided by {1}"}
_UNARY = {
    exp.Lower: "{0} in lower case",
    exp.Upper: "{0} in upper case",
    exp.Trim: "{0} without spaces at its ends",
    exp.Length: "Number of characters of {0}",
    exp.Abs: "{0} without its sign",
    exp.Ceil: "{0} rounded up",
    exp.Floor: "{0} rounded down",
}


def computed(context: ColumnContext) -> Draft | None:
    """`amount / 100` is "`raw_payments.amount` divided by 100."; `trim(lower(email))` says so in words."""
    facts = context.facts
    if facts is None or facts.expression is None:
        return None
    if facts.kind is ColumnKind.UNION:
        return None
    if facts.kind not in (ColumnKind.COMPUTED, ColumnKind.AGGREGATED, ColumnKind.WINDOWED):
        return None
    tree = _without_default(facts.expression, facts.default_sql is not None)
    if any(node.find_ancestor(exp.AggFunc) for node in tree.find_all(exp.AggFunc)):
        return None  # an aggregate of an aggregate, one query inside the other: no SQL that a reader could run
    words = _words(tree, context)
    if isinstance(tree, exp.Column):
        words = f"{words} where it is filled" if words else None
    if words:
        strength = Strength.MEANING
        text = sentence(words)
    else:
        strength = Strength.PROVENANCE
        written = plain_sql(tree, context.world.dialect)
        inputs = [context.world.shown(ref) for ref in facts.sources]
        if len(written) <= MAX_CODE and not isinstance(tree, exp.AggFunc):
            text = f"Computed as {code(written)}."
        elif inputs and len(inputs) <= MAX_INPUTS:
            text = f"Computed from {listed(inputs)}."
        else:
            return None
    return Draft(proved(text, facts.sql), strength)


def _without_default(tree: exp.Expr, has_default: bool) -> exp.Expr:
    tree = tree.unnest()
    return tree.this.unnest() if has_default and isinstance(tree, exp.Coalesce) else tree


def _words(tree: exp.Expr, context: ColumnContext) -> str | None:
    tree = tree.unnest()
    if isinstance(tree, exp.Column) and "ref" in tree.meta:
        return context.world.shown(tree.meta["ref"])
    if isinstance(tree, exp.Round):
        inner, places = _words(tree.this, context), tree.args.get("decimals")
        if not inner or (places is not None and not isinstance(places, exp.Literal)):
            return None
        return f"{inner}, rounded to {places.name if places else 0} decimals" if places else f"{inner}, rounded"
    for kind, pattern in _WORDS.items():
        if type(tree) is kind and isinstance(tree, exp.Binary):
            left, right = _atom(tree.this, context), _atom(tree.expression, context)
            return pattern.format(left, right) if left and right else None
    for unary, pattern in _UNARY.items():
        if type(tree) is unary and not (isinstance(tree, exp.Trim) and tree.expression):
            inner = _atom(tree.this, context) or _words(tree.this, context)
            return pattern.format(inner) if inner else None
    return None


def _atom(tree: exp.Expr, context: ColumnContext) -> str | None:
    tree = tree.unnest()
    if isinstance(tree, exp.Column) and "ref" in tree.meta:
        return context.world.shown(tree.meta["ref"])
    if isinstance(tree, (exp.Literal, exp.Neg)):
        return operand(tree, context.world.dialect)
    if isinstance(tree, exp.Cast):
        return _atom(tree.this, context)
    if isinstance(tree, exp.Nullif):
        return _atom(tree.this, context)
    return None
