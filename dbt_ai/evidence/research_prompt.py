"""A request for descriptions, made into one for research: tools, numbered lines, and evidence for every statement."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dbt_ai.engines.values import Answer, Request, Tool
from dbt_ai.errors import EngineError
from dbt_ai.evidence.prompt_templates import template
from dbt_ai.evidence.prompting import read_document_answer

VERSION = "research-1"  # changes with the template and with what is rendered here
KINDS = ("sql", "query", "docs", "data", "lineage")
MAX_SQL = 40_000  # characters of numbered lines
MAX_STATEMENTS = 12  # of one text
MAX_CITES = 8  # of one statement

_NULLABLE = {"type": ["string", "null"]}
_CITE: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": list(KINDS)},
        "node": _NULLABLE,
        "line": {"type": ["integer", "null"]},
        "column": _NULLABLE,
        "query": _NULLABLE,
    },
    "required": ["kind", "node", "line", "column", "query"],
    "additionalProperties": False,
}
_STATEMENT: Mapping[str, Any] = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "cites": {"type": "array", "items": _CITE}},
    "required": ["text", "cites"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Cite:
    """A piece of evidence as an engine gives it, not yet checked."""

    kind: str
    node: str | None = None
    line: int | None = None
    column: str | None = None
    query: str | None = None


@dataclass(frozen=True)
class Statement:
    """One sentence or two of a description, with the evidence that the engine gives for it."""

    text: str
    cites: tuple[Cite, ...]


def research_request(
    request: Request,
    lines: Sequence[str],
    sections: Sequence[tuple[str, str]],
    tools: Sequence[Tool],
    max_tool_calls: int,
) -> Request:
    """A request of `document_request` as a research request.

    `lines` are the node's SQL as an engine may see it, shown with their numbers in place of what stood there;
    `sections` are further data (name and text) for the end of the prompt.
    """
    further = template("research_instructions.md.jinja").render(max_tool_calls=max_tool_calls)
    return replace(
        request,
        instructions=f"{request.instructions}\n\n{further}",
        prompt=_prompt(request.prompt, numbered(lines), [(name, text) for name, text in sections if text]),
        schema_name="statements",
        schema=_schema(request.schema),
        prompt_version=f"{request.prompt_version} {VERSION}",
        effort="high",
        tools=tuple(tools),
        max_tool_calls=max_tool_calls,
        background=True,
    )


def numbered(lines: Sequence[str], longest: int = MAX_SQL) -> str:
    """Lines with a number before each; some in the middle are left out where it is too long.

    >>> print(numbered(["select 1", "as a"]))
       1 | select 1
       2 | as a
    """
    shown = [f"{number:>4} | {line}" for number, line in enumerate(lines, 1)]
    if sum(len(line) + 1 for line in shown) <= longest:
        return "\n".join(shown)
    head = _as_many(shown, longest // 2)
    tail = _as_many(shown[::-1], longest // 2)[::-1]
    return "\n".join([*head, f"[... {len(shown) - len(head) - len(tail)} lines left out ...]", *tail])


def read_statements(answer: Answer, columns: Sequence[str]) -> dict[str | None, tuple[Statement, ...]]:
    """The statements about the node (None) and about those of its columns that have some.

    `columns` are those that the request was made with. Raises EngineError as `read_document_answer` does.
    """
    content = answer.content
    given = content.get("columns", {})
    if not isinstance(given, Mapping):
        raise EngineError(f"{answer.model} answered without descriptions of columns.")
    found: dict[str | None, tuple[Statement, ...]] = {}
    for key, value in (("model_description", content.get("model_description")), *given.items()):
        statements = _statements(value)
        text = " ".join(each.text for each in statements) or None
        # Read once more as a plain description, whose rules hold for this one, too.
        plain: dict[str, Any] = {key: text} if key == "model_description" else {"columns": {key: text}}
        about_node, described = read_document_answer(replace(answer, content=plain), columns)
        found.update(dict.fromkeys([None] if about_node else described, statements))
    return found


def _statements(value: Any) -> tuple[Statement, ...]:
    found = []
    for each in value if isinstance(value, list) else []:
        text = each.get("text") if isinstance(each, Mapping) else None
        if isinstance(text, str) and text.strip():
            cites = [_cite(cite) for cite in each.get("cites") or () if isinstance(cite, Mapping)]
            found.append(Statement(" ".join(text.split()), tuple(cites[:MAX_CITES])))
    return tuple(found[:MAX_STATEMENTS])


def _cite(given: Mapping[str, Any]) -> Cite:
    texts = {name: given[name] for name in ("node", "column", "query") if isinstance(given.get(name), str)}
    line = given.get("line")
    return Cite(str(given.get("kind")), line=line if isinstance(line, int) else None, **texts)


def _schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of descriptions with a list of statements in the place of each text."""
    statements = {"type": "array", "items": {"$ref": "#/$defs/statement"}}
    properties: dict[str, Any] = {}
    for name, value in schema["properties"].items():
        if name == "columns":
            properties[name] = {**value, "properties": dict.fromkeys(value["properties"], statements)}
        else:
            properties[name] = statements
    return {**schema, "properties": properties, "$defs": {"statement": _STATEMENT}}


def _prompt(prompt: str, sql: str, sections: Sequence[tuple[str, str]]) -> str:
    """The prompt with numbered SQL and further sections before its last paragraph, under a delimiter code that covers
    these, too: nobody can write it into them."""
    code = prompt.split("\n", maxsplit=1)[0].rpartition(" ")[2].rstrip(".")
    digest = hashlib.sha256("\x00".join([code, sql, *(text for _, text in sections)]).encode()).hexdigest()[:24]
    shown = re.compile(rf"(BEGIN compiled SQL {code}\n)(.*?)(\nEND compiled SQL {code})", re.DOTALL)
    prompt = shown.sub(lambda found: f"{found[1]}{sql}{found[3]}", prompt)
    added = "".join(f"\nBEGIN {name} {code}\n{text}\nEND {name} {code}\n" for name, text in sections)
    last = prompt.rindex(f" {code}\n") + len(code) + 2
    return (prompt[:last] + added + prompt[last:]).replace(code, digest)


def _as_many(lines: Sequence[str], longest: int) -> list[str]:
    """The first lines that have room."""
    kept: list[str] = []
    for line in lines:
        longest -= len(line) + 1
        if longest < 0:
            break
        kept.append(line)
    return kept
