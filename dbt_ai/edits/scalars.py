"""Values on their way into a property file: what dbt and YAML give back unchanged, and how each is written."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from dbt_ai.edits.reasons import RefusalError
from dbt_ai.edits.texts import JINJA, ScalarHabit, one_line

# dbt puts braces around an argument that looks like one of these, and renders it
_CALL = re.compile(r"\s*(env_var|ref|var|source|doc)\s*\(.+\)\s*$")
_LITERAL = r"(?:'[^'\\{}]*'|\"[^\"\\{}]*\")"
_REFERENCE = re.compile(
    rf"(?:ref|source)\(\s*{_LITERAL}\s*(?:,\s*{_LITERAL}\s*)?(?:,\s*(?:v|version)\s*=\s*(?:{_LITERAL}|\d+)\s*)?\)"
)
_PLAIN_TYPES = (str, bool, int, float, date, datetime, type(None))


def plain(value: Any) -> Any:
    """`value` in lists and dicts of plain scalars, which dbt's rendering leaves as it is and YAML can hold.

    >>> plain({"values": ("a", 1)})
    {'values': ['a', 1]}

    Raises RefusalError for Jinja, for what Jinja changes on its way (a line end at the end), for types that YAML does
    not know, and for keys that are no texts.
    """
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise RefusalError("unwritable-value")
        return {plain(key): plain(below) for key, below in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray)):
        return [plain(below) for below in value]
    if type(value) not in _PLAIN_TYPES or (isinstance(value, datetime) and value.tzinfo is not None):
        raise RefusalError("unwritable-value")
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise RefusalError("invalid-text") from error
        if JINJA.search(value) or "\r" in value or value.endswith("\n"):
            raise RefusalError("jinja-value")
    return value


def refuse_calls(arguments: Mapping[str, Any]) -> None:
    """Raise RefusalError where dbt would run an argument of a data test as code.

    Only `ref('...')` and `source('...', '...')` as the whole of an argument may stay: they name what a test compares.
    """
    for value in arguments.values():
        if not (isinstance(value, str) and _REFERENCE.fullmatch(value)) and _holds_call(value):
            raise RefusalError("jinja-value")


def _holds_call(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_call, value.values()))
    if isinstance(value, list):
        return any(map(_holds_call, value))
    return isinstance(value, str) and _CALL.match(value) is not None


def scalar(value: Any, style: str | None, quote: str, flow: bool = False) -> str:
    """A plain scalar on one line, which dbt's loader reads as the same value of the same type.

    `style` and `quote` as in texts.ScalarHabit; a text with apostrophes gets double quotes where it can.

    >>> [scalar(value, None, "'") for value in ("a", "1", "no", 1, True, None, 1e20, "it's: x")]
    ['a', "'1'", "'no'", '1', 'true', 'null', '1.0e+20', '"it\\'s: x"']
    """
    if isinstance(value, str):
        readable = '"' if "'" in value and '"' not in value and "\\" not in value else quote
        return one_line(value, ScalarHabit(readable if style in ("'", '"') else style, readable), flow)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    return str(value)


def _float(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    text = repr(value)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text  # YAML 1.1 asks for the point
