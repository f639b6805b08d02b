"""Window functions: position, neighbours, running figures."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.tasks.derived.conditions import parsed
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved
from dbt_ai.tasks.derived.wording import listed

_POSITIONS = {
    "row_number": "Position of the row",
    "rank": "Rank of the row (ties share a rank and leave a gap)",
    "dense_rank": "Rank of the row (ties share a rank, without gaps)",
}
_NEIGHBOURS = {"lag": "of the row before", "lead": "of the row after"}
_FIGURES = {"sum": "sum", "avg": "average", "min": "lowest value", "max": "highest value"}


def window(context: ColumnContext) -> Draft | None:
    """`row_number() over (partition by customer_id order by ordered_at)` is "Position of the row among those with
    the same `customer_id`, ordered by `ordered_at`."
    """
    facts = context.facts
    if facts is None or facts.window is None:
        return None
    found = facts.window
    order, keys = _order_text(found.order_by_sql, context), keys_text(found.partition_by_sql, context)
    if order is None or keys is None:
        return None
    among = f" among rows with the same {keys}" if keys else ""
    argument = _argument(found.argument_sql, context)
    if found.function in _POSITIONS and order:
        text = f"{_POSITIONS[found.function]}{among}, ordered by {order}, from 1"
    elif found.function in _NEIGHBOURS and order and argument:
        text = f"{argument} {_NEIGHBOURS[found.function]}{among}, ordered by {order}"
    elif found.function in ("first_value", "last_value") and order and argument:
        which = found.function.split("_")[0]
        text = f"{which.capitalize()} {argument}{among}, ordered by {order}"
    elif found.function == "count" and not order:
        text = f"Number of rows with the same {keys}" if keys else "Number of all rows"
    elif found.function in _FIGURES and not order and argument:
        text = f"{_FIGURES[found.function].capitalize()} of {argument}{among or ' over all rows'}"
    elif found.function == "sum" and order and argument:
        text = f"Running sum of {argument}{among}, ordered by {order}"
    else:
        return None
    return Draft(proved(text + ".", facts.sql), Strength.MEANING, travels=False)


def keys_text(keys: Sequence[str], context: ColumnContext) -> str | None:
    """Partition or group keys as a list in code; None where a reader would not know one of them."""
    shown = [context.naming.operand(key, without=context.name) for key in keys]
    return listed([name for name in shown if name]) if all(shown) else None


def _order_text(keys: Sequence[str], context: ColumnContext) -> str | None:
    parts = []
    for sql in keys:
        query = parsed(f"SELECT 1 ORDER BY {sql}", context.world.dialect)
        tree = query.find(exp.Ordered) if query else None
        text = context.naming.operand(tree.this, without=context.name) if tree else None
        if text is None or tree is None:
            return None
        parts.append(f"{text} descending" if tree.args.get("desc") else text)
    return ", ".join(parts)


def _argument(sql: str, context: ColumnContext) -> str | None:
    return context.naming.operand(sql, without=context.name) if sql not in ("", "*") else None
