"""From edits to a plan: each file read, spliced in its own habits, and read again by the guard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dbt_ai.edits import guard
from dbt_ai.edits.files import PropertyFile, read_property_file
from dbt_ai.edits.habits import Habits
from dbt_ai.edits.locate import Act, Locator, Spot, described, merged
from dbt_ai.edits.reasons import RefusalError, refusal
from dbt_ai.edits.schema import violations
from dbt_ai.edits.texts import JINJA, doc_call, normalise, protect, unprotect
from dbt_ai.edits.tree import Alias, Mapping, Scalar
from dbt_ai.edits.tree import Sequence as SequenceNode
from dbt_ai.edits.write import NewEntry, Writer, apply_splices
from dbt_ai.values import Edit, FileChange, Plan, Refusal


@dataclass(frozen=True)
class Step:
    """One edit with its spot and its text as it will be written."""

    edit: Edit
    spot: Spot
    text: str


@dataclass(frozen=True)
class Unit:
    """Steps that make one change of the text: one, or the several that share an anchor or a version's column."""

    steps: tuple[Step, ...]

    @property
    def first(self) -> Step:
        return self.steps[0]


def plan_edits(root: Path, edits: Sequence[Edit]) -> Plan:
    """A plan for `edits` of the project at `root`, which reads files and writes none.

    Each edit ends in `planned` or, with its reason, in `refused`; one whose text is there already is planned without
    a change. Edits of one node come in the order of its columns. Raises ProjectError for a file of broken YAML.
    """
    files: dict[str, list[Edit]] = {}
    for edit in edits:
        files.setdefault(edit.place.path, []).append(edit)
    changes: list[FileChange] = []
    planned: list[Edit] = []
    refused: list[Refusal] = []
    siblings: dict[Path, Habits | None] = {}
    for path, of_file in files.items():
        change, done, failed = _plan_file(root, path, of_file, siblings)
        changes += [change] if change is not None else []
        planned += done
        refused += failed
    order = {id(edit): index for index, edit in enumerate(edits)}
    return Plan(
        changes=tuple(sorted(changes, key=lambda change: change.path)),
        planned=tuple(sorted(planned, key=lambda edit: order[id(edit)])),
        refused=tuple(sorted(refused, key=lambda one: order[id(one.edit)])),
    )


def _plan_file(
    root: Path, path: str, edits: Sequence[Edit], siblings: dict[Path, Habits | None]
) -> tuple[FileChange | None, list[Edit], list[Refusal]]:
    try:
        file = read_property_file(root, path, siblings)
        if file.before is None and any(edit.place.file_exists for edit in edits):
            raise RefusalError("file-missing")
        before = guard.load(file.text)
    except OverflowError:
        return None, [], [refusal(edit, "alias-expansion") for edit in edits]
    except RefusalError as error:
        return None, [], [refusal(edit, error.reason) for edit in edits]
    locator = Locator(file.root, edits)
    units, there, refused, after = _units(file, locator, edits)
    units, text, failed = _write_safely(file, before, after, units)
    refused += failed
    planned = there + [step.edit for unit in units for step in unit.steps]
    if text == file.text:
        return None, planned, refused
    return FileChange(path, file.before, file.encode(text)), planned, refused


def _units(
    file: PropertyFile, locator: Locator, edits: Sequence[Edit]
) -> tuple[list[Unit], list[Edit], list[Refusal], dict[int, int]]:
    """The changes to make, the edits whose text is there already, those refused, and where new columns go."""
    grouped: dict[tuple[object, ...], list[Step]] = {}
    located: list[Step] = []
    refused: list[Refusal] = []
    for edit in edits:
        try:
            step = Step(edit, locator.find(edit), (doc_call if edit.doc_call else protect)(edit.text))
            grouped.setdefault(_group(step), []).append(step)
            located.append(step)
        except RefusalError as error:
            refused.append(refusal(edit, error.reason))
    units: list[Unit] = []
    there: list[Edit] = []
    for steps in grouped.values():
        try:
            if _is_change(file, steps):
                units.append(Unit(tuple(steps)))
            else:
                there += [step.edit for step in steps]
        except RefusalError as error:
            refused += [refusal(step.edit, error.reason) for step in steps]
    return units, there, refused, _column_order(located)


