"""What a SELECT groups by, and repeats: a fault in the one must be in the other, or the query is not valid."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

_CLAUSES = ("expressions", "group", "having", "qualify", "order")


def group_keys(select: exp.Select) -> list[exp.Expr]:
    """What the SELECT groups by; a position is given as the expression that it stands for."""
    group = select.args.get("group")
    keys = []
    for key in _members(group) if group else ():
        position = int(key.name) if isinstance(key, exp.Literal) and key.is_int else 0
        keys.append(select.expressions[position - 1].unalias() if 0 < position <= len(select.expressions) else key)
    return keys


def _members(group: exp.Expr) -> Iterator[exp.Expr]:
    for part in group.iter_expressions():
        if isinstance(part, (exp.Rollup, exp.Cube, exp.GroupingSets, exp.Tuple, exp.Paren)):
            yield from _members(part)
        else:
            yield part


def repeated_in_group(node: exp.Expr) -> list[exp.Expr]:
    """`node`, and where it is part of what a SELECT groups by, the same part wherever that stands outside of
    aggregates."""
    path: list[tuple[str, int | None]] = []
    found: list[exp.Expr] = []
    above: exp.Expr | None = node
    select: exp.Select | None = None
    keys: list[exp.Expr] = []
    below = 0
    while above is not None:
        if select is None or above is select:
            select = above.find_ancestor(exp.Select)
            if select is None:
                break
            keys, below = group_keys(select), len(found)
        if keys and _is_aggregate(above):
            keys, found = [], found[:below]
        if keys and above in keys:
            found += [_follow(same, path) for same in outside_aggregates(select, above)]
        path.append((above.arg_key or "", above.index))
        above = above.parent
    return [node, *(other for other in found if other is not node)]


def outside_aggregates(select: exp.Select, wanted: exp.Expr) -> Iterator[exp.Expr]:
    """Every place outside of aggregates at which a SELECT has this very expression."""
    for clause in _CLAUSES:
        value = select.args.get(clause)
        for root in value if isinstance(value, list) else [value] if value is not None else []:
            for node in root.walk(prune=lambda node: _is_aggregate(node) or isinstance(node, exp.Query)):
                if node == wanted:
                    yield node


def _is_aggregate(node: exp.Expr) -> bool:
    """Whether `node` makes one value of the rows of a group: a window function reads what the groups came to."""
    above = node.parent
    while isinstance(above, (exp.Filter, exp.IgnoreNulls, exp.RespectNulls)):
        above = above.parent
    return isinstance(node, exp.AggFunc) and not isinstance(above, exp.Window)


def _follow(node: exp.Expr, path: list[tuple[str, int | None]]) -> exp.Expr:
    for key, index in reversed(path):
        value = node.args[key]
        node = value if index is None else value[index]
    return node
