"""From what a model said to JSON that follows the schema. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_FENCE = re.compile(r"```[a-zA-Z]*[ \t]*\r?\n(.*?)\r?\n?[ \t]*```", re.DOTALL)
_LONGEST_QUOTE = 300


class InvalidAnswer(ValueError):
    """The text is not JSON that follows the schema. `str(error)` says what is wrong, fit to be quoted to the model."""


def read_answer(text: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON object in `text`, thinking and code fence taken off, validated against `schema`.

    Raises InvalidAnswer where there is none, where a name occurs twice in one object, or where it breaks the schema.

    >>> read_answer('<think>An id.</think>{"text": "Key."}', {"type": "object"})
    {'text': 'Key.'}
    """
    try:
        content = json.loads(
            bare_json(text), object_pairs_hook=_without_duplicates, parse_constant=_no_constant, strict=False
        )
    except InvalidAnswer:
        raise
    except RecursionError:
        raise InvalidAnswer("the answer is nested too deeply") from None
    except ValueError as error:
        raise InvalidAnswer(f"the answer is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise InvalidAnswer("the answer is not a JSON object")
    problem = next(iter(_validator(json.dumps(schema)).iter_errors(content)), None)
    if problem is not None:
        place = "/".join(str(step) for step in problem.absolute_path) or "the answer"
        raise InvalidAnswer(shortened(f"at {place}: {problem.message}"))
    return content


def bare_json(text: str) -> str:
    """`text` without the thinking in front of the JSON and without a code fence around it."""
    text = text.lstrip("\ufeff \t\r\n").rstrip()
    if not text.startswith("{"):
        # some servers cut the opening tag off, so the closing one decides
        _, closed, rest = text.partition("</think>")
        text = rest.strip() if closed else text
    if not text.startswith("{") and (fenced := _FENCE.search(text)):
        text = fenced[1].strip()
    return text


def shortened(text: str) -> str:
    """One printable line of at most 300 characters, for a message that quotes what a stranger wrote."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 3] + "..."


def _without_duplicates(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise InvalidAnswer(shortened(f"{twice!r} occurs twice in one object"))
    return names


def _no_constant(name: str) -> Any:
    raise InvalidAnswer(f"{name} is not JSON")


@lru_cache(maxsize=64)
def _validator(schema: str) -> Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema))
