"""From lines of compiled SQL to those of the file that it was compiled from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher

_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+\S+ @@$")


def lines_in_file(compiled: str, file: str) -> Mapping[int, int]:
    """The line of the file for each line of its compiled SQL that has one, from 1: the same line, or the one in the
    same place among as many that Jinja changed.

    >>> dict(lines_in_file("select a\\nfrom x.y", "{{ config() }}\\nselect a\\nfrom {{ ref('y') }}"))
    {1: 2, 2: 3}
    """
    ours, theirs = ([line.strip() for line in text.rstrip().split("\n")] for text in (compiled, file))
    found: dict[int, int] = {}
    for _, start, end, first, last in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if end - start == last - first:
            found.update({start + number + 1: first + number + 1 for number in range(end - start)})
    return found


def diff_in_file(diff: str, compiled: str, lines: Mapping[int, int]) -> str:
    """A diff without context of compiled SQL with the lines of its file in the heads of its hunks. A hunk whose lines
    are not in the file says so; one of a text in another layout has no number."""
    written = compiled.splitlines()
    told = []
    hunks = re.split(r"^(?=@@ )", diff, flags=re.MULTILINE)
    for hunk in hunks:
        head, _, body = hunk.partition("\n")
        found = _HUNK.match(head)
        if found is None:
            told += [hunk] if hunk.strip() else []
            continue
        start, removed = int(found[1]), [line[1:] for line in body.split("\n") if line.startswith("-")]
        if removed != written[start - 1 : start - 1 + len(removed)]:
            told.append(body)
            continue
        place = f"line {lines[start]}" if start in lines else f"line {start} of the compiled SQL"
        told.append(f"@@ {place} @@\n{body}")
    return "\n".join(each.rstrip("\n") for each in told)
