"""Bad input: one clear sentence, the right exit code, and not a byte of the project changed.

One line of `CASES` is one kind of bad input. Each goes through the command line; those that do not end in dbt's own
words before we are asked go through dbt, too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.project.cache import private_name
from tests.cli.doors import command_line, dbtai, files, operation

Change = Callable[[Path], object]


@dataclass(frozen=True)
class Case:
    """A change that makes the project bad, or arguments that are, and a part of the sentence that says so."""

    says: str
    change: Change = lambda folder: None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    through_dbt: bool = True  # False where dbt ends with words of its own before it asks us


def write(path: str, text: str) -> Change:
    def change(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")

    return change


def remove(path: str) -> Change:
    return lambda folder: (folder / path).unlink()


def read_only(path: str) -> Change:
    return lambda folder: (folder / path).chmod(0o444)


def circle(folder: Path) -> None:
    write("models/here.sql", "select * from {{ ref('there') }}")(folder)
    write("models/there.sql", "select * from {{ ref('here') }}")(folder)


def symlink_out_of_the_project(folder: Path) -> None:
    outside = folder.parent / "outside.yml"
    shutil.move(folder / "models/marts/_marts.yml", outside)
    (folder / "models/marts/_marts.yml").symlink_to(outside)


BROKEN = {
    "no project": Case("no dbt project", remove("dbt_project.yml"), through_dbt=False),
    "broken project file": Case("dbt_project.yml cannot be read", write("dbt_project.yml", "a: ["), through_dbt=False),
    "empty project file": Case("not a project file", write("dbt_project.yml", ""), through_dbt=False),
    "unknown model": Case("'nowhere'", write("models/x.sql", "{{ ref('nowhere') }}"), through_dbt=False),
    "broken Jinja": Case("models/x.sql", write("models/x.sql", "select {{ 1 + }}"), through_dbt=False),
    "circle of models": Case("go round in a circle", circle, through_dbt=False),
    "broken YAML": Case("_marts.yml", write("models/marts/_marts.yml", "models: [\n"), through_dbt=False),
    "no profile": Case("finds no profiles.yml", remove("profiles.yml"), through_dbt=False),
    "profile of another name": Case("no profile", write("profiles.yml", "shop: {}"), through_dbt=False),
    "broken profiles.yml": Case("profiles.yml", write("profiles.yml", "bakery: ["), through_dbt=False),
    "no such adapter": Case(
        "pip install dbt-oracle",
        write("profiles.yml", "bakery: {target: dev, outputs: {dev: {type: oracle}}}"),
        through_dbt=False,
    ),
    "read-only property file": Case("_marts.yml is read-only", read_only("models/marts/_marts.yml")),
    "symlink out of the project": Case("_marts.yml leads out of the project", symlink_out_of_the_project),
    "no database": Case("is not a DuckDB database", write("bakery.duckdb", "not a database" * 999)),
    "broken dbt_ai.yml": Case("dbt_ai.yml cannot be read", write("dbt_ai.yml", "engine: [")),
    "list in dbt_ai.yml": Case("dbt_ai.yml must hold settings", write("dbt_ai.yml", "- engine"), through_dbt=False),
    "unknown setting": Case("does not exist, engin.", write("dbt_ai.yml", "engin: derived"), through_dbt=False),
    "unknown value": Case("share must be one of", write("dbt_ai.yml", "share: all"), through_dbt=False),
    "key in dbt_ai.yml": Case("dbt_ai.yml must not hold api_key", write("dbt_ai.yml", "api_key: sk-123")),
    "conflict in the lock file": Case(
        "line 2 is not an entry (a merge conflict?)", write("dbt_ai.lock", '{"dbt_ai.lock": 1}\n<<<<<<< HEAD\n')
    ),
    "newer lock file": Case("upgrade dbtai", write("dbt_ai.lock", '{"dbt_ai.lock": 2}\n')),
    "lock file is a folder": Case(
        "dbt_ai.lock cannot be read", lambda f: (f / "dbt_ai.lock").mkdir(), through_dbt=False
    ),
    "broken state": Case(
        'state in "',
        write("old/manifest.json", '{"a"'),
        {"select": ["state:modified"], "state": "old"},
        through_dbt=False,
    ),
}
WRONG_USAGE = {
    "unknown selector": Case('no selector called "nightly"', arguments={"selector": "nightly"}),
    "unknown model selected": Case('called "nowhere"', arguments={"select": ["nowhere"]}),
    "unknown method": Case("'colour' is not a valid method", arguments={"select": ["colour:blue"]}),
    "no state folder": Case('folder "nowhere" holds no', arguments={"select": ["state:modified"], "state": "nowhere"}),
    "no state": Case("no comparison manifest", arguments={"select": ["state:modified"]}),
    "selector and select": Case("not both", arguments={"selector": "a", "select": ["orders"]}),
    "unknown engine": Case("'magic'", arguments={"engine": "magic"}),
    "unknown format": Case("'xml'", arguments={"format": "xml"}),
    "engine without a key": Case("There is no key", arguments={"engine": "reasoning"}),
    "strict without check": Case("strict says what fails under check", arguments={"strict": True}),
    "output in a folder that is not there": Case("no folder nowhere", arguments={"output": "nowhere/report.txt"}),
    "output is a folder": Case("models", arguments={"output": "models"}),
}
CASES = {**BROKEN, **WRONG_USAGE}


@pytest.mark.parametrize("name", CASES)
def test_the_command_line_says_one_sentence(name: str, bakery: Path) -> None:
    case = CASES[name]
    case.change(bakery)
    before = files(bakery)
    done = command_line(bakery, **case.arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert case.says in done.stderr
    assert one_sentence(done.stderr)
    assert files(bakery) == before


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.through_dbt])
def test_dbt_says_the_same_sentence(name: str, bakery: Path) -> None:
    case = CASES[name]
    case.change(bakery)
    before = files(bakery)
    done = operation(bakery, **case.arguments)
    assert done.returncode == 1
    assert case.says in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert files(bakery) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Missing command"),
        (("documents",), "No such command 'documents'"),
        (("document", "--colour", "blue"), "--colour"),
        (("document", "--target", "moon"), "moon"),
        (("document", "--project-dir", "nowhere"), "nowhere"),
        (("document", "--profiles-dir", "nowhere"), "nowhere"),
        (("lineage",), "Missing argument 'COLUMN'"),
        (("lineage", "orders.nothing"), "the columns of orders are order_id, member_id"),
        (("lineage", "orders.order_total", "--output", "nowhere/x.svg", "--format", "svg"), "no folder nowhere"),
        (("profile", "--select", "nowhere"), 'called "nowhere"'),
        (("demo", "--folder", "models"), "exists already"),
    ],
    ids=" ".join,
)
def test_wrong_calls_of_the_command_line(arguments: tuple[str, ...], says: str, bakery: Path) -> None:
    before = files(bakery)
    done = dbtai(bakery, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert one_sentence(done.stderr)
    assert files(bakery) == before


def test_only_debug_shows_a_traceback(bakery: Path) -> None:
    done = dbtai(bakery, "--debug", "document", "--selector", "nightly")
    assert done.returncode == 2
    assert "Traceback" in done.stderr


def test_an_engine_that_is_not_there_is_not_another_one(bakery: Path) -> None:
    done = dbtai(bakery, "document", environment={"DBTAI_ENGINE": "student"})
    assert done.returncode == 2
    assert "There is no student: run dbtai student install, or set student_base_url" in done.stderr
    assert one_sentence(done.stderr)


@pytest.mark.parametrize("door", [command_line, operation])
def test_a_database_that_another_process_locks(door: Callable[..., Any], bakery: Path) -> None:
    before = {name: content for name, content in files(bakery).items() if name != "bakery.duckdb"}
    program = "import duckdb, sys; c = duckdb.connect('bakery.duckdb'); print('open', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", program], cwd=bakery, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "open"
        done = door(bakery)
    finally:
        holder.communicate("")
    assert done.returncode == (2 if door is command_line else 1)
    assert str(holder.pid) in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert {name: content for name, content in files(bakery).items() if name != "bakery.duckdb"} == before


def test_a_file_that_changes_between_plan_and_write(bakery: Path) -> None:
    """The command line, with a listener to its progress that saves the file at the last moment, as an editor would."""
    program = """
