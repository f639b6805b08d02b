"""From a model's text to the request for a better one, and from the answer back to texts.

As with descriptions (see prompting.py), the same evidence gives the same bytes, and what comes from the project stands
between delimiters that nobody can write into it. No data is told: a text that is the same on every database is so
whatever the data is. What a file holds that is masked elsewhere cannot be sent, as it would not come back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dbt_ai.engines.values import Answer, Request
from dbt_ai.errors import EngineError
from dbt_ai.evidence.masking import also_personal, visible
from dbt_ai.evidence.prompt_facts import one_line
from dbt_ai.evidence.prompt_templates import template
from dbt_ai.evidence.prompting import rendered, shared_sections, text_of
from dbt_ai.evidence.schemas import closed
from dbt_ai.evidence.secrets import read_environment
from dbt_ai.evidence.sharing import Sharing
from dbt_ai.evidence.values import Evidence

PROMPT_VERSION = "refactor-1"  # changes with every change of a template or of what is rendered into it
GOALS = ("readable", "cheaper", "split", "macro")  # others are words of the user's own
SCHEMAS = frozenset({"refactored_model"})  # names of the forms of answers that are asked for in rounds
MAX_FILE = 40_000  # characters of a file that is asked about
MAX_MODELS = 3  # new ones of an answer
MAX_GOAL = 500  # characters of a goal in one's own words
MAX_LINES = 80  # of a section
_MAX_LINE = 2_000


@dataclass(frozen=True)
class Around:
    """What a request shows of a model beside its text and its evidence, in lines: the relations that it `reads`, who
    `reads it`, what `binds` it, and the names of the models `beside` it."""

    reads: tuple[str, ...] = ()
    read_by: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewModel:
    """A further model that an answer proposes."""

    name: str
    text: str
    description: str | None


@dataclass(frozen=True)
class Rewrite:
    """The new text of a model's file, as an engine proposes it; nothing of it is checked yet."""

    text: str
    models: tuple[NewModel, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Refuted:
    """An earlier answer, and why it and those before it may not be written."""

    rewrite: Rewrite
    why: tuple[str, ...]


def may_be_sent(text: str, share: Sharing) -> bool:
    """Whether nothing in `text` would be masked on its way to an engine."""
    read_environment()
    with also_personal(share.compared | share.personal.keys()):
        return visible(text) == text


def request_for_refactor(
    evidence: Evidence,
    text: str,
    around: Around,
    goal: str,
    *,
    dialect: str,
    share: Sharing,
    house_style: str | None = None,
    effort: str = "low",
    refuted: Refuted | None = None,
) -> Request:
    """The request for a new text of the model's file, which is `text` (see `may_be_sent`).

    `goal` is "readable", "cheaper", "split", or words of the user's own.
    """
    read_environment()
    with also_personal(share.compared | share.personal.keys()):
        sections = [
            ("file", text),
            *shared_sections(evidence, (), False, dialect, share),
            ("what the model reads", _lines(around.reads)),
            ("who reads the model", _lines(around.read_by)),
            ("what binds the model", _lines(around.binds)),
            ("models beside it", ", ".join(around.beside)),
        ]
        if refuted is not None:
            sections.append(("your earlier answer", visible(_told(refuted.rewrite))))
            sections.append(("refuted by a check", _lines(refuted.why)))
        asked_for = one_line(goal, MAX_GOAL)
    return Request(
        target=evidence.unique_id,
        instructions=_instructions(visible(house_style).strip() if house_style else ""),
        prompt=rendered("refactor.md.jinja", sections, dialect=dialect, goal=asked_for, again=refuted is not None),
        schema_name="refactored_model",
        schema=_schema(goal),
        prompt_version=PROMPT_VERSION,
        effort=effort,
    )


def read_rewrite(answer: Answer, goal: str) -> Rewrite | None:
    """What an answer proposes, None where it finds nothing worth a change. Raises EngineError for another form."""
    given = answer.content
    if not isinstance(given.get("sql"), str | None) or not isinstance(given.get("models", []), list):
        raise EngineError(f"{answer.model} answered in a form that was not asked for.")
    if not (given.get("sql") or "").strip():
        return None
    models = [_model(each, answer.model) for each in given.get("models", [])] if goal == "split" else []
    if len(models) > MAX_MODELS:
        raise EngineError(f"{answer.model} answered with {len(models)} new models: too many.")
    why = text_of(given.get("why"), answer.model, "the change") or ""
    return Rewrite(_unix(given["sql"]), tuple(models), why)


def _model(given: Any, model: str) -> NewModel:
    if not isinstance(given, Mapping) or not all(isinstance(given.get(key), str) for key in ("name", "sql")):
        raise EngineError(f"{model} answered with a model in a form that was not asked for.")
    return NewModel(given["name"], _unix(given["sql"]), text_of(given.get("description"), model, "a model"))


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")


@lru_cache(maxsize=4)
def _instructions(house_style: str) -> str:
    return template("refactor_instructions.md.jinja").render(house_style=house_style).strip() + "\n"


def _schema(goal: str) -> Mapping[str, Any]:
    """The strict JSON schema of an answer."""
    text = {"type": "string"}
    properties: dict[str, Any] = {"sql": {"type": ["string", "null"]}}
    if goal == "split":
        properties["models"] = {"type": "array", "items": closed({"name": text, "sql": text, "description": text})}
    return closed({**properties, "why": text})


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(f"- {one_line(line, _MAX_LINE)}" for line in lines[:MAX_LINES])


def _told(rewrite: Rewrite) -> str:
    """An earlier answer as it was given."""
    further = [f"[model {one_line(model.name, 80)}]\n{model.text.strip()}" for model in rewrite.models]
    return "\n\n".join([rewrite.text.strip(), *further])[: 2 * MAX_FILE]
