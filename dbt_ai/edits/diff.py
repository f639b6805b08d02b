"""A plan as one unified diff that `git apply` and `patch -p1` take in the project's folder.

It has no `diff --git` lines: with them git takes the paths from the top of the repository, and in a project that is a
folder of a larger one it would skip every file without a word.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator

from dbt_ai.values import FileChange, Plan

CONTEXT = 3  # lines around a change, as git shows them
NO_NEWLINE = "\\ No newline at end of file\n"


def diff_plan(plan: Plan) -> str:
    """The unified diff of all changes of `plan`, empty for none. Line ends are the files' own, so a line of a CRLF
    file ends in `\\r\\n`; bytes that are not UTF-8 are kept as surrogate escapes."""
    return "".join(line for change in plan.changes for line in _diff(change))


def _diff(change: FileChange) -> Iterator[str]:
    if change.before == change.after:
        return
    old, new = _quoted("a/" + change.path), _quoted("b/" + change.path)
    yield f"--- {_ended(old) if change.before is not None else '/dev/null'}\n"
    yield f"+++ {_ended(new)}\n"
    before, after = _lines(change.before or b""), _lines(change.after)
    for group in _AnchoredMatcher(before, after).get_grouped_opcodes(CONTEXT):
        yield f"@@ -{_range(group[0][1], group[-1][2])} +{_range(group[0][3], group[-1][4])} @@\n"
        for tag, a, b, c, d in group:
            lines = [(" " if tag == "equal" else "-", line) for line in before[a:b]]
            lines += [("+", line) for line in after[c:d] if tag != "equal"]
            for mark, line in lines:
                yield mark + (line if line.endswith("\n") else line + "\n" + NO_NEWLINE)


class _AnchoredMatcher(difflib.SequenceMatcher[str]):
    """Compares piece by piece between the lines that both sides have exactly once: difflib alone takes quadratic time
    on the many equal lines of a property file."""

    def __init__(self, before: list[str], after: list[str]) -> None:
        super().__init__(None, before, after, autojunk=False)
        self.before, self.after = before, after

    def get_matching_blocks(self) -> list[difflib.Match]:
        before, after = self.before, self.after
        once = {line for line, count in Counter(before).items() if count == 1}
        once &= {line for line, count in Counter(after).items() if count == 1}
        anchors = [line for line in before if line in once]
        if anchors != [line for line in after if line in once]:  # something has moved
            return super().get_matching_blocks()
        where = {line: index for index, line in enumerate(after) if line in once}
        blocks: list[difflib.Match] = []
        start, other = 0, 0
        for index, line in [*((i, x) for i, x in enumerate(before) if x in once), (len(before), None)]:
            end = where[line] if line is not None else len(after)
            piece = difflib.SequenceMatcher(None, before[start:index], after[other:end], autojunk=False)
            blocks += [difflib.Match(start + m.a, other + m.b, m.size) for m in piece.get_matching_blocks() if m.size]
            blocks.append(difflib.Match(index, end, int(line is not None)))
            start, other = index + 1, end + 1
        return _joined(blocks)


def _joined(blocks: list[difflib.Match]) -> list[difflib.Match]:
    """Adjacent blocks as one; the last, empty one ends the list as difflib wants it."""
    joined: list[difflib.Match] = []
    for block in blocks[:-1]:
        last = joined[-1] if joined else None
        if last is not None and (last.a + last.size, last.b + last.size) == (block.a, block.b):
            joined[-1] = difflib.Match(last.a, last.b, last.size + block.size)
        else:
            joined.append(block)
    return [*joined, blocks[-1]]


def _range(start: int, end: int) -> str:
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + bool(length)},{length}"


def _lines(content: bytes) -> list[str]:
    """Split at `\\n` alone, as git does: str.splitlines would split at more."""
    return re.findall(r"[^\n]*\n|[^\n]+", content.decode("utf-8", "surrogateescape"))


def _ended(path: str) -> str:
    return path + "\t" if " " in path and not path.startswith('"') else path


def _quoted(path: str) -> str:
    """`path` in C quotes where git needs them."""
    if not re.search(r'["\\\x00-\x1f\x7f]', path):
        return path
    return '"' + re.sub(r'["\\\x00-\x1f\x7f]', lambda m: f"\\{ord(m.group()):03o}", path) + '"'
