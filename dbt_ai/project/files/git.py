"""What a commit touches, as git tells it, and what files held before it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from dbt_ai.project.git import blobs, start

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # what there is before the first commit


@dataclass(frozen=True)
class Commit:
    """The change that is looked at, all paths relative to `top`, the root of the repository.

    `files` are those that are there after it; `changed` those of them that differ from `base`, `deleted` those that
    are gone, and `renamed` the old path of each that has moved.
    """

    top: Path
    base: str
    files: frozenset[str]
    changed: frozenset[str] = frozenset()
    deleted: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)


def read_commit(folder: Path, environment: Mapping[str, str] | None = None) -> Commit | None:
    """The change under way in the repository around `folder`, None where there is no repository or no git.

    Under pre-commit that is what is about to be committed (files that git does not know are no part of it), or what
    lies between its two refs; else what differs from the last commit, files that are not yet added among it.
    """
    environment = os.environ if environment is None else environment
    under_hook = bool(environment.get("PRE_COMMIT"))
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top is None:
        return None
    root = Path(top.strip())
    base = _base(root, environment)
    # In a hook git names the index that is about to be committed; what the index has is what the files have then.
    diff = start(
        root, "diff", "--name-status", "-z", "-M", "--no-ext-diff", *(("--cached",) if under_hook else ()), base, "--"
    )
    others = () if under_hook else ("--others", "--exclude-standard")
    listed = _git(root, "ls-files", "-z", "--cached", *others)
    told = _answer(diff)
    if listed is None or told is None:
        return None
    changed, deleted, renamed = _differing(told)
    files = frozenset(name for name in listed.split("\0") if name) - deleted
    if not under_hook:
        known = _git(root, "ls-tree", "-r", "-z", "--name-only", base) or ""
        changed |= files - frozenset(known.split("\0"))
        files = frozenset(name for name in files if name not in changed or (root / name).is_file())
    return Commit(root, base, files, frozenset(changed), frozenset(deleted), renamed)


def contents(commit: Commit, paths: Sequence[str]) -> dict[str, bytes]:
    """What the files at `paths` held before the change; one that was not there is left out."""
    return blobs(commit.top, commit.base, paths)


def _base(root: Path, environment: Mapping[str, str]) -> str:
    first, last = environment.get("PRE_COMMIT_FROM_REF"), environment.get("PRE_COMMIT_TO_REF")
    if first and last:
        return (_git(root, "merge-base", first, last) or first).strip()
    head = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    return head.strip() if head else EMPTY_TREE


def _differing(told: str) -> tuple[set[str], set[str], dict[str, str]]:
    changed: set[str] = set()
    deleted: set[str] = set()
    renamed: dict[str, str] = {}
    words = iter(told.split("\0"))
    for status in words:
        if not status:
            break
        path = next(words)
        if status[0] == "R":
            renamed[new := next(words)] = path
            deleted.add(path)
            changed.add(new)
        elif status[0] == "C":
            changed.add(next(words))
        elif status[0] == "D":
            deleted.add(path)
        else:
            changed.add(path)
    return changed, deleted, renamed


def _answer(process: subprocess.Popen[bytes]) -> str | None:
    told, _ = process.communicate()
    return told.decode("utf-8", "surrogateescape") if process.returncode == 0 else None


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        return _answer(start(folder, *arguments))
    except OSError:
        return None


def relative(path: str, folder: str) -> str | None:
    """`path` seen from `folder`, both from the root of the repository; None where it does not lie in it."""
    if folder in ("", "."):
        return path
    return path.removeprefix(f"{folder}/") if path.startswith(f"{folder}/") else None


def joined(folder: str, path: str) -> str:
    """The opposite of `relative`."""
    return path if folder in ("", ".") else str(PurePosixPath(folder) / path)
