"""Whether a table can be an incremental model: a full refresh gives what it gave, and so does a first run on some of
the rows with a later one on the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from dbt_ai.checks.equivalence import equivalent
from dbt_ai.errors import ProjectError, WarehouseError
from dbt_ai.project.values import Node, ProjectReader
from dbt_ai.project.warehouse import warehouse_of
from dbt_ai.sql.names import quoted, quoted_relation
from dbt_ai.sql.outline import OutlineError, outline
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.data import open_data
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.refactoring.proving import Prover, from_worst, same_rows, verdict_of
from dbt_ai.tasks.refactoring.several.values import Draft, FilesChange, FilesProof
from dbt_ai.tasks.refactoring.using import end_of, start_of
from dbt_ai.tasks.unit_testing.choosing import choose
from dbt_ai.tasks.unit_testing.matrix import Matrix, matrix_of
from dbt_ai.tasks.unit_testing.runs import Runs
from dbt_ai.tasks.unit_testing.values import Refused
from dbt_ai.tasks.unit_testing.verifying import passes
from dbt_ai.tasks.unit_testing.ways import ways_of
from dbt_ai.tasks.unit_testing.writing import unit_test_of
from dbt_ai.values import UnitTestEdit, Verdict, VerdictKind

_CUT, _PREFIX, _THIS, _NEW = "dbt_ai_cut", "dbt_ai_prefix", "dbt_ai_this", "dbt_ai_new"
_COUNT = 3000
_SECONDS = 30.0
_UNIT_TEST_SECONDS = 60.0


@dataclass(frozen=True)
class Increments:
    """The model `node`, whose rows are made of those of `relation`: of its `time` (of type `kind`) on are the new ones.
    `key` are the columns of the model that tell its rows apart, `sql` is what it is compiled to."""

    node: Node
    relation: Relation
    time: str
    kind: str
    key: tuple[str, ...]
    sql: str


def prove_increments(
    reader: ProjectReader, relations: Mapping[str, Relation], draft: Draft, change: FilesChange, increments: Increments
) -> tuple[FilesChange, FilesProof]:
    """The change with unit tests for both ways in which the model runs then, and whether it can be made."""
    node = increments.node
    text = change.files[node.original_file_path]
    try:
        plan = draft.with_change(change).plan(reader.project.root)
        changed = reader.with_files({one.path: one.after for one in plan.changes})
        later = changed.compile_text(node.unique_id, text, (), incremental=True).sql
    except ProjectError as error:
        return change, _unproven("not-compiled", str(error))
    if later is None:
        return change, _unproven("not-compiled", "dbt cannot compile it.")
    prover = Prover(reader, node, relations, InDuckDB(reader.project))
    refreshed = prover.compare(draft.text(node.original_file_path) or "", text, ())
    simulated = simulation(increments, later)
    if not same_rows(refreshed) or simulated is None:
        return change, FilesProof(refreshed) if simulated is not None else _unproven("no-key", "")
    found = equivalent(
        *simulated, [increments.relation, _cut(increments)], ordered=False, count=_COUNT, seconds=_SECONDS
    )
    verdict = from_worst([refreshed, verdict_of([found])])
    if same_rows(verdict) and not _same_on_rows(reader, increments, *simulated):
        verdict = Verdict(VerdictKind.REFUTED, "On the rows that are there they differ.", "other-rows", where="duckdb")
    if not same_rows(verdict):
        return change, FilesProof(verdict)
    items = _unit_tests(changed, relations, increments, later)
    if isinstance(items, str):
        return change, _unproven("no-unit-test", items)
    path = node.place.path if node.place is not None else node.original_file_path
    whole = replace(change, edits=tuple(UnitTestEdit(path, item) for item in items))
    detail = f"{verdict.detail} A first run on some rows and a later one on all give what one run gives."
    verdict = replace(verdict, detail=detail)
    return whole, FilesProof(verdict, {node.unique_id: verdict}, draft.with_change(whole).plan(reader.project.root))


def _unproven(reason: str, detail: str) -> FilesProof:
    return FilesProof(Verdict(VerdictKind.UNPROVEN, detail, reason))


def simulation(increments: Increments, later: str) -> tuple[str, str] | None:
    """The query of one run, and that of two: the first sees the rows up to a moment that a table of cuts has, and of
    the rows of that very moment only some; None where the SQL cannot be taken apart."""
    relation, time = increments.relation, quoted(increments.time)
    other = next((name for name, _ in relation.columns if name.casefold() != increments.time.casefold()), None)
    first = _on(increments.sql, {relation.parts: _PREFIX})
    second = _on(later, {increments.node.relation: _THIS})
    if first is None or second is None:
        return None
    moment = f"(SELECT max(c) FROM {_CUT})"
    some = f" OR ({time} = {moment} AND {quoted(other)} <= (SELECT max(s) FROM {_CUT}))" if other else ""
    same = " AND ".join(f"{_NEW}.{quoted(name)} = {_THIS}.{quoted(name)}" for name in increments.key)
    two = (
        f"WITH {_PREFIX} AS (SELECT * FROM {quoted_relation(relation)} WHERE {time} < {moment}{some}), "
        f"{_THIS} AS ({first}\n), {_NEW} AS ({second}\n) "
        f"SELECT * FROM {_THIS} WHERE NOT EXISTS (SELECT 1 FROM {_NEW} WHERE {same}) UNION ALL SELECT * FROM {_NEW}"
    )
    return increments.sql.strip().rstrip(";"), two


def _cut(increments: Increments) -> Relation:
    """The relation that says up to where a first run reads."""
    others = [kind for name, kind in increments.relation.columns if name.casefold() != increments.time.casefold()]
    return Relation("dbt_ai:cut", (None, None, _CUT), (("c", increments.kind), *(("s", kind) for kind in others[:1])))


def _on(sql: str, names: Mapping[tuple[str | None, str | None, str], str]) -> str | None:
    """A query that reads other relations in the place of those in `names`."""
    sql = sql.strip().rstrip(";")
    try:
        tables = outline(sql, "duckdb").tables
    except OutlineError:
        return None
    wanted = {_folded(parts): name for parts, name in names.items()}
    for table in sorted(tables, key=start_of, reverse=True):
        name = wanted.get(_folded((table.catalog, table.db, table.name)))
        if name is not None:
            if start_of(table) < 0:
                return None
            alias = "" if table.alias else f" AS {quoted(table.name)}"
            sql = f"{sql[: start_of(table)]}{name}{alias}{sql[end_of(table) :]}"
    return sql


def _folded(parts: Sequence[str | None]) -> tuple[str, ...]:
    return tuple((part or "").casefold() for part in parts)


def _same_on_rows(reader: ProjectReader, increments: Increments, one: str, two: str) -> bool:
    """Whether both ways give the same on the rows that are there, cut in the middle; True where there are none."""
    table = quoted_relation(increments.relation)
    cut = f"WITH {_CUT} AS (SELECT quantile_disc({quoted(increments.time)}, 0.5) AS c, NULL AS s FROM {table})"
    two = f"{cut}, {two.removeprefix('WITH ')}"
    try:
        with open_data(reader.project) as (sandbox, _):
            return sandbox is None or not any(
                sandbox.run(f"SELECT 1 FROM (({left}\n) EXCEPT ALL ({right}\n)) LIMIT 1")
                for left, right in ((one, two), (two, one))
            )
    except WarehouseError:
        return True  # not built: there are no rows that could say otherwise


def _unit_tests(
    changed: ProjectReader, relations: Mapping[str, Relation], increments: Increments, later: str
) -> list[Mapping[str, Any]] | str:
    """A unit test for each way, which dbt has run; or why there is none."""
    project, unique_id = changed.project, increments.node.unique_id
    node = project.nodes[unique_id]
    ways = ways_of(project, node, relations, increments.sql, later, frozenset(node.depends_on))
    if isinstance(ways, Refused):
        return f"{ways.reason}: {ways.detail}"
    taken = {test.name.casefold() for test in changed.unit_tests([unique_id])}
    items: list[Mapping[str, Any]] = []
    try:
        with warehouse_of(changed) as warehouse:
            for way in ways:
                matrix = matrix_of(way)
                if not isinstance(matrix, Matrix):
                    return f"{matrix.reason}: {matrix.detail}"
                with ExitStack() as stack:
                    runs = stack.enter_context(Runs(way, [mutant.sql for mutant in matrix.mutants]))
                    cases = choose([matrix], [runs], frozenset(), 1)
                if not cases:
                    return "no small database shows what it does"
                item = unit_test_of(node, cases[0], taken).item
                why = None if passes(way, item) else "it does not pass in DuckDB"
                why = why or warehouse.unit_test(unique_id, item, _UNIT_TEST_SECONDS)
                if why is not None:
                    return why
                taken.add(str(item["name"]).casefold())
                items.append(item)
    except WarehouseError as error:
        return str(error)
    return items if len(items) == 2 else "it does not run in two ways"
