"""Mutants per second of one core, from the SQL of a model to what becomes of each: told apart by a generated database,
equivalent as far as was tried, or not reached. Making them alone is measured beside a way that copies and writes the
whole tree for each.

`python -m benchmarks mutants [--quick] [--models N] [--seed N]`
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import sqlglot

from benchmarks.lifted import CUSTOMERS, SHOP
from benchmarks.projects import plan
from dbt_ai.checks.mutation import Classified, Fate, classify
from dbt_ai.sql.mutants import OPERATORS, mutants_of
from dbt_ai.sql.values import Relation

ORDERS = """
WITH paid AS (
    SELECT order_id, sum(CASE WHEN payment_method = 'credit_card' THEN amount ELSE 0 END) AS credit_card,
        sum(CASE WHEN payment_method = 'coupon' THEN amount ELSE 0 END) AS coupon, sum(amount) AS total
    FROM payments GROUP BY order_id
)
SELECT o.id AS order_id, o.user_id, o.order_date, o.status, p.credit_card, p.coupon, p.total,
    row_number() OVER (PARTITION BY o.user_id ORDER BY o.order_date, o.id) AS number
FROM orders AS o LEFT JOIN paid AS p ON o.id = p.order_id WHERE o.order_date >= DATE '2018-01-05'
"""

Model = tuple[str, str, tuple[Relation, ...]]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer models and databases")
    parser.add_argument("--models", type=int, help="generated models whose mutants are tried on databases")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    generated = list(models(20 if options.quick else 120, options.seed))
    figures = speed(generated)
    wanted = options.models if options.models is not None else (0 if options.quick else 6)
    tried = [("customers", CUSTOMERS, SHOP), ("orders", ORDERS, SHOP)]
    tried += [model for model in generated if not model[0].startswith("stg_")][:wanted]
    figures |= fates(tried, 1_000 if options.quick else 3_000, options.seed)
    print(json.dumps(figures))


def models(count: int, seed: int) -> Iterator[Model]:
    """The models of a generated project: name, compiled SQL, and the relations that each reads."""
    project = plan(Path("nowhere"), models=count, columns=12, seed=seed)
    compiled = project.compiled()
    relations: dict[str, Relation] = {}
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        connection.execute(project.source_ddl())
        for each in (*project.sources, *project.models):
            name = ".".join(each.relation)
            if each.sql:
                sql = compiled[each.unique_id]
                connection.execute(f"create table {name} as {sql}")
                yield each.name, sql, tuple(relations[parent] for parent in each.parents)
            described = connection.execute(f"describe {name}").fetchall()
            relations[each.unique_id] = Relation(name, each.relation, tuple((row[0], row[1]) for row in described))


def schema_of(relations: tuple[Relation, ...]) -> dict[str, dict[str, str]]:
    return {
        ".".join(part for part in relation.parts if part): {name: kind or "" for name, kind in relation.columns}
        for relation in relations
    }


def speed(generated: list[Model]) -> dict[str, Any]:
    """How fast mutants are made, in seconds of processor time, all of them spent on one thread."""
    started = time.process_time()
    found = [len(mutants_of(sql, "duckdb", schema_of(relations))) for _, sql, relations in generated]
    rate = sum(found) / (time.process_time() - started)
    started = time.process_time()
    for (_, sql, _), count in zip(generated, found, strict=True):
        tree = sqlglot.parse_one(sql, dialect="duckdb")
        for _ in range(count):
            tree.copy().sql("duckdb")
    whole = sum(found) / (time.process_time() - started)
    print(f"{sum(found)} mutants of {len(found)} models by {len(OPERATORS)} operators, one core: {rate:,.0f} a second")
    print(f"copying and writing the whole tree alone, with no change to it: {whole:,.0f} a second")
    return {
        "operators": len(OPERATORS),
        "mutants": sum(found),
        "made_per_second": round(rate),
        "whole_trees_per_second": round(whole),
    }


def fates(tried: list[Model], count: int, seed: int) -> dict[str, Any]:
    """What becomes of the mutants of some models, and how many of them a second of processor time suffices for, from
    the SQL on."""
    found: list[Classified] = []
    started = time.process_time()
    for name, sql, relations in tried:
        fate = classify(sql, mutants_of(sql, "duckdb", schema_of(relations)), relations, seed=seed, count=count)
        counted = Counter(each.fate.value for each in fate)
        print(f"  {name}: {len(fate)} mutants, {dict(counted)}")
        found += fate
    seconds = time.process_time() - started
    counted = Counter(each.fate for each in found)
    print(
        f"{len(found)} mutants in {seconds:.1f} s, up to {6 * count} databases each: {counted[Fate.KILLABLE]} told "
        f"apart, {counted[Fate.EQUIVALENT]} equivalent as far as was tried, {counted[Fate.NOT_REACHED]} not reached"
    )
    for reason, number in Counter(each.reason for each in found if each.fate is Fate.NOT_REACHED).most_common():
        print(f"  not reached: {reason} {number}")
    return {
        "tried": len(found),
        "killed": counted[Fate.KILLABLE],
        "equivalent": counted[Fate.EQUIVALENT],
        "not_reached": counted[Fate.NOT_REACHED],
        "mutants_per_second": round(len(found) / seconds, 1),
    }
