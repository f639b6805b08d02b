"""From evidence to the requests for descriptions, and from the answer back to texts.

One request a node, several where it has very many columns. The same evidence gives the same bytes. What comes from the
project stands between delimiters that carry a hash of it: nobody can write a delimiter into a text that holds it.

The instructions are the same for every request of a run, so that providers cache them: how to write, which a user can
replace; the words of the company; what holds in any case.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from dbt_ai.engines.values import Answer, Request
from dbt_ai.errors import EngineError
from dbt_ai.evidence.hidden import IGNORABLE
from dbt_ai.evidence.masking import also_personal, visible
from dbt_ai.evidence.privacy import visible_findings, visible_profile
from dbt_ai.evidence.prompt_facts import column_lines, node_lines, node_name, one_line
from dbt_ai.evidence.prompt_templates import Prompts
from dbt_ai.evidence.prompt_templates import template as _template
from dbt_ai.evidence.schemas import closed
from dbt_ai.evidence.secrets import read_environment
from dbt_ai.evidence.sharing import Share, Sharing, sharing
from dbt_ai.evidence.values import Evidence

PROMPT_VERSION = "document-2"  # changes with every change of a template or of what is rendered into it

MAX_COLUMNS = 200  # in one request
MAX_FACTS = 60_000  # characters of facts about columns in one request
MAX_SQL = 24_000  # characters
MAX_LINE = 2_000  # characters of one fact about the node
MAX_TEXTS = 200  # descriptions of neighbours and of the node's own columns
MAX_DESCRIPTION = 4_000  # characters of an answer's text

_JOINERS = "\u200c\u200d"  # parts of emoji and of some scripts


def document_request(
    evidence: Evidence,
    columns: Sequence[str],
    *,
    dialect: str = "",
    share: Sharing | Share | str = Share.STATISTICS,
    house_style: str | None = None,
    prompts: Prompts | None = None,
    describe_model: bool = True,
    effort: str = "low",
    refuted: Sequence[tuple[str, str, str]] = (),
) -> list[Request]:
    """The requests for descriptions of `columns`, and of the node itself where `describe_model`.

    `share` is what may be shown of the data, by column where it is a Sharing; `house_style` the text of the company's
    style file, `prompts` the user's own templates, `dialect` the SQL's.
    `refuted` is what was wrong with an earlier answer: column (empty for the node), sentence, and why it is false, as
    an engine may see it.
    There is none where nothing is to be described. `read_document_answer` reads each answer, with the same `columns`.
    """
    read_environment()
    levels = sharing(share)
    own = prompts or Prompts()
    written = instructions(house_style, own)
    version = "+".join(filter(None, (PROMPT_VERSION, own.version)))
    keys = _keys(columns)
    with also_personal(levels.compared | levels.personal.keys()):
        shared = shared_sections(evidence, columns, describe_model, dialect, levels)
        if refuted:
            shared.append(("refuted by a check", "\n".join(_refuted(refuted))))
        chunks = list(_chunks(evidence, keys, levels))
    requests = []
    for number, chunk in enumerate(chunks):
        about_model = describe_model and number == 0
        if not chunk and not about_model:
            continue
        lines = [text for _, text in chunk]
        requests.append(
            Request(
                target=evidence.unique_id,
                instructions=written,
                prompt=_prompt(shared, lines, evidence.resource_type, about_model, bool(refuted)),
                schema_name="descriptions",
                schema=_schema([keys[name] for name, _ in chunk], about_model),
                prompt_version=version,
                effort=effort,
            )
        )
    return requests


@lru_cache(maxsize=4)
def instructions(house_style: str | None, prompts: Prompts) -> str:
    """The part of every request of a run that is the same: how to write, which the user's `prompts` may replace, the
    company's words, and then what holds in any case."""
    how = prompts.text("document_instructions.md.jinja")
    parts = [_template("document_instructions.md.jinja").render() if how is None else how]
    if house_style and house_style.strip():
        parts.append(_template("house_style.md.jinja").render(house_style=visible(house_style).strip()))
    parts.append(_template("document_rules.md.jinja").render())
    return "\n\n".join(part.strip() for part in parts) + "\n"


def read_document_answer(answer: Answer, columns: Sequence[str]) -> tuple[str | None, dict[str, str]]:
    """The description of the node and those of its columns, one line each, where there is one.

    `columns` are those that `document_request` was called with. Raises EngineError where the answer names others, or
    says more than a description may hold.
    """
    names = {key: name for name, key in _keys(columns).items()}
    given = answer.content.get("columns", {})
    if not isinstance(given, Mapping):
        raise EngineError(f"{answer.model} answered without descriptions of columns.")
    unknown = [key for key in given if key not in names]
    if unknown:
        raise EngineError(f"{answer.model} describes {one_line(repr(unknown[0]), 80)}, and there is no such column.")
    texts = {names[key]: text for key, value in given.items() if (text := text_of(value, answer.model, names[key]))}
    return text_of(answer.content.get("model_description"), answer.model, "the model"), texts


