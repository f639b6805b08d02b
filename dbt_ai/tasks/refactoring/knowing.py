"""What the proofs of a run may rely on."""

from __future__ import annotations

from collections.abc import Mapping

from dbt_ai.project.values import ProjectReader
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.data import open_data
from dbt_ai.tasks.gathering import Scope
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.tasks.refactoring.elsewhere import columns_there
from dbt_ai.tasks.unit_testing.column_types import with_types


def known_relations(
    reader: ProjectReader,
    in_duckdb: InDuckDB,
    scope: Scope,
    progress: Progress = nothing,
    *,
    columns_only: bool = False,
) -> tuple[Mapping[str, Relation], tuple[str, ...]]:
    """What tests, constraints and the SQL of parents say of the relations of `scope`, with DuckDB's types of all
    columns, and notices for the report; with `columns_only` not what the SQL says besides its columns. What only the
    data shows is not among it: it need not be so tomorrow."""
    from dbt_ai.evidence.profile import warehouse_columns
    from dbt_ai.project.cache import open_cache
    from dbt_ai.project.knowledge import know, relations_of
    from dbt_ai.tasks.understanding import understand

    columns: Mapping[str, tuple[tuple[str, str | None], ...]] = {}
    project = in_duckdb.project
    built = [u for u in scope.order if project.nodes[u].materialized != "ephemeral"]
    if in_duckdb.is_translated:
        scope = in_duckdb.scope(scope)
        columns, notices = columns_there(reader, built)
    else:
        with open_data(project) as (sandbox, notices):
            if sandbox is not None:
                bare = relations_of(project, {})
                columns = warehouse_columns(sandbox.connection, [bare[u] for u in built])
    with open_cache(project.root) as cache:
        known = know(project, scope.sql, columns, cache)
        relations = known.relations
        if not columns_only:
            relations = understand(project, scope.order, scope.sql, relations, {}, None, cache, progress).relations
    return with_types(project, relations, scope.order, scope.sql), notices
