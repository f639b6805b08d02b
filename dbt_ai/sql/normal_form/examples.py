"""The tables that the examples of the rules are about, and one rule at work on one query."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.resolving import resolved
from dbt_ai.sql.normal_form.trees import to_sql
from dbt_ai.sql.values import ColumnRef, ForeignKey, Relation

TABLES = (
    Relation(
        "t",
        (None, None, "t"),
        (("a", "INTEGER"), ("b", "INTEGER"), ("c", "VARCHAR"), ("d", "DATE"), ("f", "BOOLEAN"), ("k", "INTEGER")),
        not_null=frozenset({"a"}),
        unique_keys=(("a",),),
        foreign_keys=(ForeignKey(("k",), (ColumnRef("u", "k"),)),),
    ),
    Relation(
        "u",
        (None, None, "u"),
        (("k", "INTEGER"), ("b", "INTEGER"), ("c", "VARCHAR"), ("n", "INTEGER")),
        not_null=frozenset({"k", "n"}),
        unique_keys=(("k",),),
    ),
)
Rule = Callable[[exp.Expr, Sequence[Relation]], exp.Expr]


def applied(rule: Rule, sql: str) -> str:
    """What one rule makes of a query over t (a is its key, k refers to u) and u (k is its key, n is never NULL)."""
    return to_sql(rule(resolved(sql, TABLES), TABLES))
