"""What was written as tests comes back from a real dbt with exactly the arguments that were meant, and passes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.edits import apply_plan, plan_edits
from dbt_ai.values import AnyEdit, Edit, FileEdit, PropertyPlace, TestEdit, UnitTestEdit

DBT = "from dbt.cli.main import cli; cli()"
VALUES: list[Any] = [
    *["plain", "yes", "No", "null", "~", "", "007", "1", "1_000", "1e5", "0x1F", "12:30", "2024-01-01", ".5", "[1, 2]"],
    *[
        "a: b",
        "a #b",
        "#b",
        "it's",
        'say "hi"',
        "both ' and \"",
        "back\\slash \\d",
        "tab\there",
        " space ",
        "two\nlines",
    ],
    *["{brace}", "[bracket", "a, b", "*star", "&amp", "!bang", "%}", "}}", "- dash", "? what", "=", "<<", "(1, 2)"],
    *[
        "None",
        "True",
        "'quoted'",
        '"quoted"',
        "\u00e9 \U0001f389",
        "\u2028",
        "\u00a0",
        "\u202eover",
        "ref ('a'",
        "|",
        ">",
    ],
    *[True, False, 0, 7, -1, 1.5, -0.25, None, ["nested", ["1", 1]], {"key": {"yes": "no", "1": 1}}],
]
ECHO = (
    "{% test echo(model, column_name, echoed) %}\nselect 1 as x where false /*{{ tojson(echoed) }}*/\n{% endtest %}\n"
)
SQL = "select 1 as id, 'placed' as status, 7 as customer_id union all select 2, 'shipped', 7\n"
UNIT_TEST = {
    "name": "a_refund_lowers_the_total",
    "description": "A refund lowers the total: also to zero.",
    "model": "totals",
    "given": [
        {"input": "ref('orders')", "rows": [{"id": 1, "status": "yes"}, {"id": 2, "status": "a, b: 'c'"}]},
        {"input": "ref('customers')", "rows": []},
    ],
    "expect": {"rows": [{"id": 1, "status": "yes"}, {"id": 2, "status": "a, b: 'c'"}]},
    "overrides": {"macros": {"is_incremental": False}, "vars": {"start": "2024-01-01"}},
    "config": {"tags": ["ours"]},
}


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8", newline="")


def edits_of(model: str, path: str, nested: bool) -> list[AnyEdit]:
    """Tests of one model, their arguments under `arguments:` or without."""
    place = PropertyPlace(path, "models", model, file_exists=True)

    def test(test_name: str, arguments: dict[str, Any], **beside: Any) -> dict[str, Any]:
        return {test_name: {**({"arguments": arguments} if nested else arguments), **beside}}

    return [
        TestEdit(place, "id", "unique"),
        TestEdit(place, "id", test("echo", {"echoed": VALUES})),
        TestEdit(place, "status", test("accepted_values", {"values": ["placed", "shipped"]})),
        TestEdit(place, "customer_id", test("relationships", {"to": "ref('customers')", "field": "id"})),
        TestEdit(
            place,
            "customer_id",
            test("not_null", {}, name=f"{model}_has_customers", description="Why {{ it }} is: so.", config=CONFIG),
        ),
        TestEdit(place, None, test("unique", {"column_name": "id || status"})),
        Edit(place, "status", "State: of the order."),
    ]


CONFIG = {"severity": "warn", "where": "status <> 'a: \"b\"'", "tags": ["yes"]}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the tests written into files of two styles and a new one, and built by dbt."""
    root = tmp_path_factory.mktemp("project")
    write(root, "dbt_project.yml", "name: p\nversion: '1.0'\nprofile: p\nflags: {send_anonymous_usage_stats: false}\n")
    write(root, "profiles.yml", "p: {target: t, outputs: {t: {type: duckdb, path: data.duckdb}}}\n")
    for model in ("block", "flow", "fresh", "orders"):
        write(root, f"models/{model}.sql", SQL)
    write(root, "models/customers.sql", "select 7 as id\n")
    write(
        root,
        "models/totals.sql",
        "select o.id, o.status from {{ ref('orders') }} o left join {{ ref('customers') }} c using (id)",
    )
    write(
        root,
        "models/block.yml",
        "version: 2\nmodels:\n- name: block\n  columns:\n  - name: id\n    tests:\n    - not_null\n",
    )
    write(
        root,
        "models/flow.yml",
        "version: 2\r\nmodels: [{name: flow, columns: [{name: id, data_tests: [not_null]}]}]\r\n",
    )
    edits: list[AnyEdit] = [
        *edits_of("block", "models/block.yml", nested=False),
        *edits_of("flow", "models/flow.yml", nested=True),
        UnitTestEdit("models/block.yml", UNIT_TEST),
        FileEdit("tests/singular.sql", "select * from {{ ref('orders') }} where id > 2\n"),
        FileEdit("tests/generic/echo.sql", ECHO),
    ]
    place = PropertyPlace("models/fresh.yml", "models", "fresh")
    edits += [TestEdit(place, "id", "not_null"), TestEdit(place, "id", {"echo": {"arguments": {"echoed": VALUES}}})]
    plan = plan_edits(root, edits)
    assert plan.refused == ()
    apply_plan(root, plan)
    assert plan_edits(root, edits).changes == ()
    done = subprocess.run(
        [sys.executable, "-c", DBT, "build", "--no-partial-parse", "--profiles-dir", "."],
        cwd=root,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "DBTAI_DISABLE": "1", "PYTHONUTF8": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.fixture(scope="module")
def manifest(root: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((root / "target/manifest.json").read_bytes())
    return loaded


def nodes_of(manifest: dict[str, Any], model: str) -> list[dict[str, Any]]:
    found = [node for node in manifest["nodes"].values() if node.get("attached_node") == f"model.p.{model}"]
    return sorted(found, key=lambda node: (node["test_metadata"]["name"], str(node["column_name"])))


@pytest.mark.parametrize("model", ["block", "flow"])
def test_every_test_is_there_with_the_arguments_meant(manifest: dict[str, Any], model: str) -> None:
    read = []
    for node in nodes_of(manifest, model):
        arguments = {key: value for key, value in node["test_metadata"]["kwargs"].items() if key != "model"}
        read.append((node["test_metadata"]["name"], node["column_name"], arguments))
    assert read == [
        ("accepted_values", "status", {"column_name": "status", "values": ["placed", "shipped"]}),
        ("echo", "id", {"column_name": "id", "echoed": VALUES}),
        ("not_null", "customer_id", {"column_name": "customer_id"}),
        ("not_null", "id", {"column_name": "id"}),
        ("relationships", "customer_id", {"column_name": "customer_id", "to": "ref('customers')", "field": "id"}),
        ("unique", None, {"column_name": "id || status"}),
        ("unique", "id", {"column_name": "id"}),
    ]


@pytest.mark.parametrize("model", ["block", "flow", "fresh"])
def test_values_reach_the_sql_of_the_test_as_they_were_meant(root: Path, manifest: dict[str, Any], model: str) -> None:
    (node,) = (node for node in nodes_of(manifest, model) if node["test_metadata"]["name"] == "echo")
    (echoed,) = re.findall(r"/\*(.*)\*/", node["compiled_code"])
    assert json.loads(echoed) == VALUES


@pytest.mark.parametrize("model", ["block", "flow"])
def test_name_description_and_config_are_there(manifest: dict[str, Any], model: str) -> None:
    (node,) = (node for node in nodes_of(manifest, model) if node["name"] == f"{model}_has_customers")
    assert node["description"] == "Why {{ it }} is: so."
    config = node["config"]
    assert (config["severity"], config["where"], config["tags"]) == ("warn", CONFIG["where"], ["yes"])


def test_the_unit_test_is_there_as_it_was_meant_and_passed(root: Path, manifest: dict[str, Any]) -> None:
    (unit_test,) = manifest["unit_tests"].values()
    for key in ("name", "description", "model"):
        assert unit_test[key] == UNIT_TEST[key]
    assert [{key: one[key] for key in ("input", "rows")} for one in unit_test["given"]] == UNIT_TEST["given"]
    assert unit_test["expect"]["rows"] == UNIT_TEST["expect"]["rows"]  # type: ignore[index]
    assert unit_test["overrides"] == {**UNIT_TEST["overrides"], "env_vars": {}}  # type: ignore[dict-item]
    assert unit_test["config"]["tags"] == ["ours"]


def test_everything_passed(root: Path) -> None:
    results = json.loads((root / "target/run_results.json").read_bytes())["results"]
    assert {result["status"] for result in results} == {"success", "pass"}
    assert sum(result["unique_id"].startswith(("test.", "unit_test.")) for result in results) == 18
