"""Sums, differences, products and shares of columns and figures, in words."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.tasks.derived.columns.aggregated_rows import rows_of, scope_of, self_joined
from dbt_ai.tasks.derived.columns.unit import unit_of
from dbt_ai.tasks.derived.conditions import operand
from dbt_ai.tasks.derived.values import ColumnContext
from dbt_ai.tasks.derived.wording import code

_WORDS = {exp.Sub: "minus", exp.Add: "plus", exp.Mul: "times", exp.Div: "divided by"}
_AGGREGATES: dict[type[exp.Expr], str] = {
    exp.Sum: "the sum of",
    exp.Min: "the lowest",
    exp.Max: "the highest",
    exp.Avg: "the average",
}
_LARGER = {("second", "60"): "minutes", ("second", "3600"): "hours", ("minute", "60"): "hours"}
_LARGER |= {("minute", "1440"): "days", ("hour", "24"): "days", ("day", "7"): "weeks"}
_UNARY = {exp.Abs: "{0} without its sign", exp.Ceil: "{0} rounded up", exp.Floor: "{0} rounded down"}


def numbers_in_words(tree: exp.Expr, context: ColumnContext) -> str | None:
    """`a - b` is "`a` minus `b`"; a ratio of counts is a share of the rows."""
    tree = _bare(tree)
    if isinstance(tree, exp.Round):
        inner, places = numbers_in_words(tree.this, context), tree.args.get("decimals")
        if inner is None or (places is not None and not isinstance(places, exp.Literal)):
            return None
        ending = "" if places and places.name == "1" else "s"
        return (
            f"{inner}, rounded to {places.name} decimal{ending}"
            if places and places.name != "0"
            else f"{inner}, rounded"
        )
    for unary, pattern in _UNARY.items():
        if type(tree) is unary:
            inner = _atom(tree.this, context) or numbers_in_words(tree.this, context)
            return pattern.format(inner) if inner else None
    if isinstance(tree, exp.IntDiv):
        above, below = _atom(tree.this, context), _atom(tree.expression, context)
        unit = _larger_unit(_bare(tree.this), _bare(tree.expression))
        whole = f"whole {unit}: " if unit else ""
        return f"{whole}{above} divided by {below}, without the remainder" if above and below else None
    return _share(tree, context) or _anonymous(tree, context) or _operation(tree, context)


def _operation(tree: exp.Expr, context: ColumnContext) -> str | None:
    if type(tree) not in _WORDS or not isinstance(tree, exp.Binary):
        return None
    left, right = _bare(tree.left), _bare(tree.right)
    if _is_number(left, 1) and isinstance(tree, exp.Mul):
        return numbers_in_words(right, context) or _atom(right, context)
    if _is_number(right, 1) and isinstance(tree, (exp.Mul, exp.Div)):
        return numbers_in_words(left, context) or _atom(left, context)
    if isinstance(tree, exp.Mul) and (changed := _changed_by_share(left, right, context)):
        return changed
    if isinstance(tree, exp.Div) and (unit := _larger_unit(left, right)) and (inner := _atom(left, context)):
        return f"{unit}: {inner} divided by {right.name.removesuffix('.0')}"
    # 100 * a / b
    if isinstance(tree, exp.Div) and isinstance(left, exp.Mul):
        for hundred, part in ((left.left, left.right), (left.right, left.left)):
            if _is_number(_bare(hundred), 100) and not isinstance(right, exp.Literal):
                above, below = _atom(part, context), _atom(right, context)
                return f"{above} divided by {below}, in percent" if above and below else None
    first, second = _atom(left, context), _atom(right, context)
    if first is None and type(left) in _WORDS and _same_level(tree, left):
        first = _operation(left, context)
    return f"{first} {_WORDS[type(tree)]} {second}" if first and second else None


def _changed_by_share(left: exp.Expr, right: exp.Expr, context: ColumnContext) -> str | None:
    """`fee * (1 - discount)` takes a share off, `net * (1 + vat)` adds one."""
    if not isinstance(right, (exp.Sub, exp.Add)) or not _is_number(_bare(right.left), 1):
        return None
    whole, share = _atom(left, context), _atom(right.right, context)
    if not whole or not share or isinstance(_bare(right.right), exp.Literal):
        return None
    return f"{whole} {'reduced' if isinstance(right, exp.Sub) else 'increased'} by the share {share} of it"


def _larger_unit(left: exp.Expr, right: exp.Expr) -> str | None:
    """`minutes / 60` is hours, where SQL says that these are minutes, or the column's name does."""
    if not isinstance(right, exp.Literal):
        return None
    number = right.name.removesuffix(".0")
    if isinstance(left, (exp.DateDiff, exp.TimestampDiff)):
        return _LARGER.get((left.text("unit").lower(), number))
    if isinstance(left, exp.Column) and (unit := unit_of(left.name, ("/", number))):
        return _LARGER.get((unit.removesuffix("s"), number))
    return None


def _same_level(outer: exp.Expr, inner: exp.Expr) -> bool:
    """Whether `a op b op c` reads as SQL computes it, from left to right."""
    sums, products = (exp.Add, exp.Sub), (exp.Mul, exp.Div)
    return (isinstance(outer, sums) and isinstance(inner, sums)) or (
        isinstance(outer, products) and isinstance(inner, products)
    )


