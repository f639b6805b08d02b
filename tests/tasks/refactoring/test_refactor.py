"""`dbtai refactor` on a project with planted smells, and what real dbt and DuckDB say of what it writes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.cli.doors import dbt, dbtai, files
from tests.tasks.refactoring.conftest import ORCHARD, built

# What is planted, by model: the rules that find it.
PLANTED = {
    "busy_days": ["distinct-without-effect"] * 2,
    "by_variety": ["unused-cte"],
    "crate_log": ["unused-cte"],
    "crate_values": ["unused-column"] * 3,
    "dry_days": ["hard-coded-relation"] * 2,
    "harvest": ["unused-cte"] * 3,
    "heaviest_crates": ["nested-subquery"],
    "movements": ["union-without-effect"],
    "optional_weight": ["unused-column"],
    "picker_totals": ["unused-cte", "unused-join"],
    "picking_days": ["distinct-without-effect", "order-without-effect", "unused-column"],
    "teams": ["same-cte"],
}
LEFT = {
    "stays_commented": "comment-in-the-way",
    "stays_hooked": "hook-side-effects",
    "stays_random": "non-deterministic",
    "stays_two_ways": "branches-differ",
    "stays_unreadable": "jinja-too-much",
}


def report_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder.parent / "report.json").read_text(encoding="utf-8"))
    return found


def model_of(outcome: dict[str, Any]) -> str:
    return str(outcome["node"]).rpartition(".")[2]


def differing(one: Path, other: Path) -> list[str]:
    """The tables of two builds whose rows, columns or types are not the same."""
    connection = duckdb.connect()
    connection.execute(f"attach '{one / 'orchard.duckdb'}' as one (read_only)")
    connection.execute(f"attach '{other / 'orchard.duckdb'}' as other (read_only)")
    tables = "select database_name, schema_name, table_name from duckdb_tables() union all select database_name, "
    tables += "schema_name, view_name from duckdb_views() where not internal"
    found: dict[str, set[str]] = {"one": set(), "other": set()}
    for database, schema, name in connection.execute(tables).fetchall():
        if database in found and name != "audit":
            found[database].add(f"{schema}.{name}")
    assert found["one"] == found["other"]
    different = []
    for name in sorted(found["one"]):
        if name == "main.stays_random":
            continue
        described = [connection.execute(f"describe {side}.{name}").fetchall() for side in found]
        rows = [
            connection.execute(f"select count(*) from (from {a}.{name} except all from {b}.{name})").fetchone()
            for a, b in (("one", "other"), ("other", "one"))
        ]
        if described[0] != described[1] or rows != [(0,), (0,)]:
            different.append(name)
    assert len(found["one"]) > 20
    return different


def test_every_planted_smell_is_found_and_nothing_else(refactored_orchard: Path) -> None:
    written: dict[str, list[str]] = {}
    for outcome in report_of(refactored_orchard)["outcomes"]:
        if outcome["outcome"] == "written":
            written.setdefault(model_of(outcome), []).append(outcome["text"])
            assert outcome["verdicts"][0]["verdict"] in ("proved", "bounded")
    assert {model: sorted(rules) for model, rules in written.items()} == PLANTED
    assert sum(map(len, PLANTED.values())) >= 15


def test_what_stays_is_told_with_its_reason(refactored_orchard: Path) -> None:
    outcomes = report_of(refactored_orchard)["outcomes"]
    assert {model_of(one): one["reason"] for one in outcomes if one["outcome"] != "written"} == LEFT
    for path in sorted((ORCHARD / "models").glob("stays_*.sql")):
        assert (refactored_orchard / "models" / path.name).read_bytes() == path.read_bytes()


def test_every_table_is_the_same_after_a_build(built_orchard: Path, refactored: Path) -> None:
    """From nothing, and from the tables that are there."""
    done = dbt(refactored, "build")
    assert done.returncode == 0, done.stdout
    assert differing(built_orchard, refactored) == []
    (refactored / "orchard.duckdb").unlink()
    built(refactored)
    assert differing(built_orchard, refactored) == []


def test_a_second_run_changes_nothing(refactored: Path) -> None:
    before = files(refactored)
    done = dbtai(refactored, "refactor")
    assert done.returncode == 0, done.stderr
    assert files(refactored) == before
    assert "written" not in done.stdout
    assert dbtai(refactored, "refactor", "--check").returncode == 0


def test_a_verdict_names_the_key_that_it_needs(refactored_orchard: Path) -> None:
    outcomes = report_of(refactored_orchard)["outcomes"]
    (join,) = [one for one in outcomes if one["text"] == "unused-join"]
    assert "varieties: variety_id is unique" in join["verdicts"][0]["detail"]
    assert "1 join, 3 rows read less" in join["detail"]


def test_dry_run_prints_what_git_applies(orchard: Path, refactored_orchard: Path) -> None:
    before = files(orchard)
    selected = ("harvest", "heaviest_crates", "crate_values")
    done = dbtai(orchard, "refactor", "--dry-run", "--select", *selected)
    assert done.returncode == 0, done.stderr
    assert files(orchard) == before
    (orchard / "changes.patch").write_bytes(done.stdout.encode("utf-8"))
    subprocess.run(["git", "init", "-q"], cwd=orchard, check=True)
    subprocess.run(["git", "apply", "changes.patch"], cwd=orchard, check=True)
    for name in selected:
        path = orchard / "models" / f"{name}.sql"
        assert path.read_bytes() == (refactored_orchard / "models" / path.name).read_bytes()


def test_check_writes_nothing_and_fails(orchard: Path) -> None:
    before = files(orchard)
    done = dbtai(orchard, "refactor", "--check", "--select", "movements")
    assert (done.returncode, files(orchard)) == (1, before)


def test_who_puts_a_change_back_keeps_it(refactored: Path) -> None:
    path = refactored / "models" / "movements.sql"
    path.write_bytes((ORCHARD / "models" / "movements.sql").read_bytes())
    before = files(refactored)
    output = refactored.parent / "again.json"
    done = dbtai(refactored, "refactor", "--select", "movements", "--format", "json", "--output", str(output))
    assert (done.returncode, files(refactored)) == (0, before)
    (kept,) = json.loads(output.read_text(encoding="utf-8"))["outcomes"]
    assert (kept["outcome"], kept["reason"]) == ("kept", "put-back")


def test_both_doors_write_the_same(orchard: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(orchard, tmp_path / "other"))
    assert dbtai(orchard, "refactor", "--select", "picker_totals", "--goal", "readable").returncode == 0
    done = dbt(other, "-q", "run-operation", "ai_refactor", "--args", "{select: picker_totals, goal: readable}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert files(orchard)["models/picker_totals.sql"] == files(other)["models/picker_totals.sql"]
    assert b"select * from final" in files(orchard)["models/picker_totals.sql"]


def test_without_a_test_the_key_is_not_believed(orchard: Path) -> None:
    """The data has no picker twice, but nothing says that it may not."""
    path = orchard / "models" / "properties.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"name: variety_id\n        data_tests: .*", "name: variety_id", text), encoding="utf-8")
    before = files(orchard)["models/picker_totals.sql"]
    assert dbtai(orchard, "refactor", "--select", "picker_totals").returncode == 0
    assert files(orchard)["models/picker_totals.sql"] == before


OTHER_BRANCH = """with crates as (
    select
        crate_id,
        picked_on,
        note
    from {{ ref('crates') }}
)

