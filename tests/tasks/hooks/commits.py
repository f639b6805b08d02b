"""Commits as the files in cases/ have them, made in real repositories."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
CASES = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted((HERE / "cases").glob("*.yml"))}


def repository(folder: Path, case: Mapping[str, Any]) -> None:
    """A repository with the shop as its last commit, and the case's change in its index."""
    shutil.copytree(HERE / "shop", folder, dirs_exist_ok=True)
    (folder / ".gitignore").write_text("target/\n.dbt_ai/\n", encoding="utf-8")
    git(folder, "init", "-q")
    change(folder, case.get("before", {}))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Before")
    change(folder, case.get("after", {}))
    git(folder, "add", "-A")
    change(folder, case.get("not added", {}))


def change(folder: Path, files: Mapping[str, Any]) -> None:
    """Brings files into `folder`: their text, None for one that is deleted, a path for one that is moved there, or
    pairs of a text that is there once and what takes its place."""
    for path, what in files.items():
        file = folder / path
        if what is None:
            file.unlink()
        elif isinstance(what, str):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(what, encoding="utf-8")
        elif isinstance(what, dict):
            file.parent.mkdir(parents=True, exist_ok=True)
            (folder / what["from"]).rename(file)
        else:
            text = file.read_text(encoding="utf-8")
            for old, new in what:
                assert text.count(old) == 1, f"{path} has {old!r} {text.count(old)} times"
                text = text.replace(old, new)
            file.write_text(text, encoding="utf-8")


def passed(folder: Path) -> list[str]:
    """The files that pre-commit passes: those that are staged, but for deleted ones."""
    return git(folder, "diff", "--cached", "--name-only", "--diff-filter=ACMRTUXB").split()


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Case", "-c", "user.email=case@example.org", "-c", "core.autocrlf=false")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout
