"""The units of one file as its new text, written all together and read again by the guard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dbt_ai.edits import guard
from dbt_ai.edits.files import PropertyFile
from dbt_ai.edits.locate import Act, Path
from dbt_ai.edits.reasons import RefusalError
from dbt_ai.edits.schema import violations
from dbt_ai.edits.steps import WHOLE, Step, Unit, tests_key
from dbt_ai.edits.tree import Alias, Mapping
from dbt_ai.edits.tree import Sequence as SequenceNode
from dbt_ai.edits.unit_tests import SECTION
from dbt_ai.edits.write import Writer, apply_splices
from dbt_ai.values import Edit, TestEdit


def compose(file: PropertyFile, before: Any, order: dict[int, int], units: Sequence[Unit]) -> str:
    """The text of `file`, whose loaded data is `before`, with `units` written; `order` as column_order tells.

    Raises RefusalError where the guard finds anything else changed.
    """
    if not units:
        return file.text
    writer = Writer(file.text, file.root, file.habits)
    meant: list[guard.Meant] = []
    _write_changes(file, writer, units, meant)
    _write_columns(file, writer, order, units, meant)
    _write_entries(file, writer, units, meant)
    text = apply_splices(file.text, writer.splices)
    start = before if before is not None else {}
    if file.root is None and file.habits.version_line and not file.text.strip():
        head = f"version: 2{file.habits.newline}{file.habits.newline}"
        text, start = head + text.lstrip("\r\n"), {"version": 2}
    try:
        after = guard.load(text)
    except Exception as error:
        raise RefusalError("guard") from error
    fresh = violations(after) - violations(start)
    if not guard.is_as_meant(start, after, meant):
        raise RefusalError("guard")
    if fresh:
        raise RefusalError("schema")
    texts = [step for unit in units for step in unit.steps if isinstance(step.edit, Edit) and not step.edit.doc_call]
    if not all(isinstance(step.edit, Edit) and guard.renders_as(step.value, step.edit.text) for step in texts):
        raise RefusalError("guard")
    return text


def _paths(unit: Unit) -> list[Path]:
    return sorted({step.spot.path for step in unit.steps}, key=str)


def _write_changes(file: PropertyFile, writer: Writer, units: Sequence[Unit], meant: list[guard.Meant]) -> None:
    """Write the descriptions and tests of the entries that are there."""
    tests: dict[int, tuple[Mapping, str, list[Any]]] = {}
    for unit in units:
        mapping = unit.first.spot.mapping
        if unit.first.spot.act is not Act.CHANGE or mapping is None:
            continue
        if unit.first.text is not None:
            writer.describe(mapping, unit.first.spot.kind, unit.first.text)
            meant += [guard.Meant(path, "description", unit.first.text) for path in _paths(unit)]
            continue
        key = tests_key(mapping) or file.tests_key
        existing = mapping.get(key)
        holder = existing if isinstance(existing, SequenceNode) else mapping
        tests.setdefault(id(holder), (mapping, key, []))[2].append(unit.first.value)
        meant += [guard.Meant(path, key, unit.first.value) for path in _paths(unit)]
    for mapping, key, items in tests.values():
        writer.add(mapping, key, [(_last(mapping, key), item) for item in items])


def _last(mapping: Mapping | None, key: str) -> int:
    """The index of the last item in the list under `key`, -1 where there is none."""
    existing = mapping.get(key) if mapping is not None else None
    return len(existing.items) - 1 if isinstance(existing, SequenceNode) else -1


def _write_columns(
    file: PropertyFile, writer: Writer, order: dict[int, int], units: Sequence[Unit], meant: list[guard.Meant]
) -> None:
    """Add the missing columns, each behind the one that precedes it in the order of the edits."""
    lists: dict[int, list[Unit]] = {}
    for unit in units:
        mapping = unit.first.spot.mapping
        if unit.first.spot.act is Act.COLUMN and mapping is not None:
            columns = mapping.get("columns")
            lists.setdefault(id(columns if isinstance(columns, SequenceNode) else mapping), []).append(unit)
    for new in lists.values():
        owner = _owner(new)
        last = _last(owner, "columns")
        items = []
        for of_column in _by_column(new):
            entry = _entry(file, [unit.first for unit in of_column], of_column[0].first.column or "")
            places = (order[id(unit.first.edit)] for unit in of_column if id(unit.first.edit) in order)
            items.append((next(places, last), entry))
            meant += [guard.Meant(path, "columns", entry) for path in _paths(of_column[0])]
        writer.add(owner, "columns", items)


def _by_column(units: Sequence[Unit]) -> list[list[Unit]]:
    columns: dict[str | None, list[Unit]] = {}
    for unit in units:
        columns.setdefault(unit.first.column, []).append(unit)
    return list(columns.values())


def _owner(units: Sequence[Unit]) -> Mapping | None:
    """The mapping under which the list of columns really stands, where others share it by an alias."""
    mappings = [step.spot.mapping for unit in units for step in unit.steps if step.spot.mapping is not None]
    own = (m for m in mappings if not any(isinstance(value, Alias) for _, value in m.all("columns")))
    return next(own, mappings[0] if mappings else None)


def _entry(file: PropertyFile, steps: Sequence[Step], name: str) -> dict[str, Any]:
    """A new entry of `name`, with what the `steps` say of it."""
    entry: dict[str, Any] = {"name": name}
    for text in [step.text for step in steps if step.text is not None]:
        entry["description"] = text
    tests = [step.value for step in steps if isinstance(step.edit, TestEdit)]
    return {**entry, file.tests_key: tests} if tests else entry


def _write_entries(file: PropertyFile, writer: Writer, units: Sequence[Unit], meant: list[guard.Meant]) -> None:
    """Add the missing entries of nodes, with their descriptions, tests and columns, and unit tests."""
    entries: dict[tuple[Path, str], dict[str, list[Unit]]] = {}
    for unit in units:
        spot = unit.first.spot
        if spot.act is Act.ENTRY:
            entries.setdefault((spot.path, spot.kind), {}).setdefault(unit.first.name, []).append(unit)
    for (path, kind), of_list in sorted(entries.items(), key=lambda entry: entry[0][1] == SECTION):
        items = [_node(file, of_entry, name) for name, of_entry in of_list.items()]
        mapping = next(iter(of_list.values()))[0].first.spot.mapping
        writer.add(mapping, kind, [(_last(mapping, kind), item) for item in items])
        meant += [guard.Meant(path, kind, item) for item in items]


def _node(file: PropertyFile, units: Sequence[Unit], name: str) -> dict[str, Any]:
    if isinstance(units[0].first.edit, WHOLE):
        item: dict[str, Any] = units[0].first.value
        return item
    entry = _entry(file, [unit.first for unit in units if unit.first.column is None], name)
    of_columns = [unit for unit in units if unit.first.column is not None]
    if not of_columns:
        return entry
    columns = [
        _entry(file, [unit.first for unit in of_column], of_column[0].first.column or "")
        for of_column in _by_column(of_columns)
    ]
    tests = {key: entry.pop(key) for key in [file.tests_key] if key in entry}
    if file.habits.values.behind_tests("columns"):
        return {**entry, **tests, "columns": columns}
    return {**entry, "columns": columns, **tests}


def column_order(steps: Sequence[Step]) -> dict[int, int]:
    """By the id of an edit that adds a column: behind which item of the list it goes (-1: before the first).

    The edits of one kind for a node come in the order of its columns. Where the file has one that follows, a new column
    goes behind the one that precedes it; else it is not in the answer, and goes to the end.
    """
    nodes: dict[tuple[object, ...], list[Step]] = {}
    for step in steps:
        kind = type(step.edit)
        if step.spot.act is Act.COLUMN:
            nodes.setdefault((kind, step.spot.path), []).append(step)
        elif step.spot.kind == "columns":
            nodes.setdefault((kind, step.spot.path[:-2]), []).append(step)
    behind: dict[int, int] = {}
    for columns in nodes.values():
        preceding: int | None = None
        waiting: list[Step] = []  # new columns that nothing in the file follows yet
        for step in columns:
            if step.spot.act is Act.COLUMN:
                waiting.append(step)
                continue
            index = int(step.spot.path[-1])
            for new in waiting:
                behind[id(new.edit)] = preceding if preceding is not None else index - 1
            waiting, preceding = [], index
    return behind
