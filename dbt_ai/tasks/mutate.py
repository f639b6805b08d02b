"""The job `mutate`: how many of the faults that a model's SQL could have today's tests notice.

The road: read the project, put faults into the SQL, run it on the data, look with every test, report. Nothing is
written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from dbt_ai.checks.data_tests.staging import open_stage
from dbt_ai.checks.sandbox import Sandbox
from dbt_ai.evidence.profile import warehouse_columns
from dbt_ai.project.cache import open_cache
from dbt_ai.project.knowledge import know, relations_of
from dbt_ai.project.values import Compiled, Node, Project, ProjectReader, Selection, UnitTest
from dbt_ai.sql.facts import facts_of
from dbt_ai.sql.names import quoted_relation
from dbt_ai.sql.query import QueryError, parse_query
from dbt_ai.sql.values import QueryFacts, Relation
from dbt_ai.tasks.data import open_data
from dbt_ai.tasks.gathering import Scope, compile_scope
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.mutating.bench import TIMEOUT
from dbt_ai.tasks.mutating.judging import judge
from dbt_ai.tasks.mutating.promises import with_promises
from dbt_ai.tasks.mutating.values import Excluded, Read, Subject
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.tasks.unit_testing.rendering import cte_of, without_ephemeral
from dbt_ai.values import MutationReport, MutationScore


def mutate(reader: ProjectReader, selection: Selection, progress: Progress = nothing) -> MutationReport:
    """The mutation score of the tests of each selected model of the root project, parents first.

    A test counts for a model where it reads it: the model's own data tests, relationships tests of others that point
    to it, singular tests, and its unit tests. Tests of its children are tests of their SQL, and are left to them.
    Raises UsageError for a selection that dbt does not understand, WarehouseError for data that may not be read.
    """
    project = reader.project
    wanted = [u for u in reader.select(selection, ("model",)) if project.nodes[u].editable]
    compiled_scope = compile_scope(reader, wanted, progress)
    order = [unique_id for unique_id in compiled_scope.order if unique_id in set(wanted)]
    tests = {t.unique_id for t in project.data_tests if t.enabled and not set(t.reads).isdisjoint(wanted)}
    in_duckdb = InDuckDB(project)
    scope, compiled = in_duckdb.scope(compiled_scope), in_duckdb.compiled(reader.compile(sorted(tests)))
    unit_tests = in_duckdb.unit_tests(reader.unit_tests(wanted))
    with open_data(project, reader, compiled_scope) as (sandbox, notices):
        if sandbox is None:
            return MutationReport(tuple(_left_out(project.nodes[u], "no-data") for u in order), notices)
        project = in_duckdb.project
        relations = relations_at_hand(project, scope, sandbox)
        scores = []
        for unique_id in order:
            name = project.nodes[unique_id].name

            def tell(done: int, of: int, name: str = name) -> None:
                progress(f"Mutating {name}", done, of)

            try:
                subject = subject_of(project, unique_id, scope, relations, compiled, unit_tests)
            except Excluded as why:
                scores.append(_left_out(project.nodes[unique_id], why.reason, why.detail))
                continue
            with open_stage(sandbox.connection, TIMEOUT) as stage:
                scores.append(in_duckdb.told(judge(stage, subject, tell)))
    return MutationReport(tuple(scores), notices)


def _left_out(node: Node, reason: str, detail: str = "") -> MutationScore:
    return MutationScore(node.unique_id, node.original_file_path, reason=reason, detail=detail)


def relations_at_hand(project: Project, scope: Scope, sandbox: Sandbox) -> Mapping[str, Relation]:
    """What is known of the relations of all nodes."""
    bare = relations_of(project, {})
    columns = warehouse_columns(sandbox.connection, bare.values())
    with open_cache(project.root) as cache:
        return know(project, scope.sql, columns, cache).relations


def subject_of(
    project: Project,
    unique_id: str,
    scope: Scope,
    relations: Mapping[str, Relation],
    compiled: Mapping[str, Compiled],
    unit_tests: Sequence[UnitTest],
) -> Subject:
    """All that judging a model takes. Raises Excluded where it has no SQL."""
    node = project.nodes[unique_id]
    if node.language != "sql":
        raise Excluded("python-model")
    if unique_id not in scope.sql:
        raise _no_sql(scope, unique_id)
    facts = _facts(node, scope.sql[unique_id], relations)
    reads = []
    for parent in (project.nodes[u] for u in node.depends_on if u in project.nodes):
        relation = relations[parent.unique_id]
        if facts is not None:
            relation = with_promises(relation, relations[unique_id], facts)
        cte = cte_of(parent)
        if parent.materialized == "ephemeral":
            if parent.unique_id not in scope.sql:
                raise _no_sql(scope, parent.unique_id)
            named = replace(relation, parts=(None, None, cte))
            reads.append(Read(named, scope.sql[parent.unique_id], cte))
        else:
            reads.append(Read(relation, f"SELECT * FROM {quoted_relation(relation)}", cte))
    data_tests = tuple(test for test in project.data_tests if test.enabled and unique_id in test.reads)
    others = {key: relations[key] for test in data_tests for key in test.reads if key in relations and key != unique_id}
    return Subject(
        node,
        without_ephemeral(scope.sql[unique_id]),
        _file(project, node),
        tuple(reads),
        data_tests,
        compiled,
        tuple(test for test in unit_tests if test.node == unique_id),
        others,
    )


def _no_sql(scope: Scope, unique_id: str) -> Excluded:
    reason = "not-translated" if unique_id in scope.untranslated else "no-sql"
    return Excluded(reason, scope.failures.get(unique_id, ""))


def _facts(node: Node, sql: str, relations: Mapping[str, Relation]) -> QueryFacts | None:
    """What the SQL says; None where it is not understood, or leaves out rows by their number."""
    try:
        query = parse_query(sql, "duckdb", [relations[u] for u in node.depends_on if u in relations])
    except QueryError:
        return None
    return None if query.expression.find(exp.Limit, exp.Fetch, exp.TableSample) else facts_of(query)


def _file(project: Project, node: Node) -> str:
    """The text of the model's file: dbt's own has no empty lines before the first one."""
    try:
        text = (project.root / node.original_file_path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return node.raw_code
    return text if text.strip() == node.raw_code.strip() else node.raw_code
