"""The relations that the pairs of pairs.yml are about."""

from __future__ import annotations

from dbt_ai.sql.values import ColumnRef, ForeignKey, Relation

SHOP = (
    Relation(
        "shop.customers",
        ("shop", "main", "customers"),
        (("id", "INTEGER"), ("name", "VARCHAR"), ("city", "VARCHAR"), ("joined", "DATE")),
        unique_keys=(("id",),),
        not_null=frozenset({"id"}),
    ),
    Relation(
        "shop.orders",
        ("shop", "main", "orders"),
        (
            ("id", "INTEGER"),
            ("customer_id", "INTEGER"),
            ("status", "VARCHAR"),
            ("amount", "DECIMAL(10,2)"),
            ("ordered_at", "TIMESTAMP"),
            ("code", "VARCHAR"),
        ),
        unique_keys=(("id",),),
        not_null=frozenset({"id", "amount"}),
        foreign_keys=(ForeignKey(("customer_id",), (ColumnRef("shop.customers", "id"),)),),
        domains=(("status", ("placed", "shipped", "returned")),),
    ),
    Relation(
        "raw.orders",
        (None, "raw", "orders"),
        (("id", "INTEGER"), ("note", "VARCHAR"), ("price", "DOUBLE"), ("kind", "BLOB"), ("tags", "VARCHAR[]")),
    ),
)
