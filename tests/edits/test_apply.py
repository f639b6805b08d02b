"""apply_plan: everything or nothing, and only what the plan was made for."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from dbt_ai.edits import apply_plan
from dbt_ai.errors import EditError
from dbt_ai.values import FileChange, Plan


def plan(*changes: tuple[str, bytes | None, bytes]) -> Plan:
    return Plan(changes=tuple(FileChange(*change) for change in changes))


def contents(root: Path) -> dict[str, bytes]:
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "models" / "a.yml").write_bytes(b"a: 1\r\n")
    (project / "models" / "b.yml").write_bytes(b"b: 1\n")
    return project


def test_writes_all_files_and_leaves_nothing_else_behind(root: Path) -> None:
    apply_plan(
        root,
        plan(("models/a.yml", b"a: 1\r\n", b"a: 2\r\n"), ("models/new/deep/c.yml", None, b"c: 1\n")),
    )
    assert contents(root) == {
        "models/a.yml": b"a: 2\r\n",
        "models/b.yml": b"b: 1\n",
        "models/new/deep/c.yml": b"c: 1\n",
    }


def test_an_empty_plan_writes_nothing(root: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in root.rglob("*")}
    apply_plan(root, Plan())
    assert {file: file.stat().st_mtime_ns for file in root.rglob("*")} == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file modes")
def test_keeps_the_mode_of_a_file(root: Path) -> None:
    (root / "models/a.yml").chmod(0o640)
    apply_plan(root, plan(("models/a.yml", b"a: 1\r\n", b"a: 2\r\n")))
    assert stat.S_IMODE((root / "models/a.yml").stat().st_mode) == 0o640


def refused(root: Path, broken: Plan, word: str) -> None:
    """The plan is refused with `word` in the sentence, and no file is touched."""
    before = contents(root)
    with pytest.raises(EditError, match=word) as caught:
        apply_plan(root, broken)
    assert "\n" not in str(caught.value)
    assert contents(root) == before
    assert caught.value.exit_code == 2


def test_a_file_that_changed_since_the_plan_stops_everything(root: Path) -> None:
    refused(
        root,
        plan(("models/a.yml", b"a: 1\r\n", b"a: 2\r\n"), ("models/b.yml", b"b: 0\n", b"b: 2\n")),
        "models/b.yml has changed since",
    )


def test_a_file_that_vanished_stops_everything(root: Path) -> None:
    (root / "models/b.yml").unlink()
    refused(
        root,
        plan(("models/a.yml", b"a: 1\r\n", b"a: 2\r\n"), ("models/b.yml", b"b: 1\n", b"b: 2\n")),
        "models/b.yml is not there any more",
    )


def test_a_new_file_that_appeared_meanwhile_is_not_overwritten(root: Path) -> None:
    refused(root, plan(("models/b.yml", None, b"b: 2\n")), "models/b.yml has changed since")


def test_a_folder_in_place_of_the_file(root: Path) -> None:
    (root / "models/c.yml").mkdir()
    refused(root, plan(("models/c.yml", None, b"c: 1\n")), "not a regular file")


@pytest.mark.parametrize("path", ["../outside.yml", "models/../../outside.yml", "/tmp/outside.yml", "C:/outside.yml"])
def test_paths_out_of_the_project(root: Path, path: str) -> None:
    refused(root, plan((path, None, b"x: 1\n")), "outside the project")
    assert not (root.parent / "outside.yml").exists()


def test_a_symlink_out_of_the_project(root: Path) -> None:
    outside = root.parent / "outside.yml"
    outside.write_bytes(b"x: 1\n")
    link(root / "models/link.yml", outside)
    refused(root, plan(("models/link.yml", b"x: 1\n", b"x: 2\n")), "symlink")
    assert outside.read_bytes() == b"x: 1\n"


def test_a_folder_that_is_a_symlink_out_of_the_project(root: Path) -> None:
    (root.parent / "elsewhere").mkdir()
    link(root / "models/linked", root.parent / "elsewhere")
    refused(root, plan(("models/linked/c.yml", None, b"c: 1\n")), "symlink")


def test_a_symlink_within_the_project_stays_one(root: Path) -> None:
    link(root / "models/link.yml", root / "models/b.yml")
    apply_plan(root, plan(("models/link.yml", b"b: 1\n", b"b: 2\n")))
    assert (root / "models/link.yml").is_symlink()
    assert (root / "models/b.yml").read_bytes() == b"b: 2\n"


def test_a_read_only_file(root: Path) -> None:
    (root / "models/b.yml").chmod(0o444)
    refused(
        root,
        plan(("models/a.yml", b"a: 1\r\n", b"a: 2\r\n"), ("models/b.yml", b"b: 1\n", b"b: 2\n")),
        "models/b.yml is read-only",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no read-only folders")
def test_a_read_only_folder(root: Path) -> None:
    (root / "models").chmod(0o555)
    try:
        refused(root, plan(("models/a.yml", b"a: 1\r\n", b"a: 2\r\n")), "cannot be written to")
    finally:
        (root / "models").chmod(0o755)


def test_a_failure_on_the_way_puts_everything_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fails at the third file: the first is as it was again, the new second one is gone."""
    replace = os.replace
    calls: list[str] = []

    def failing(source: str | Path, target: str | Path) -> None:
        calls.append(str(target))
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    refused(
        root,
        plan(
            ("models/a.yml", b"a: 1\r\n", b"a: 2\r\n"),
            ("models/new/c.yml", None, b"c: 1\n"),
            ("models/b.yml", b"b: 1\n", b"b: 2\n"),
        ),
        "models/b.yml cannot be written .No space left",
    )
    assert len(calls) > 3
    assert not (root / "models/new").exists()


def test_a_file_that_changes_between_two_replacements(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = os.replace

    def meddling(source: str | Path, target: str | Path) -> None:
        replace(source, target)
        (root / "models/b.yml").write_bytes(b"b: human\n")

    monkeypatch.setattr(os, "replace", meddling)
    with pytest.raises(EditError, match=r"models/b\.yml has changed since"):
        apply_plan(root, plan(("models/a.yml", b"a: 1\r\n", b"a: 2\r\n"), ("models/b.yml", b"b: 1\n", b"b: 2\n")))
    assert contents(root) == {"models/a.yml": b"a: 1\r\n", "models/b.yml": b"b: human\n"}


def link(path: Path, target: Path) -> None:
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("this machine makes no symlinks")
