"""The tools of research: each reads, none changes anything, and what each returns may leave the machine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from dbt_ai.engines.values import Tool
from dbt_ai.evidence.aggregates import query_data
from dbt_ai.evidence.masking import visible
from dbt_ai.evidence.prompt_facts import one_line
from dbt_ai.evidence.research_prompt import numbered
from dbt_ai.project.column_graph import column_path
from dbt_ai.sql.values import ColumnRef, ColumnStep, same_name
from dbt_ai.tasks.apart import Run
from dbt_ai.tasks.gathering import columns_of
from dbt_ai.tasks.research.neighbourhood import Around

MAX_RESULT = 12_000  # characters
MAX_COLUMNS = 150
MAX_STEPS = 60
QUERY, NODE, LINEAGE = "query_data", "read_node", "read_lineage"

_ABOUT_QUERIES = (
    "Asks the data with one SELECT in DuckDB's SQL over the relations around, by their names; answers with aggregates. "
    "Allowed: joins on equality, WITH, subqueries in FROM, EXISTS and IN, GROUP BY, CASE, FILTER, count, count_if, "
    "sum, avg, min, max, median, bool_and, bool_or, row_number. No rows are shown; groups of fewer than 5 are left "
    "out; sums are rounded to three digits, minimum and maximum to one. Ids and personal values are tokens: they can "
    "be counted, joined and compared with other columns. Best are counts of rows that break a rule, several in one "
    "query."
)


def research_tools(around: Around, run: Run | None) -> tuple[Tool, ...]:
    """The tools for research into one node. `run` runs checked SQL; without it, and where nothing may be told of the
    data, there is no query."""
    tools = [
        Tool(
            NODE,
            "Shows the docs, the columns and the SQL with line numbers of one model, source, seed or snapshot around.",
            _parameters(name="What the node is called, such as stg_orders or shop.raw_orders."),
            lambda given: read_node(around, str(given.get("name", ""))),
        ),
        Tool(
            LINEAGE,
            "Shows where a column comes from, step by step up to the sources, and which columns are made from it.",
            _parameters(node="What the node is called.", column="The column's name."),
            lambda given: read_lineage(around, str(given.get("node", "")), str(given.get("column", ""))),
        ),
    ]
    if run is not None and around.tables:
        runs = run  # a name of its own, for the type checker's sake
        tools.append(
            Tool(
                QUERY,
                _ABOUT_QUERIES,
                _parameters(sql="One SELECT."),
                lambda given: answer_query(around, str(given.get("sql", "")), runs),
            )
        )
    return tuple(tools)


def label(sql: str) -> str:
    """The label under which an engine cites an answer of `query_data`: the same for the same SQL."""
    return f"q{hashlib.sha256(' '.join(sql.split()).encode()).hexdigest()[:6]}"


def answer_query(around: Around, sql: str, run: Run) -> str:
    """The answer to a query, with its label; a refusal has none. Never raises."""
    seen = ["\n".join(around.lines(unique_id)) for unique_id in around.evidence]
    answer = query_data(sql, around.tables, run, project_sql=seen)
    if answer.startswith(("Refused:", "It could not be run:")):
        return answer
    return f"{label(sql)}:\n{answer}"


def read_node(around: Around, name: str) -> str:
    """Docs, columns and numbered SQL of the node that is called `name`, or that there is none. Never raises."""
    unique_id = around.find(name)
    if unique_id is None:
        return _not_there(around, name)
    one = around.evidence[unique_id]
    table = next((table for table in around.tables if table.unique_id == unique_id), None)
    shown = {column.name.casefold(): column.description for column in table.columns} if table else {}
    docs = {column.casefold(): text for column, text in one.column_descriptions.items()}
    names = columns_of(one)
    lines = [f"{around.name(unique_id)}: {one.resource_type}"]
    if one.description.strip():
        lines.append(f"described as: {one_line(one.description, 1_000)}")
    for column in names[:MAX_COLUMNS]:
        known = [text for text in (shown.get(column.casefold()), docs.get(column.casefold())) if text]
        lines.append(f"- {one_line(column, 120)}{': ' if known else ''}{one_line('; '.join(known), 500)}")
    if len(names) > MAX_COLUMNS:
        lines.append(f"and {len(names) - MAX_COLUMNS} further columns")
    sql = around.lines(unique_id)
    told = "\n".join(lines)[: MAX_RESULT // 2]
    return f"{told}\ncompiled SQL:\n{numbered(sql, MAX_RESULT // 2)}" if sql else told


def read_lineage(around: Around, node: str, column: str) -> str:
    """The steps that a column is made by and those that it takes part in, or that there is no such column. Never
    raises."""
    unique_id = around.find(node)
    if unique_id is None:
        return _not_there(around, node)
    one = around.evidence[unique_id]
    graph = around.columns
    ref = next((ref for ref in graph if ref.relation == unique_id and same_name(ref.column, column)), None)
    name = around.name(unique_id)
    if ref is None:
        known = [each for each, _ in one.relation.columns]
        if any(same_name(column, each) for each in known):
            return f"Nothing is known of where {name}.{one_line(column, 120)} comes from or goes to."
        there = one_line(", ".join(known), 1_500) or "none that are known"
        return f"{name} has no column {one_line(column, 120)}. Its columns are {there}."
    path = column_path(graph, ref)
    facts = one.facts.column(ref.column) if one.facts else None
    lines = [f"{name}.{ref.column}"]
    if facts is not None:
        lines.append(f"is {facts.kind.value}: {one_line(facts.sql, 800)}")
    lines += ["comes from:", *_steps(around, path.upstream)] if path.upstream else ["comes from no other column"]
    lines += ["goes into:", *_steps(around, path.downstream)] if path.downstream else ["goes into no column around"]
    return visible("\n".join(lines))[:MAX_RESULT]


def _steps(around: Around, steps: Sequence[ColumnStep]) -> list[str]:
    def called(ref: ColumnRef) -> str:
        return one_line(f"{around.name(ref.relation)}.{ref.column}", 160)

    told = [
        f"  {called(step.target)} <- {called(step.source)} ({step.kind.value}{', a guess' if step.guess else ''})"
        for step in steps[:MAX_STEPS]
    ]
    return [*told, f"  and {len(steps) - MAX_STEPS} further steps"] if len(steps) > MAX_STEPS else told


def _not_there(around: Around, name: str) -> str:
    there = ", ".join(around.name(unique_id) for unique_id in around.evidence)
    return f"There is nothing called {one_line(name, 80) or 'that'} around. There are {one_line(there, 3_000)}."


def _parameters(**texts: str) -> Mapping[str, Any]:
    """The strict JSON schema of a tool whose arguments are texts."""
    return {
        "type": "object",
        "properties": {name: {"type": "string", "description": says} for name, says in texts.items()},
        "required": list(texts),
        "additionalProperties": False,
    }
