"""Property files as they are written, before dbt renders them. Read once, never written here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Entry = Mapping[str, Any]


class PropertyFiles:
    """The property files below `root`. A file that is missing or broken reads as one without entries."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._load = lru_cache(maxsize=None)(self._read)

    def entry(self, path: str, section: str, name: str, table: str | None = None) -> Entry | None:
        """The entry of a node in the file at `path` (relative to the root), or None.

        For a source, `name` is the source's and `table` the table's name.
        """
        found = next((item for item in _named(self._load(path).get(section)) if item.get("name") == name), None)
        if table is None or found is None:
            return found
        return next((item for item in _named(found.get("tables")) if item.get("name") == table), None)

    def _read(self, path: str) -> Mapping[str, Any]:
        try:
            content = yaml.load((self._root / path).read_bytes(), Loader=_Loader)
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            return {}
        return content if isinstance(content, dict) else {}


def version_entry(entry: Entry, version: str) -> Entry | None:
    """The item of a model's `versions` for `version`, or None."""
    versions = entry.get("versions")
    items = versions if isinstance(versions, list) else []
    return next((item for item in items if isinstance(item, dict) and str(item.get("v")) == version), None)


def raw_description(entry: Entry | None, version: str | None = None) -> str | None:
    """The description as the file has it: "" where it has none, None where there is no entry to read."""
    if entry is None:
        return None
    own = version_entry(entry, version) if version is not None else None
    if own is not None and own.get("description") is not None:
        return _text(own["description"])
    return _text(entry.get("description"))


def raw_column_descriptions(entry: Entry | None, version: str | None = None) -> Mapping[str, str]:
    """The columns' descriptions as the file has them, by name; what a version says of a column wins."""
    if entry is None:
        return {}
    own = version_entry(entry, version) if version is not None else None
    columns = [*_named(entry.get("columns")), *_named(own.get("columns") if own else None)]
    return {str(column["name"]): _text(column.get("description")) for column in columns}


def _named(items: Any) -> Iterator[Entry]:
    yield from (
        item for item in (items if isinstance(items, list) else []) if isinstance(item, dict) and "name" in item
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)
