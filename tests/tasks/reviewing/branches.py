"""Branches of a project in a real git repository."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

GIT = ("git", "-c", "user.name=tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> str:
    """What git prints."""
    done = subprocess.run([*GIT, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def start(folder: Path) -> None:
    """Makes the folder a repository with one commit, on the branch main."""
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / ".gitignore").write_text("target/\nlogs/\n*.duckdb\n.dbt_ai/\n", encoding="utf-8")
    commit(folder)


def commit(folder: Path) -> None:
    """Commits all that is there."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "as it is")


def edit(folder: Path, edits: Mapping[str, Any]) -> None:
    """Changes files as a case says; every text that is to be replaced must be there."""
    for path, what in edits.items():
        file = folder / path
        if isinstance(what, dict) and what.get("gone"):
            file.unlink()
        elif isinstance(what, dict):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(what["new"], encoding="utf-8")
        else:
            text = file.read_text(encoding="utf-8")
            for old, new in what:
                assert old in text, f"{path} has no {old!r}"
                text = text.replace(old, new)
            file.write_text(text, encoding="utf-8")
