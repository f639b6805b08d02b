"""`dbt run-operation ai_...` from the outside: real dbt processes, with a recorder in the place of the tasks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.project.shop import REPOSITORY, dbt

RECORDER = Path(__file__).parent / "recorder"


def operation(root: Path, name: str, arguments: dict[str, Any] | None = None, **options: str) -> Any:
    target = ["--target", options.pop("target")] if "target" in options else []
    call = ["-q", "run-operation", name, "--args", json.dumps(arguments or {}), *target]
    return dbt(root, *call, environment=options, shadow=RECORDER)


def recorded(result: subprocess.CompletedProcess[str]) -> Any:
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout)


def test_the_task_gets_the_arguments_that_were_given_and_stdout_is_only_its_own(shop: Path) -> None:
    said = recorded(operation(shop, "ai_document", {"select": "+customers", "dry_run": True}))
    assert said["command"] == "document"
    assert said["arguments"] == {"select": ["+customers"], "dry_run": True}
    assert said["selected"] == [
        "model.shop.customers",
        "model.shop.stg_customers",
        "model.shop.stg_orders",
        "seed.shop.raw_customers",
        "source.shop.till.raw_orders",
    ]


def test_lineage_is_an_operation_too_and_may_be_called_with_its_package(shop: Path) -> None:
    said = recorded(operation(shop, "dbt_ai.ai_lineage", {"column": "orders.amount", "format": "json"}))
    assert said["command"] == "lineage"
    assert said["arguments"] == {"column": "orders.amount", "format": "json"}


@pytest.mark.parametrize(("code", "words"), [(1, "findings"), (3, "run it again")])
def test_an_exit_code_fails_dbt_without_a_word_on_stdout(shop: Path, code: int, words: str) -> None:
    result = operation(shop, "ai_document", {"select": "daily"}, RECORDER_EXIT=str(code))
    assert result.returncode == 1
    assert json.loads(result.stdout)["command"] == "document"
    assert words in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    run_results = json.loads((shop / "target" / "run_results.json").read_text())
    assert run_results["results"][0]["status"] == "error"


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        ({}, {"RECORDER_ERROR": "The project has no till."}, "The project has no till."),
        ({}, {"RECORDER_CRASH": "1"}, "KeyError: 'a mistake of ours'"),
        ({"slect": "orders"}, {}, "ai_document takes no argument called slect. It takes: select, exclude,"),
        ({"dry_run": "maybe"}, {}, "The argument dry_run of ai_document must be true or false, not 'maybe'."),
        ({"selector": "nope"}, {}, 'There is no selector called "nope" in selectors.yml; it has finance.'),
        ({"select": "nope"}, {}, 'Nothing in this project is called "nope"'),
        ({"select": "state:modified", "state": "nowhere"}, {}, 'The state folder "nowhere" holds no manifest.json'),
    ],
)
def test_what_is_wrong_is_one_sentence(
    shop: Path, arguments: dict[str, Any], environment: dict[str, str], sentence: str
) -> None:
    result = operation(shop, "ai_document", arguments, **environment)
    assert result.returncode == 1
    assert sentence in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def test_no_model_reaches_the_bridge(shop: Path) -> None:
    call = "{% if execute %}{% do modules.dbt_ai.call('document', {}) %}{% endif %} select 1 as x"
    (shop / "models" / "marts" / "intruder.sql").write_text(call)
    compiled = dbt(shop, "-q", "compile", "-s", "intruder")
    assert compiled.returncode != 0
    assert "modules.dbt_ai answers only to" in compiled.stdout
    said = recorded(operation(shop, "ai_document", {"select": "intruder"}))
    assert "modules.dbt_ai answers only to" in said["failed"]["model.shop.intruder"]


def test_a_macro_of_the_project_wins_over_ours(shop: Path) -> None:
    (shop / "macros").mkdir()
    (shop / "macros" / "mine.sql").write_text("{% macro ai_document() %}{% do print('mine') %}{% endmacro %}")
    result = operation(shop, "ai_document")
    assert (result.returncode, result.stdout.strip()) == (0, "mine")


def test_the_packages_route(shop: Path) -> None:
    """With our package in packages.yml the project has its own copy of the macros, and dbt must not see a second."""
    with (shop / "packages.yml").open("a") as file:
        file.write(f"  - local: {json.dumps(str(REPOSITORY))}\n")
    assert dbt(shop, "-q", "deps").returncode == 0
    assert recorded(operation(shop, "ai_document", {"select": "daily"}))["selected"] == ["model.shop.daily"]
    without_python = dbt(shop, "-q", "run-operation", "ai_document", environment={"DBTAI_DISABLE": "1"})
    assert without_python.returncode == 1
    assert "run `dbt compile`, then the command line `dbtai document`" in without_python.stdout


def test_a_project_that_is_our_own_package_parses(shop: Path, tmp_path: Path) -> None:
    options = ["--project-dir", str(REPOSITORY), "--profiles-dir", str(shop), "--profile", "shop"]
    result = dbt(tmp_path, "-q", "parse", *options, "--target-path", str(tmp_path / "t"), "--log-path", str(tmp_path))
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_warehouse_is_needed(shop: Path) -> None:
    """Postgres at a dead port: an incremental model compiles, a model that queries fails alone."""
    said = recorded(operation(shop, "ai_document", {"select": "customers daily statuses"}, target="postgres"))
    assert set(said["compiled"]) == {"model.shop.customers", "model.shop.daily"}
    assert "Connection refused" in said["failed"]["model.shop.statuses"]


def test_models_that_query_compile_where_the_data_is(shop: Path) -> None:
    said = recorded(operation(shop, "ai_document", {"select": "statuses"}))
    assert "'open' as s1, 'paid' as s2" in said["compiled"]["model.shop.statuses"]


def test_state_selection(shop: Path) -> None:
    (shop / "target").rename(shop / "before")
    with (shop / "models" / "marts" / "customers.sql").open("a") as file:
        file.write("-- changed\n")
    said = recorded(operation(shop, "ai_document", {"select": "state:modified+", "state": "before"}))
    assert said["selected"] == ["model.shop.customers", "model.shop.daily", "model.shop.scores"]
