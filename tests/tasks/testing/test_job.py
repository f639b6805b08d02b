"""The job `test` on a real project: what it writes passes in dbt, is not doubled, does not come back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import yaml
from jsonschema import Draft202012Validator

from tests.cli.doors import dbt
from tests.integration_project.build import run_dbt

Dbtai = Callable[..., subprocess.CompletedProcess[str]]
SCHEMA = json.loads((Path(__file__).resolve().parents[3] / "docs/json-schema.json").read_text(encoding="utf-8"))
LEFT_OUT = ("target", "logs", ".dbt_ai")


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a project that people keep."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not set(path.relative_to(folder).parts) & set(LEFT_OUT) and path.suffix != ".duckdb"
    }


def outcomes(done: subprocess.CompletedProcess[str], kind: str) -> list[dict[str, Any]]:
    assert done.returncode in (0, 1), done.stderr
    return [one for one in json.loads(done.stdout)["outcomes"] if one["outcome"] == kind]


def data_tests_of(folder: Path) -> set[tuple[str, str | None, str]]:
    """(node, column, test) of every data test of the property files."""
    found = set()
    for path in [*(folder / "models").rglob("*.yml"), *(folder / "seeds").rglob("*.yml")]:
        for section in ("models", "seeds"):
            for node in yaml.safe_load(path.read_text(encoding="utf-8")).get(section, []):
                for column in [node, *node.get("columns", [])]:
                    for test in [*column.get("data_tests", []), *column.get("tests", [])]:
                        name = test if isinstance(test, str) else next(iter(test))
                        found.add((node["name"], None if column is node else column["name"], name))
    return found


def test_what_is_written_passes_in_dbt_and_a_second_run_writes_nothing(bakery: Path, dbtai: Dbtai) -> None:
    before, theirs = files(bakery), data_tests_of(bakery)
    first = dbtai(bakery, "test", "--format", "json")
    written = outcomes(first, "written")
    assert len(written) > 10
    Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/document"}]}).validate(json.loads(first.stdout))
    assert all(one["verdicts"][0]["verdict"] == "holds" for one in written)
    after = files(bakery)
    for name, content in before.items():
        lines = iter(after[name].splitlines())
        assert all(line in lines for line in content.splitlines()), f"a line of {name} is gone or moved"
    assert data_tests_of(bakery) > theirs
    assert not [name for name, *_ in data_tests_of(bakery) - theirs if name.startswith("raw_")]  # staged row by row
    assert len(data_tests_of(bakery)) == len(theirs) + len(written)
    run_dbt(bakery, "build")  # raises where a test fails
    again = dbtai(bakery, "test", "--format", "json")
    assert outcomes(again, "written") == []
    assert len(outcomes(again, "current")) == len(written)
    assert len(outcomes(again, "kept")) == len(theirs)
    assert dbtai(bakery, "test", "--check").returncode == 0
    assert files(bakery) == after


def test_dry_run_and_check_write_nothing(bakery: Path, dbtai: Dbtai) -> None:
    before = files(bakery)
    dry = dbtai(bakery, "test", "--select", "orders", "--dry-run")
    assert (dry.returncode, dry.stdout.startswith("--- a/models/")) == (0, True)
    assert dbtai(bakery, "test", "--select", "orders", "--check").returncode == 1
    assert files(bakery) == before


def test_both_doors_print_the_same(bakery: Path, dbtai: Dbtai) -> None:
    here = dbtai(bakery, "test", "--select", "orders", "--dry-run")
    there = dbt(bakery, "-q", "run-operation", "ai_test", "--args", "{select: orders, dry_run: true}")
    assert (here.returncode, there.returncode) == (0, 0), here.stderr + there.stdout
    assert here.stdout == there.stdout != ""
    wrong = dbt(bakery, "-q", "run-operation", "ai_test", "--args", "{select: orders, severity: fatal}")
    assert wrong.returncode == 1
    assert "severity is one of error, warn" in wrong.stdout + wrong.stderr


def test_what_a_person_deletes_does_not_come_back(bakery: Path, dbtai: Dbtai) -> None:
    assert dbtai(bakery, "test", "--select", "orders").returncode == 0
    marts = bakery / "models/marts/_marts.yml"
    text = marts.read_text(encoding="utf-8")
    assert ("orders", "order_id", "unique") in data_tests_of(bakery)
    content = yaml.safe_load(text)
    orders = next(node for node in content["models"] if node["name"] == "orders")
    (order_id,) = (column for column in orders["columns"] if column["name"] == "order_id")
    del order_id["data_tests"]
    marts.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    again = dbtai(bakery, "test", "--select", "orders", "--format", "json")
    assert [(one["column"], one["text"]) for one in outcomes(again, "written") if one["column"] == "order_id"] == []


def test_a_test_that_people_have_is_not_doubled_whatever_key_it_stands_under(bakery: Path, dbtai: Dbtai) -> None:
    marts = bakery / "models/marts/_marts.yml"
    content = yaml.safe_load(marts.read_text(encoding="utf-8"))
    content["models"].append({"name": "orders", "columns": [{"name": "ORDER_ID", "tests": ["unique", "not_null"]}]})
    marts.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    told = dbtai(bakery, "test", "--select", "orders", "--format", "json")
    kept = {(one["column"], one["text"]) for one in outcomes(told, "kept")}
    assert {("ORDER_ID", "unique"), ("ORDER_ID", "not_null")} <= kept
    assert not [one for one in outcomes(told, "written") if (one["column"] or "").casefold() == "order_id"]


def test_a_test_that_fails_for_a_reason_is_told_with_its_rows_and_written_only_as_a_warning(
    bakery: Path, dbtai: Dbtai
) -> None:
    (bakery / "models/marts/shops.sql").write_text(
        "select order_id, 'o' || order_id as order_name from {{ ref('stg_orders') }} where order_id is not null",
        encoding="utf-8",
    )
    (bakery / "models/marts/visits.sql").write_text(
        "select order_id, count(*) as visits from (select * from {{ ref('shops') }} union all "
        "select * from {{ ref('shops') }}) as twice group by order_id",
        encoding="utf-8",
    )
    run_dbt(bakery, "run", "--select", "shops", "visits")
    with duckdb.connect(str(next(bakery.glob("*.duckdb")))) as connection:
        (row,) = connection.execute("select min(order_id) from visits").fetchall()
        connection.execute("insert into visits values (?, 1)", row)
    told = dbtai(bakery, "test", "--select", "visits", "--check", "--format", "json")
    (failing,) = outcomes(told, "refuted")
    assert (failing["column"], failing["text"], failing["reason"]) == ("order_id", "unique", "test-fails")
    assert failing["verdicts"][0]["rows"] == [{"repeated": row[0], "row_count": 2}]
    assert dbtai(bakery, "test", "--select", "visits", "--severity", "warn").returncode == 0
    printed = run_dbt(bakery, "test", "--select", "visits")
    assert "WARN=1" in printed


def test_a_relation_without_rows_gets_what_its_sql_says(bakery: Path, dbtai: Dbtai) -> None:
    (bakery / "models/marts/nothing.sql").write_text(
        "select member_id, max(order_total) as most from {{ ref('orders') }} where false group by member_id",
        encoding="utf-8",
    )
    run_dbt(bakery, "run", "--select", "nothing")
    told = dbtai(bakery, "test", "--select", "nothing", "--check", "--format", "json")
    assert [(one["column"], one["text"]) for one in outcomes(told, "written")] == [("member_id", "unique")]


def test_without_data_nothing_is_written(bakery: Path, dbtai: Dbtai) -> None:
    next(bakery.glob("*.duckdb")).unlink()
    done = dbtai(bakery, "test")
    assert done.returncode == 0
    assert "No test is written without data to run it on." in done.stdout
    assert done.stdout.endswith("test: nothing to do.\n")


def test_tests_of_a_package_where_the_project_has_it(bakery: Path, dbtai: Dbtai) -> None:
    package = bakery / "somewhere" / "dbt_utils"
    (package / "macros").mkdir(parents=True)
    (package / "dbt_project.yml").write_text("name: dbt_utils\nversion: 1.0.0\nconfig-version: 2\n")
    (package / "macros" / "accepted_range.sql").write_text(
        "{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}"
        "select * from {{ model }} where {{ column_name }} < {{ min_value }}{% endtest %}"
    )
    (bakery / "packages.yml").write_text("packages:\n  - local: somewhere/dbt_utils\n")
    run_dbt(bakery, "deps")
    assert dbtai(bakery, "test", "--select", "stg_order_lines").returncode == 0
    assert ("stg_order_lines", "line_total", "dbt_utils.accepted_range") in data_tests_of(bakery)
    assert not (bakery / "tests").exists()
    assert "ERROR=0" in run_dbt(bakery, "test", "--select", "stg_order_lines")


def test_a_generic_test_of_the_project_that_says_the_same_is_used(bakery: Path, dbtai: Dbtai) -> None:
    (bakery / "tests/generic").mkdir(parents=True, exist_ok=True)
    (bakery / "tests/generic/fine.sql").write_text(
        "{% test fine(model, column_name) %}\nselect * from {{ model }} where {{ column_name }} < 0\n{% endtest %}\n"
    )
    assert dbtai(bakery, "test", "--select", "stg_order_lines").returncode == 0
    assert ("stg_order_lines", "line_total", "fine") in data_tests_of(bakery)


def test_a_name_that_is_taken_for_something_else_is_told(bakery: Path, dbtai: Dbtai) -> None:
    (bakery / "tests/generic").mkdir(parents=True, exist_ok=True)
    (bakery / "tests/generic/accepted_range.sql").write_text(
        "{% test accepted_range(model, column_name) %}select 1 from {{ model }} where {{ column_name }} > 9"
        "{% endtest %}"
    )
    done = dbtai(bakery, "test", "--select", "stg_order_lines", "--check", "--format", "json")
    assert {one["reason"] for one in outcomes(done, "refused")} == {"test-name-taken"}
