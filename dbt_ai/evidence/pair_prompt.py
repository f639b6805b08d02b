"""From two queries to the request for databases that might tell them apart, and from the answer back to their rows.

What comes from the queries is masked where it is personal or secret, and stands between delimiters that nobody can
write into it (see prompting.py). Tables and columns are enums of the answer's form; the rows are held against the
schema before anything is run on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from dbt_ai.engines.values import Answer, Request
from dbt_ai.errors import EngineError
from dbt_ai.evidence.masking import visible
from dbt_ai.evidence.prompt_facts import one_line
from dbt_ai.evidence.prompt_templates import template
from dbt_ai.evidence.prompting import MAX_SQL, rendered
from dbt_ai.evidence.schemas import closed
from dbt_ai.evidence.secrets import read_environment
from dbt_ai.sql.values import Relation

PROMPT_VERSION = "pair-1"  # changes with every change of a template or of what is rendered into it
MAX_DATABASES = 6
MAX_COLUMNS = 400  # of all tables: beyond that there is no request

Database = Mapping[str, Sequence[Mapping[str, str | None]]]
"""The rows by the name of the table, the cells as texts by the name of the column, None for NULL."""


def request_for_databases(
    target: str, left: str, right: str, relations: Sequence[Relation], tried: str, effort: str = "low"
) -> Request | None:
    """The request for databases on which two queries over `relations` might differ; `tried` says how they were compared
    so far. None where the queries or the tables are too large to be told."""
    columns = sorted({name for relation in relations for name, _ in relation.columns})
    if not columns or len(columns) > MAX_COLUMNS or len(left) + len(right) > 2 * MAX_SQL:
        return None
    read_environment()
    sections = [
        ("tables", "\n".join(visible(_table(relation)) for relation in relations)),
        ("first query", visible(left.strip())),
        ("second query", visible(right.strip())),
    ]
    return Request(
        target=target,
        instructions=_instructions(),
        prompt=rendered("pair.md.jinja", sections, tried=tried),
        schema_name="databases",
        schema=_schema([relation.key for relation in relations], columns),
        prompt_version=PROMPT_VERSION,
        effort=effort,
    )


def read_databases(answer: Answer, relations: Sequence[Relation]) -> tuple[Database, ...]:
    """The databases of an answer, `MAX_DATABASES` at the most; those that name what was not shown are left out, as are
    rows with more or fewer cells than columns. Raises EngineError for what is no list of databases."""
    given = answer.content.get("databases")
    if not isinstance(given, list):
        raise EngineError(f"{answer.model} answered without a list of databases.")
    known = {relation.key for relation in relations}
    return tuple(found for one in given[:MAX_DATABASES] if (found := _database(one, known)) is not None)


def _database(given: Any, known: set[str]) -> Database | None:
    found: dict[str, list[Mapping[str, str | None]]] = {}
    for table in given.get("tables", ()) if isinstance(given, Mapping) else ():
        if not isinstance(table, Mapping) or table.get("table") not in known:
            return None
        columns = [str(name) for name in table.get("columns") or ()]
        for row in table.get("rows") or ():
            cells = row.get("cells") if isinstance(row, Mapping) else None
            if not isinstance(cells, list) or len(cells) != len(columns):
                return None
            found.setdefault(table["table"], []).append(
                {name: None if cell is None else str(cell) for name, cell in zip(columns, cells, strict=True)}
            )
    return found or None


@lru_cache(maxsize=1)
def _instructions() -> str:
    return template("pair_instructions.md.jinja").render().strip() + "\n"


def _table(relation: Relation) -> str:
    """A table with its columns and constraints, a line each."""
    lines = [f"table {one_line(relation.key)}"]
    lines += [
        f"  {one_line(name)} {kind or 'VARCHAR'}{' never NULL' if name in relation.not_null else ''}"
        for name, kind in relation.columns
    ]
    lines += [f"  unique: {', '.join(key)}" for key in relation.unique_keys]
    for foreign in relation.foreign_keys:
        parents = ", ".join(f"{ref.relation}.{ref.column}" for ref in foreign.references)
        lines.append(f"  {', '.join(foreign.columns)} refers to {parents}")
    lines += [f"  {name} is one of: {one_line(', '.join(values), 400)}" for name, values in relation.domains]
    return "\n".join(lines)


def _schema(tables: Sequence[str], columns: Sequence[str]) -> Mapping[str, Any]:
    """The strict JSON schema of an answer: flat, without alternatives."""
    row = closed({"cells": {"type": "array", "items": {"type": ["string", "null"]}}})
    table = closed(
        {
            "table": {"type": "string", "enum": list(tables)},
            "columns": {"type": "array", "items": {"type": "string", "enum": list(columns)}},
            "rows": {"type": "array", "items": row},
        }
    )
    one = closed({"why": {"type": "string"}, "tables": {"type": "array", "items": table}})
    return closed({"databases": {"type": "array", "items": one}})
