"""The job `document` on real projects: what it writes, what it leaves alone, what it says, how it ends."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.integration_project.build import run_dbt, strip_descriptions
from tests.truths.score import read_texts, score

Dbtai = Callable[..., subprocess.CompletedProcess[str]]
MODELS = Path(__file__).parent / "models"
DERIVED = ("document", "--engine", "derived")


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a project that people keep."""
    left_out = ("target", "logs", ".dbt_ai")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not set(path.relative_to(folder).parts) & set(left_out) and path.suffix != ".duckdb"
    }


def report(done: subprocess.CompletedProcess[str]) -> dict:
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def test_only_lines_are_added_and_a_second_run_changes_nothing(bakery: Path, dbtai: Dbtai) -> None:
    before = files(bakery)
    assert dbtai(bakery, *DERIVED).returncode == 0
    after = files(bakery)
    assert set(after) - set(before) == {"dbt_ai.lock", "seeds/_seeds.yml"}
    for name, content in before.items():
        lines = iter(after[name].splitlines())
        assert all(line in lines for line in content.splitlines()), f"a line of {name} is gone or moved"
    run_dbt(bakery, "build")
    again = report(dbtai(bakery, *DERIVED, "--format", "json"))
    assert again["summary"]["written"] == again["summary"]["stale"] == 0
    assert again["summary"]["current"] > 30
    assert files(bakery) == after


def test_what_people_wrote_is_kept_and_told(bakery: Path, dbtai: Dbtai) -> None:
    told = report(dbtai(bakery, *DERIVED, "--format", "json"))
    kept = {(o["node"], o["column"]): o["text"] for o in told["outcomes"] if o["outcome"] == "kept"}
    assert kept == {
        ("model.bakery.members", None): "Members of the bakery's bread club.",
        ("model.bakery.members", "city"): "City of the shop where the member collects.",
        ("model.bakery.stg_orders", "order_id"): "Number printed on the bag.",
    }
    marts = (bakery / "models/marts/_marts.yml").read_text(encoding="utf-8")
    assert "# the shop they collect from, not where they live" in marts


def test_dry_run_prints_a_diff_that_git_applies_and_writes_nothing(bakery: Path, dbtai: Dbtai) -> None:
    before = files(bakery)
    diff = report(dbtai(bakery, *DERIVED, "--dry-run", "--format", "json"))["diff"]
    assert files(bakery) == before
    assert dbtai(bakery, *DERIVED).returncode == 0
    written = files(bakery)
    for name, content in before.items():
        (bakery / name).write_bytes(content)
    for name in set(written) - set(before):
        (bakery / name).unlink()
    subprocess.run(["git", "init", "-q"], cwd=bakery, check=True)
    subprocess.run(["git", "apply", "-"], cwd=bakery, input=diff.encode(), check=True)
    assert {name: content for name, content in files(bakery).items() if not name.startswith(".git/")} == written


def test_check_fails_until_everything_is_written(bakery: Path, dbtai: Dbtai) -> None:
    before = files(bakery)
    assert dbtai(bakery, *DERIVED, "--check").returncode == 1
    assert files(bakery) == before
    assert dbtai(bakery, *DERIVED).returncode == 0
    assert dbtai(bakery, *DERIVED, "--check").returncode == 0
    assert dbtai(bakery, *DERIVED, "--check", "--strict").returncode == 1  # gaps that nobody could fill


def test_our_text_goes_stale_with_its_sql_and_is_written_anew(bakery: Path, dbtai: Dbtai) -> None:
    assert dbtai(bakery, *DERIVED).returncode == 0
    model = bakery / "models/marts/orders.sql"
    model.write_text(model.read_text().replace("sum(line_total)", "max(line_total)"))
    checked = dbtai(bakery, *DERIVED, "--check", "--format", "json")
    assert checked.returncode == 1
    stale = [o for o in report(checked)["outcomes"] if o["outcome"] == "stale"]
    assert ("model.bakery.orders", "order_total") in {(o["node"], o["column"]) for o in stale}
    assert dbtai(bakery, *DERIVED).returncode == 0
    marts = (bakery / "models/marts/_marts.yml").read_text(encoding="utf-8")
    assert "Highest `stg_order_lines.line_total` among the order lines of the order." in marts
    assert "Sum of `stg_order_lines.line_total`" not in marts


