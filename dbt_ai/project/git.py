"""Runs git, so that no setting of a repository runs a program, nothing is fetched, and nothing is changed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

# No setting of a repository may run a program or change what is printed.
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "diff.external=")
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def start(folder: Path, *arguments: str, takes_input: bool = False) -> subprocess.Popen[bytes]:
    """git at work in `folder`. Raises OSError where there is no git."""
    return subprocess.Popen(
        [*_GIT, *arguments],
        cwd=folder,
        env={**os.environ, **_QUIET},
        stdin=subprocess.PIPE if takes_input else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def blobs(folder: Path, commit: str, paths: Sequence[str]) -> dict[str, bytes]:
    """What the files at `paths`, from the root of the repository, held in the commit; one that was not there is left
    out. Raises OSError where there is no git."""
    # A name with a line break cannot be asked for: dbt would not read such a file either.
    asked = [path for path in paths if "\n" not in path]
    if not asked:
        return {}
    given = "".join(f"{commit}:{path}\n" for path in asked).encode("utf-8", "surrogateescape")
    told, _ = start(folder, "cat-file", "--batch", takes_input=True).communicate(given)
    found: dict[str, bytes] = {}
    place = 0
    for path in asked:
        end = told.find(b"\n", place)
        if end < 0:  # git came to an end before
            break
        head = told[place:end].split(b" ")
        place = end + 1
        if head[-1].isdigit() and len(head) > 2:
            size = int(head[-1])
            if head[-2] == b"blob":
                found[path] = told[place : place + size]
            place += size + 1
    return found
