"""dbt's own selection grammar, on a manifest."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx

from dbt_ai.errors import ProjectError, UsageError
from dbt_ai.project.condensing import condense
from dbt_ai.project.loading import load_manifest
from dbt_ai.project.values import Selection
from dbt_ai.project.working_directory import working_directory

# A name in one of these that matches nothing is a mistake; an empty `tag:` or `state:modified` may well be meant.
_NAMING_METHODS = ("fqn", "path", "file", "source")


def select(
    selection: Selection,
    resource_types: Sequence[str],
    *,
    manifest: Any,
    graph: Any,
    root: Path,
    root_package: str,
    target_path: Path,
    selectors: Mapping[str, Any],
) -> tuple[str, ...]:
    """The unique_ids that `selection` names, sorted.

    `graph` is dbt's graph of `manifest`, `selectors` what dbt read from selectors.yml. An empty selection is all of
    the root package. Raises UsageError for an unknown selector, method, name or state folder.
    """
    from dbt.artifacts.resources.types import NodeType
    from dbt.graph.cli import parse_difference
    from dbt.graph.selector import ResourceTypeSelector
    from dbt_common.exceptions import DbtBaseException

    previous = _previous_state(selection.state, root, target_path) if selection.state else None
    # `selectors` is a parameter in some versions of dbt only.
    offered = {
        "graph": graph,
        "manifest": manifest,
        "previous_state": previous,
        "resource_types": [NodeType(kind) for kind in resource_types],
        "selectors": selectors,
    }
    known = inspect.signature(ResourceTypeSelector.__init__).parameters
    selector = ResourceTypeSelector(**{name: value for name, value in offered.items() if name in known})
    try:
        with working_directory(root):
            if selection.selector:
                spec = _named_selector(selection, selection.selector, selectors)
            else:
                spec = parse_difference(list(selection.select) or None, list(selection.exclude) or None)
                for criterion in _criteria(spec.components[0]) if selection.select else ():
                    _check_name(criterion, selector)
            selected = selector.get_selected(spec)
    except DbtBaseException as error:
        raise UsageError(f"The selection cannot be read: {condense(str(error))}") from error
    if not selection.select and not selection.selector:
        everything = {**manifest.nodes, **manifest.sources}
        selected = {uid for uid in selected if uid in everything and everything[uid].package_name == root_package}
    return tuple(sorted(selected))


def build_graph(manifest: Any) -> Any:
    """dbt's graph of a manifest. dbt's own way to build it fails on a parent that is not there."""
    from dbt.graph.graph import Graph

    sections = (
        "nodes",
        "sources",
        "exposures",
        "metrics",
        "semantic_models",
        "saved_queries",
        "unit_tests",
        "functions",
    )
    members = {uid: node for section in sections for uid, node in getattr(manifest, section, {}).items()}
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(members)
    graph.add_edges_from(
        (parent, uid)
        for uid, node in members.items()
        for parent in getattr(node, "depends_on_nodes", ())
        if parent in members
    )
    return Graph(graph)


def _named_selector(selection: Selection, name: str, selectors: Mapping[str, Any]) -> Any:
    if selection.select or selection.exclude:
        raise UsageError("Give either a selector or select and exclude, not both.")
    if name not in selectors:
        known = f"it has {', '.join(sorted(selectors))}" if selectors else "there are none"
        raise UsageError(f'There is no selector called "{name}" in selectors.yml; {known}.')
    return selectors[name]["definition"]


def _criteria(spec: Any) -> Iterator[Any]:
    components = getattr(spec, "components", None)
    if components is None:
        yield spec
    else:
        for component in components:
            yield from _criteria(component)


def _check_name(criterion: Any, selector: Any) -> None:
    value = str(criterion.value)
    if criterion.method.value not in _NAMING_METHODS or any(sign in value for sign in "*?["):
        return
    method = selector.get_method(criterion.method, criterion.method_arguments)
    if not any(True for _ in method.search(set(selector.full_graph.nodes()), value)):
        raise UsageError(f'Nothing in this project is called "{value}"; `dbt ls` lists what can be selected.')


def _previous_state(state: str, root: Path, target_path: Path) -> Any:
    from dbt.contracts.state import PreviousState

    folder = next((path for path in (Path(state).absolute(), root / state) if (path / "manifest.json").is_file()), None)
    if folder is None:
        raise UsageError(f'The state folder "{state}" holds no manifest.json; keep one from an earlier dbt run.')
    try:
        return PreviousState(state_path=folder, target_path=target_path, project_root=root)
    except Exception as error:  # dbt's loader raises what its libraries raise
        return _previous_state_of_another_dbt(folder, root, target_path, error)


def _previous_state_of_another_dbt(folder: Path, root: Path, target_path: Path, error: Exception) -> Any:
    """The state without its results, from a manifest that this dbt's own loader refuses."""
    from dbt.contracts.state import PreviousState

    try:
        previous = PreviousState(state_path=folder / "none", target_path=target_path, project_root=root)
        previous.manifest = load_manifest(json.loads((folder / "manifest.json").read_bytes()))
    except (ProjectError, ValueError, OSError):
        raise UsageError(f'The state in "{folder}" cannot be read: {condense(str(error))[:200]}') from error
    return previous
