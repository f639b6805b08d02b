"""Ties in windows: which window functions depend on them, and the sort key that breaks them."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from dbt_ai.sql.lifting.aggregates import depends_on_order, order_values
from dbt_ai.sql.lifting.row_keys import extend_order
from dbt_ai.sql.lifting.values import Refused

_BY_PEERS = (exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist)
_BY_PLACE = (exp.RowNumber, exp.Ntile, exp.Lag, exp.Lead)
_FROM_FRAME = (exp.FirstValue, exp.LastValue, exp.NthValue)


def is_window_call(window: exp.Window) -> bool:
    """Whether this is a call, and no definition in a WINDOW clause."""
    return window.arg_key != "windows"


def break_window_ties(
    window: exp.Window, select: exp.Select, row_key: Callable[[], list[exp.Expr]], downwards: bool
) -> bool:
    """Break the ties of one call in place, with `row_key` telling the rows of `select` apart. Returns whether there
    can be any. Raises Refused where its frame is made of peers and of places alike.

    A function of places (row_number, lag ...) and a frame of ROWS sort by it last. A function that takes values
    from a frame of peers sorts the values within the frame, as the frame must stay what it is.
    """
    function = _function(window)
    if isinstance(function, _BY_PEERS):
        return False
    frame = _own_or_named(window, select, "spec")
    by_rows = isinstance(frame, exp.WindowSpec) and str(frame.args.get("kind") or "").upper() == "ROWS"
    if isinstance(function, _BY_PLACE) or by_rows:
        key = row_key()
        if not key:
            return False
        if by_rows and _excludes_peers(frame):
            raise Refused("order-dependent", window.sql("duckdb"))
        write_out(window, select)
        if isinstance(function, _BY_PLACE):
            window.set("spec", None)  # these look at the whole partition, and an offset of RANGE allows one key only
        return extend_order(window, key)
    if not isinstance(function, _FROM_FRAME) and not depends_on_order(function):
        return False
    order = _own_or_named(window, select, "order")
    return order_values(function, order.expressions if isinstance(order, exp.Order) else [], downwards)


def _excludes_peers(frame: exp.Expr | list[exp.Expr] | None) -> bool:
    exclude = frame.args.get("exclude") if isinstance(frame, exp.WindowSpec) else None
    return exclude is not None and exclude.name.upper() in ("TIES", "GROUP")


def _function(window: exp.Window) -> exp.Expr:
    function: exp.Expr = window.this
    while isinstance(function, (exp.Filter, exp.IgnoreNulls, exp.RespectNulls)):
        function = function.this
    return function


def _own_or_named(window: exp.Window, select: exp.Select, part: str) -> exp.Expr | list[exp.Expr] | None:
    """The order, the partition or the frame of a call, which may be that of the window it names."""
    here: exp.Window | None = window
    while here is not None:
        found: exp.Expr | list[exp.Expr] | None = here.args.get(part)
        if found:
            return found
        name = here.alias.casefold()
        named = [one for one in select.args.get("windows") or [] if one.name.casefold() == name]
        here = named[0] if name and named else None
    return None


def write_out(window: exp.Window, select: exp.Select) -> None:
    """Put the definition of a named window of `select` in the place of its name."""
    for part in ("partition_by", "order", "spec"):
        value = _own_or_named(window, select, part)
        if isinstance(value, list):
            window.set(part, [item.copy() for item in value])
        elif value is not None:
            window.set(part, value.copy())
    window.set("alias", None)
