"""The normal form of a query: its names resolved, then small rules, each of which keeps what the query gives."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.resolving import NotResolved, resolved
from dbt_ai.sql.normal_form.rules import NEEDS, RULES
from dbt_ai.sql.normal_form.writing import NotWritten, written
from dbt_ai.sql.values import Relation

_MOST_ROUNDS = 12


def normal_form(sql: str, relations: Sequence[Relation]) -> str | None:
    """The normal form of a query (DuckDB's SQL) over `relations`, as a text of its own kind (see `writing.py`); None
    where there is something in it that the rules know nothing of. Names of the output columns are not in it.

    Two queries with one normal form give the same rows on every database that keeps the constraints of `relations`.

    >>> orders = Relation("orders", (None, None, "orders"), (("id", "INTEGER"), ("paid", "BOOLEAN")))
    >>> normal_form("select * from orders", [orders]) == normal_form("SELECT o.id, o.paid FROM orders AS o", [orders])
    True
    """
    try:
        tree = normalized(resolved(sql, relations), relations)
        return written(tree, Known(tree, relations))
    except (NotResolved, NotWritten, RecursionError):
        return None


def normalized(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """The tree after all rules, each applied until none changes anything."""
    for _ in range(_MOST_ROUNDS):
        before = hash(tree)
        kinds = {type(node) for node in tree.walk()}
        for rule in RULES:
            needed = NEEDS.get(rule)
            if needed is None or any(issubclass(kind, needed) for kind in kinds):
                tree = rule(tree, relations)
        if hash(tree) == before:
            break
    return tree