import contextlib
from pathlib import Path
from dbt_ai.cli import commands, jobs

def listen(what, done, of):
    if what == "Writing":
        Path("models/marts/_marts.yml").open("a").write("# saved just now\\n")

jobs.progress_of = lambda: contextlib.nullcontext(listen)
raise SystemExit(commands.run(["document", "--engine", "derived"]))
"""
    before = files(bakery)
    done = subprocess.run([sys.executable, "-c", program], cwd=bakery, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "models/marts/_marts.yml has changed since the plan was made" in done.stderr
    assert one_sentence(done.stderr)
    saved = before["models/marts/_marts.yml"] + b"# saved just now" + os.linesep.encode()
    assert files(bakery) == {**before, "models/marts/_marts.yml": saved}


@pytest.mark.parametrize("door", [command_line, operation])
def test_a_state_folder_of_ours_that_cannot_be_written_is_done_without(door: Callable[..., Any], bakery: Path) -> None:
    shutil.rmtree(bakery / ".dbt_ai", ignore_errors=True)
    (bakery / ".dbt_ai").write_text("in the way")
    done = door(bakery)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (bakery / ".dbt_ai").read_text() == "in the way"
    assert (bakery / "dbt_ai.lock").exists()
    assert not list(bakery.glob(".dbt_ai.*")), "the journal is gone when all is written"


def test_a_state_folder_of_ours_with_broken_files_is_mended(bakery: Path) -> None:
    for name in (private_name("cache"), private_name("profiles"), "answers.sqlite"):
        write(f".dbt_ai/{name}", "no database" * 999)(bakery)
    done = command_line(bakery)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_model_that_cannot_be_parsed_is_told_and_the_rest_goes_on(bakery: Path) -> None:
    (bakery / "models/marts/odd.sql").write_text("select 1 as a, , from where")
    done = command_line(bakery)
    assert done.returncode == 0
    assert "Could not be read: 1\n  odd  " in done.stdout
    assert "1 could not be read" in done.stdout
    assert "orders  8 written" in done.stdout


def test_models_whose_names_differ_in_case_only(bakery: Path) -> None:
    write("models/marts/case/ORDERS.sql", 'select order_id as "Order_ID", 1 as "select" from {{ ref("orders") }}')(
        bakery
    )
    write("models/marts/case/properties.yml", "models: [{name: ORDERS, config: {alias: loud}}]\n")(bakery)
    done = command_line(bakery)
    assert done.returncode == 0, done.stderr
    assert dbtai(bakery, "document", "--engine", "derived", "--check").returncode == 0


def one_sentence(stderr: str) -> bool:
    """One line, which starts as every error of ours does, and ends."""
    return stderr.startswith("Error: ") and stderr.count("\n") == 1 and "Traceback" not in stderr
