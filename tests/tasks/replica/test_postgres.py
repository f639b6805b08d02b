"""The copy in DuckDB against the server itself: the same rows, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.checks.sandbox import Sandbox
from dbt_ai.errors import WarehouseError
from dbt_ai.project.live import LiveReader
from dbt_ai.project.opening import open_project
from dbt_ai.project.values import Node, Selection
from dbt_ai.tasks.document import DocumentOptions, document
from dbt_ai.tasks.gathering import compile_scope
from dbt_ai.tasks.profile import profiles_of
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
        if node.materialized == "ephemeral" or node.name in LEFT_OUT or node.unique_id in sandbox.partial:
            continue
        here, there = of_copy(sandbox, table(node)), of_server(reader, node.unique_id)
        compared.add(node.name)
        if here != there:
            wrong[node.name] = (list((there - here).items())[:2], list((here - there).items())[:2])
    assert not wrong
    assert len(compared) == 18


def test_what_is_not_copied_is_told_with_its_reason(copied: tuple[LiveReader, Sandbox]) -> None:
    _, sandbox = copied
    assert sandbox.notices[1:] == (
        "1 of its tables hold a part of the rows; what rests on them says so.",
        "Left out of the copy of the data: elsewhere, as it reads information_schema.tables, which is no node of the "
        "project that is there.",
        "Left out of the copy of the data: by_chance, as it takes a random sample.",
        "Left out of the copy of the data: after_chance, as what it reads is left out.",
        "Left out of the copy of the data: own_words, as Catalog Error: Scalar Function with name to_tsvector does not "
        "exist.",
    )


def test_the_copy_is_locked_down(copied: tuple[LiveReader, Sandbox]) -> None:
    _, sandbox = copied
    with pytest.raises(WarehouseError, match="disabled"):
        sandbox.run("select * from read_csv('/etc/hostname')")
    assert sandbox.where == "transpiled"


def test_of_a_large_table_the_first_rows_are_read(copied: tuple[LiveReader, Sandbox]) -> None:
    _, sandbox = copied
    assert sandbox.partial == {"source.harbour.raw.pings", "model.harbour.stg_pings", "model.harbour.echoes"}
    assert sandbox.run('select count(*), min(ping_id), max(ping_id) from "postgres"."raw"."pings"') == [
        (10_000, 1, 10_000)
    ]


def test_rows_that_belong_to_the_sampled_ones_are_read(built_harbour: Path) -> None:
    reader = opened(built_harbour)
    scope = compile_scope(reader, sorted(reader.project.nodes))
    with open_replica(reader, scope, rows=20) as sandbox:
        ships = sandbox.run('select ship_id from "postgres"."raw"."ships"')
        lost = sandbox.run(
            'select count(*), count(*) filter (where ship not in (select ship_id from "postgres"."raw"."ships")) '
            'from "postgres"."raw"."calls"'
        )
        joined = sandbox.run('select count(*) from "postgres"."harbour"."ships_at_quays"')
    assert sorted(ships) == [(number,) for number in range(1, 21)]
    assert lost == [(20, 0)]
    assert joined == [(3,)]


def test_what_rests_on_a_part_of_the_rows_says_so_and_alarms_nobody(harbour: Path) -> None:
    report = document(opened(harbour), DocumentOptions(write=False))
    on_data = [
        (outcome.target.unique_id.rpartition(".")[2], verdict)
        for outcome in report.outcomes
        for verdict in outcome.verdicts
        if verdict.where != "sql"
    ]
    assert {verdict.where for _, verdict in on_data} == {"transpiled"}
    of_a_part = {name for name, verdict in on_data if verdict.detail.endswith("(On a part of the rows.)")}
    assert of_a_part <= {"pings", "stg_pings", "echoes"}
    assert {finding.target.unique_id for finding in report.findings}.isdisjoint(
        {"source.harbour.raw.pings", "model.harbour.stg_pings", "model.harbour.echoes"}
    )
    told = profiles_of(opened(harbour), Selection(select=("source:harbour.raw.pings",)))
    assert [(profile.rows, profile.sampled) for profile, _ in told.profiles] == [(10_000, 10_000)]


def test_without_a_connection_there_is_what_follows_from_the_seeds(
    harbour: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARBOUR_HOST", "/nowhere")
    reader = opened(harbour)
    scope = compile_scope(reader, sorted(reader.project.nodes))
    with open_replica(reader, scope) as sandbox:
        tables = sandbox.run("select table_name from duckdb_tables()")
    assert tables == [("quays",)]
    assert "no connection to the warehouse" in " ".join(sandbox.notices)


def table(node: Node) -> str:
    return ".".join(f'"{part}"' for part in node.relation)
