"""From what a model said to JSON that follows the schema. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_THINKS = re.compile(r"\s*(?:<(?:seed:)?think(?:ing)?>|\[THINK\])")
_THOUGHT = re.compile(r"</(?:seed:)?think(?:ing)?>|\[/THINK\]")
# gpt-oss, where the server does not take its format apart: <|channel|>final<|message|>{...}<|return|>
_FINAL = re.compile(r"<\|channel\|>\s*final\b[^{]*?<\|message\|>")
_FENCE = re.compile(r"```[a-zA-Z]*\s*(?=\{)")
_OPENS_A_LINE = re.compile(r"^[ \t]*\{", re.MULTILINE)
_TRIED = 50  # places in a text without an end
_DECODER = json.JSONDecoder(strict=False)
_LONGEST_QUOTE = 300


class InvalidAnswer(ValueError):
    """The text is not JSON that follows the schema. `str(error)` says what is wrong, fit to be quoted to the model."""


def read_answer(text: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON object in `text`, without the thinking before it, a code fence or words around it, validated against
    `schema`.

    Raises InvalidAnswer where there is none, where a name occurs twice in one object, or where it breaks the schema.

    >>> read_answer('<think>An id.</think>{"text": "Key."}', {"type": "object"})
    {'text': 'Key.'}
    """
    first: InvalidAnswer | None = None
    for candidate in _candidates(text):
        try:
            return _valid(candidate, schema)
        except InvalidAnswer as invalid:
            first = first or invalid
    raise first or InvalidAnswer("the answer is empty")


def is_cut_off(text: str) -> bool:
    """Whether `text` is thinking that never came to an answer.

    >>> is_cut_off("<think>An id, and"), is_cut_off("<think>An id.</think>{}")
    (True, False)
    """
    return _THINKS.match(text) is not None and not _answer_in_thinking(text) and not _THOUGHT.search(text)


def is_json(text: str) -> bool:
    """Whether `text` is JSON."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _valid(text: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    content = parsed_object(text)
    problem = violation(content, schema)
    if problem:
        raise InvalidAnswer(problem)
    return content


def parsed_object(text: str) -> Mapping[str, Any]:
    """The JSON object that `text` is. Raises InvalidAnswer where it is none, or where a name occurs twice in it."""
    try:
        content = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant, strict=False)
    except InvalidAnswer:
        raise
    except RecursionError:
        raise InvalidAnswer("the answer is nested too deeply") from None
    except ValueError as error:
        raise InvalidAnswer(f"the answer is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise InvalidAnswer("the answer is not a JSON object")
    return content


def violation(content: Any, schema: Mapping[str, Any]) -> str:
    """What breaks `schema` first, in words; empty where nothing does."""
    problem = next(iter(_validator(json.dumps(schema)).iter_errors(content)), None)
    if problem is None:
        return ""
    place = "/".join(str(step) for step in problem.absolute_path) or "the answer"
    return shortened(f"at {place}: {problem.message}")


def _candidates(text: str) -> Iterator[str]:
    """Where in `text` the answer may be, the likeliest place first."""
    text = text.lstrip("\ufeff \t\r\n").rstrip()
    if text.startswith("{"):
        yield text
        return
    thinks = _THINKS.match(text) is not None
    # some servers cut the opening tag off, so the closing one decides, unless the answer speaks of it
    before = _FINAL.search(text) or (_THOUGHT.search(text) if thinks or not _speaks_of_thinking(text) else None)
    if before or not thinks:
        rest = text[before.end() :] if before else text
        fenced = _FENCE.search(rest)
        if fenced:
            yield _object_from(rest[fenced.end() :])
        yield _object_from(rest[rest.index("{") :]) if "{" in rest else rest.strip()
    if thinks:
        yield _answer_in_thinking(text)


def _object_from(text: str) -> str:
    """The JSON object that `text` begins with; all of it where it begins with none."""
    try:
        return text[: _DECODER.raw_decode(text)[1]]
    except (ValueError, RecursionError):
        return text


def _speaks_of_thinking(text: str) -> bool:
    """Whether the first closing tag is within the first JSON object."""
    first, closing = text.find("{"), _THOUGHT.search(text)
    if closing is None or not 0 <= first < closing.start():
        return False
    found = _object_from(text[first:])
    return is_json(found) and closing.start() < first + len(found)


def _answer_in_thinking(text: str) -> str:
    """The JSON object that ends thinking without a closing tag; empty where none does."""
    for opening in reversed(list(_OPENS_A_LINE.finditer(text))[-_TRIED:]):
        if is_json(text[opening.end() - 1 :]):
            return text[opening.end() - 1 :]
    return ""


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
