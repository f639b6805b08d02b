"""What a branch changes of a project, as git knows it: the files of today beside those of a commit."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dbt_ai.errors import UsageError

# No setting of a repository may run a program or change what is printed.
GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "diff.external=")
NO_NETWORK = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}

_READ_BY_DBT = frozenset({".sql", ".py", ".yml", ".yaml", ".md", ".csv"})


@dataclass(frozen=True)
class FileOfBase:
    """A file that differs from the commit: `path` from the project's root, with `/`; `before` are its bytes then, None
    where it is new, and `is_there` tells whether it is there today."""

    path: str
    before: bytes | None
    is_there: bool


@dataclass(frozen=True)
class Changes:
    """The files that differ between the commit `base` (its full hash) and the working tree. `prefix` is the path of the
    project in its repository, with a `/` at its end; empty where it is the repository."""

    base: str
    files: tuple[FileOfBase, ...]
    prefix: str = ""


def changes_since(root: Path, ref: str) -> Changes:
    """What is different in the project at `root` since its branch left `ref`: committed, staged, or not even that, of
    the kinds of files that dbt reads and git does not ignore.

    Raises UsageError where there is no git, no repository, no such commit, or no history that the two have in common.
    """
    if ref.startswith("-") or not ref.strip():
        raise UsageError(f"{ref!r} cannot be a commit: give a branch, a tag or a hash, such as origin/main.")
    if _run(root, "rev-parse", "--is-inside-work-tree", fails=True) is None:
        raise UsageError(f"{root} is not in a git repository, so there is no base to compare it with.")
    if _run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", fails=True) is None:
        raise UsageError(f"git knows no commit {ref}: fetch it first (in CI: a checkout with fetch-depth: 0).")
    found = _run(root, "merge-base", "--end-of-options", ref, "HEAD", fails=True)
    if found is None:
        raise UsageError(f"This branch and {ref} have no commit in common: fetch more history (fetch-depth: 0).")
    base = found.decode().strip()
    named = _run(root, "diff", "--name-status", "-z", "--no-renames", "--no-ext-diff", "--relative", base, "--") or b""
    parts = [part.decode("utf-8", "surrogateescape") for part in named.split(b"\0") if part]
    status = dict(zip(parts[1::2], parts[::2], strict=True))
    new = _run(root, "ls-files", "--others", "--exclude-standard", "-z") or b""
    status.update({part.decode("utf-8", "surrogateescape"): "A" for part in new.split(b"\0") if part})
    status = {path: letter for path, letter in status.items() if PurePosixPath(path).suffix.casefold() in _READ_BY_DBT}
    old = [path for path, letter in status.items() if letter != "A"]
    prefix = (_run(root, "rev-parse", "--show-prefix") or b"").rstrip(b"\n")
    before = dict(zip(old, _contents(root, base, prefix, old), strict=True))
    files = (FileOfBase(path, before.get(path), (root / path).is_file()) for path in sorted(status))
    there = tuple(file for file in files if file.is_there or file.before is not None)
    return Changes(base, there, prefix.decode("utf-8", "surrogateescape"))


def _contents(root: Path, base: str, prefix: bytes, paths: Sequence[str]) -> Iterator[bytes | None]:
    """The bytes that each file had in the commit; None for what was no file."""
    names = [prefix + path.encode("utf-8", "surrogateescape") for path in paths]
    # A name with a line break cannot be asked for: dbt would not read such a file either.
    wanted = b"".join(b"%s:%s\n" % (base.encode(), name) for name in names if b"\n" not in name)
    answer = (_run(root, "cat-file", "--batch", given=wanted) or b"") if wanted else b""
    at = 0
    for name in names:
        if b"\n" in name:
            yield None
            continue
        end = answer.index(b"\n", at)
        words = answer[at:end].split(b" ")
        at = end + 1
        if words[-1] == b"missing":
            yield None
            continue
        size = int(words[-1])
        yield answer[at : at + size] if words[-2] == b"blob" else None
        at += size + 1


def _run(root: Path, *arguments: str, given: bytes | None = None, fails: bool = False) -> bytes | None:
    """What git prints; None where it fails and `fails` says that this is an answer. Raises UsageError."""
    environment = {**os.environ, **NO_NETWORK}
    try:
        done = subprocess.run(
            [*GIT, *arguments], cwd=root, env=environment, input=given, capture_output=True, check=False
        )
    except OSError as error:
        raise UsageError(f"git cannot be run, which a review needs: {error.strerror}.") from error
    if done.returncode == 0:
        return done.stdout
    if fails:
        return None
    told = done.stderr.decode("utf-8", "replace").strip().splitlines()
    raise UsageError(f"git {arguments[0]} failed: {told[0] if told else f'it ended with {done.returncode}'}.")