def test_a_text_of_ours_that_a_person_changed_belongs_to_that_person(bakery: Path, dbtai: Dbtai) -> None:
    assert dbtai(bakery, *DERIVED).returncode == 0
    marts = bakery / "models/marts/_marts.yml"
    text = marts.read_text(encoding="utf-8")
    marts.write_text(text.replace("Number of order lines of the order.", "Lines on the bag."), encoding="utf-8")
    model = bakery / "models/marts/orders.sql"
    model.write_text(model.read_text().replace("count(*) as number_of_lines", "max(quantity) as number_of_lines"))
    told = report(dbtai(bakery, *DERIVED, "--format", "json"))
    outcomes = {(o["node"], o["column"]): o["outcome"] for o in told["outcomes"]}
    assert outcomes["model.bakery.orders", "number_of_lines"] == "kept"
    assert "Lines on the bag." in marts.read_text(encoding="utf-8")


def test_without_data_it_says_so_and_goes_on(bakery: Path, dbtai: Dbtai) -> None:
    (bakery / "bakery.duckdb").unlink()
    told = report(dbtai(bakery, *DERIVED, "--format", "json"))
    assert any("does not exist yet" in notice for notice in told["notices"])
    texts = {(o["node"], o["column"]): o["text"] for o in told["outcomes"] if o["outcome"] == "written"}
    assert texts["model.bakery.orders", "order_total"].startswith("Sum of `stg_order_lines.line_total`")
    assert "nique" not in texts["seed.bakery.raw_members", "id"]  # only the data knows that it is a key


def test_a_locked_database_ends_the_run_with_one_sentence(bakery: Path, dbtai: Dbtai) -> None:
    before = files(bakery)
    program = "import duckdb, sys; c = duckdb.connect('bakery.duckdb'); print('open', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", program], cwd=bakery, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "open"
        done = dbtai(bakery, *DERIVED)
    finally:
        holder.communicate("")
    assert done.returncode == 2
    assert str(holder.pid) in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert files(bakery) == before


def test_a_model_that_cannot_be_parsed_is_reported_and_the_rest_goes_on(bakery: Path, dbtai: Dbtai) -> None:
    (bakery / "models/marts/odd.sql").write_text("select 1 as a, , from where")
    told = report(dbtai(bakery, *DERIVED, "--format", "json"))
    failed = [o for o in told["outcomes"] if o["outcome"] == "failed"]
    assert [o["node"] for o in failed] == ["model.bakery.odd"]
    assert failed[0]["detail"]
    assert told["summary"]["written"] > 30


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "dbt_project.yml").unlink(), "no dbt project"),
        (lambda folder: (folder / "models/marts/_marts.yml").write_text("models: [\n"), "_marts.yml"),
        (lambda folder: (folder / "models/marts/bad.sql").write_text("{{ ref('nowhere') }}"), "nowhere"),
    ],
    ids=["no project", "broken YAML", "does not parse"],
)
def test_bad_projects_end_with_one_sentence(
    change: Callable[[Path], None], words: str, bakery: Path, dbtai: Dbtai
) -> None:
    change(bakery)
    before = files(bakery)
    done = dbtai(bakery, *DERIVED)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert files(bakery) == before


def test_an_unknown_selector_is_wrong_usage(bakery: Path, dbtai: Dbtai) -> None:
    done = dbtai(bakery, *DERIVED, "--selector", "nightly")
    assert done.returncode == 2
    assert "nightly" in done.stderr


