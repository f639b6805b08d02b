"""Macros in property files as dbt reads them: how an entry is laid out, and whether it is there already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dbt_ai.edits.guard import same
from dbt_ai.edits.reasons import RefusalError
from dbt_ai.edits.scalars import plain
from dbt_ai.edits.texts import JINJA

SECTION = "macros"


def prepared(macro: Mapping[str, Any]) -> dict[str, Any]:
    """`macro` as it is written, in plain values. Raises RefusalError for what dbt would not read as the entry of a
    macro, and for texts that it would render."""
    item: dict[str, Any] = plain(macro)
    arguments = item.get("arguments", [])
    named = all(isinstance(one, dict) and _is_text(one.get("name")) for one in [item, *arguments])
    if not named or any(JINJA.search(str(one.get("description", ""))) for one in [item, *arguments]):
        raise RefusalError("invalid-macro")
    return item


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_there(data: Any, item: dict[str, Any]) -> bool:
    """True where the loaded file has exactly the entry `item`. Raises RefusalError where it has another one of that
    name."""
    found = data.get(SECTION) if isinstance(data, dict) else None
    named = [one for one in found or [] if isinstance(one, dict) and str(one.get("name")) == item["name"]]
    if named and not any(same(one, item) for one in named):
        raise RefusalError("macro-exists")
    return bool(named)
