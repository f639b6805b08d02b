"""Reads a case of tests/edits/shapes: `before.yml`, `edits.yml`, and `after.yml` where something changes."""

from __future__ import annotations

from pathlib import Path

import yaml

from dbt_ai.values import AnyEdit, Edit, PropertyPlace, Refusal, TestEdit, UnitTestEdit

SHAPES = Path(__file__).parent / "shapes"
FILE = "models.yml"


def read_edits(path: Path) -> tuple[list[AnyEdit], dict[str, str]]:
    """The edits of a case and the expected refusals, by target."""
    data = yaml.safe_load(path.read_bytes())
    exists = path.with_name("before.yml").exists()
    edits: list[AnyEdit] = []
    for one in data["edits"]:
        if "unit_test" in one:
            edits.append(UnitTestEdit(FILE, one["unit_test"]))
            continue
        section, name, *table = one["at"].split("/")
        version = str(one["version"]) if "version" in one else None
        place = PropertyPlace(FILE, section, name, table[0] if table else None, version, file_exists=exists)
        if "test" in one:
            edits.append(TestEdit(place, one.get("column"), one["test"]))
        else:
            edits.append(Edit(place, one.get("column"), one["text"], one.get("replaces")))
    return edits, data.get("refused", {})


def target(refusal: Refusal) -> str:
    """The name of a refused target, as the cases write it."""
    edit = refusal.edit
    if isinstance(edit, UnitTestEdit):
        return str(edit.unit_test.get("name"))
    return ".".join(part for part in (edit.place.name, edit.place.table, edit.column) if part is not None)
