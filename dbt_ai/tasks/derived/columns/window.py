"""Window functions: position, neighbours, running and moving figures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.conditions import parsed
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved
from dbt_ai.tasks.derived.wording import listed, sentence

_POSITIONS = {
    exp.RowNumber: "Position of the row",
    exp.Rank: "Rank of the row (ties share a rank and leave a gap)",
    exp.DenseRank: "Rank of the row (ties share a rank, without gaps)",
}
_NEIGHBOURS = {exp.Lag: "before", exp.Lead: "after"}
_FIGURES: dict[type[exp.Expr], str] = {exp.Sum: "sum of", exp.Avg: "average of", exp.Min: "lowest", exp.Max: "highest"}
_WHOLE = ("UNBOUNDED", "PRECEDING", "UNBOUNDED", "FOLLOWING")
_RUNNING = ("UNBOUNDED", "PRECEDING", "CURRENT ROW", "")


def window(context: ColumnContext) -> Draft | None:
    """`row_number() over (partition by customer_id order by ordered_at)` is "Position of the row among rows with
    the same `customer_id`, ordered by `ordered_at`."

    The rows are those the window saw: nothing is said where rows are left out after it.
    """
    facts = context.facts
    tree = window_of(context)
    if facts is None or tree is None or _rows_are_left_out(context):
        return None
    text = _text(tree, context)
    return Draft(proved(sentence(text), facts.sql), Strength.MEANING, travels=False) if text else None


def window_of(context: ColumnContext) -> exp.Window | None:
    """The window that the column is, apart from casts, rounding and a default."""
    tree = context.facts.expression if context.facts else None
    while isinstance(tree, (exp.Cast, exp.Paren, exp.Round, exp.Coalesce)):
        tree = tree.this
    return tree if isinstance(tree, exp.Window) else None


def keys_text(keys: Sequence[exp.Expr], context: ColumnContext) -> str | None:
    """Partition keys as a list in code; None where a reader would not know one of them."""
    shown = [context.naming.operand(key, without=context.name) for key in keys]
    return listed([name for name in shown if name]) if all(shown) else None


def _rows_are_left_out(context: ColumnContext) -> bool:
    facts = context.evidence.facts
    if facts is None or any(f.clause == "qualify" or " OVER (" in f.sql for f in facts.filters):
        return True
    return _filtered_after(context.evidence.sql or "", context.world.dialect)


@lru_cache(maxsize=64)
def _filtered_after(sql: str, dialect: str) -> bool:
    """Whether a later part of the query than the one with its windows leaves rows out."""
    tree = parsed(sql, dialect)
    if not isinstance(tree, exp.Query):
        return False
    parts = [cte.this for cte in tree.ctes] + [tree]
    selects = [[node for node in part.find_all(exp.Select) if _part_of(node, part)] for part in parts]
    first = next((i for i, found in enumerate(selects) if any(_has_window(node) for node in found)), None)
    if first is None:
        return False
    later = [node for found in selects[first + 1 :] for node in found]
    return any(_narrows(node) for node in later)


def _part_of(node: exp.Expr, part: exp.Expr) -> bool:
    cte = node.find_ancestor(exp.CTE)
    return cte is None or cte is part.parent


def _has_window(node: exp.Select) -> bool:
    return any(isinstance(found, exp.Window) for part in node.selects for found in part.walk())


def _narrows(node: exp.Select) -> bool:
    joins = [str(join.side or join.kind or "").upper() for join in node.args.get("joins") or ()]
    clauses = ("where", "having", "qualify", "limit", "group", "distinct")
    return any(node.args.get(clause) for clause in clauses) or any(side != "LEFT" for side in joins)


def _text(tree: exp.Window, context: ColumnContext) -> str | None:
    function, further = tree.this, ""
    if isinstance(function, exp.Filter):
        condition = context.naming.condition_of(function.expression.this, without=context.name)
        if condition is None:
            return None
        function, further = function.this, f", only where {condition}"
    if isinstance(function, exp.IgnoreNulls):
        function, further = function.this, f"{further}, NULLs left out"
    keys = keys_text(tree.args.get("partition_by") or (), context)
    order = _order_text(tree.args.get("order"), context)
    if keys is None or order is None or tree.args.get("alias"):
        return None
    among = f" among rows with the same {keys}" if keys else ""
    ordered = f", ordered by {order}" if order else ""
    kind, frame = type(function), _frame(tree, bool(order))
    if kind in _POSITIONS and order:
        return f"{_POSITIONS[kind]}{among}{ordered}, from 1"
    if kind is exp.Count and frame == _WHOLE and isinstance(function.this, exp.Star):
        return f"Number of {'rows with the same ' + keys if keys else 'all rows'}{further}"
    argument = context.naming.operand(function.this, without=context.name) if function.this else None
    if argument is None or isinstance(function.this, (exp.Star, exp.Distinct)):
        return None
    if kind in _NEIGHBOURS and order:
        offset = function.args.get("offset")
        if offset is not None and not isinstance(offset, exp.Literal):
            return None
        place = f"the row {_NEIGHBOURS[kind]}"
        if offset is not None and offset.name != "1":
            place = f"the row {offset.name} places {_NEIGHBOURS[kind]}"
        default = function.args.get("default")
        value = context.naming.operand(default, without=context.name) if default is not None else ""
        if value is None:
            return None
        return f"{argument} of {place}{among}{ordered}{further}{f'; {value} where there is none' if value else ''}"
    if kind is exp.FirstValue and order and frame in (_RUNNING, _WHOLE):
        return f"{argument} of the first row{among}{ordered}{further}"
    if kind is exp.LastValue and order and frame == _WHOLE:
        return f"{argument} of the last row{among}{ordered}{further}"
    return _figure(kind, argument, frame, among, ordered, further)


def _figure(
    kind: type[exp.Expr], argument: str, frame: tuple[str, ...] | None, among: str, ordered: str, further: str
) -> str | None:
    if kind not in _FIGURES or frame is None:
        return None
    what = f"{_FIGURES[kind]} {argument}"
    if frame == _WHOLE:
        return f"{what[0].upper()}{what[1:]}{among or ' over all rows'}{further}"
    if frame == _RUNNING:
        if kind is exp.Sum:
            return f"Running {what}{among}{ordered}{further}"
        return f"{what[0].upper()}{what[1:]} up to this row{among}{ordered}{further}"
    if frame[1:] == ("PRECEDING", "CURRENT ROW", "") and frame[0].isdigit():
        return f"{what[0].upper()}{what[1:]} over this row and the {frame[0]} before it{among}{ordered}{further}"
    return None


def _frame(tree: exp.Window, ordered: bool) -> tuple[str, str, str, str] | None:
    """Start and end of the frame; None for one in other units than rows, where it is neither whole nor running."""
    spec = tree.args.get("spec")
    if spec is None:
        return _RUNNING if ordered else _WHOLE
    if spec.args.get("exclude"):
        return None
    ends = []
    for side, side_word in (("start", "start_side"), ("end", "end_side")):
        end = spec.args.get(side)
        ends += [end.sql() if isinstance(end, exp.Expr) else str(end or "CURRENT ROW"), spec.text(side_word) or ""]
        if ends[-2].upper() == "CURRENT ROW":
            ends[-1] = ""
    found = (ends[0].upper(), ends[1].upper(), ends[2].upper(), ends[3].upper())
    return found if found in (_RUNNING, _WHOLE) or spec.text("kind").upper() == "ROWS" else None


def _order_text(order: exp.Expr | None, context: ColumnContext) -> str | None:
    parts = []
    for key in order.expressions if order is not None else ():
        tree = key.this if isinstance(key, exp.Ordered) else key
        text = context.naming.operand(tree, without=context.name)
        if text is None:
            return None
        parts.append(f"{text} descending" if key.args.get("desc") else text)
    return listed(parts)


def at_edge(context: ColumnContext) -> str | None:
    """Where a neighbour is missing: "in the first row of each `customer_id`"; None where that is not all."""
    tree = window_of(context)
    function = tree.this if tree is not None else None
    if tree is None or not isinstance(function, (exp.Lag, exp.Lead)) or context.facts is None:
        return None
    if context.facts.kind is not ColumnKind.WINDOWED or _rows_are_left_out(context):
        return None
    if function.args.get("default") is not None or context.facts.default_sql is not None:
        return None
    offset = function.args.get("offset")
    count = offset.name if isinstance(offset, exp.Literal) else "1"
    side = "first" if isinstance(function, exp.Lag) else "last"
    place = f"in the {side} row" if count == "1" else f"in the {side} {count} rows"
    keys = keys_text(tree.args.get("partition_by") or (), context)
    return f"{place} of each {keys}" if keys else place
