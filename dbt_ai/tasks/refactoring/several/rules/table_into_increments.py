"""A table each row of which is made of one row of one relation becomes an incremental model, for `--goal cheaper`.

That rows only ever come with a later time than those that are there, nobody can prove: whoever asks for it is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.project.values import Node
from dbt_ai.sql.islands import Splice, SpliceError, spliced
from dbt_ai.sql.islands.reading import IslandKind
from dbt_ai.sql.outline import Select
from dbt_ai.sql.values import ColumnFacts, ColumnKind, QueryFacts, Relation
from dbt_ai.tasks.refactoring.constants import is_steady
from dbt_ai.tasks.refactoring.reading import read_model
from dbt_ai.tasks.refactoring.several.increments import Increments, prove_increments
from dbt_ai.tasks.refactoring.several.making import FilesLeft, Models
from dbt_ai.tasks.refactoring.several.values import FilesChange
from dbt_ai.tasks.refactoring.values import ModelText

_RULE = "table-into-increments"
_ACROSS_ROWS = (
    exp.Window, exp.AggFunc, exp.Distinct, exp.Limit, exp.Fetch, exp.Offset, exp.SetOperation, exp.Join, exp.UDTF,
)  # fmt: skip
_OF_COMING = re.compile(r"(creat|load|insert|ingest|receiv|occur|event|synced|extract)", re.IGNORECASE)
_CONFIG = re.compile(r"^\{\{[-+]?\s*config\s*\(")
_MATERIALIZED = re.compile(r"materialized\s*=\s*(['\"])table\1")
_FIRST = {"DATE": "date '0001-01-01'"}


def table_into_increments(models: Models) -> Iterator[FilesChange | FilesLeft]:
    if models.goal != "cheaper":
        return
    for node in models.nodes:
        sql = models.compiled(node)
        if node.materialized != "table" or sql is None or len(node.depends_on) != 1 or not _is_row_by_row(sql):
            continue
        known = models.known(node)
        facts, model = known.facts(sql), read_model(models.text(node), known)
        relation = next((one for one in known.relations if one.key == node.depends_on[0]), None)
        if facts is None or isinstance(model, str) or relation is None or facts.base_relations != (relation.key,):
            continue
        yield from _found(models, node, sql, model, facts, relation)


def _is_row_by_row(sql: str) -> bool:
    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except (SqlglotError, RecursionError):
        return False
    inside = [one for one in tree.find_all(exp.Subquery, exp.Exists, exp.In) if not isinstance(one.parent, exp.From)]
    return tree.find(*_ACROSS_ROWS) is None and not any(one.find(exp.Select) for one in inside) and is_steady(tree)


def _found(
    models: Models, node: Node, sql: str, model: ModelText, facts: QueryFacts, relation: Relation
) -> Iterator[FilesChange | FilesLeft]:
    times = _times(facts, relation)
    select = _reader(model)
    if not times or select is None:
        return
    sentence = f"Each row of {node.name} is made of one row of {relation.parts[2]}."
    key = _key(facts)
    if len(times) > 1 or key is None or node.unique_id in models.tested:
        reason = "no-key" if key is None else "several-times" if len(times) > 1 else "has-unit-tests"
        yield FilesLeft(_RULE, node.unique_id, node.name, sentence, reason)
        return
    time = times[0]
    source = time.sources[0].column
    kind = {name.casefold(): kind for name, kind in relation.columns}[source.casefold()] or ""
    try:
        text = spliced(model.islands, [*_config(model, key), _filter(model, select, source, time.name, kind)])
    except SpliceError:
        yield FilesLeft(_RULE, node.unique_id, node.name, sentence, "jinja-in-the-way")
        return
    sentence = (
        f"{sentence} A run reads those from the latest `{time.name}` on; what comes later with an earlier `{source}` "
        "is never read, but by --full-refresh."
    )
    increments = Increments(node, relation, source, kind, key, sql)
    change = FilesChange(_RULE, node.name, sentence, {node.original_file_path: text})
    yield FilesChange(
        _RULE, node.name, sentence, change.files,
        prove=lambda reader, relations, draft: prove_increments(reader, relations, draft, change, increments),
    )  # fmt: skip


def _times(facts: QueryFacts, relation: Relation) -> Sequence[ColumnFacts]:
    """The columns that are a time of the relation which is never NULL; of several those that say when a row came."""
    kinds = {name.casefold(): (kind or "").upper() for name, kind in relation.columns}
    found = [
        column
        for column in facts.columns
        if column.kind in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED)
        and len(column.sources) == 1
        and kinds.get(column.sources[0].column.casefold(), "") in ("DATE", "TIMESTAMP")
        and column.nullability.never
    ]
    of_coming = [column for column in found if _OF_COMING.search(column.sources[0].column)]
    return of_coming if len(of_coming) == 1 else found


def _key(facts: QueryFacts) -> tuple[str, ...] | None:
    for key in facts.keys:
        columns = [facts.column(name) for name in key.columns]
        if not key.nulls_apart and columns and all(one is not None and one.nullability.never for one in columns):
            return key.columns
    return None


def _reader(model: ModelText) -> Select | None:
    """The only SELECT that reads the relation."""
    tables = [table for table in model.outline.tables if table.name in model.masked.relations]
    selects = [
        select
        for _, select in model.selects()
        if (source := select.tree.args.get("from_")) is not None
        and isinstance(source.this, exp.Table)
        and source.this.name in model.masked.relations
    ]
    if len(tables) != 1 or len(selects) != 1 or set(selects[0].clauses) - {"from", "where"}:
        return None
    where = selects[0].tree.args.get("where")
    return None if where is not None and isinstance(where.this, exp.Or) else selects[0]


def _filter(model: ModelText, select: Select, source: str, name: str, kind: str) -> Splice:
    text = model.text
    newline = "\r\n" if "\r\n" in text else "\n"
    last = select.clauses.get("where", select.clauses["from"])
    start = select.clauses["from"].start
    line = text[text.rfind("\n", 0, start) + 1 : start]
    indent = line[: len(line) - len(line.lstrip())]
    word = "and" if "where" in select.clauses else "where"
    first = _FIRST.get(kind.upper(), "timestamp '0001-01-01'")
    lines = (
        "{% if is_incremental() %}",
        f"{word} {source} >= (select coalesce(max({name}), {first}) from {{{{ this }}}})",
        "{% endif %}",
    )
    return Splice(last.end, last.end, "".join(f"{newline}{indent}{one}" for one in lines))


def _config(model: ModelText, key: Sequence[str]) -> list[Splice]:
    """The edit of the call of config(), or the new one. Raises SpliceError where that cannot be edited."""
    listed = f"'{key[0]}'" if len(key) == 1 else "[" + ", ".join(f"'{name}'" for name in key) + "]"
    settings = f"materialized='incremental', unique_key={listed}, on_schema_change='fail'"
    calls = [
        island
        for island in model.islands.islands
        if island.kind is IslandKind.EXPRESSION and _CONFIG.match(model.islands.written(island))
    ]
    newline = "\r\n" if "\r\n" in model.text else "\n"
    if not calls:
        return [Splice(0, 0, f"{{{{ config({settings}) }}}}{newline}{newline}")]
    written = model.islands.written(calls[0])
    if len(calls) > 1 or "unique_key" in written or "on_schema_change" in written:
        raise SpliceError("There are other calls of config().")
    found = _MATERIALIZED.search(written)
    if found is None and "materialized" in written:
        raise SpliceError("It is not said plainly how the model is materialized.")
    head = _CONFIG.match(written)
    assert head is not None
    new = (
        _MATERIALIZED.sub(settings, written)
        if found is not None
        else f"{head[0]}{settings}, {written[head.end() :].lstrip()}"
    )
    return [Splice(calls[0].start, calls[0].end, new)]
