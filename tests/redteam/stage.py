"""The place where a case is played: a built project, the attacker's plants in it, and all that must not be touched."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from dbt_ai.project.values import ProjectReader
from tests.redteam.speaker import expand, script_of
from tests.servers.loopback_api import Received, Says, enveloped

KEY = "sk-redteam-4f1d0c7be92a83d6"
SECRET = "violet-anchor-71-harbour"
FILE = "root:copper-lantern-58-meadow:0:0"
NEVER = {"the key": KEY, "a secret of the environment": SECRET, "a file outside of the project": FILE}
DATABASE = "bakery.duckdb"
_STATE = (".dbt_ai", "target", "logs")  # what a run may write beside the property files


_READ: dict[Path, ProjectReader] = {}


@dataclass(frozen=True)
class Stage:
    """Folders of one case: `project`, and `home` and `outside`, which are nobody's business. `words` stand for
    `<<word>>` in the case's texts."""

    folder: Path
    project: Path
    words: Mapping[str, str]

    def fill(self, text: str) -> str:
        """`text` with this run's words for `<<key>>`, `<<secret>>`, `<<file>>`, `<<outside>>`, `<<project>>` and
        `<<elsewhere>>`."""
        for word, value in self.words.items():
            text = text.replace(f"<<{word}>>", value)
        return text

    def files(self) -> dict[str, bytes]:
        """Every file of the stage that a run has no business to change silently, by its path."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
            and path.relative_to(self.folder).parts[0] != "tmp"
            and not any(path.is_relative_to(self.project / name) for name in _STATE)
        }

    def columns(self, relation: str) -> set[str] | None:
        """The columns of a relation in the project's database, in small letters; None where there is no such one."""
        database = self.project / DATABASE
        found = database.stat()
        return _columns(database, found.st_mtime_ns, found.st_size).get(relation)

    def state(self) -> dict[str, bytes]:
        """What our own runs keep: the cache, the ledger, whatever else lies in `.dbt_ai/`, and dbt's logs."""
        folders = [self.project / ".dbt_ai", self.project / "logs"]
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def build(folder: Path) -> Path:
    """The demo project, built at the place in `folder` where it is played on, and put aside; returns that copy.

    Each case plays at this one place: so what has been worked out of the data need not be worked out again.
    """
    from dbt_ai.demo import PROJECT
    from tests.integration_project.build import run_dbt

    project = Path(shutil.copytree(PROJECT, folder / "stage" / "project"))
    run_dbt(project, "build")
    code, _, errors = dbtai(["document", "--engine", "derived", "--dry-run", "--project-dir", str(project)])
    assert code == 0, errors
    return Path(shutil.move(project, folder / "built"))


def set_stage(built: Path, elsewhere: str) -> Stage:
    """A copy of the `built` project, with a home and a neighbour that hold something worth stealing."""
    folder = built.parent / "stage"
    shutil.rmtree(folder, ignore_errors=True)
    project = Path(shutil.copytree(built, folder / "project"))
    for name in ("home", "outside", "tmp"):
        (folder / name).mkdir()
    (folder / "outside" / "passwd").write_text(FILE + "\n")
    (folder / "outside" / "stolen.csv").write_text(f"id,word\n1,{FILE}\n")
    (folder / "home" / ".netrc").write_text(f"machine example.org login ada password {FILE}\n")
    words = {"key": KEY, "secret": SECRET, "file": FILE, "outside": str(folder / "outside"), "elsewhere": elsewhere}
    words["project"] = str(project)
    return Stage(folder, project, words)


