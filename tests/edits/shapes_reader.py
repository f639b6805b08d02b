"""Reads a case of tests/edits/shapes: `before.yml`, `edits.yml`, and `after.yml` where something changes."""

from __future__ import annotations

from pathlib import Path

import yaml

from dbt_ai.values import Edit, PropertyPlace, Refusal

SHAPES = Path(__file__).parent / "shapes"
FILE = "models.yml"


def read_edits(path: Path) -> tuple[list[Edit], dict[str, str]]:
    """The edits of a case and the expected refusals, by target."""
    data = yaml.safe_load(path.read_bytes())
    edits = []
    for one in data["edits"]:
        section, name, *table = one["at"].split("/")
        version = str(one["version"]) if "version" in one else None
        place = PropertyPlace(FILE, section, name, table[0] if table else None, version, file_exists=True)
        edits.append(Edit(place, one.get("column"), one["text"], one.get("replaces")))
    return edits, data.get("refused", {})


def target(refusal: Refusal) -> str:
    """The name of a refused target, as the cases write it."""
    place = refusal.edit.place
    return ".".join(part for part in (place.name, place.table, refusal.edit.column) if part is not None)