def text_of(value: Any, model: str, about: str) -> str | None:
    """A text of an answer as one line that shows all that it holds, None for none. Raises EngineError."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise EngineError(f"{model} describes {one_line(about, 80)} with something that is no text.")
    value = IGNORABLE.sub("", value)
    shown = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in value)
    text = " ".join(
        "".join(c for c in shown if c in _JOINERS or unicodedata.category(c) not in ("Cf", "Cs", "Co")).split()
    )
    if len(text) > MAX_DESCRIPTION:
        raise EngineError(f"{model} describes {one_line(about, 80)} in {len(text):,} characters: too many.")
    return text or None


def _schema(keys: Sequence[str], about_model: bool) -> Mapping[str, Any]:
    """The strict JSON schema of an answer: every column, none else, each with a text or null."""
    text = {"type": ["string", "null"]}
    properties: dict[str, Any] = {"model_description": text} if about_model else {}
    if keys:
        properties["columns"] = closed(dict.fromkeys(keys, text))
    return closed(properties)


def _keys(columns: Sequence[str]) -> dict[str, str]:
    """What the answer calls each column: its name where any server takes that as a property of a schema, else a name
    that no such column can have."""
    plain = {name: name.isidentifier() and len(name) <= 64 and visible(name) == name for name in columns}
    return {name: name if is_plain else f"{place}_column" for place, (name, is_plain) in enumerate(plain.items())}


def _chunks(evidence: Evidence, keys: Mapping[str, str], levels: Sharing) -> Iterator[list[tuple[str, str]]]:
    """The columns with what is known of each, in portions that fit one request. At least one portion."""
    profile = visible_profile(evidence.profile, levels)
    data = {str(column["name"]).casefold(): column for column in profile.get("columns", ())}
    portion: list[tuple[str, str]] = []
    size = 0
    for name, key in keys.items():
        lines = "\n".join(column_lines(evidence, name, key, data.get(name.casefold()), levels))
        if portion and (len(portion) == MAX_COLUMNS or size + len(lines) > MAX_FACTS):
            yield portion
            portion, size = [], 0
        portion.append((name, lines))
        size += len(lines)
    yield portion


def shared_sections(
    evidence: Evidence, columns: Sequence[str], describe_model: bool, dialect: str, levels: Sharing
) -> list[tuple[str, str]]:
    """The sections that every request about the node has: name and text. Its own descriptions are shown but for those
    of `columns`, and of the node where `describe_model`."""
    node = list(node_lines(evidence, levels))
    if dialect:
        node.append(f"SQL dialect: {dialect}")
    rows = visible_profile(evidence.profile, levels).get("rows")
    if rows is not None:
        node.append(f"rows today: {rows}")
    findings = [
        f"- {', '.join(found['columns']) or 'the whole'}: {found['sentence']}"
        for found in visible_findings(evidence.findings, levels)
    ]
    return [
        ("node", "\n".join(one_line(line, MAX_LINE) for line in node)),
        ("compiled SQL", _trimmed(visible(evidence.sql or evidence.raw_sql or "").strip())),
        ("descriptions upstream", "\n".join(_upstream(evidence))),
        ("descriptions that this node has", "\n".join(_own(evidence, columns, describe_model))),
        ("findings in the data", "\n".join(one_line(line, MAX_LINE) for line in findings)),
        ("answers to common questions", "\n".join(f"- {one_line(line, MAX_LINE)}" for line in evidence.answers)),
    ]


def column_sections(evidence: Evidence, columns: Sequence[str], levels: Sharing) -> list[str]:
    """What is known of each of the columns, as long as it has room in one request."""
    return [text for _, text in next(_chunks(evidence, {name: name for name in columns}, levels))]


def _prompt(
    shared: Sequence[tuple[str, str]], columns: Sequence[str], resource_type: str, about_model: bool, again: bool
) -> str:
    sections = [*shared, ("columns to describe", "\n".join(columns))]
    terms = {"describe_model": about_model, "resource_type": resource_type, "count": len(columns), "again": again}
    return rendered("document.md.jinja", sections, **terms)


def rendered(name: str, sections: Sequence[tuple[str, str]], **terms: Any) -> str:
    """The prompt that our template makes of `sections`, under a delimiter code that covers all of them."""
    content = "\x00".join(text for _, text in sections)
    code = hashlib.sha256(content.encode()).hexdigest()[:24]
    return _template(name).render(code=code, sections=sections, **terms)


def _refuted(refuted: Sequence[tuple[str, str, str]]) -> list[str]:
    """What an earlier answer said that is false, and why."""
    return [
        f"- {one_line(column) or 'the whole'}: said {one_line(text, MAX_LINE)!r}, but {one_line(why, MAX_LINE)}"
        for column, text, why in refuted
    ][:MAX_TEXTS]


def _upstream(evidence: Evidence) -> list[str]:
    """Descriptions of the parents, and of their columns where these are not told with the columns made of them."""
    texts = evidence.upstream_descriptions
    if evidence.facts is not None:
        parents = {node_name(key) for key in evidence.facts.base_relations}
        texts = {name: text for name, text in texts.items() if "." not in name or name in parents}
    return _listed(texts)


def _own(evidence: Evidence, columns: Sequence[str], describe_model: bool) -> list[str]:
    """Descriptions of the node and its columns, without those that are asked for: one that an earlier run wrote would
    make another question of it."""
    asked = {name.casefold() for name in columns}
    others = {name: text for name, text in evidence.column_descriptions.items() if name.casefold() not in asked}
    if describe_model or not evidence.description.strip():
        return _listed(others)
    return [f"- {one_line(evidence.name)}: {one_line(evidence.description)}", *_listed(others)]


def _listed(texts: Mapping[str, str]) -> list[str]:
    return [f"- {one_line(name)}: {one_line(text)}" for name, text in sorted(texts.items())][:MAX_TEXTS]


def _trimmed(sql: str) -> str:
    if len(sql) <= MAX_SQL:
        return sql
    half = MAX_SQL // 2
    return f"{sql[:half]}\n[... {len(sql) - 2 * half} characters left out ...]\n{sql[-half:]}"
