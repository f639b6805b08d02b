"""Unit tests as dbt reads them: how one is laid out, and whether it is there already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dbt_ai.edits.guard import same
from dbt_ai.edits.reasons import RefusalError
from dbt_ai.edits.scalars import plain
from dbt_ai.edits.texts import normalise

SECTION = "unit_tests"


def prepared(unit_test: Mapping[str, Any]) -> dict[str, Any]:
    """`unit_test` as it is written, in plain values.

    dbt renders all of it but its description, in which Jinja is refused all the same: no raw block may stand there
    either, as it would be shown. Raises RefusalError for that, and for what dbt would not read as a unit test.
    """
    description = unit_test.get("description")
    if isinstance(description, str):
        unit_test = {**unit_test, "description": normalise(description)}
    item: dict[str, Any] = plain(unit_test)
    given, expect = item.get("given", []), item.get("expect")
    texts = all(isinstance(item.get(key), str) and item[key].strip() for key in ("name", "model"))
    if not texts or not isinstance(given, list) or not all(map(_is_fixture, [*given, expect])):
        raise RefusalError("invalid-unit-test")
    return item


def _is_fixture(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    rows = value.get("rows")
    return not isinstance(rows, list) or all(isinstance(row, dict) for row in rows)


def is_there(data: Any, item: dict[str, Any]) -> bool:
    """True where the loaded file has exactly the prepared unit test `item`.

    Raises RefusalError where it has another one of that name.
    """
    found = data.get(SECTION) if isinstance(data, dict) else None
    named = [one for one in found or [] if isinstance(one, dict) and str(one.get("name")) == item["name"]]
    if not named:
        return False
    for one in named:
        description = one.get("description")
        read = {**one, "description": normalise(description)} if isinstance(description, str) else one
        if same(read, item):
            return True
    raise RefusalError("unit-test-exists")
