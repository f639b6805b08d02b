"""What a change makes less of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

_COUNTED = {"join": exp.Join, "sort": exp.Order, "DISTINCT": exp.Distinct}


def gains_of(before: str, after: str, left: str, right: str, dialect: str) -> tuple[str, ...]:
    """What the text `after` has less of than `before`, and the SQL `right` than `left`.

    >>> gains_of("select a\\norder by 1", "select a", "select a order by 1", "select a", "")
    ('1 line', '1 sort')
    """
    old, new = {"line": before.count("\n")}, {"line": after.count("\n")}
    return _gains({**old, **costs_of(left, dialect)}, {**new, **costs_of(right, dialect)})


def clause_of(before: Mapping[str, int], after: Mapping[str, int]) -> str:
    """What there is less of than before, as a clause; empty for nothing."""
    told = _gains(before, after)
    return f"{', '.join(told)} less" if told else ""


def _gains(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(word for name, number in before.items() for word in _less(number - after.get(name, number), name))


def costs_of(sql: str, dialect: str) -> Mapping[str, int]:
    """What costs something to run in a query, by how often it is there; nothing for SQL that cannot be parsed.

    >>> dict(costs_of("select a from t join u using (a) order by 1", "duckdb"))
    {'join': 1, 'sort': 1, 'DISTINCT': 0, 'scan': 2, 'UNION that looks for repetitions': 0}
    """
    try:
        tree = sqlglot.parse_one(sql, dialect=dialect)
    except (SqlglotError, RecursionError):
        return {}
    counts = {name: _count(tree, kind) for name, kind in _COUNTED.items()}
    return {**counts, "scan": _scans(tree), "UNION that looks for repetitions": _unions(tree)}


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
