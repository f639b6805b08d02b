"""The mutation score of tests whose worth is known: planted in the demo project, as files in `mutated/`."""

from __future__ import annotations

import doctest
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dbt_ai.checks.data_tests.staging import MAX_ROWS, open_stage
from dbt_ai.checks.sandbox import open_memory
from dbt_ai.project.values import Node
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.mutating import judging, lines
from dbt_ai.tasks.mutating.bench import set_up
from dbt_ai.tasks.mutating.lines import diff_in_file, lines_in_file
from dbt_ai.tasks.mutating.reasons import REASONS
from dbt_ai.tasks.mutating.values import Read, Subject
from tests.cli.doors import dbtai, files
from tests.integration_project.build import BuildFailed, run_dbt

HERE = Path(__file__).parent
SCHEMA = json.loads((HERE.parents[1] / "docs/json-schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def planted(built_bakery: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(built_bakery, tmp_path_factory.mktemp("mutated") / "bakery"))
    return Path(shutil.copytree(HERE / "mutated", folder, dirs_exist_ok=True))


@pytest.fixture(scope="module")
def report(planted: Path) -> Any:
    before = files(planted)
    done = dbtai(planted, "mutate", "-s", "marts", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert files(planted) == before
    return json.loads(done.stdout)


def model(report: Any, name: str) -> Any:
    return next(one for one in report["models"] if one["node"] == f"model.bakery.{name}")


def outcomes(report: Any, name: str) -> dict[str, str]:
    return {test["name"]: test["outcome"] for test in model(report, name)["tests"]}


def test_what_is_printed_follows_the_schema(report: Any) -> None:
    Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/mutation"}]}).validate(report)


def test_the_summary_adds_up(report: Any) -> None:
    for part in (report, *report["models"]):
        inside = part["models"] if part is report else [part]
        mutants = [mutant["outcome"] for one in inside for mutant in one["mutants"]]
        summary = part["summary"]
        assert {kind: summary[kind] for kind in set(mutants)} == {kind: mutants.count(kind) for kind in set(mutants)}
        able = summary["killed"] + summary["survived"]
        assert summary["score"] == (summary["killed"] / able if able else None)
    assert report["summary"]["killed"] > 0
    assert report["summary"]["survived"] > 0


def test_a_test_kills_the_one_mutant_that_it_was_made_for(report: Any) -> None:
    orders = model(report, "orders")
    (test,) = (test for test in orders["tests"] if test["name"] == "collected_is_told")
    assert (test["kills"], test["kills_alone"]) == (1, 1)
    (killed,) = (mutant for mutant in orders["mutants"] if mutant["outcome"] == "killed")
    assert killed["operator"] == "equality-negated"
    assert killed["line"] == 17
    assert killed["killed_by"] == [test["test"]]


def test_a_real_dbt_fails_on_that_mutant_and_on_no_survivor(planted: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(planted, tmp_path / "bakery"))
    (folder / "models/marts/_planted.yml").unlink()
    path = folder / "models/marts/orders.sql"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("sum(line_total)", "max(line_total)"), encoding="utf-8")
    run_dbt(folder, "build", "--select", "orders")
    path.write_text(text.replace("= 'collected' as", "<> 'collected' as"), encoding="utf-8")
    with pytest.raises(BuildFailed, match="collected_is_told"):
        run_dbt(folder, "build", "--select", "orders")


def test_each_test_is_told_for_what_it_is_worth(report: Any) -> None:
    assert outcomes(report, "orders") == {
        "collected_is_told": "kills",
        "not_null_orders_order_id": "kills_nothing",
        "positive_orders_order_total": "kills_nothing",
        "enough_orders": "kills_nothing",
        "says_nothing": "cannot_fail",
        "accepted_values_orders_order_state__collected": "not_counted",
    }
    assert report["summary"]["tests"]["cannot_fail"] == 1


def test_unit_tests_kill_what_differs_in_the_columns_that_they_expect(report: Any) -> None:
    assert outcomes(report, "members") == {"three_orders_make_a_regular": "kills", "wrong_today": "not_counted"}
    members = model(report, "members")
    fates = {(mutant["operator"], mutant["line"]): mutant["outcome"] for mutant in members["mutants"]}
    assert fates["sum-maximum", 8] == "killed"
    assert fates["join-side", 29] == "killed"
    assert fates["minimum-maximum", 5] == "survived"
    wrong = next(test for test in members["tests"] if test["name"] == "wrong_today")
    assert (wrong["type"], wrong["reason"]) == ("unit_test", "fails-today")


def test_survivors_come_first_and_by_the_rows_that_differ(report: Any) -> None:
    for one in report["models"]:
        kinds = [mutant["outcome"] for mutant in one["mutants"]]
        assert kinds == sorted(kinds, key=["survived", "not_reached", "equivalent", "killed"].index)
        rows = [mutant["rows"] for mutant in one["mutants"] if mutant["outcome"] == "survived"]
        assert rows == sorted(rows, reverse=True)
        for mutant in one["mutants"]:
            assert bool(mutant["diff"]) == (mutant["outcome"] != "killed")
            assert bool(mutant["shown_by"]) == (mutant["outcome"] == "survived" and mutant["rows"] == 0)
            assert mutant["verdict"] == ("bounded" if mutant["outcome"] == "equivalent" else None)


def test_a_diff_shows_the_line_of_the_file(report: Any) -> None:
    (averaged,) = (m for m in model(report, "orders")["mutants"] if m["operator"] == "sum-average")
    assert averaged["line"] == 6
    assert averaged["diff"].splitlines() == [
        "@@ line 6 @@",
        "-        sum(line_total) as order_total",
        "+        avg(line_total) as order_total",
    ]


def test_ephemeral_models_are_judged_alone_and_read_by_others(report: Any) -> None:
    assert list(outcomes(report, "in_between").values()) == ["kills"]
    after = model(report, "after_ephemeral")
    assert after["mutants"]
    assert not any("collected" in mutant["sentence"] for mutant in after["mutants"])  # that is the parent's SQL


def test_models_that_cannot_be_judged_have_a_reason(report: Any) -> None:
    left_out = {one["node"].split(".")[-1]: one["reason"] for one in report["models"] if one["reason"]}
    assert left_out == {
        "today": "depends-on-session",
        "any_order": "order-left-open",
        "not_built": "not-built",
        "no_sql": "no-sql",
        "by_python": "python-model",
    }
    assert set(left_out.values()) <= set(REASONS)
    assert not any(one["mutants"] for one in report["models"] if one["reason"])


def test_sums_of_floats_in_another_order_are_no_difference(report: Any) -> None:
    """`balance` is another number for each order of the rows; the model is judged by its other columns."""
    judged = model(report, "adds_floats")
    assert judged["reason"] is None
    rows = {m["operator"]: m["rows"] for m in judged["mutants"] if "balance" in m["sentence"]}
    assert rows
    assert not any(rows.values())


def test_the_text_names_tests_and_survivors(planted: Path, tmp_path: Path) -> None:
    output = tmp_path / "report.txt"
    done = dbtai(planted, "mutate", "-s", "orders", "--output", str(output))
    assert (done.returncode, done.stdout) == (0, "")
    lines = output.read_text(encoding="utf-8").splitlines()
    assert "  cannot fail         says_nothing" in lines
    assert "  kills 1, 1 alone    collected_is_told" in lines
    assert "    +        avg(line_total) as order_total" in lines
    assert lines[-1].startswith("mutate: 1 killed, ")


def test_without_data_there_is_no_score(planted: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(planted, tmp_path / "bakery", ignore=shutil.ignore_patterns("*.duckdb")))
    done = dbtai(folder, "mutate", "-s", "orders", "--format", "json")
    assert done.returncode == 0, done.stderr
    (orders,) = json.loads(done.stdout)["models"]
    assert orders["reason"] == "no-data"


def test_the_integration_project_has_a_score(built_integration_project: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(built_integration_project, tmp_path / "wheelhouse"))
    done = dbtai(folder, "mutate", "-s", "int_tickets__latest", "ops_bike_wear", "--format", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert {one["node"].split(".")[-1]: one["reason"] for one in report["models"]} == {
        "int_tickets__latest": None,
        "ops_bike_wear": "python-model",
    }
    kills = {test["name"]: test["kills"] for one in report["models"] for test in one["tests"]}
    assert kills["latest_ticket_wins"] > 0


def test_of_a_large_relation_a_sample_is_copied() -> None:
    many = Relation("many", ("shop", "main", "many"), (("id", "BIGINT"),))
    node = Node("model.shop.one", "model", "one", "shop", "models/one.sql", ("shop", "main", "one"))
    reads = (Read(many, "SELECT * FROM shop.main.many", "__dbt__cte__many"),)
    with open_memory(["shop"]) as sandbox:
        sandbox.connection.execute(f"CREATE TABLE many AS SELECT range AS id FROM range({MAX_ROWS + 5})")
        with open_stage(sandbox.connection, 30) as stage:
            bench = set_up(stage, Subject(node, "select id from shop.main.many", "", reads))
            assert bench.sampled == ("many",)
            assert stage.run(f"SELECT COUNT(*) FROM {bench.original}") == [(MAX_ROWS,)]


def test_lines_of_compiled_sql_are_found_in_the_file() -> None:
    file = "\n{{ config(x=1) }}\n\nselect a,\n  {{ cents('b') }} as b\nfrom {{ ref('y') }}\n"
    compiled = "select a,\n  b / 100 as b\nfrom shop.y"
    found = lines_in_file(compiled, file)
    assert found == {1: 4, 2: 5, 3: 6}
    diff = "@@ -2 +2 @@\n-  b / 100 as b\n+  b * 100 as b"
    assert diff_in_file(diff, compiled, found) == "@@ line 5 @@\n-  b / 100 as b\n+  b * 100 as b"
    other_layout = "@@ -7 +7 @@\n-  b / 100 AS b\n+  b * 100 AS b"
    assert diff_in_file(other_layout, compiled, found) == "-  b / 100 AS b\n+  b * 100 AS b"
    assert diff_in_file(diff, compiled, {}).startswith("@@ line 2 of the compiled SQL @@")


def test_examples_in_docstrings_hold() -> None:
    for module in (judging, lines):
        found = doctest.testmod(module)
        assert found.attempted
        assert not found.failed