select
    crate_id,
    {% if not var('with_weight') %}picked_on{% else %}{{ 'no' ~ 'te' }} as picked_on{% endif %}
from crates
"""


def test_a_branch_that_is_not_taken_is_compiled_and_compared(orchard: Path) -> None:
    """Jinja builds the name of the column there, so that no word of the file says that it is read."""
    path = orchard / "models" / "other_branch.sql"
    path.write_text(OTHER_BRANCH, encoding="utf-8")
    done = dbtai(orchard, "refactor", "--select", "other_branch")
    assert done.returncode == 0, done.stderr
    assert path.read_text(encoding="utf-8") == OTHER_BRANCH
    assert "Nobody reads the column `note`" in done.stdout
    path.write_text(OTHER_BRANCH.replace("{{ 'no' ~ 'te' }}", "crate_id"), encoding="utf-8")
    assert dbtai(orchard, "refactor", "--select", "other_branch").returncode == 0
    assert "note" not in path.read_text(encoding="utf-8")


PYTHON = "def model(dbt, session):\n    return dbt.ref('crates')\n"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("in_python.py", PYTHON, "python-model"),
        ("no_sql.sql", "selec a fro {{ ref('crates') }}", "jinja-too-much"),
        ("not_compiled.sql", "select {{ no_such_macro() }} from {{ ref('crates') }}", "no-sql"),
        ("sampled.sql", "with unread as (select 1 as a) select * from {{ ref('crates') }} using sample 3", "sampling"),
    ],
)
def test_bad_input_gets_a_reason(orchard: Path, name: str, text: str, reason: str) -> None:
    (orchard / "models" / name).write_text(text, encoding="utf-8")
    before, output = files(orchard), orchard.parent / "bad.json"
    model = name.partition(".")[0]
    done = dbtai(orchard, "refactor", "--select", model, "--format", "json", "--output", str(output))
    assert (done.returncode, files(orchard)) == (0, before), done.stderr
    assert [one["reason"] for one in json.loads(output.read_text(encoding="utf-8"))["outcomes"]] == [reason]


def test_a_model_of_a_package_is_left(orchard: Path) -> None:
    package = orchard / "fruit"
    (package / "models").mkdir(parents=True)
    (package / "dbt_project.yml").write_text("name: fruit\nversion: '1.0'\n", encoding="utf-8")
    sql = "with unread as (select 1 as a) select 2 as b"
    (package / "models" / "apples.sql").write_text(sql, encoding="utf-8")
    (orchard / "packages.yml").write_text("packages:\n  - local: fruit\n", encoding="utf-8")
    assert dbt(orchard, "deps").returncode == 0
    before, output = files(orchard), orchard.parent / "package.json"
    done = dbtai(orchard, "refactor", "--select", "apples", "--format", "json", "--output", str(output))
    assert (done.returncode, files(orchard)) == (0, before), done.stderr
    assert [one["reason"] for one in json.loads(output.read_text(encoding="utf-8"))["outcomes"]] == ["package-model"]
