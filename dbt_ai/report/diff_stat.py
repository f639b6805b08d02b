"""What a unified diff changes, file by file."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class FileStat:
    """Lines added to and removed from one file."""

    path: str
    added: int = 0
    removed: int = 0


def diff_stat(diff: str) -> tuple[FileStat, ...]:
    """The files of `diff` in its order. A line that starts with `+++` inside a hunk counts as an added one."""
    return tuple(stat for stat, _ in _files(diff))


def without_file(diff: str, path: str) -> str:
    """`diff` without the changes of the file at `path`."""
    return "".join(text for stat, text in _files(diff) if stat.path != path)


def _files(diff: str) -> list[tuple[FileStat, str]]:
    """The files of `diff`, each with its part of it."""
    found: list[tuple[FileStat, str]] = []
    old = new = 0  # lines of the current hunk that are still to come
    for line in re.findall(r"[^\n]*\n|[^\n]+", diff):
        if old <= 0 and new <= 0 and line.startswith("--- "):
            found.append((FileStat(""), line))
            continue
        if not found:
            continue
        stat, text = found[-1]
        if old <= 0 and new <= 0:
            if line.startswith("+++ "):
                stat = replace(stat, path=line[4:].rstrip("\t\r\n").removeprefix("b/"))
            elif head := re.match(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@", line):
                old, new = (int(count) if count is not None else 1 for count in head.groups())
        elif line.startswith("+"):
            new, stat = new - 1, replace(stat, added=stat.added + 1)
        elif line.startswith("-"):
            old, stat = old - 1, replace(stat, removed=stat.removed + 1)
        elif not line.startswith("\\"):
            old, new = old - 1, new - 1
        found[-1] = (stat, text + line)
    return found