def _group(step: Step) -> tuple[object, ...]:
    """Equal for the steps that change the same place of the text."""
    spot, place = step.spot, step.edit.place
    if spot.act is Act.DESCRIBE:
        return (spot.act, id(spot.mapping))
    if spot.act is Act.ENTRY:
        return (spot.act, spot.path, spot.kind, place.table or place.name, step.edit.column)
    assert spot.mapping is not None
    columns = spot.mapping.get("columns")
    return (spot.act, id(columns if isinstance(columns, SequenceNode) else spot.mapping), step.edit.column)


def _is_change(file: PropertyFile, steps: Sequence[Step]) -> bool:
    """False where the text is there already. Raises RefusalError where the steps do not agree with the file."""
    first = steps[0]
    spot = first.spot
    if spot.act is Act.DESCRIBE and spot.mapping is not None:
        if len(spot.mapping.all("description")) > 1:
            raise RefusalError("duplicate-key")
        found = spot.mapping.get("description") or merged(spot.mapping, "description")
        if all(_says(found, step.text) for step in steps):
            return False
        for step in steps:
            _agree(spot.mapping, step.edit)
    elif any(step.edit.replaces is not None for step in steps):
        raise RefusalError("changed-since")
    if spot.act is not Act.DESCRIBE and JINJA.search(
        first.edit.column or first.edit.place.table or first.edit.place.name
    ):
        raise RefusalError("jinja-name")
    seen = {(step.spot.path, step.edit.place.version) for step in steps}
    uses = _uses(file, spot)
    if len({step.text for step in steps}) > 1 or len(seen) < uses * spot.needed:
        raise RefusalError(
            "shared-anchor" if uses > 1 else "shared-version" if spot.needed > 1 else "conflicting-texts"
        )
    return True


def _uses(file: PropertyFile, spot: Spot) -> int:
    if spot.mapping is None:
        return 1
    key = {Act.COLUMN: "columns", Act.ENTRY: spot.kind, Act.DESCRIBE: ""}[spot.act]
    value = spot.mapping.get(key) if key else None
    return file.uses[id(value if isinstance(value, SequenceNode) else spot.mapping)]


def _agree(mapping: Mapping, edit: Edit) -> None:
    """Raise RefusalError unless the description of `mapping` is the one that `edit` means to replace."""
    own = mapping.all("description")
    found = mapping.get("description")
    if edit.replaces is None:
        if described(mapping):
            raise RefusalError("already-described")
        return
    if not isinstance(found, Scalar):
        raise RefusalError("shared-anchor" if merged(mapping, "description") is not None else "changed-since")
    if isinstance(own[0][1], Alias):
        raise RefusalError("shared-anchor")
    if normalise(edit.replaces) not in (normalise(found.value), unprotect(found.value)):
        raise RefusalError("changed-since")


def _says(found: object, text: str) -> bool:
    return isinstance(found, Scalar) and normalise(found.value) == text


def _write_safely(
    file: PropertyFile, before: Any, order: dict[int, int], units: Sequence[Unit]
) -> tuple[list[Unit], str, list[Refusal]]:
    """Write the `units` that pass the guard: all at once, or, where one of them fails, without that one."""
    if not units:
        return [], file.text, []
    try:
        return list(units), _write(file, before, order, units), []
    except RefusalError as error:
        if len(units) == 1:
            return [], file.text, [refusal(step.edit, error.reason) for step in units[0].steps]
    middle = len(units) // 2
    left, _, left_refused = _write_safely(file, before, order, units[:middle])
    right, _, right_refused = _write_safely(file, before, order, units[middle:])
    try:
        return left + right, _write(file, before, order, left + right), left_refused + right_refused
    except RefusalError as error:  # each half alone is safe, both together are not
        lost = [refusal(step.edit, error.reason) for unit in right for step in unit.steps]
        return left, _write(file, before, order, left), left_refused + right_refused + lost


def _write(file: PropertyFile, before: Any, order: dict[int, int], units: Sequence[Unit]) -> str:
    """The text of `file` with `units` written. Raises RefusalError where the guard finds anything else changed."""
    if not units:
        return file.text
    writer = Writer(file.text, file.root, file.habits)
    meant: list[guard.Meant] = []
    for unit in units:
        if unit.first.spot.act is Act.DESCRIBE and unit.first.spot.mapping is not None:
            writer.describe(unit.first.spot.mapping, unit.first.spot.kind, unit.first.text)
            meant += [guard.Meant(path, "description", unit.first.text) for path in _paths(unit)]
    _write_columns(writer, order, units, meant)
    _write_entries(writer, units, meant)
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
    steps = [step for unit in units for step in unit.steps if not step.edit.doc_call]
    if not all(guard.renders_as(step.text, step.edit.text) for step in steps):
        raise RefusalError("guard")
    return text


