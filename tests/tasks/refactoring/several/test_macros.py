"""`dbtai refactor --goal macro` on a project with planted repetitions, and what real dbt and DuckDB say of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.cli.doors import dbt, dbtai, files
from tests.tasks.refactoring.conftest import built

BAKERY = Path(__file__).parents[1] / "bakery"
# What is planted: the macros, and the models that call each of them.
PLANTED = {
    "fiscal_year": {"customers", "orders", "sales"},
    "clean_text": {"customers", "orders", "sales", "latest_sales"},
    "size": {"customers", "orders"},
    "is_latest_row": {"latest_customers", "latest_orders", "latest_sales"},
    "cents_to_euros": {"orders", "sales"},  # is there already
}


@pytest.fixture(scope="module")
def built_bakery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(Path(shutil.copytree(BAKERY, tmp_path_factory.mktemp("macros") / "bakery")))


@pytest.fixture(scope="module")
def refactored_bakery(built_bakery: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bakery after the run, with the report beside it. Do not write into it."""
    folder = Path(shutil.copytree(built_bakery, tmp_path_factory.mktemp("macros") / "refactored"))
    refactor(folder)
    return folder


@pytest.fixture
def bakery(built_bakery: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built_bakery, tmp_path / "bakery"))


@pytest.fixture
def refactored(refactored_bakery: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(refactored_bakery, tmp_path / "refactored"))


def refactor(folder: Path, *options: str) -> list[dict[str, Any]]:
    output = folder.parent / "report.json"
    done = dbtai(folder, "refactor", "--goal", "macro", "--format", "json", "--output", str(output), *options)
    assert done.returncode == 0, done.stdout + done.stderr
    found: list[dict[str, Any]] = json.loads(output.read_text(encoding="utf-8"))["outcomes"]
    return found


def callers(folder: Path) -> dict[str, set[str]]:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (folder / "models").glob("*.sql")}
    return {macro: {model for model, text in texts.items() if f"{macro}(" in text} for macro in PLANTED}


def tables(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect(str(folder / "bakery.duckdb"), read_only=True) as connection:
        names = [row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()]
        return {
            name: [
                *connection.execute(f"describe {name}").fetchall(),
                *connection.execute(f"from {name} order by all").fetchall(),
            ]
            for name in names
        }


def test_every_planted_repetition_becomes_a_macro(refactored_bakery: Path) -> None:
    assert callers(refactored_bakery) == PLANTED
    new = {path.stem for path in (refactored_bakery / "macros").glob("*.sql")}
    assert new == set(PLANTED)
    assert "coalesce(items, 0)" in (refactored_bakery / "models" / "orders.sql").read_text(encoding="utf-8")


def test_what_the_macros_look_like(refactored_bakery: Path) -> None:
    macros = refactored_bakery / "macros"
    assert (macros / "clean_text.sql").read_text(encoding="utf-8") == (
        "{% macro clean_text(column) -%}\n    nullif(lower(trim({{ column }})), '')\n{%- endmacro %}\n"
    )
    assert "is_latest_row(key, ordered_by)" in (macros / "is_latest_row.sql").read_text(encoding="utf-8")
    documented = (macros / "macros.yml").read_text(encoding="utf-8")
    assert "- name: clean_text\n    description: SQL for `nullif(lower(trim(column)), '')`." in documented
    orders = (refactored_bakery / "models" / "orders.sql").read_text(encoding="utf-8")
    assert "{{ cents_to_euros('price_cents', decimals=4) }} as price_euros" in orders
    latest = (refactored_bakery / "models" / "latest_sales.sql").read_text(encoding="utf-8")
    assert '{{ clean_text(column) }} as clean_{{ column }}{{ "," if not loop.last }}' in latest


def test_dbt_builds_the_same_tables(built_bakery: Path, refactored: Path) -> None:
    done = dbt(refactored, "build", "--full-refresh")
    assert done.returncode == 0, done.stdout
    assert "assert_fiscal_year" in done.stdout
    assert tables(refactored) == tables(built_bakery)


@pytest.mark.parametrize(
    ("macro", "right", "wrong"),
    [
        ("fiscal_year", ">= 7", ">= 8"),
        ("clean_text", "lower(", "upper("),
        ("size", "< 20", "<= 20"),
        ("is_latest_row", "desc", "asc"),
    ],
)
def test_the_test_of_a_macro_fails_where_the_macro_is_wrong(
    refactored: Path, macro: str, right: str, wrong: str
) -> None:
    path = refactored / "macros" / f"{macro}.sql"
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    done = dbt(refactored, "test", "--select", f"assert_{macro}")
    assert (done.returncode, "FAIL" in done.stdout) == (1, True), done.stdout


def test_what_stays_is_told(refactored_bakery: Path) -> None:
    outcomes = json.loads((refactored_bakery.parent / "report.json").read_text(encoding="utf-8"))["outcomes"]
    left = {(one["node"].rpartition(".")[2], one["reason"]) for one in outcomes if one["outcome"] != "written"}
    assert left == {("stays_in_jinja", "jinja-in-the-way"), ("stays_in_jinja", "comment-in-the-way")}


def test_a_second_run_changes_nothing(refactored: Path) -> None:
    before = files(refactored)
    refactor(refactored)
    assert files(refactored) == before


def test_a_model_that_stays_as_it_is_keeps_no_other_out(bakery: Path) -> None:
    path = bakery / "models" / "sales.sql"
    text = '{{ config(post_hook="insert into audit values (1)") }}\n' + path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    told = [one for one in refactor(bakery) if one["node"] == "model.bakery.sales"]
    assert {(one["outcome"], one["reason"]) for one in told} == {("refused", "hook-side-effects")}
    assert path.read_text(encoding="utf-8") == text
    assert callers(bakery)["clean_text"] == {"customers", "orders", "latest_sales"}


def test_nothing_is_made_without_the_goal(bakery: Path) -> None:
    before = files(bakery)
    assert dbtai(bakery, "refactor").returncode == 0
    assert files(bakery) == before


def test_who_puts_a_call_back_keeps_it(refactored: Path) -> None:
    path = refactored / "models" / "orders.sql"
    path.write_bytes((BAKERY / "models" / "orders.sql").read_bytes())
    before = files(refactored)
    outcomes = refactor(refactored)
    assert files(refactored) == before
    assert {(one["node"], one["outcome"]) for one in outcomes if one["reason"] == "put-back"} <= {
        ("model.bakery.orders", "kept")
    }


def test_one_file_that_cannot_be_written_keeps_the_whole_change_out(bakery: Path) -> None:
    """A file of the macro's name is there, with another macro in it."""
    (bakery / "macros" / "fiscal_year.sql").write_text("{% macro other() %}1{% endmacro %}\n", encoding="utf-8")
    outcomes = refactor(bakery)
    assert [one["reason"] for one in outcomes if one["outcome"] == "refused" and "fiscal_year" in one["detail"]] == [
        "file-exists"
    ]
    assert callers(bakery) == {**PLANTED, "fiscal_year": set()}
    assert not (bakery / "tests" / "assert_fiscal_year.sql").exists()
    assert "fiscal_year" not in (bakery / "macros" / "macros.yml").read_text(encoding="utf-8")


def test_dry_run_writes_nothing(bakery: Path) -> None:
    before = files(bakery)
    done = dbtai(bakery, "refactor", "--goal", "macro", "--dry-run")
    assert (done.returncode, files(bakery)) == (0, before)
    assert "+{% macro fiscal_year(column) -%}" in done.stdout
