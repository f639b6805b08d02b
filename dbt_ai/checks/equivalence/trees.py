"""What is asked of the trees of two queries before they are compared."""

from __future__ import annotations

from sqlglot import exp


def is_ordered(tree: exp.Query) -> bool:
    """Whether a query ends in an ORDER BY that can show: not where it has one row at most."""
    if tree.args.get("order") is None:
        return False
    limit = tree.args.get("limit")
    most = limit.args.get("count" if isinstance(limit, exp.Fetch) else "expression") if limit is not None else None
    return not (isinstance(most, exp.Literal) and most.name in ("0", "1")) and not _has_one_row(tree)


def _has_one_row(tree: exp.Query) -> bool:
    """Whether a query is one aggregate over all rows."""
    if not isinstance(tree, exp.Select) or tree.args.get("group") is not None:
        return False
    several = (exp.Window, exp.Query, exp.Explode, exp.Unnest, exp.Inline, exp.Anonymous)
    if any(part.find(*several) is not None for part in tree.expressions):
        return False
    return any(part.find(exp.AggFunc) is not None for part in tree.expressions)


def unordered(query: str, tree: exp.Query) -> str:
    """The query without an ORDER BY at its end, where that decides nothing but the order of its rows."""
    distinct = tree.args.get("distinct")
    chooses = isinstance(distinct, exp.Distinct) and distinct.args.get("on") is not None
    if tree.args.get("order") is None or tree.args.get("limit") or tree.args.get("offset") or chooses:
        return query
    copy = tree.copy()
    copy.set("order", None)
    return copy.sql("duckdb")


def is_zoned(tree: exp.Expr) -> bool:
    """Whether the time zone of the session may count for a query."""
    if tree.find(exp.AtTimeZone, exp.FromTimeZone, exp.ConvertTimezone, exp.UnixToTime) is not None:
        return True
    return any(kind.is_type("timestamptz", "timestampltz", "timetz") for kind in tree.find_all(exp.DataType))


def called_alike(left: exp.Query, right: exp.Query) -> tuple[str, str] | None:
    """The two queries with the same names for the output columns that neither of them names; None where there is no
    such column."""
    ours, theirs = (_outputs(tree.copy()) for tree in (left, right))
    if ours is None or theirs is None or len(ours[1].expressions) != len(theirs[1].expressions):
        return None
    found = False
    for place, (mine, other) in enumerate(zip(ours[1].expressions, theirs[1].expressions, strict=True)):
        if _is_unnamed(mine) and _is_unnamed(other):
            found = True
            for part in (mine, other):
                part.replace(exp.alias_(part.copy(), f"column_{place + 1}"))
    return (ours[0].sql("duckdb"), theirs[0].sql("duckdb")) if found else None


def _outputs(tree: exp.Query) -> tuple[exp.Query, exp.Select] | None:
    """The tree, and the SELECT in it that names its columns."""
    first: exp.Expr = tree
    while isinstance(first, (exp.SetOperation, exp.Subquery)):
        first = first.this
    return (tree, first) if isinstance(first, exp.Select) else None


def _is_unnamed(part: exp.Expr) -> bool:
    return not isinstance(part, (exp.Alias, exp.Column, exp.Aliases)) and not part.is_star
