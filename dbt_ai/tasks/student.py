"""What is asked of a student differs: it does not think, and a small model may write on until somebody stops it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dbt_ai.engines.values import Request

STUDENT = "student"
MAX_TEXT = 400  # characters of one text
TOKENS_OF_A_COLUMN = 120
TOKENS_AROUND = 300


def for_student(request: Request, columns: int) -> Request:
    """The same question with every text of the answer bounded, by its form and by its tokens."""
    most = TOKENS_AROUND + TOKENS_OF_A_COLUMN * columns
    return replace(request, schema=bounded(request.schema), max_output_tokens=most)


def bounded(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON schema in which no text is longer than MAX_TEXT.

    >>> bounded({"type": "object", "properties": {"a": {"type": ["string", "null"]}}})
    {'type': 'object', 'properties': {'a': {'type': ['string', 'null'], 'maxLength': 400}}}
    """
    found: dict[str, Any] = dict(schema)
    kind = schema.get("type")
    if "enum" not in schema and (kind == "string" or (isinstance(kind, list) and "string" in kind)):
        found["maxLength"] = MAX_TEXT
    if isinstance(schema.get("items"), Mapping):
        found["items"] = bounded(schema["items"])
    if isinstance(schema.get("properties"), Mapping):
        found["properties"] = {name: bounded(below) for name, below in schema["properties"].items()}
    return found
