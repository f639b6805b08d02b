"""What git says that a branch changes, in real repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from dbt_ai.errors import UsageError
from dbt_ai.project.changes import FileOfBase, changes_since
from tests.tasks.reviewing.branches import commit, git, start


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project in a folder below the root of a repository, with a file beside it."""
    root = tmp_path / "repository" / "shop"
    (root / "models").mkdir(parents=True)
    for name in ("kept", "changed", "gone", "renamed"):
        (root / "models" / f"{name}.sql").write_bytes(f"select 1 as {name}\r\n".encode())
    (root.parent / "outside.sql").write_text("select 1\n", encoding="utf-8")
    start(root.parent)
    git(root, "switch", "--quiet", "--create", "feature")
    return root


def test_files_are_named_from_the_projects_root_with_their_bytes(shop: Path) -> None:
    (shop / "models/changed.sql").write_text("select 2 as changed\n", encoding="utf-8")
    (shop / "models/gone.sql").unlink()
    (shop / "models/renamed.sql").rename(shop / "models/größe.sql")
    (shop.parent / "outside.sql").write_text("select 2\n", encoding="utf-8")
    commit(shop.parent)
    (shop / "models/new.yml").write_text("version: 2\n", encoding="utf-8")
    (shop / "models/picture.png").write_bytes(b"\0")
    found = changes_since(shop, "main")
    assert found.files == (
        FileOfBase("models/changed.sql", b"select 1 as changed\r\n", True),
        FileOfBase("models/gone.sql", b"select 1 as gone\r\n", False),
        FileOfBase("models/größe.sql", None, True),
        FileOfBase("models/new.yml", None, True),
        FileOfBase("models/renamed.sql", b"select 1 as renamed\r\n", False),
    )
    assert found.base == git(shop, "rev-parse", "main").strip()
    assert found.prefix == "shop/"


def test_what_was_undone_is_no_change(shop: Path) -> None:
    file = shop / "models/changed.sql"
    before = file.read_bytes()
    file.write_text("select 2\n", encoding="utf-8")
    commit(shop.parent)
    file.write_bytes(before)
    assert changes_since(shop, "main").files == ()


@pytest.mark.parametrize(
    ("ref", "sentence"),
    [
        ("origin/main", "git knows no commit origin/main"),
        ("--output=stolen", "cannot be a commit"),
        ("", "cannot be a commit"),
        ("HEAD:shop", "git knows no commit"),
    ],
)
def test_a_base_that_is_none(shop: Path, ref: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        changes_since(shop, ref)
    assert not (shop / "stolen").exists()


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not in a git repository"):
        changes_since(tmp_path, "main")


def test_histories_with_nothing_in_common(shop: Path) -> None:
    git(shop, "switch", "--quiet", "--orphan", "other")
    commit(shop.parent)
    with pytest.raises(UsageError, match="no commit in common"):
        changes_since(shop, "main")


def test_no_git(shop: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="git cannot be run"):
        changes_since(shop, "main")


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_no_program_of_the_repository_is_run(shop: Path, tmp_path: Path) -> None:
    """A diff driver, a text conversion or a monitor of the file system, as a hostile checkout may bring them."""
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n", encoding="utf-8")
    trap.chmod(0o755)
    for name in ("diff.external", "core.fsmonitor", "diff.sql.command", "diff.sql.textconv"):
        git(shop, "config", name, str(trap))
    (shop / ".gitattributes").write_text("*.sql diff=sql\n", encoding="utf-8")
    (shop / "models/changed.sql").write_text("select 2 as changed\n", encoding="utf-8")
    commit(shop.parent)
    (tmp_path / "sprung").unlink(missing_ok=True)  # by what the test itself asked git for
    assert [file.path for file in changes_since(shop, "main").files] == ["models/changed.sql"]
    assert not (tmp_path / "sprung").exists()


def test_many_files_are_read_in_one_go(shop: Path) -> None:
    for number in range(600):
        (shop / f"models/m{number}.sql").write_text(f"select {number}\n" * 50, encoding="utf-8")
    git(shop, "switch", "--quiet", "main")
    commit(shop.parent)
    git(shop, "switch", "--quiet", "--create", "later")
    for number in range(600):
        (shop / f"models/m{number}.sql").unlink()
    found = {file.path: file.before for file in changes_since(shop, "main").files}
    assert found["models/m599.sql"] == b"select 599\n" * 50
    assert len(found) == 600
    assert subprocess.run(["git", "status", "--porcelain"], cwd=shop, capture_output=True, check=True).stdout != b""