def environment_of(stage: Stage, base_url: str, changes: Mapping[str, str | None]) -> dict[str, str]:
    """The environment of the run: nothing of the caller's own settings, our server, and a secret."""
    ours = ("DBT_", "DBTAI_", "OPENAI_", "AZURE_", "ANTHROPIC_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= {"DBTAI_BASE_URL": base_url, "DBTAI_MODEL": "played", "DBTAI_API_KEY": KEY}
    environment |= {"REDTEAM_SECRET": SECRET, "HOME": str(stage.folder / "home"), "NO_COLOR": "1"}
    environment |= {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    for name, value in changes.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = stage.fill(value)
    return environment


def plant(stage: Stage, step: Mapping[str, Any], command: Sequence[str]) -> None:
    """Does one step of a case's `plant`; `command` is the call that is to come. Raises ValueError for a step that means
    nothing."""
    if "file" in step:
        _plant_file(stage, stage.project / step["file"], step)
    elif "link" in step:
        path = stage.project / step["link"]
        path.unlink(missing_ok=True)
        path.symlink_to(stage.fill(step["to"]))
    elif "sql" in step:
        _plant_data(stage.project / DATABASE, stage.fill(step["sql"]))
    elif "cache" in step:
        _plant_cache(stage, step["cache"], command)
    elif "answers" in step:
        _plant_answers(stage, step, command)
    else:
        raise ValueError(f"a plant is a file, a link, sql, a cache or answers, not {dict(step)!r}")


def dbtai(arguments: Sequence[str]) -> tuple[int, str, str]:
    """Exit code, output and errors of our command line, run in this process: dbt takes seconds to start in another."""
    from dbt_ai.cli.commands import run

    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with ExitStack() as streams:
        streams.enter_context(redirect_stdout(out))
        streams.enter_context(redirect_stderr(err))
        try:
            code = run(arguments)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 2
    texts = [stream.buffer.getvalue().decode("utf-8", "replace") for stream in (out, err)]
    return code, texts[0], texts[1]


@contextmanager
def read_once(stage: Stage) -> Iterator[None]:
    """Within the block our command line reads the project once and for all cases: where nothing is planted it is the
    same project at the same place, and dbt would read the same of it."""
    from dbt_ai.cli import jobs

    read = jobs.read_project

    def remembered(*places: Any) -> ProjectReader:
        if stage.project not in _READ:
            _READ[stage.project] = read(*places)
        return _READ[stage.project]

    jobs.read_project = remembered
    try:
        yield
    finally:
        jobs.read_project = read


def dbt(project: Path, *arguments: str) -> Any:
    """What dbt's command returns, run in this process. Raises ValueError where it fails."""
    from dbt.cli.main import dbtRunner

    options = ["--quiet", "--log-level", "none", "--no-send-anonymous-usage-stats", "--no-write-json"]
    place = ["--project-dir", str(project), "--profiles-dir", str(project)]
    done = dbtRunner().invoke([*options, *arguments, *place])
    if not done.success:
        raise ValueError(f"dbt {' '.join(arguments)}: {done.exception or done.result}")
    return done.result


def _plant_file(stage: Stage, path: Path, step: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if "replace" in step:
        if step["replace"] not in before:
            raise ValueError(f"{step['replace']!r} does not stand in {step['file']}")
        text = before.replace(step["replace"], expand(step["by"]) or "", 1)
    else:
        text = before + (expand(step["append"]) or "") if "append" in step else expand(step["text"]) or ""
    path.write_bytes(stage.fill(text).encode("utf-8", "surrogatepass"))


def _plant_data(database: Path, sql: str) -> None:
    import duckdb

    with duckdb.connect(str(database)) as connection:
        connection.execute(sql)


def settle(stage: Stage) -> None:
    """Writes DuckDB's log into its database, so that the run finds nothing to tidy up there."""
    if (stage.project / f"{DATABASE}.wal").exists():
        _plant_data(stage.project / DATABASE, "checkpoint")


def _plant_cache(stage: Stage, values: Mapping[str, str], command: Sequence[str]) -> None:
    """Puts the attacker's values into every row of the answers that an honest run has paid for, and undoes the rest of
    that run: so does a fork that commits its `.dbt_ai/`."""
    before = stage.files()
    dbtai(command)
    for path in stage.files():
        if path not in before:
            (stage.folder / path).unlink()
    for path, content in before.items():
        (stage.folder / path).write_bytes(content)
    database = sqlite3.connect(stage.project / ".dbt_ai" / "answers.sqlite")
    with database:
        for name, value in values.items():
            if not database.execute(f"update answers set {name} = ?", (stage.fill(value),)).rowcount:
                raise ValueError("there is no answer to poison")
    database.close()


def _plant_answers(stage: Stage, step: Mapping[str, Any], command: Sequence[str]) -> None:
    """Exports the questions as a user does, and writes a file of answers to them that the attacker has touched."""
    asked = stage.folder / "tmp" / "asked.jsonl"
    at = command.index("--import-answers")
    _, out, errors = dbtai([*command[:at], *command[at + 2 :], "--export-requests", str(asked)])
    if not asked.exists():
        raise ValueError(f"no questions were exported: {errors or out}")
    script = script_of((step["says"],), stage.fill)
    lines = [stage.fill(line) for line in step.get("lines", ())]
    for line in asked.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        received = Received("POST", question["url"], {}, json.dumps(question["body"]).encode())
        said = script(received)
        text = json.dumps(said) if isinstance(said, Mapping) else str(said)
        body = json.loads(enveloped(received, Says(text)).body)
        answer = {"id": "1", "custom_id": question["custom_id"], "response": {"status_code": 200, "body": body}}
        lines.append(json.dumps({**answer, "error": None}))
    (stage.project / step["answers"]).write_text("\n".join(lines) + "\n", encoding="utf-8")


@lru_cache(maxsize=4)
def _columns(database: Path, changed_at: int, size: int) -> dict[str, set[str]]:
    import duckdb

    columns: dict[str, set[str]] = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        for table, column in connection.execute("select table_name, column_name from duckdb_columns()").fetchall():
            columns.setdefault(table, set()).add(str(column).casefold())
    return columns


@contextmanager
def lived_in(stage: Stage, environment: Mapping[str, str]) -> Iterator[None]:
    """Runs the block in the project's folder with `environment`, and puts both back."""
    import tempfile

    before, folder, temporary = dict(os.environ), Path.cwd(), tempfile.tempdir
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(stage.project)
    tempfile.tempdir = str(stage.folder / "tmp")
    try:
        yield
    finally:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(before)
        tempfile.tempdir = temporary
