"""Where in a property file an edit belongs: the mapping to describe, the list to extend, or nothing yet."""

from __future__ import annotations

from collections.abc import Sequence as SequenceABC
from dataclasses import dataclass, field, replace
from enum import Enum

from dbt_ai.edits.data_tests import KEYS, identity
from dbt_ai.edits.reasons import RefusalError
from dbt_ai.edits.tree import MERGE, Mapping, Node, Scalar, Sequence
from dbt_ai.values import Edit, PropertyPlace, TestEdit

Path = tuple[str | int, ...]
ALL = ("*", "all")


class Act(Enum):
    """What has to be done to the file."""

    CHANGE = "change"  # a mapping that is there gets its description, or a test
    COLUMN = "column"  # a mapping that is there gets a column entry
    ENTRY = "entry"  # a section, or the tables of a source, get an entry


@dataclass(frozen=True)
class Spot:
    """Where an edit belongs. `mapping` is the entry to change or to extend, None where its section is missing; `path`
    its place in the loaded data; `node` that of the node it is about; `kind` the key of the list the changed entry is
    in; `needed` in how many versions the change is seen."""

    act: Act
    mapping: Mapping | None
    path: Path
    kind: str
    needed: int = 1
    node: Path | None = None


@dataclass
class Locator:
    """Finds spots in one file. `edits` are all edits of the file, which decide what is meant for every use."""

    root: Mapping | None
    edits: SequenceABC[Edit | TestEdit]
    _entries: dict[tuple[int, str], dict[str | None, list[tuple[int, Mapping]]]] = field(default_factory=dict)
    _shown: dict[int, tuple[set[str], set[str]]] = field(default_factory=dict)
    _names: dict[int, dict[str, list[tuple[int, Mapping]]]] = field(default_factory=dict)
    _folded: dict[int, dict[str, list[tuple[int, Mapping]]]] = field(default_factory=dict)
    _wanted: dict[tuple[str, str, str | None], set[str]] = field(default_factory=dict)
    _versions: dict[tuple[str, str, str | None, str], dict[str | None, str]] = field(default_factory=dict)
    _tests: dict[tuple[str, str], dict[str | None, set[object]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for edit in self.edits:
            place = edit.place
            node = (place.section, place.name, place.table)
            if edit.column is not None:
                self._wanted.setdefault(node, set()).add(edit.column)
            if place.version is not None:
                text = edit.text if isinstance(edit, Edit) else ""
                subject = _subject(edit)
                self._versions.setdefault(subject, {})[place.version] = text
                if edit.column is None and isinstance(edit, TestEdit):
                    of_model = self._tests.setdefault((place.section, place.name), {})
                    of_model.setdefault(place.version, set()).add(subject)

    def find(self, edit: Edit | TestEdit) -> Spot:
        """The spot of `edit`. Raises RefusalError where there is none that is safe."""
        place = edit.place
        entries: list[tuple[Mapping, Path]] = [
            (item, (place.section, index))
            for index, item in (self._named(self.root, place.section, place.name) if self.root else [])
        ]
        kind = place.section
        path: Path
        if place.table is not None:
            sources = entries
            if not sources:
                raise RefusalError("entry-not-found")
            entries = [
                (table, (*path, "tables", index))
                for source, path in sources
                for index, table in self._named(source, "tables", place.table)
            ]
            kind = "tables"
            if not entries:
                source, path = sources[-1]
                return Spot(Act.ENTRY, self._extendable(source, "tables"), path, kind)
        if len(entries) > 1:
            raise RefusalError("duplicate-entry")
        if not entries:
            if place.exists:
                raise RefusalError("entry-not-found")
            if place.version is not None:
                raise RefusalError("version-not-found")
            return self.section(place.section)
        entry, path = entries[0]
        if place.version is not None and entry.get("versions") is not None:
            spot = self._version_spot(edit, entry, path)
        elif edit.column is None:
            spot = Spot(Act.CHANGE, entry, path, kind)
        else:
            spot = self._column_spot(edit, entry, path)
        return replace(spot, node=path)

    def section(self, key: str) -> Spot:
        """The spot of a new item in the section `key`. Raises RefusalError where it cannot be extended."""
        return Spot(Act.ENTRY, self._extendable(self.root, key) if self.root else None, (), key)

    def _named(self, mapping: Mapping, key: str, name: str) -> list[tuple[int, Mapping]]:
        if (id(mapping), key) not in self._entries:
            named: dict[str | None, list[tuple[int, Mapping]]] = {}
            for index, item in _items(mapping, key):
                named.setdefault(item.text("name"), []).append((index, item))
            self._entries[id(mapping), key] = named
        return self._entries[id(mapping), key].get(name, [])

    def _column_spot(self, edit: Edit | TestEdit, entry: Mapping, path: Path, needed: int = 1) -> Spot:
        found = self.match_column(edit, entry)
        if found is None:
            return Spot(Act.COLUMN, self._extendable(entry, "columns"), path, "columns", needed)
        index, column = found
        return Spot(Act.CHANGE, column, (*path, "columns", index), "columns", needed)

    def match_column(self, edit: Edit | TestEdit, entry: Mapping) -> tuple[int, Mapping] | None:
        """The entry of the edit's column and its index, None where it is missing. Case counts only between columns
        that differ in nothing else, and for quoted ones."""
        columns = _own(entry, "columns")
        if not isinstance(columns, Sequence) or edit.column is None:
            return None
        if id(columns) not in self._names:
            names: dict[str, list[tuple[int, Mapping]]] = {}
            folded: dict[str, list[tuple[int, Mapping]]] = {}
            for index, item in _items(entry, "columns"):
                name = item.text("name")
                if name is not None:
                    names.setdefault(name, []).append((index, item))
                    folded.setdefault(name.casefold(), []).append((index, item))
            self._names[id(columns)], self._folded[id(columns)] = names, folded
        found = self._names[id(columns)].get(edit.column, [])
        if not found:
            wanted = self._wanted.get((edit.place.section, edit.place.name, edit.place.table), set())
            found = [
                (index, item)
                for index, item in self._folded[id(columns)].get(edit.column.casefold(), [])
                if item.text("name") not in wanted and (item.text("quote") or "").lower() not in ("true", "yes", "on")
            ]
            if len(found) > 1:
                raise RefusalError("ambiguous-column")
        if len(found) > 1:
            raise RefusalError("duplicate-column")
        return found[0] if found else None

    def _version_spot(self, edit: Edit | TestEdit, entry: Mapping, path: Path) -> Spot:
        versions = list(_items(entry, "versions"))
        own = [(index, item) for index, item in versions if item.text("v") == edit.place.version]
        if len(own) != 1:
            raise RefusalError("version-not-found")
        index, version = own[0]
        version_path = (*path, "versions", index)
        texts = self._versions.get(_subject(edit), {})
        alike = {item.text("v") for _, item in versions} == set(texts) and len(set(texts.values())) == 1
        if edit.column is None and isinstance(edit, TestEdit):
            inheriting = [item.text("v") for _, item in versions if not tested(item)]
            if tested(version) or not (tested(entry) or self._all_alike(edit.place, versions, inheriting)):
                return Spot(Act.CHANGE, version, version_path, "versions")
            return Spot(Act.CHANGE, entry, path, edit.place.section, len(inheriting))
        if edit.column is None:
            silent = sum(1 for _, item in versions if not described(item))
            if described(version) or not (described(entry) or (alike and silent == len(versions))):
                return Spot(Act.CHANGE, version, version_path, "versions")
            return Spot(Act.CHANGE, entry, path, edit.place.section, silent)
        if self.match_column(edit, version) is not None:
            return self._column_spot(edit, version, version_path)
        base = self.match_column(edit, entry)
        if base is not None and self._includes(version, base[1].text("name") or ""):
            sharing = [
                item
                for _, item in versions
                if self._includes(item, base[1].text("name") or "") and self.match_column(edit, item) is None
            ]
            return self._column_spot(edit, entry, path, len(sharing))
        if base is None and alike and not any(item.all("columns") for _, item in versions):
            return self._column_spot(edit, entry, path, len(versions))
        return self._column_spot(edit, version, version_path)

    def _all_alike(
        self, place: PropertyPlace, versions: SequenceABC[tuple[int, Mapping]], inheriting: SequenceABC[str | None]
    ) -> bool:
        """True where every version inherits the model's tests, and is to get the same ones: a list of its own would
        hide what the model gets."""
        wanted = self._tests.get((place.section, place.name), {})
        sets = [wanted.get(version) for version in inheriting]
        return len(inheriting) == len(versions) and None not in sets and all(one == sets[0] for one in sets)

    def _includes(self, version: Mapping, column: str) -> bool:
        if id(version) not in self._shown:
            self._shown[id(version)] = _include_exclude(version)
        include, exclude = self._shown[id(version)]
        return (column in include or any(word in ALL for word in include)) and column not in exclude

    def _extendable(self, mapping: Mapping, key: str) -> Mapping:
        found = mapping.all(key)
        if len(found) > 1:
            raise RefusalError("duplicate-key")
        value = found[0][1].resolved if found else None
        if value is None and merged(mapping, key) is not None:
            raise RefusalError("shared-anchor")
        if value is not None and not isinstance(value, Sequence) and not (isinstance(value, Scalar) and value.is_empty):
            raise RefusalError("unusual-layout")
        return mapping


def merged(mapping: Mapping, key: str) -> Node | None:
    """What `mapping` gets for `key` through a merge key (`<<`), None for nothing."""
    for _, value in mapping.all(MERGE):
        below = value.resolved
        for source in below.items if isinstance(below, Sequence) else [below]:
            source = source.resolved
            if isinstance(source, Mapping):
                found = source.get(key) or merged(source, key)
                if found is not None:
                    return found
    return None


def described(mapping: Mapping) -> bool:
    """True where `mapping` has a description that is not empty, of its own or through a merge key."""
    value = mapping.get("description") or merged(mapping, "description")
    return value is not None and not (isinstance(value, Scalar) and value.is_empty)


def tested(mapping: Mapping) -> bool:
    """True where `mapping` has tests of its own: a version that has does without those of its model."""
    found = (mapping.get(key) or merged(mapping, key) for key in KEYS)
    return any(value is not None and not (isinstance(value, Scalar) and value.is_empty) for value in found)


def _subject(edit: Edit | TestEdit) -> tuple[str, str, str | None, str]:
    """Equal for the edits that say something of the same kind of the same node or column, in whatever version."""
    kind = "" if isinstance(edit, Edit) else repr(identity(edit.test, edit.column))
    return (edit.place.section, edit.place.name, edit.column, kind)


def _own(mapping: Mapping, key: str) -> Node | None:
    if len(mapping.all(key)) > 1:
        raise RefusalError("duplicate-key")
    return mapping.get(key)


def _items(mapping: Mapping, key: str) -> list[tuple[int, Mapping]]:
    """The mappings in the list under `key`, with their indexes."""
    value = _own(mapping, key)
    if value is None:
        value = merged(mapping, key)
    if not isinstance(value, Sequence):
        return []
    resolved = ((index, item.resolved) for index, item in enumerate(value.items))
    return [(index, item) for index, item in resolved if isinstance(item, Mapping)]


def _include_exclude(version: Mapping) -> tuple[set[str], set[str]]:
    """Which of the model's own columns dbt lets `version` have: the `include`/`exclude` entry of its columns."""
    for _, item in _items(version, "columns"):
        if item.text("name") is None:
            return set(_texts(item, "include")), set(_texts(item, "exclude"))
    return {"*"}, set()


def _texts(mapping: Mapping, key: str) -> list[str]:
    value = mapping.get(key)
    if isinstance(value, Sequence):
        return [item.resolved.value for item in value.items if isinstance(item.resolved, Scalar)]
    return [value.value] if isinstance(value, Scalar) else []
