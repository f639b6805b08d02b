"""The JSON schemas of answers, as strict modes want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object that has all of `properties` (schemas by name) and nothing else.

    >>> closed({"a": {"type": "string"}})["required"]
    ['a']
    """
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
