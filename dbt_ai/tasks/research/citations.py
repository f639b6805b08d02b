"""Whether the evidence that an engine gives for a statement is there, and has to do with the statement."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

import inflection

from dbt_ai.engines.values import ToolCall
from dbt_ai.evidence.findings.names import words
from dbt_ai.evidence.prompt_facts import node_name
from dbt_ai.evidence.research_prompt import Cite, Statement
from dbt_ai.sql.values import ColumnRef, same_name
from dbt_ai.tasks.research.neighbourhood import Around
from dbt_ai.tasks.research.tools import QUERY, label
from dbt_ai.values import Citation, Target

_QUOTED = re.compile(r"`([^`]+)`")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w])")
_WORD = re.compile(r"[^\W\d_]{2,}(?:_\w+)*|\w+")
_COMMENT = re.compile(r"--.*$|/\*.*?\*/|\{#.*?#\}")
_KEYWORDS = re.compile(r"\b(?:order|group|partition)\s+by\b", re.IGNORECASE)
_SAY_NOTHING = (
    "a an and all any are as at be been by but can do does each every for from has have if in is it its no not null of "
    "on one only or other that the their them then there these this those to was when where which while who with "
    "select case else end join left right inner outer having union distinct using true false int integer varchar text "
    "date timestamp numeric decimal double cast coalesce row rows column value values per same number time day first "
    "last id key name type"
)
_EMPTY = frozenset(_SAY_NOTHING.split())


def check_citations(statement: Statement, target: Target, around: Around, calls: Sequence[ToolCall]) -> list[Citation]:
    """The citations of a statement that hold: what they name is there and mentions what the statement is about. None
    hold where the statement has a number that stands in no evidence of it."""
    about = _about(statement.text, target, around)
    found: list[tuple[Citation, str]] = []
    for cite in statement.cites:
        checked = _checked(cite, around, calls, about)
        if checked is not None and checked not in found:
            found.append(checked)
    evidence = " ".join(text for _, text in found)
    unquoted = _QUOTED.sub(" ", statement.text)
    plain = {"0", "1", *(number.replace(",", "") for number in _NUMBER.findall(evidence))}  # two that are mere words
    if any(number.replace(",", "").rstrip(".") not in plain for number in _NUMBER.findall(unquoted)):
        return []
    return [citation for citation, _ in found]


def _checked(
    cite: Cite, around: Around, calls: Sequence[ToolCall], about: frozenset[str]
) -> tuple[Citation, str] | None:
    """The citation that `cite` is, with the text of the evidence; None where it does not hold."""
    if cite.kind == "query":
        return _query(cite, calls, about)
    unique_id = around.find(cite.node)
    if unique_id is None:
        return None
    checks = {"sql": _sql, "docs": _docs, "data": _data, "lineage": _lineage}
    return checks[cite.kind](cite, unique_id, around, about) if cite.kind in checks else None


def _query(cite: Cite, calls: Sequence[ToolCall], about: frozenset[str]) -> tuple[Citation, str] | None:
    asked = 0
    for call in calls:
        if call.name != QUERY:
            continue
        asked += 1
        sql = str(call.arguments.get("sql", ""))
        head, colon, result = call.result.partition(":\n")
        if not colon or head != label(sql) or (cite.query or "").strip().rstrip(":") != head:
            continue
        if not about & _words(sql):
            return None
        told = _one_line(result)
        return Citation("query", query=" ".join(sql.split()), result=told, number=asked), f"{sql} {result}"
    return None


def _sql(cite: Cite, unique_id: str, around: Around, about: frozenset[str]) -> tuple[Citation, str] | None:
    lines = around.lines(unique_id)
    if cite.line is None or not 1 <= cite.line <= len(lines):
        return None
    code = _KEYWORDS.sub(" ", _COMMENT.sub(" ", lines[cite.line - 1]))
    if not about & _words(code):
        return None
    line = _line_of_file(lines, around.lines_of_file(unique_id), cite.line)
    return Citation("sql", unique_id, line=line or cite.line, compiled=line is None), code


def _docs(cite: Cite, unique_id: str, around: Around, about: frozenset[str]) -> tuple[Citation, str] | None:
    one = around.evidence[unique_id]
    if cite.column is None:
        text, column = one.description, None
    else:
        known = {name.casefold(): (name, text) for name, text in one.column_descriptions.items()}
        column, text = known.get(cite.column.casefold(), (None, ""))
    if not text.strip() or not about & (_words(text) | _words(column or "")):
        return None
    return Citation("docs", unique_id, column), text


def _data(cite: Cite, unique_id: str, around: Around, about: frozenset[str]) -> tuple[Citation, str] | None:
    """Statistics of a column or a finding about it, as far as they may be told."""
    table = next((table for table in around.tables if table.unique_id == unique_id), None)
    if table is None:
        return None
    one = around.evidence[unique_id]
    if cite.column is None:
        told = " ".join([*(f.sentence for f in one.findings), *one.answers])
        return (Citation("data", unique_id), told) if about & (_words(told) | _words(node_name(unique_id))) else None
    column = table.column(cite.column)
    if column is None or not about & _words(column.name):
        return None
    mentions = [f.sentence for f in one.findings if any(same_name(column.name, each) for each in f.columns)]
    return Citation("data", unique_id, column.name), " ".join(
        [around.statistics(unique_id, column.name), *mentions, *one.answers]
    )


def _lineage(cite: Cite, unique_id: str, around: Around, about: frozenset[str]) -> tuple[Citation, str] | None:
    for ref in around.columns:
        if ref.relation == unique_id and same_name(ref.column, cite.column or ""):
            sources = [source.column for source in around.columns.predecessors(ref)]
            found = " ".join([ref.column, *sources])
            return (Citation("lineage", unique_id, ref.column), found) if about & _words(found) else None
    return None


def _about(text: str, target: Target, around: Around) -> frozenset[str]:
    """The words of names and things that evidence for a statement may mention."""
    return frozenset(_words(text)) | frozenset(
        word for name in _names(target, around) for word in (name.casefold(), *_words(name))
    )


def _names(target: Target, around: Around) -> Iterator[str]:
    if target.column is None:
        yield node_name(target.unique_id)
        return
    yield target.column
    waiting, seen = [ColumnRef(target.unique_id, target.column)], set[ColumnRef]()
    spelled = {(ref.relation, ref.column.casefold()): ref for ref in around.columns}
    while waiting and len(seen) < 50:
        ref = waiting.pop()
        known = spelled.get((ref.relation, ref.column.casefold()))
        if known is None or known in seen:
            continue
        seen.add(known)
        yield known.column
        waiting += list(around.columns.predecessors(known))


def _words(text: str) -> set[str]:
    """Identifiers, and the things that they and other words name, in the singular."""
    found: set[str] = set()
    for word in _WORD.findall(text):
        folded = word.casefold()
        if folded not in _EMPTY:
            found.add(folded)
        found |= {inflection.singularize(part) for part in words(word) if part not in _EMPTY and len(part) > 1}
    return found - _EMPTY


def _line_of_file(compiled: Sequence[str], file: Sequence[str], line: int) -> int | None:
    """The line of the file that is the same as a line of the compiled SQL, None where there is none."""
    ours, theirs = [each.strip() for each in compiled], [each.strip() for each in file]
    for block in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
        if block.a < line <= block.a + block.size:
            return block.b + line - block.a
    return None


def _one_line(result: str) -> str:
    """A table of one row as `name = value`, another one on one line."""
    lines = [line for line in result.split("\n") if line.strip()]
    if len(lines) >= 2 and (len(lines) == 2 or " | " not in lines[2]):
        names, values = lines[0].split(" | "), lines[1].split(" | ")
        if len(names) == len(values):
            return ", ".join(f"{name} = {value}" for name, value in zip(names, values, strict=True))
    return "; ".join(lines)
