"""From code that stands in models again and again to the request for a macro's name, and from the answer back to names.

No data is told. The SQL of a macro that holds something which is masked elsewhere is not sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dbt_ai.engines.values import Answer, Request
from dbt_ai.errors import EngineError
from dbt_ai.evidence.masking import visible
from dbt_ai.evidence.prompt_facts import one_line
from dbt_ai.evidence.prompt_templates import template
from dbt_ai.evidence.prompting import rendered, text_of
from dbt_ai.evidence.schemas import closed
from dbt_ai.evidence.secrets import read_environment

PROMPT_VERSION = "macro-1"  # changes with every change of a template or of what is rendered into it
MAX_SQL = 8_000  # characters of a macro
MAX_CALLERS = 20
MAX_TAKEN = 100
_MAX_LINE = 400


@dataclass(frozen=True)
class Fragment:
    """A macro without a name of its own: its `body`, with the `arguments` in double braces, the name that was derived,
    and a line for each place where the code stands."""

    target: str
    name: str
    body: str
    arguments: tuple[str, ...]
    callers: tuple[str, ...]


@dataclass(frozen=True)
class Names:
    """What an engine calls a macro, what it is for, and by the derived name of each argument the new one, and what it
    is; nothing of it is checked yet."""

    name: str
    description: str
    arguments: Mapping[str, tuple[str, str]]


def request_for_names(
    fragment: Fragment, taken: Collection[str], *, dialect: str, house_style: str | None = None, effort: str = "low"
) -> Request | None:
    """The request for names of a macro; `taken` are those of macros of the project. None where its SQL may not be sent,
    or is too long."""
    read_environment()
    if len(fragment.body) > MAX_SQL or visible(fragment.body) != fragment.body:
        return None
    callers = [visible(one_line(each, _MAX_LINE)) for each in fragment.callers[:MAX_CALLERS]]
    sections = [
        ("macro", fragment.body),
        ("the name that it has", fragment.name),
        ("where it stands", "\n".join(f"- {each}" for each in callers)),
        ("names that are taken", visible(", ".join(sorted(taken)[:MAX_TAKEN]))),
    ]
    return Request(
        target=fragment.target,
        instructions=_instructions(visible(house_style).strip() if house_style else ""),
        prompt=rendered("macro.md.jinja", sections, dialect=dialect),
        schema_name="macro_names",
        schema=_schema(fragment.arguments),
        prompt_version=PROMPT_VERSION,
        effort=effort,
    )


def read_names(answer: Answer, fragment: Fragment) -> Names | None:
    """The names of an answer, None where the derived ones are best. Raises EngineError for another form."""
    given = answer.content
    if given.get("name") is None:
        return None
    arguments = given.get("arguments")
    if not isinstance(given["name"], str) or not isinstance(arguments, list):
        raise EngineError(f"{answer.model} answered in a form that was not asked for.")
    named: dict[str, tuple[str, str]] = {}
    for one in arguments:
        if not isinstance(one, Mapping) or not all(isinstance(one.get(key), str) for key in ("stands_for", "name")):
            raise EngineError(f"{answer.model} answered in a form that was not asked for.")
        named[one["stands_for"]] = (one["name"], text_of(one.get("description"), answer.model, "an argument") or "")
    if named.keys() != {*fragment.arguments}:
        raise EngineError(f"{answer.model} did not name each argument of a macro.")
    return Names(given["name"], text_of(given.get("description"), answer.model, "a macro") or "", named)


@lru_cache(maxsize=4)
def _instructions(house_style: str) -> str:
    return template("macro_instructions.md.jinja").render(house_style=house_style).strip() + "\n"


def _schema(arguments: Sequence[str]) -> Mapping[str, Any]:
    """The strict JSON schema of an answer."""
    text = {"type": "string"}
    argument = closed({"stands_for": {"type": "string", "enum": list(arguments)}, "name": text, "description": text})
    return closed(
        {
            "name": {"type": ["string", "null"]},
            "description": text,
            "arguments": {"type": "array", "items": argument},
        }
    )
