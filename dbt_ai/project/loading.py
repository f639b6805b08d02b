"""A manifest.json as dbt 1's own objects, whichever dbt wrote it.

dbt's own loading is for what the same dbt wrote: it fails as a whole on one field of dbt 2 that it does not know, and
takes every generic test for a singular one.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from dbt_ai.errors import ProjectError

_CLASSES = {
    "model": "ModelNode",
    "seed": "SeedNode",
    "snapshot": "SnapshotNode",
    "analysis": "AnalysisNode",
    "operation": "HookNode",
    "source": "SourceDefinition",
    "exposure": "Exposure",
    "metric": "Metric",
    "semantic_model": "SemanticModel",
    "saved_query": "SavedQuery",
    "unit_test": "UnitTestDefinition",
    "function": "FunctionNode",
    "macro": "Macro",
    "group": "Group",
}
_SECTIONS = (
    "nodes",
    "sources",
    "exposures",
    "metrics",
    "semantic_models",
    "saved_queries",
    "unit_tests",
    "functions",
    "macros",
    "groups",
)
_NEEDED = ("model", "seed", "snapshot", "source")


def load_manifest(raw: Mapping[str, Any]) -> Any:
    """dbt's Manifest for the content of a manifest.json.

    Raises ProjectError for a model, seed, snapshot or source that does not load; what else does not is left out.
    """
    from dbt.contracts.graph.manifest import Manifest

    sections: dict[str, Any] = {
        section: _loaded(raw.get(section)) for section in _SECTIONS if section in Manifest.__dataclass_fields__
    }
    disabled = {
        unique_id: [node for entry in entries if (node := _load(entry)) is not None]
        for unique_id, entries in (raw.get("disabled") or {}).items()
    }
    return Manifest(**sections, disabled=disabled)


def _loaded(entries: Mapping[str, Any] | None) -> dict[str, Any]:
    loaded = {unique_id: _load(entry) for unique_id, entry in (entries or {}).items()}
    return {unique_id: node for unique_id, node in loaded.items() if node is not None}


def _load(entry: Mapping[str, Any]) -> Any:
    from dbt.contracts.graph import nodes

    kind = str(entry.get("resource_type"))
    name = _CLASSES.get(kind)
    if kind == "test":
        name = "GenericTestNode" if entry.get("test_metadata") else "SingularTestNode"
    node_class = getattr(nodes, name or "", None)
    if node_class is None:
        return None
    try:
        node = node_class.from_resource(node_class.resource_class().from_dict(dict(entry)))
    except Exception as error:  # one of the many that mashumaro, jsonschema and dbt raise for an unknown shape
        if kind in _NEEDED:
            reason = str(error).partition(" has invalid value")[0][:200]
            raise ProjectError(f"The manifest's entry {entry.get('unique_id')} cannot be read: {reason}.") from error
        return None
    path = getattr(node, "patch_path", None)
    if path and "://" not in path:
        with suppress(AttributeError):
            node.patch_path = f"{node.package_name}://{path}"  # dbt 2 leaves out the package, which selectors expect
    return node
