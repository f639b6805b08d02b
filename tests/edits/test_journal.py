"""A run that is killed while it writes: the next one finds all of its files written, or none."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from dbt_ai.edits import apply_plan, plan_edits, read_lock, recover
from dbt_ai.edits.journal import FILE, journal
from dbt_ai.errors import EditError
from dbt_ai.values import FileChange, Plan

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither fork nor SIGKILL")

BEFORE = {"a.yml": b"a: 1\r\n", "models/b.yml": b"b: 1\n", "dbt_ai.lock": b'{"dbt_ai.lock": 1}\n'}
AFTER = {
    "a.yml": b"a: 2\r\n",
    "models/b.yml": b"b: 2\n",
    "dbt_ai.lock": b'{"dbt_ai.lock": 1}\n\n',
    "tests/new/c.sql": b"select 1\n",
}
PLAN = Plan(changes=tuple(FileChange(path, BEFORE.get(path), after) for path, after in AFTER.items()))
READING = {"stat", "lstat", "fspath", "readlink", "access", "getcwd", "scandir", "listdir", "umask", "urandom", "read"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make(tmp_path / "project")


def make(root: Path) -> Path:
    (root / "models").mkdir(parents=True)
    for path, content in BEFORE.items():
        (root / path).write_bytes(content)
    (root / "models/b.yml").chmod(0o640)
    return root


def contents(root: Path) -> dict[str, bytes]:
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def killed_at(step: int, work: Callable[[], object], name: str | None = None) -> bool:
    """Do `work` in a process of its own, which gets a SIGKILL before one of its calls into the system that change
    something (or of those called `name`): the one with the number `step`. False where there are not so many."""
    child = os.fork()
    if child == 0:
        left = [step]

        def count(frame: FrameType, event: str, function: Any) -> None:
            if event != "c_call" or (name is not None and function.__name__ != name):
                return
            system = function.__module__ in ("posix", "fcntl") and function.__name__ not in READING
            if system or function.__name__ in ("write", "flush"):
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.setprofile(count)
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    return False


def test_a_kill_at_every_point_leaves_everything_or_nothing(tmp_path: Path) -> None:
    found = []
    for step in range(1000):
        root = make(tmp_path / f"project{step}")
        killed = killed_at(step, lambda root=root: apply_plan(root, PLAN))
        (read_lock if step % 2 else recover)(root)
        now = contents(root)
        assert now in (BEFORE, AFTER), f"killed at step {step}"
        assert ((root / "tests").exists(), (root / "tests/new").exists()) == (now == AFTER,) * 2
        assert stat.S_IMODE((root / "models/b.yml").stat().st_mode) == 0o640
        if not killed:
            assert now == AFTER
            break
        found.append(now == AFTER)
    else:
        pytest.fail("the run never ends")
    assert len(found) > 40
    assert found == sorted(found)
    assert found[-1], "a kill after the last file leaves all of them written"


def half_written(root: Path) -> None:
    """The project as a kill leaves it when two of the four files are written."""
    assert killed_at(2, lambda: apply_plan(root, PLAN), "replace")
    assert {path: content for path, content in contents(root).items() if path in BEFORE} == {
        **BEFORE,
        "a.yml": AFTER["a.yml"],
        "models/b.yml": AFTER["models/b.yml"],
    }


def test_a_kill_at_every_point_of_the_recovery(tmp_path: Path) -> None:
    for step in range(1000):
        root = make(tmp_path / f"project{step}")
        half_written(root)
        killed = killed_at(step, lambda root=root: recover(root))
        recover(root)
        assert contents(root) == BEFORE, f"killed at step {step}"
        assert not (root / "tests").exists()
        if not killed:
            break
    assert step > 10


def test_planning_undoes_first_what_a_killed_run_left(root: Path) -> None:
    half_written(root)
    assert plan_edits(root, []) == Plan()
    assert contents(root) == BEFORE
    apply_plan(root, PLAN)
    assert contents(root) == AFTER


def test_a_run_that_had_written_everything_is_not_undone(root: Path) -> None:
    assert killed_at(0, lambda: apply_plan(root, PLAN), "unlink"), "of its journal, the last thing it does"
    recover(root)
    assert contents(root) == AFTER


def test_what_a_person_changed_after_the_kill_stays(root: Path) -> None:
    half_written(root)
    (root / "a.yml").write_bytes(b"a: mine\n")
    recover(root)
    assert contents(root) == {**BEFORE, "a.yml": b"a: mine\n"}


def test_a_file_that_cannot_be_put_back_is_told_and_tried_again(root: Path) -> None:
    half_written(root)
    in_the_way = root / "models" / f".b.yml.{json.loads((root / FILE).read_bytes())['token']}.tmp"
    in_the_way.mkdir()
    for job in (lambda: recover(root), lambda: apply_plan(root, PLAN), lambda: read_lock(root)):
        with pytest.raises(EditError, match=r"models/b\.yml cannot be put back"):
            job()
    in_the_way.rmdir()
    recover(root)
    assert contents(root) == BEFORE


def test_a_run_that_is_alive_is_left_alone_and_waited_for(root: Path) -> None:
    (ready, told), (held, go) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with journal(root):
                os.write(told, b"x")
                os.read(held, 1)
                (root / "a.yml").write_bytes(b"a: theirs\n")
        finally:
            os._exit(0)
    os.read(ready, 1)
    recover(root)
    assert (root / FILE).exists()
    os.write(go, b"x")
    with pytest.raises(EditError, match=r"a\.yml has changed since"):
        apply_plan(root, PLAN)
    os.waitpid(child, 0)
    assert contents(root) == {**BEFORE, "a.yml": b"a: theirs\n"}
    for handle in (ready, told, held, go):
        os.close(handle)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1]",
        b'{"format": 2}',
        b'{"format": 1, "token": "../../x", "folders": [], "files": []}',
        b'{"format": 1, "token": "0123456789abcdef", "folders": [], "files": [["a.yml"]]}',
    ],
)
def test_a_journal_that_says_nothing_changes_nothing(root: Path, content: bytes) -> None:
    (root / ".dbt_ai").mkdir()
    (root / FILE).write_bytes(content)
    recover(root)
    assert contents(root) == BEFORE


def test_a_journal_with_paths_out_of_the_project_is_refused(root: Path) -> None:
    outside = root.parent / "outside.yml"
    outside.write_bytes(b"x")
    (root / ".dbt_ai").mkdir()
    hashed = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of "x"
    (root / FILE).write_text(
        '{"format": 1, "token": "0123456789abcdef", "folders": [], '
        f'"files": [["../outside.yml", "eQ==", "{hashed}"], ["a.yml", "eQ==", "{hashed}"]]}}'
    )
    with pytest.raises(EditError, match="outside the project"):
        recover(root)
    assert outside.read_bytes() == b"x"
