"""Any other expression: in words where they are few, as code where it is short, by its inputs where it is long."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.columns.aggregated_rows import self_joined
from dbt_ai.tasks.derived.columns.arithmetic import numbers_in_words
from dbt_ai.tasks.derived.conditions import MAX_CODE, operand, parsed
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved
from dbt_ai.tasks.derived.wording import code, listed, sentence

MAX_INPUTS = 4
_UNARY = {
    exp.Lower: "{0} in lower case",
    exp.Upper: "{0} in upper case",
    exp.Trim: "{0} without spaces at its ends",
    exp.Length: "Number of characters of {0}",
}
_KINDS = (ColumnKind.COMPUTED, ColumnKind.AGGREGATED, ColumnKind.WINDOWED)


def computed(context: ColumnContext) -> Draft | None:
    """`amount / 100` is "`raw_payments.amount` divided by 100."; `trim(lower(email))` says so in words."""
    facts = context.facts
    if facts is None or facts.expression is None or facts.kind not in _KINDS:
        return None
    tree = facts.expression.unnest()
    moment = _moment(tree)
    if moment is None and tree.find(exp.Column, exp.AggFunc, exp.Window) is None:
        return None  # made of literals alone: names of this target, of a variable, ...
    words = moment or _with_default(tree, context) or _text_words(tree, context) or numbers_in_words(tree, context)
    if words:
        return Draft(proved(sentence(words), facts.sql), Strength.MEANING, travels=moment is None)
    written = context.naming.code(tree, without=context.name)
    inputs = [context.world.shown(ref) for ref in facts.sources]
    if written is not None and len(written) <= MAX_CODE:
        text = f"Computed as {code(written)}."
    elif (
        inputs
        and len(inputs) <= MAX_INPUTS
        and facts.kind is ColumnKind.COMPUTED
        and not _has_figures(tree)
        and not self_joined(context)
    ):
        text = f"Computed from {listed(inputs)}."
    else:
        return None
    return Draft(proved(text, facts.sql), Strength.PROVENANCE)


def _moment(tree: exp.Expr) -> str | None:
    """When dbt ran: another value at each run."""
    while isinstance(tree, (exp.Cast, exp.Paren)):
        tree = tree.this
    if isinstance(tree, exp.CurrentDate):
        return "Date of the dbt run that built the row"
    return "Time of the dbt run that built the row" if isinstance(tree, exp.CurrentTimestamp) else None


def _with_default(tree: exp.Expr, context: ColumnContext) -> str | None:
    """`coalesce(a, b, 0)`: the first that is filled."""
    if not isinstance(tree, exp.Coalesce):
        return None
    parts = [tree.this, *tree.expressions]
    constant = isinstance(parts[-1].unnest(), (exp.Literal, exp.Boolean, exp.Neg))
    default = operand(parts.pop(), context.world.dialect) if constant else None
    named = [_place(part, context) for part in parts]
    known = list(dict.fromkeys(name for name in named if name))
    if not all(named) or len(known) > MAX_INPUTS:
        return None
    if len(known) == 1:
        return f"{known[0]}, or {default} where that is NULL" if default else known[0]
    text = f"the first of {listed(known)} that is filled"
    return f"{text}, or {default} where none is" if default else text


def _place(tree: exp.Expr, context: ColumnContext) -> str | None:
    """A column by its own name here, else with its relation; an empty text counts as none in `nullif(x, '')`."""
    tree = tree.unnest()
    while isinstance(tree, exp.Cast):
        tree = tree.this.unnest()
    if isinstance(tree, exp.Nullif) and isinstance(tree.expression, exp.Literal) and tree.expression.name == "":
        inner = _place(tree.this, context)
        return f"{inner} (an empty text counts as none)" if inner else None
    if not isinstance(tree, exp.Column):
        return None
    named = context.naming.operand(tree, without=context.name)
    if "ref" not in tree.meta:
        return named
    shown = context.world.shown(tree.meta["ref"])
    if named is None:  # of two readings of its relation: which of them is no matter of the sentence
        return shown if isinstance(tree.parent, exp.Coalesce) else None
    return named if named.strip("`").casefold() in context.naming.names and named != code(context.name) else shown


def _text_words(tree: exp.Expr, context: ColumnContext) -> str | None:
    tree = tree.unnest()
    if isinstance(tree, exp.Column):
        return context.world.shown(tree.meta["ref"]) if "ref" in tree.meta else None
    if isinstance(tree, exp.Nullif):
        value = parsed(tree.expression.sql(), "") if tree.expression else None
        inner = _place(tree.this, context)
        if inner and isinstance(value, exp.Literal):
            empty = "an empty text" if value.is_string and not value.name else operand(value, context.world.dialect)
            return f"{inner}, NULL in place of {empty}"
        return None
    if isinstance(tree, (exp.Cast, exp.TryCast)) and isinstance(tree.this.unnest(), exp.Replace):
        inner = _text_words(tree.this, context)
        whole = tree.to.is_type(*exp.DataType.INTEGER_TYPES)
        return f"{inner}, as a {'whole number' if whole else tree.to.sql()}" if inner else None
    if isinstance(tree, exp.Replace):
        return _without_piece(tree, context)
    if isinstance(tree, exp.DPipe):
        return _joined_text(tree, context)
    for unary, pattern in _UNARY.items():
        if type(tree) is unary and not (isinstance(tree, exp.Trim) and tree.expression):
            inner = _place(tree.this, context) or _text_words(tree.this, context)
            return pattern.format(inner) if inner else None
    return None


def _without_piece(tree: exp.Replace, context: ColumnContext) -> str | None:
    """`replace(ref, 'ACC-', '')`: "`ref` without 'ACC-'"."""
    piece, by = tree.expression, tree.args.get("replacement")
    inner = _place(tree.this, context)
    if not inner or not isinstance(piece, exp.Literal) or (by is not None and by.name != ""):
        return None
    return f"{inner} without {operand(piece, context.world.dialect)}"


def _joined_text(tree: exp.Expr, context: ColumnContext) -> str | None:
    """`first || ' ' || last`: "`first` and `last`, joined by a space"."""
    parts = [part.unnest() for part in tree.flatten()]
    columns = [_place(part, context) for part in parts[::2]]
    between = {part.name if isinstance(part, exp.Literal) else None for part in parts[1::2]}
    if len(parts) < 3 or len(parts) % 2 == 0 or not all(columns) or len(between) != 1 or None in between:
        return None
    sign = between.pop()
    return f"{listed([name for name in columns if name])}, joined by {'a space' if sign == ' ' else repr(sign)}"


def _has_figures(tree: exp.Expr) -> bool:
    return tree.find(exp.AggFunc, exp.Window, exp.Query) is not None
