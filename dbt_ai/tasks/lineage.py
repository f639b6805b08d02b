"""The job `lineage`: where a column comes from and what is made from it, over the whole project."""

from __future__ import annotations

from collections.abc import Mapping

from dbt_ai.errors import UsageError
from dbt_ai.project.cache import open_cache
from dbt_ai.project.column_graph import column_graph
from dbt_ai.project.column_graph import column_path as path_in
from dbt_ai.project.knowledge import know
from dbt_ai.project.values import Project, ProjectReader
from dbt_ai.sql.values import ColumnPath, ColumnRef, Relation, same_name
from dbt_ai.tasks.data import open_data
from dbt_ai.tasks.progress import Progress, nothing


def column_path(reader: ProjectReader, column: str, progress: Progress = nothing) -> tuple[ColumnPath, dict[str, str]]:
    """The path of `column` (`orders.amount`, `shop.raw_orders.id` for a source's table, `model.shop.orders.amount`) up
    and down, and the names to show by unique_id.

    Raises UsageError where there is no such column, with the nearest names.
    """
    project = reader.project
    progress("Compiling", 0, len(project.nodes))
    compiled = reader.compile([u for u, node in project.nodes.items() if node.resource_type in ("model", "snapshot")])
    sql = {unique_id: found.sql for unique_id, found in compiled.items() if found.sql}
    progress("Tracing", 0, len(sql))
    with open_cache(project.root) as cache, open_data(project) as (sandbox, _):
        columns = None
        if sandbox is not None:
            from dbt_ai.evidence.profile import warehouse_columns

            bare = know(project, {}).relations
            columns = warehouse_columns(sandbox.connection, bare.values())
        known = know(project, sql, columns, cache)
    ref = _named(project, known.relations, column)
    names = {u: f"{n.source_name}.{n.name}" if n.source_name else n.name for u, n in project.nodes.items()}
    return path_in(column_graph(known.lineages), ref), names


def _named(project: Project, relations: Mapping[str, Relation], column: str) -> ColumnRef:
    """The column that the user names. A version is written `orders.v2.amount`."""
    found = []
    for unique_id, node in project.nodes.items():
        plain = f"{node.source_name}.{node.name}" if node.source_name else node.name
        for prefix in (unique_id, plain, f"{node.name}.v{node.version}" if node.version else plain):
            if column.casefold().startswith(f"{prefix}.".casefold()):
                rest = column[len(prefix) + 1 :]
                names = [name for name, _ in relations[unique_id].columns]
                known = next((name for name in names if same_name(name, rest)), None)
                if known is not None:
                    found.append(ColumnRef(unique_id, known))
    found = list(dict.fromkeys(found))
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"{ref.relation}.{ref.column}" for ref in found)
        raise UsageError(f"{column} can be any of {several}: name it like that.")
    model = column.rpartition(".")[0]
    of_model = [n.unique_id for n in project.nodes.values() if same_name(n.name, model) or n.unique_id == model]
    if of_model:
        columns = ", ".join(name for name, _ in relations[of_model[0]].columns) or "none that are known"
        raise UsageError(f"There is no column {column}; the columns of {model} are {columns}.")
    raise UsageError(f"There is no column {column}: write it as `model.column`, such as `orders.amount`.")
