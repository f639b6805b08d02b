"""Databases per second of a lifted comparison on one core, and lifted queries held against each database alone.

`python -m benchmarks lifted [--quick] [--pairs N] [--seed N]`
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import duckdb
import sqlglot

from benchmarks._lifted_one_by_one import Agreement, hold_against
from benchmarks._lifted_queries import RELATIONS, QueryMaker
from dbt_ai.checks.lifted import Databases, vocabulary
from dbt_ai.sql.values import ColumnRef, ForeignKey, Relation

SHOP = (
    Relation(
        "customers",
        (None, None, "customers"),
        (("id", "INTEGER"), ("first_name", "VARCHAR"), ("last_name", "VARCHAR")),
        unique_keys=(("id",),),
        not_null=frozenset({"id"}),
    ),
    Relation(
        "orders",
        (None, None, "orders"),
        (("id", "INTEGER"), ("user_id", "INTEGER"), ("order_date", "DATE"), ("status", "VARCHAR")),
        unique_keys=(("id",),),
        not_null=frozenset({"id"}),
        foreign_keys=(ForeignKey(("user_id",), (ColumnRef("customers", "id"),)),),
    ),
    Relation(
        "payments",
        (None, None, "payments"),
        (("id", "INTEGER"), ("order_id", "INTEGER"), ("payment_method", "VARCHAR"), ("amount", "INTEGER")),
        unique_keys=(("id",),),
        not_null=frozenset({"id"}),
    ),
)
CUSTOMERS = """
WITH customer_orders AS (
    SELECT user_id AS customer_id, min(order_date) AS first_order, max(order_date) AS last_order, count(id) AS orders
    FROM orders WHERE status <> 'returned' GROUP BY user_id
), customer_payments AS (
    SELECT o.user_id AS customer_id, sum(p.amount / 100.0) AS total
    FROM payments AS p LEFT JOIN orders AS o ON p.order_id = o.id WHERE p.amount > 0 GROUP BY o.user_id
)
SELECT c.id, c.first_name, coalesce(c.last_name, '?') AS last_name, o.first_order, o.last_order,
    coalesce(o.orders, 0) AS orders, p.total,
    CASE WHEN o.orders >= 3 THEN 'loyal' WHEN o.orders >= 1 THEN 'new' ELSE 'none' END AS segment
FROM customers AS c
LEFT JOIN customer_orders AS o ON c.id = o.customer_id
LEFT JOIN customer_payments AS p ON c.id = p.customer_id
"""
CHANGES = (
    ("status <> 'returned'", "status = 'returned'"),
    ("min(order_date)", "max(order_date)"),
    ("count(id)", "count(order_date)"),
    ("amount > 0", "amount >= 0"),
    ("amount > 0", "amount > 1"),
    ("'?'", "'!'"),
    (">= 3", "> 3"),
    (">= 3", ">= 2"),
    ("'new'", "'some'"),
    ("LEFT JOIN customer_orders", "JOIN customer_orders"),
    ("LEFT JOIN orders", "JOIN orders"),
    ("coalesce(o.orders, 0)", "o.orders"),
)
ALONE = 300
"""How many databases the loop that is measured beside it looks at."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks lifted", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer databases and pairs")
    parser.add_argument("--pairs", type=int, help="(query, database) pairs to compare one by one")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    figures = speed(5_000 if options.quick else 20_000)
    figures |= agreement(options.pairs or (500 if options.quick else 5_000), options.seed)
    print(json.dumps(figures))


def speed(count: int) -> dict[str, Any]:
    """A model against twelve changed ones on the same databases, and the same by a loop over databases; in seconds of
    processor time, all of them spent on one thread."""
    words = vocabulary([sqlglot.parse_one(CUSTOMERS, dialect="duckdb")])
    started = time.process_time()
    with Databases(SHOP, words, count=count) as databases:
        generated = time.process_time() - started
        databases.answer(CUSTOMERS)
        started = time.process_time()
        killed = 0
        for before, after in CHANGES:
            assert before in CUSTOMERS
            killed += bool(databases.differing(CUSTOMERS, CUSTOMERS.replace(before, after)).databases)
        seconds = time.process_time() - started
        started = time.process_time()
        alone = databases.lift(CUSTOMERS).alone
        for number in databases.ids[:ALONE]:
            databases.load(number, [relation.key for relation in SHOP])
            databases.connection.execute(alone).fetchall()
        loop = ALONE / (time.process_time() - started)
    rate = count * len(CHANGES) / seconds
    print(f"{count} databases generated in {generated:.2f} s; {killed} of {len(CHANGES)} changes seen")
    print(f"lifted, one core: {rate:,.0f} databases a second; a loop over databases: {loop:,.0f}")
    return {
        "databases_per_second": round(rate),
        "databases_per_second_one_by_one": round(loop),
        "generated_per_second": round(count / generated),
        "changes": len(CHANGES),
        "changes_seen": killed,
    }


def agreement(pairs: int, seed: int) -> dict[str, Any]:
    """Random queries on random databases, lifted and alone."""
    found = Agreement()
    queries = made = 0
    with Databases(RELATIONS, seed=seed, count=200, spot_checks=0) as databases:
        while found.pairs < pairs:
            sql = QueryMaker(seed * 1_000_000 + made).query()
            made += 1
            try:
                databases.connection.execute(f"EXPLAIN {sql}")
            except duckdb.Error:
                continue  # a constant where DuckDB wants none, and the like
            before = found.pairs
            hold_against(databases, sql, databases.ids[made % 10 :: 20], found)
            queries += found.pairs > before
    for sql, number, lifted, alone in found.differences[:5]:
        print(f"  differs on database {number}: {sql}\n    lifted {lifted}\n    alone {alone}")
    print(f"{queries} random queries on {found.pairs} databases: {len(found.differences)} differences; ", end="")
    print(f"left to chance: {found.chance}; not lifted: {dict(found.refused)}")
    return {
        "queries": queries,
        "pairs": found.pairs,
        "differences_to_one_by_one": len(found.differences),
        "left_to_chance": found.chance,
        "not_lifted": sum(found.refused.values()),
    }