def _atom(tree: exp.Expr, context: ColumnContext) -> str | None:
    tree = _bare(tree)
    if isinstance(tree, exp.Literal) or (isinstance(tree, exp.Neg) and isinstance(tree.this, exp.Literal)):
        written = operand(tree, context.world.dialect)
        return written.removesuffix(".0") if written else None
    named = context.naming.named(tree, without=context.name, filled=True)
    if isinstance(tree, exp.Column) and "ref" in tree.meta:
        if named is None:
            return None
        own = isinstance(named, exp.Column) and not named.table and named.name.casefold() in context.naming.names
        return code(named.name) if own else context.world.shown(tree.meta["ref"])
    if isinstance(named, exp.Column):
        return operand(named, context.world.dialect)
    if type(tree) in _AGGREGATES and _of_this_group(context) and isinstance(tree.this, exp.Column):
        ref = tree.this.meta.get("ref")
        return f"{_AGGREGATES[type(tree)]} {context.world.shown(ref)}" if ref else None
    if isinstance(tree, exp.Sum) and isinstance(tree.this, exp.Window):
        return None
    return None


def _share(tree: exp.Expr, context: ColumnContext) -> str | None:
    """`count(*) filter (where c) / count(*)`: a share of the rows."""
    if not isinstance(tree, exp.Div) or tree.args.get("typed") or not _of_this_group(context):
        return None
    above, below = _bare(tree.left), _bare(tree.right)
    percent = False
    if isinstance(above, exp.Mul):
        for number, part in ((above.left, above.right), (above.right, above.left)):
            if _is_number(_bare(number), 1) or _is_number(_bare(number), 100):
                percent = _is_number(_bare(number), 100)
                above = _bare(part)
                break
    condition = _counted_where(above)
    if condition is None or not isinstance(below, exp.Count) or not isinstance(below.this, exp.Star):
        return None
    told = context.naming.condition_of(condition, without=context.name)
    rows = _counted_rows(context)
    if told is None or rows is None:
        return None
    return f"share ({'in percent' if percent else '0 to 1'}) of the {rows} where {told}"


def _anonymous(tree: exp.Expr, context: ColumnContext) -> str | None:
    """`count(*) - count(x)`: the rows without an x."""
    if not isinstance(tree, exp.Sub) or not _of_this_group(context):
        return None
    whole, filled = _bare(tree.left), _bare(tree.right)
    if not isinstance(whole, exp.Count) or not isinstance(whole.this, exp.Star) or not isinstance(filled, exp.Count):
        return None
    ref = filled.this.meta.get("ref") if isinstance(filled.this, exp.Column) else None
    rows = _counted_rows(context)
    return f"number of {rows} without a value in {context.world.shown(ref)}" if ref and rows else None


def _counted_where(tree: exp.Expr) -> exp.Expr | None:
    """The condition c of COUNT(*) FILTER (WHERE c), COUNT_IF(c), SUM(CASE WHEN c THEN 1 ELSE 0 END) and the like."""
    if isinstance(tree, exp.Filter) and isinstance(tree.this, exp.Count) and isinstance(tree.this.this, exp.Star):
        return tree.expression.this  # type: ignore[no-any-return]
    if isinstance(tree, exp.CountIf):
        return tree.this  # type: ignore[no-any-return]
    case = tree.this if isinstance(tree, (exp.Sum, exp.Count)) else None
    if not isinstance(case, exp.Case) or case.this is not None or len(case.args["ifs"]) != 1:
        return None
    branch, default = case.args["ifs"][0], case.args.get("default")
    if not _is_number(branch.args["true"], 1):
        return None
    zero = default is not None and _is_number(default, 0)
    return branch.this if (default is None or (zero and isinstance(tree, exp.Sum))) else None


def _counted_rows(context: ColumnContext) -> str | None:
    """The rows of a group with their scope, as another figure of this relation has them."""
    facts = context.evidence.facts
    for column in facts.columns if facts else ():
        found = column.aggregate
        if found is None or column.kind.value != "aggregated" or found.filters_sql:
            continue
        if facts and len(found.group_by_sql) != len(facts.grouped_by):
            continue
        if found.argument_sql == "*" or len(found.rows_of) == 1:
            rows, scope = rows_of(context, found), scope_of(context, found)
            return f"{rows}{scope}" if rows and scope is not None else None
    return None


def _of_this_group(context: ColumnContext) -> bool:
    facts = context.evidence.facts
    return facts is not None and bool(facts.grouped_by or facts.single_row) and not self_joined(context)


def _is_number(tree: exp.Expr, number: float) -> bool:
    return isinstance(tree, exp.Literal) and not tree.is_string and float(tree.name) == number


def _bare(tree: exp.Expr) -> exp.Expr:
    """Without casts, parentheses, and NULLIF(x, 0), whose NULL a sentence of its own tells."""
    tree = tree.unnest()
    while isinstance(tree, (exp.Cast, exp.Paren)) or (
        isinstance(tree, exp.Nullif) and isinstance(tree.expression, exp.Literal) and tree.expression.name == "0"
    ):
        tree = tree.this.unnest()
    return tree
