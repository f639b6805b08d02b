"""A project as `target/` has it: for dbt 2, whose process no Python can join."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from dbt_ai.errors import ProjectError, UsageError
from dbt_ai.project import selecting
from dbt_ai.project.condensing import condense
from dbt_ai.project.conversion import (
    catalog_columns,
    data_tests_of,
    disabled_of,
    exposures_of,
    generic_tests_of,
    macros_of,
    nodes_of,
    type_roots,
)
from dbt_ai.project.duckdb_target import duckdb_target
from dbt_ai.project.loading import load_manifest
from dbt_ai.project.places import with_places
from dbt_ai.project.project_file import read_project_file
from dbt_ai.project.property_files import PropertyFiles
from dbt_ai.project.values import Compiled, Project, Selection, UnitTest
from dbt_ai.sql.dialects import dialect_of


class ArtifactReader:
    """A ProjectReader on `manifest.json` (and `catalog.json`, where there is one) in `target_path`.

    `profile` is dbt's Profile where profiles.yml could be read: it tells where the data is.
    Raises ProjectError where the manifest is missing or cannot be read.
    """

    def __init__(self, root: Path, target_path: Path, profile: Any = None) -> None:
        self._root = root
        self._target_path = target_path
        self._profile = profile
        self._raw = _read_manifest(target_path / "manifest.json")

    @cached_property
    def project(self) -> Project:
        """The project, converted once."""
        settings = read_project_file(self._root)
        files = PropertyFiles(self._root)
        nodes = nodes_of(self._manifest, self._name, files)
        roots = type_roots(
            [
                settings.get("model-paths", ["models"]),
                settings.get("seed-paths", ["seeds"]),
                settings.get("snapshot-paths", ["snapshots"]),
            ]
        )
        adapter_type = self._metadata.get("adapter_type") or ""
        dbt_version = self._metadata.get("dbt_version") or ""
        return Project(
            root=self._root,
            name=self._name,
            adapter_type=adapter_type,
            dialect=dialect_of(adapter_type),
            target_name=self._profile.target_name if self._profile is not None else "",
            dbt_version=dbt_version,
            nodes={node.unique_id: node for node in with_places(self._root, nodes, roots)},
            disabled=tuple(disabled_of(self._manifest, self._name, files)),
            data_tests=tuple(data_tests_of(self._manifest)),
            exposures=tuple(exposures_of(self._manifest)),
            duckdb=duckdb_target(self._profile.credentials, self._root) if self._profile is not None else None,
            arguments_property=arguments_property(dbt_version, settings.get("flags") or {}),
            read_from="artifacts",
            target_path=self._target_path,
            catalog_columns=catalog_columns(self._target_path),
            generic_tests=generic_tests_of(self._manifest, self._name),
            macros=macros_of(self._manifest, self._name),
        )

    def select(self, selection: Selection, resource_types: Sequence[str]) -> tuple[str, ...]:
        """The unique_ids that the selection names; raises UsageError where it cannot be read."""
        _set_flags(self._root)
        return selecting.select(
            selection,
            resource_types,
            manifest=self._manifest,
            graph=self._graph,
            root=self._root,
            root_package=self._name,
            target_path=self._target_path,
            selectors=self._selectors if selection.selector else {},
        )

    def compile(self, unique_ids: Sequence[str]) -> Mapping[str, Compiled]:
        """The SQL that dbt compiled, from the manifest or from `target/compiled`."""
        nodes = (self._raw["nodes"].get(unique_id) for unique_id in unique_ids)
        return {node["unique_id"]: self._compiled(node) for node in nodes if node is not None and _is_sql(node)}

    def variables(self, unique_id: str) -> Mapping[str, Any]:
        """None: the artifacts do not have them."""
        return {}

    def compile_later(self, unique_ids: Sequence[str]) -> Mapping[str, Compiled]:
        """Why there is none: the artifacts have the SQL of one run only."""
        nodes = (self._raw["nodes"].get(unique_id) for unique_id in unique_ids)
        why = "The artifacts of dbt have the SQL of one run only."
        return {
            node["unique_id"]: Compiled(node["unique_id"], None, why)
            for node in nodes
            if node is not None and (node.get("config") or {}).get("materialized") == "incremental"
        }

    def compile_text(
        self, unique_id: str, text: str, reads: Sequence[str] = (), *, incremental: bool = False
    ) -> Compiled:
        """Why there is none: it takes a live dbt."""
        return Compiled(unique_id, None, "The artifacts of dbt have the SQL of files as they were; it takes dbt 1.")

    def with_files(self, files: Mapping[str, bytes | None]) -> ArtifactReader:
        """Raises ProjectError: it takes a live dbt."""
        raise ProjectError("the artifacts of dbt are of the files as they were; it takes dbt 1")

    def unit_tests(self, models: Sequence[str]) -> tuple[UnitTest, ...]:
        """The enabled unit tests of `models`, without their SQL, which is in no artifact."""
        why = "The artifacts of dbt do not have its SQL; it takes dbt 1."
        return tuple(
            UnitTest(unique_id, test.name, test.depends_on.nodes[0], error=why)
            for unique_id, test in self._manifest.unit_tests.items()
            if test.config.enabled and test.depends_on.nodes and test.depends_on.nodes[0] in models
        )

    def _compiled(self, node: Mapping[str, Any]) -> Compiled:
        code = node.get("compiled_code")
        if not code:
            file = self._target_path / "compiled" / node["package_name"] / node["original_file_path"]
            try:
                code = file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                return Compiled(node["unique_id"], None, "It is not compiled; run `dbt compile`.")
        return Compiled(node["unique_id"], code)

    @cached_property
    def _manifest(self) -> Any:
        _set_flags(self._root)
        return load_manifest(self._raw)

    @cached_property
    def _graph(self) -> Any:
        return selecting.build_graph(self._manifest)

    @cached_property
    def _selectors(self) -> Mapping[str, Any]:
        from dbt.config.selectors import selector_config_from_data, selector_data_from_root
        from dbt_common.exceptions import DbtBaseException

        try:
            data = selector_data_from_root(str(self._root))
            return selector_config_from_data(data) if data else {}
        except DbtBaseException as error:
            raise UsageError(f"selectors.yml cannot be read: {condense(str(error))}") from error

    @property
    def _metadata(self) -> Mapping[str, Any]:
        return self._raw.get("metadata") or {}

    @property
    def _name(self) -> str:
        return self._metadata.get("project_name") or str(read_project_file(self._root).get("name", ""))


def arguments_property(dbt_version: str, flags: Mapping[str, Any]) -> bool:
    """Whether generic tests take their arguments under `arguments:`: always in dbt 2, by a flag before it, whose
    default changed with dbt 1.11."""
    numbers = tuple(int(part) for part in dbt_version.split(".")[:2] if part.isdigit())
    if numbers >= (2,):
        return True
    return bool(flags.get("require_generic_test_arguments_property", numbers >= (1, 11)))


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ProjectError(f"There is no {path}; run `dbt compile` first.") from None
    except (OSError, ValueError) as error:
        raise ProjectError(f"{path} cannot be read ({error}); run `dbt compile` again.") from error
    if not isinstance(content, dict) or not isinstance(content.get("nodes"), dict):
        raise ProjectError(f"{path} is not a manifest of dbt; run `dbt compile` again.")
    return content


def _is_sql(node: Mapping[str, Any]) -> bool:
    return node.get("resource_type") in ("model", "snapshot", "test") and node.get("language", "sql") == "sql"


def _set_flags(root: Path) -> None:
    """dbt's own classes read global flags, which its command line would have set, and log to stdout, which is ours."""
    from argparse import Namespace

    from dbt.flags import get_flags, set_from_args
    from dbt_common.events.event_manager_client import cleanup_event_logger

    if not hasattr(get_flags(), "INDIRECT_SELECTION"):  # type: ignore[no-untyped-call]
        set_from_args(Namespace(project_dir=str(root)), {})
    cleanup_event_logger()
