"""The copy in DuckDB against the server itself: the same rows, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.checks.sandbox import Sandbox
from dbt_ai.project.live import LiveReader
from dbt_ai.project.opening import open_project
from dbt_ai.tasks.gathering import compile_scope
from dbt_ai.tasks.replica import open_replica

LEFT_OUT = {"by_chance", "after_chance", "own_words", "elsewhere"}


def opened(folder: Path) -> LiveReader:
    reader = open_project(folder, folder)
    assert isinstance(reader, LiveReader)
    return reader


def of_server(reader: LiveReader, unique_id: str) -> Counter[tuple[Any, ...]]:
    with reader.warehouse() as warehouse:
        rows = warehouse.rows(f"select * from {warehouse.name(unique_id)}")
    return Counter(tuple(plain(value) for value in row) for row in rows)


def of_copy(sandbox: Sandbox, table: str) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(plain(value) for value in row) for row in sandbox.run(f"select * from {table}"))


def plain(value: Any) -> Any:
    """Numbers to nine digits, whatever their type; what is nested as text."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return f"{float(value):.9g}"
    return str(value).replace("'", '"') if isinstance(value, (list, dict)) else value


@pytest.fixture(scope="module")
def copied(built_harbour: Path) -> Iterator[tuple[LiveReader, Sandbox]]:
    reader = opened(built_harbour)
    scope = compile_scope(reader, sorted(reader.project.nodes))
    with open_replica(reader, scope) as sandbox:
        yield reader, sandbox


def test_every_table_of_the_copy_has_the_rows_of_the_servers(copied: tuple[LiveReader, Sandbox]) -> None:
    reader, sandbox = copied
    compared, wrong = set(), {}
    for node in reader.project.nodes.values():
        if node.materialized == "ephemeral" or node.name in LEFT_OUT:
            continue
        here = of_copy(sandbox, ".".join(f'"{part}"' for part in node.relation))
        there = of_server(reader, node.unique_id)
        if node.resource_type == "snapshot":  # the hash of a row is each warehouse's own
            here, there = (Counter(row[:-1] for row in rows.elements()) for rows in (here, there))
        compared.add(node.name)
        if here != there:
            wrong[node.name] = (list((there - here).items())[:2], list((here - there).items())[:2])
    assert not wrong
    assert len(compared) >= 16
