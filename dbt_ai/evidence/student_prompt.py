"""The question to a small local model: one column at a time, in few lines.

A small model reads as slowly as it writes, and gets lost in a long text: so it is shown what the SQL says of this one
column, and of the model only what a sentence about the column can need. What stands first is the same for all columns
of a model, so that the server reads it once. It is taught with the same lines (see distill/), so a change of them asks
for new adapters: PROMPT_VERSION names them.

There are no delimiters around what the project says: a model that does what a comment tells it has no tools to do it
with, and its text goes through the same checks as any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dbt_ai.engines.values import Answer, Request
from dbt_ai.evidence.masking import also_personal
from dbt_ai.evidence.privacy import visible_profile
from dbt_ai.evidence.prompt_facts import column_lines, node_name, one_line
from dbt_ai.evidence.prompting import text_of
from dbt_ai.evidence.secrets import read_environment
from dbt_ai.evidence.sharing import Sharing
from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import same_name

PROMPT_VERSION = "student-1"
MAX_TOKENS = 120  # of an answer: two sentences
MAX_TEXT = 300  # characters of an answer
MAX_LINE = 240  # characters
MAX_LINES = 14  # about the column
MAX_FILTERS = 3
MAX_COLUMNS = 30  # of the model, named

INSTRUCTIONS = (
    "Describe one column of a dbt model in one or two short sentences: what a value stands for, its unit, when it is "
    "NULL, which values there are. Say only what the lines show. The description is null where they show no more than "
    "the name does."
)
SCHEMA_NAME = "description"
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"description": {"type": ["string", "null"], "maxLength": MAX_TEXT}},
    "required": ["description"],
    "additionalProperties": False,
}


def column_request(evidence: Evidence, column: str, levels: Sharing) -> Request:
    """The question about one column. `levels` says what may be told of the data, as for every engine."""
    read_environment()
    with also_personal(levels.compared | levels.personal.keys()):
        lines = [*_model_lines(evidence, levels), *_column_lines(evidence, column, levels)]
    return Request(
        target=f"{evidence.unique_id}.{column}",
        instructions=INSTRUCTIONS,
        prompt="\n".join(one_line(line, MAX_LINE) for line in lines),
        schema_name=SCHEMA_NAME,
        schema=SCHEMA,
        prompt_version=PROMPT_VERSION,
        effort="none",
        max_output_tokens=MAX_TOKENS,
    )


def read_column_answer(answer: Answer, column: str) -> str | None:
    """The description of the column, one line; None for none. Raises EngineError."""
    return text_of(answer.content.get("description"), answer.model, column)


def _model_lines(evidence: Evidence, levels: Sharing) -> Iterator[str]:
    """What is the same for each column: name, columns, grain, filters."""
    facts = evidence.facts
    yield f"model: {one_line(evidence.name)}"
    names = [name for name, _ in evidence.relation.columns] or [c.name for c in facts.columns if facts] if facts else []
    if names:
        yield f"its columns: {', '.join(one_line(name) for name in names[:MAX_COLUMNS])}"
    if facts is None:
        return
    if facts.single_row:
        yield "one row in all"
    elif facts.rows_of:
        yield f"one row for each row of {one_line(node_name(facts.rows_of))}"
    elif facts.grouped_by:
        yield f"one row for each {', '.join(one_line(key) for key in facts.grouped_by)}"
    for condition in facts.filters[:MAX_FILTERS]:
        yield f"only rows where {one_line(condition.sql)}"
    for branch in facts.union_of[:MAX_FILTERS]:
        yield f"union: rows of {', '.join(one_line(node_name(key)) for key in branch)}"


def _column_lines(evidence: Evidence, column: str, levels: Sharing) -> Iterator[str]:
    data: Mapping[str, Any] = next(
        (
            found
            for found in visible_profile(evidence.profile, levels).get("columns", ())
            if same_name(str(found["name"]), column)
        ),
        {},
    )
    yield f"column: {one_line(column)}"
    lines = [line.strip() for line in column_lines(evidence, column, column, None, levels)][1:]
    yield from lines[:MAX_LINES]
    yield from _key_lines(evidence, column, levels)
    if data.get("values_are_all"):
        yield f"values in the data: {', '.join(repr(str(one['value'])) for one in data['values'])}"
    if data.get("null_share"):
        yield "NULL in some rows of the data"


def _key_lines(evidence: Evidence, column: str, levels: Sharing) -> Iterator[str]:
    """Whether the SQL makes the column a key, and what it refers to."""
    withheld = levels.data_key and levels.of(column).value == "nothing"
    for key in evidence.facts.keys if evidence.facts else ():
        relied = any(parent in levels.silent for parent, _ in key.relies_on)
        if len(key.columns) == 1 and same_name(key.columns[0], column) and not withheld and not relied:
            yield "unique" + (" where it is not NULL" if key.nulls_apart else "")
            break
    for foreign in evidence.relation.foreign_keys:
        if len(foreign.columns) == 1 and same_name(foreign.columns[0], column):
            to = foreign.references[0]
            yield f"refers to {one_line(f'{node_name(to.relation)}.{to.column}')}"