def test_a_selection_documents_only_what_it_names(bakery: Path, dbtai: Dbtai) -> None:
    told = report(dbtai(bakery, *DERIVED, "--select", "members", "--format", "json"))
    assert {o["node"] for o in told["outcomes"]} == {"model.bakery.members"}


def test_difficult_column_names(bakery: Path, dbtai: Dbtai) -> None:
    shutil.copy(MODELS / "difficult_names.sql", bakery / "models/marts/names.sql")
    run_dbt(bakery, "build", "--select", "names")
    assert dbtai(bakery, *DERIVED).returncode == 0
    run_dbt(bakery, "parse")
    manifest = json.loads((bakery / "target/manifest.json").read_text(encoding="utf-8"))
    columns = manifest["nodes"]["model.bakery.names"]["columns"]
    assert set(columns) == {"order_id", "select", "the day", 'it\'s "quoted"', "🥐"}
    assert all(column["description"] for column in columns.values())


def test_three_thousand_columns(bakery: Path, dbtai: Dbtai) -> None:
    columns = ",\n".join(f"order_id + {number} as column_{number}" for number in range(3000))
    (bakery / "models/marts/wide.sql").write_text(f"select {columns} from {{{{ ref('stg_orders') }}}}")
    told = report(dbtai(bakery, *DERIVED, "--select", "wide", "--format", "json"))
    assert told["summary"]["written"] == 3001


def test_no_derived_text_is_false_on_a_project_full_of_traps(integration_project: Path, dbtai: Dbtai) -> None:
    strip_descriptions(integration_project)
    assert dbtai(integration_project, *DERIVED).returncode == 0
    run_dbt(integration_project, "parse")
    found = score(read_texts(integration_project))
    assert not found.false, [detail for detail in found.details if detail.false]
    assert found.coverage > 0.75


def test_nothing_that_people_wrote_changes_on_a_project_full_of_traps(integration_project: Path, dbtai: Dbtai) -> None:
    before = files(integration_project)
    assert dbtai(integration_project, *DERIVED).returncode == 0
    after = files(integration_project)
    for name, content in before.items():
        lines = iter(after[name].splitlines(keepends=True))
        # A flow map grows in its line, and an empty description is filled in its place.
        changing = re.compile(rb"\{|description: (''|\"\")")
        kept = [line for line in content.splitlines(keepends=True) if not changing.search(line)]
        assert all(line in lines for line in kept), f"a line of {name} is gone or moved"
    run_dbt(integration_project, "build")
    assert report(dbtai(integration_project, *DERIVED, "--format", "json"))["summary"]["written"] == 0


def test_the_data_decides_over_a_test_that_is_not_run(bakery: Path, dbtai: Dbtai) -> None:
    with duckdb.connect(str(bakery / "bakery.duckdb")) as connection:
        connection.execute("insert into raw_orders select * from raw_orders limit 1")
    told = report(dbtai(bakery, *DERIVED, "--select", "stg_orders", "--format", "json"))
    texts = {o["column"]: o["text"] for o in told["outcomes"]}
    assert "One row per order" not in texts[None]
    assert any(finding["code"] == "duplicate-id" for finding in told["findings"])


def test_a_source_and_a_seed_of_the_same_table_are_told_apart(bakery: Path, dbtai: Dbtai) -> None:
    (bakery / "models/staging/_sources.yml").write_text(
        "version: 2\nsources:\n  - name: till\n    schema: main\n    tables:\n      - name: raw_orders\n"
    )
    (bakery / "models/staging/stg_till.sql").write_text(
        "select state as till_state from {{ source('till', 'raw_orders') }}"
    )
    told = report(dbtai(bakery, *DERIVED, "--select", "stg_till", "--format", "json"))
    texts = {o["column"]: o["text"] for o in told["outcomes"]}
    assert texts["till_state"].startswith("Renamed from `till.raw_orders.state`.")
