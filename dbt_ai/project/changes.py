"""What a branch changes of a project, as git knows it: the files of today beside those of a commit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dbt_ai.errors import UsageError
from dbt_ai.project.git import blobs, start

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
    folder = prefix.decode("utf-8", "surrogateescape")
    then = blobs(root, base, [folder + path for path in old])
    before = {path: then.get(folder + path) for path in old}
    files = (FileOfBase(path, before.get(path), (root / path).is_file()) for path in sorted(status))
    there = tuple(file for file in files if file.is_there or file.before is not None)
    return Changes(base, there, folder)


def _run(root: Path, *arguments: str, fails: bool = False) -> bytes | None:
    """What git prints; None where it fails and `fails` says that this is an answer. Raises UsageError."""
    try:
        process = start(root, *arguments)
    except OSError as error:
        raise UsageError(f"git cannot be run, which a review needs: {error.strerror}.") from error
    printed, errors = process.communicate()
    if process.returncode == 0:
        return printed
    if fails:
        return None
    told = errors.decode("utf-8", "replace").strip().splitlines()
    raise UsageError(f"git {arguments[0]} failed: {told[0] if told else f'it ended with {process.returncode}'}.")
