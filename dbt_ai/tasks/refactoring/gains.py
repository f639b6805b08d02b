"""What a change makes less of."""

from __future__ import annotations

from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

_COUNTED = {"join": exp.Join, "sort": exp.Order, "DISTINCT": exp.Distinct}


def gain_of(before: str, after: str, left: str, right: str, dialect: str) -> str:
    """What the text `after` has less of than `before`, and the SQL `right` than `left`, as a clause; empty for nothing.

    >>> gain_of("select a\\norder by 1", "select a", "select a order by 1", "select a", "")
    '1 line, 1 sort less'
    """
    told = list(_less(before.count("\n") - after.count("\n"), "line"))
    try:
        old, new = sqlglot.parse_one(left, dialect=dialect), sqlglot.parse_one(right, dialect=dialect)
    except (SqlglotError, RecursionError):
        old = new = exp.Select()
    for name, kind in _COUNTED.items():
        told += _less(_count(old, kind) - _count(new, kind), name)
    told += _less(_scans(old) - _scans(new), "scan")
    told += _less(_unions(old) - _unions(new), "UNION that looks for repetitions")
    return f"{', '.join(told)} less" if told else ""


def _less(number: int, name: str) -> Iterator[str]:
    if number > 0:
        yield f"{number} {name}" if number == 1 or name.isupper() or "UNION" in name else f"{number} {name}s"


def _count(tree: exp.Expr, kind: type[exp.Expr]) -> int:
    found = tree.find_all(kind)
    return sum(not isinstance(one.parent, (exp.Window, exp.AggFunc, exp.WithinGroup)) for one in found)


def _scans(tree: exp.Expr) -> int:
    ctes = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    return sum(table.name.casefold() not in ctes or bool(table.db) for table in tree.find_all(exp.Table))


def _unions(tree: exp.Expr) -> int:
    return sum(bool(union.args.get("distinct")) for union in tree.find_all(exp.Union))
