"""The job `review`: what a branch does to the models of a project, and what it leaves undone.

The road: read the project as it is and as it was at the base, compile what differs on both sides, compare it on
generated databases and on the data, follow the columns down the DAG, ask the other jobs what they would write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import networkx as nx

from dbt_ai.project.changes import Changes
from dbt_ai.project.values import Node, Project, ProjectReader
from dbt_ai.reviews import ChangeKind, Compared, Review, ReviewedModel, Suggestion
from dbt_ai.tasks.data import open_data
from dbt_ai.tasks.gathering import Scope, compile_scope, with_ancestors
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.tasks.refactoring.knowing import known_relations
from dbt_ai.tasks.reviewing.changed import ChangedNode, changed_nodes
from dbt_ai.tasks.reviewing.findings import findings_of, first_changed_line
from dbt_ai.tasks.reviewing.missing import missing
from dbt_ai.tasks.reviewing.pairs import Pairs, Side
from dbt_ai.tasks.reviewing.reaching import Below, affected_by, exposures_of
from dbt_ai.tasks.reviewing.reasons import DEFAULT
from dbt_ai.values import VerdictKind

_SETTINGS_FILES = ("dbt_project.yml", "packages.yml", "dependencies.yml", "package-lock.yml", "dbt_cloud.yml")


@dataclass(frozen=True)
class ReviewOptions:
    """`fail_on` are the codes of findings that fail a build. `suggest` False looks for nothing that is missing."""

    fail_on: tuple[str, ...] = DEFAULT
    suggest: bool = True


def review(
    after: ProjectReader,
    before: ProjectReader,
    changes: Changes,
    options: ReviewOptions,
    progress: Progress = nothing,
) -> Review:
    """Reviews what `changes` makes of the project `before`, which is then `after`.

    Raises WarehouseError for data that may not be read.
    """
    found = changed_nodes(before.project, after.project)
    notices = list(_notices(after.project, changes))
    if not found:
        return Review(changes.base, notices=tuple(notices), prefix=changes.prefix)
    old, new = _sides(before, after, found, notices, progress)
    models, compared = _compared(old, new, found, progress)
    below = _below(old, new, {u: one for u, one in compared.items() if _reaches(one)}, progress)
    models = [_with_affected(model, below, compared.get(model.unique_id)) for model in models]
    lines = {file.path: first_changed_line(after.project.root, file) for file in changes.files}
    findings = [finding for model in models for finding in findings_of(old, new, model, lines.get(model.path))]
    suggestions: tuple[Suggestion, ...] = ()
    if options.suggest:
        nodes = [new.nodes[model.unique_id] for model in models if model.change is not ChangeKind.REMOVED]
        lacking = missing(after, nodes, progress)
        suggestions = lacking.suggestions
        findings += lacking.findings
        notices += lacking.notices
    failing = tuple(code for code in options.fail_on if any(one.code == code for one in findings))
    told = tuple(dict.fromkeys(notices))
    return Review(changes.base, tuple(models), tuple(findings), suggestions, told, failing, changes.prefix)


def _notices(project: Project, changes: Changes) -> Iterator[str]:
    """What a review does not see."""
    for file in changes.files:
        if file.path in _SETTINGS_FILES:
            yield (
                f"{file.path} is changed: both sides are read with today's settings and packages, so what this file "
                "alone changes is not seen."
            )
    seeds = {node.original_file_path: node.name for node in project.nodes.values() if node.resource_type == "seed"}
    for file in changes.files:
        if file.path in seeds:
            yield f"The rows of the seed {seeds[file.path]} are changed: models are compared on the same input."
    python = [n.name for n in project.nodes.values() if n.language == "python" and _is_in(n, changes)]
    for name in python:
        yield f"{name} is a Python model: what it gives is not compared."


def _is_in(node: Node, changes: Changes) -> bool:
    return any(file.path == node.original_file_path for file in changes.files)


def _sides(
    before: ProjectReader,
    after: ProjectReader,
    found: Sequence[ChangedNode],
    notices: list[str],
    progress: Progress,
) -> tuple[Side, Side]:
    sides = []
    for reader, gone in ((before, ChangeKind.NEW), (after, ChangeKind.REMOVED)):
        wanted = [one.unique_id for one in found if one.change is not gone]
        scope = compile_scope(reader, wanted, progress)
        later = {u: one.sql for u, one in reader.compile_later(wanted).items() if one.sql}
        relations, more = known_relations(reader, InDuckDB(reader.project), scope, progress)
        notices += more
        sides.append(Side(reader, scope, relations, later))
    return sides[0], sides[1]


def _compared(
    old: Side, new: Side, found: Sequence[ChangedNode], progress: Progress
) -> tuple[list[ReviewedModel], dict[str, Compared]]:
    """What becomes of each changed model; those whose SQL and settings are the same in the end are left out."""
    models: list[ReviewedModel] = []
    compared: dict[str, Compared] = {}
    with open_data(new.reader.project) as (sandbox, _):
        pairs = Pairs(old, new, sandbox.connection if sandbox is not None else None)
        for number, one in enumerate(_parents_first(new.reader.project, found)):
            side = old if one.change is ChangeKind.REMOVED else new
            node = side.nodes[one.unique_id]
            progress(f"Comparing {node.name}", number, len(found))
            model = ReviewedModel(one.unique_id, node.name, node.original_file_path, one.change, config=one.config)
            if one.change is ChangeKind.REMOVED:
                compared[one.unique_id] = Compared(None, other_rows=True)
            elif one.change is ChangeKind.CHANGED and node.language == "sql":
                result = pairs.compare(one.unique_id)
                if result is None and not one.config:
                    continue
                if result is not None:
                    compared[one.unique_id] = result
                    model = replace(model, compared=result)
            models.append(model)
    return sorted(models, key=lambda model: model.unique_id), compared


def _parents_first(project: Project, found: Sequence[ChangedNode]) -> list[ChangedNode]:
    places = {u: place for place, u in enumerate(nx.lexicographical_topological_sort(project.graph()))}
    return sorted(found, key=lambda one: places.get(one.unique_id, -1))


def _reaches(found: Compared) -> bool:
    """Whether something below may notice the change."""
    differs = found.verdict is None or found.verdict.kind is VerdictKind.REFUTED
    return differs or bool(found.columns.gone or found.columns.retyped)


def _below(old: Side, new: Side, compared: Mapping[str, Compared], progress: Progress) -> Below:
    """What rests on the models that differ, compiled."""
    from dbt_ai.project.cache import open_cache
    from dbt_ai.project.knowledge import know

    project = new.reader.project
    graph = project.graph()
    readers = {u for one in compared if one in graph for u in nx.descendants(graph, one)}
    if not readers:
        return Below(project, {}, new.relations, old.relations, {})
    in_duckdb = InDuckDB(project)
    scope = _ancestry(new.reader, readers, progress)
    sql = in_duckdb.scope(scope).sql if in_duckdb.is_translated else scope.sql
    after, before = new.relations, old.relations
    if any(one.columns.gone or one.columns.retyped for one in compared.values()):  # may not run any more
        was = _ancestry(old.reader, readers & old.nodes.keys(), progress)
        after, _ = known_relations(new.reader, InDuckDB(project), scope, progress, columns_only=True)
        before, _ = known_relations(old.reader, InDuckDB(old.reader.project), was, progress, columns_only=True)
    with open_cache(project.root) as cache:
        columns = {u: one.columns for u, one in after.items()}
        lineages = know(in_duckdb.project, sql, columns, cache).lineages
    return Below(project, sql, after, before, lineages)


def _ancestry(reader: ProjectReader, readers: Set[str], progress: Progress) -> Scope:
    wanted = sorted(readers)
    return compile_scope(reader, wanted, progress, with_ancestors(reader.project, wanted))


def _with_affected(model: ReviewedModel, below: Below, found: Compared | None) -> ReviewedModel:
    if found is None or not _reaches(found):
        return model
    affected = affected_by(below, model.unique_id, found, model.change is ChangeKind.REMOVED)
    shown = [model.unique_id, *(one.unique_id for one in affected)]
    return replace(model, affected=affected, exposures=exposures_of(below.project, shown))