def _paths(unit: Unit) -> list[tuple[str | int, ...]]:
    return sorted({step.spot.path for step in unit.steps}, key=str)


def _write_columns(writer: Writer, order: dict[int, int], units: Sequence[Unit], meant: list[guard.Meant]) -> None:
    """Add the missing columns, each behind the one that precedes it in the order of the edits."""
    lists: dict[int, tuple[Mapping, list[Unit]]] = {}
    for unit in units:
        mapping = _owner(unit)
        if unit.first.spot.act is Act.COLUMN and mapping is not None:
            columns = mapping.get("columns")
            holder = id(columns) if isinstance(columns, SequenceNode) else id(mapping)
            lists.setdefault(holder, (mapping, []))[1].append(unit)
    for mapping, new in lists.values():
        columns = mapping.get("columns")
        last = len(columns.items) - 1 if isinstance(columns, SequenceNode) else -1
        items = [
            (order.get(id(unit.first.edit), last), NewEntry(unit.first.edit.column or "", unit.first.text))
            for unit in new
        ]
        writer.add(mapping, "columns", items)
        for unit, (_, entry) in zip(new, items, strict=True):
            meant += [guard.Meant(path, "columns", _data(entry)) for path in _paths(unit)]


def _owner(unit: Unit) -> Mapping | None:
    """The mapping under which the list of columns really stands, where others share it by an alias."""
    mappings = [step.spot.mapping for step in unit.steps if step.spot.mapping is not None]
    own = (m for m in mappings if not any(isinstance(value, Alias) for _, value in m.all("columns")))
    return next(own, mappings[0] if mappings else None)


def _column_order(steps: Sequence[Step]) -> dict[int, int]:
    """By the id of an edit that adds a column: behind which item of the list it goes (-1: before the first).

    The edits of a node come in the order of its columns. Where the file has one that follows, a new column goes behind
    the one that precedes it; else it is not in the answer, and goes to the end.
    """
    nodes: dict[tuple[str | int, ...], list[Step]] = {}
    for step in steps:
        if step.spot.act is Act.COLUMN:
            nodes.setdefault(step.spot.path, []).append(step)
        elif step.spot.kind == "columns":
            nodes.setdefault(step.spot.path[:-2], []).append(step)
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


def _write_entries(writer: Writer, units: Sequence[Unit], meant: list[guard.Meant]) -> None:
    """Add the missing entries of nodes, with their descriptions and columns."""
    entries: dict[tuple[Any, ...], tuple[Spot, NewEntry]] = {}
    for unit in units:
        spot, place = unit.first.spot, unit.first.edit.place
        if spot.act is not Act.ENTRY:
            continue
        name = place.table or place.name
        key = (spot.path, spot.kind, name)
        entry = entries.get(key, (spot, NewEntry(name, None)))[1]
        if unit.first.edit.column is None:
            entry = replace(entry, text=unit.first.text)
        else:
            entry = replace(entry, entries=(*entry.entries, NewEntry(unit.first.edit.column, unit.first.text)))
        entries[key] = (spot, entry)
    lists: dict[tuple[Any, ...], list[tuple[Spot, NewEntry]]] = {}
    for (path, kind, _), found in entries.items():
        lists.setdefault((path, kind), []).append(found)
    for (path, kind), of_list in lists.items():
        mapping = of_list[0][0].mapping
        existing = mapping.get(kind) if mapping is not None else None
        last = len(existing.items) - 1 if isinstance(existing, SequenceNode) else -1
        writer.add(mapping, kind, [(last, entry) for _, entry in of_list])
        meant += [guard.Meant(path, kind, _data(entry)) for _, entry in of_list]


def _data(entry: NewEntry) -> dict[str, Any]:
    data: dict[str, Any] = {"name": entry.name}
    if entry.text is not None:
        data["description"] = entry.text
    if entry.entries:
        data[entry.key] = [_data(child) for child in entry.entries]
    return data
