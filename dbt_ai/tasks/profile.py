"""The job `profile`: what the data of the selected nodes says, and what only the data shows."""

from __future__ import annotations

from dataclasses import dataclass

from dbt_ai.evidence.values import Profile
from dbt_ai.project.values import ProjectReader, Selection
from dbt_ai.tasks.data import open_data
from dbt_ai.tasks.document import RESOURCE_TYPES
from dbt_ai.tasks.gathering import compile_scope, gather
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.values import Finding


@dataclass(frozen=True)
class Profiles:
    """The profile of each selected node that has data, with its findings; and what could not be seen."""

    profiles: tuple[tuple[Profile, tuple[Finding, ...]], ...]
    notices: tuple[str, ...]


def profiles_of(reader: ProjectReader, selection: Selection, progress: Progress = nothing) -> Profiles:
    """Profiles of the selected nodes, packages' nodes included. Raises UsageError for a selection that dbt refuses."""
    selected = reader.select(selection, RESOURCE_TYPES)
    scope = compile_scope(reader, selected, progress)
    with open_data(reader.project, reader, scope) as (sandbox, notices):
        if sandbox is None:
            return Profiles((), notices)
        gathered = gather(reader.project, selected, scope, sandbox, progress)
    found = [gathered.evidence[unique_id] for unique_id in selected]
    return Profiles(
        tuple((one.profile, one.findings) for one in found if one.profile is not None),
        (*notices, *gathered.notices),
    )
