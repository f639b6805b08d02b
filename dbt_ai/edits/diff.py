"""A plan as one unified diff, as git writes it and `git apply` takes it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from dbt_ai.values import FileChange, Plan

NO_NEWLINE = "\\ No newline at end of file\n"


def diff_plan(plan: Plan) -> str:
    """The unified diff of all changes of `plan`, empty for none. Line ends are the files' own, so a line of a CRLF
    file ends in `\\r\\n`; bytes that are not UTF-8 are kept as surrogate escapes."""
    return "".join(line for change in plan.changes for line in _diff(change))


def _diff(change: FileChange) -> Iterator[str]:
    if change.before == change.after:
        return
    old, new = _quoted("a/" + change.path), _quoted("b/" + change.path)
    yield f"diff --git {old} {new}\n"
    if change.before is None:
        yield "new file mode 100644\n"
        if not change.after:
            return
    yield f"--- {_ended(old) if change.before is not None else '/dev/null'}\n"
    yield f"+++ {_ended(new)}\n"
    before, after = _lines(change.before or b""), _lines(change.after)
    for number, line in enumerate(difflib.unified_diff(before, after, n=3)):
        if number > 1:  # difflib's own two header lines
            yield line if line.endswith("\n") else line + "\n" + NO_NEWLINE


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
