"""The lock file: which texts and tests are ours, what they rest on. One sorted line an entry, easy to merge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from dbt_ai.edits.journal import recover
from dbt_ai.edits.paths import inside
from dbt_ai.errors import ProjectError
from dbt_ai.values import FileChange, Target

LOCK_FILE = "dbt_ai.lock"
FORMAT = 1
HEADER = json.dumps({"dbt_ai.lock": FORMAT})


@dataclass(frozen=True)
class LockEntry:
    """One text of ours. `text_hash` is texts.text_hash of it, `evidence_hash` the hash of what it rests on, `engine`
    and `model` who proposed it, `verdict` the value of a VerdictKind. `citations` are the evidence that an engine gave
    for it (`Citation.compact`), where it had to."""

    unique_id: str
    column: str | None
    text_hash: str
    evidence_hash: str
    engine: str
    model: str | None
    verdict: str
    citations: tuple[str, ...] = ()

    @property
    def target(self) -> Target:
        """What the text is about."""
        return Target(self.unique_id, self.column)


@dataclass(frozen=True, order=True)
class TestEntry:
    """A data test that we wrote once, whether it is still there or a person has deleted it. `test` is its generic test
    by the bare name, `arguments` a hash of what it was given, `basis` what it rested on, `engine` who proposed it."""

    __test__ = False  # pytest must not collect it

    unique_id: str
    column: str | None
    test: str
    arguments: str
    basis: str
    engine: str = "derived"


def read_lock(root: Path) -> dict[Target, LockEntry]:
    """The texts in the lock file of the project at `root`, none where there is no such file.

    What a run that was killed left half written is undone first. Raises ProjectError, naming the line, for a file that
    is broken, or written by a newer version.
    """
    return _texts(_entries(root))


def parse_lock(content: bytes) -> dict[Target, LockEntry]:
    """The texts in the content of a lock file. Raises ProjectError as `read_lock` does."""
    return _texts(_parsed(content))


def _texts(found: Iterable[tuple[int, LockEntry | TestEntry]]) -> dict[Target, LockEntry]:
    entries: dict[Target, LockEntry] = {}
    for number, entry in found:
        if isinstance(entry, LockEntry):
            if entries.get(entry.target, entry) != entry:
                raise ProjectError(
                    f"{LOCK_FILE}, line {number}: {entry.target} is listed twice; keep the line that belongs to the "
                    "description in the property file and run again."
                )
            entries[entry.target] = entry
    return entries


def read_test_entries(root: Path) -> list[TestEntry]:
    """The data tests in the lock file of the project at `root`. Raises ProjectError as `read_lock` does."""
    return [entry for _, entry in _entries(root) if isinstance(entry, TestEntry)]


def _entries(root: Path) -> Iterator[tuple[int, LockEntry | TestEntry]]:
    """Every entry with the number of its line."""
    recover(root)
    file = root / LOCK_FILE
    if not file.exists():
        return
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ProjectError(f"{LOCK_FILE} cannot be read ({error}); restore it from git and run again.") from error
    yield from _parsed(content)


def _parsed(content: bytes) -> Iterator[tuple[int, LockEntry | TestEntry]]:
    try:
        lines = content.decode().split("\n")
    except UnicodeDecodeError as error:
        raise ProjectError(f"{LOCK_FILE} cannot be read ({error}); restore it from git and run again.") from error
    for number, line in enumerate(lines, 1):
        entry = _entry(line, number) if line.strip() else None
        if entry is not None:
            yield number, entry


def _entry(line: str, number: int) -> LockEntry | TestEntry | None:
    """The entry on `line`, None for the header."""
    names = [field.name for field in fields(LockEntry) if field.name != "citations"]
    try:
        data = json.loads(line)
        if isinstance(data, dict) and LOCK_FILE in data:
            if data[LOCK_FILE] != FORMAT:
                raise ProjectError(
                    f"{LOCK_FILE} was written in format {data[LOCK_FILE]}, and this dbtai reads format {FORMAT}; "
                    "upgrade dbtai and run again."
                )
            return None
        if "test" in data:
            return _test_entry(data)
        required = {name: data[name] for name in names}
        citations = data.get("citations", [])
        if not isinstance(citations, list) or not all(isinstance(citation, str) for citation in citations):
            raise ValueError("citations")
        entry = LockEntry(**required, citations=tuple(citations))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ProjectError(
            f"{LOCK_FILE}, line {number} is not an entry (a merge conflict?); mend or restore the file and run again."
        ) from error
    optional = ("column", "model")
    if not all(isinstance(data[name], str) or (data[name] is None and name in optional) for name in names):
        raise ProjectError(f"{LOCK_FILE}, line {number} is not an entry; mend or restore the file and run again.")
    return entry


def _test_entry(data: dict[str, Any]) -> TestEntry:
    """The entry of a data test. Raises KeyError or ValueError where it is not one."""
    found = {field.name: data[field.name] for field in fields(TestEntry) if field.name != "engine"}
    found["engine"] = data.get("engine", "derived")
    if not all(isinstance(value, str) or (value is None and name == "column") for name, value in found.items()):
        raise ValueError("test")
    return TestEntry(**found)


def _line(entry: LockEntry | TestEntry) -> str:
    """An entry as a line, without what it has not: once no text had citations, and all tests were derived."""
    left_out = {"citations": (), "engine": "derived"} if isinstance(entry, TestEntry) else {"citations": ()}
    kept = {name: value for name, value in asdict(entry).items() if name not in left_out or value != left_out[name]}
    return json.dumps(kept, ensure_ascii=False)


def lock_change(
    root: Path,
    entries: Iterable[LockEntry] = (),
    removals: Iterable[Target] = (),
    tests: Iterable[TestEntry] = (),
    test_removals: Iterable[TestEntry] = (),
) -> FileChange | None:
    """The change of the lock file that adds or replaces `entries` and `tests` and drops `removals` and `test_removals`;
    None where nothing changes.

    It belongs into the plan of the property files, so that both are written together.
    """
    file = inside(root, LOCK_FILE)
    before = file.read_bytes() if file.exists() else None
    known = read_lock(root)
    for target in removals:
        known.pop(target, None)
    known.update({entry.target: entry for entry in entries})
    known_tests = {*read_test_entries(root), *tests} - {*test_removals}
    lines = sorted([*map(_line, known.values()), *map(_line, known_tests)])
    newline = "\r\n" if before is not None and b"\r\n" in before else "\n"
    after = "".join(line + newline for line in [HEADER, *lines]).encode()
    if before == after or (before is None and not lines):
        return None
    return FileChange(LOCK_FILE, before, after)
