"""From dbt's manifest to the values of this room. Reads dbt's objects, never changes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dbt_ai.project.places import SECTIONS
from dbt_ai.project.property_files import PropertyFiles, raw_column_descriptions, raw_description
from dbt_ai.project.values import Column, DataTest, Exposure, Macro, Node


def nodes_of(manifest: Any, root_package: str, files: PropertyFiles) -> list[Node]:
    """The enabled models, sources, seeds and snapshots of a manifest, packages included, without their places."""
    found = [*manifest.nodes.values(), *manifest.sources.values()]
    return [_node(node, root_package, files, True) for node in found if _type(node) in SECTIONS]


def disabled_of(manifest: Any, root_package: str, files: PropertyFiles) -> list[Node]:
    """The disabled models, sources, seeds and snapshots. They are never edited."""
    found = [node for nodes in manifest.disabled.values() for node in nodes]
    return [_node(node, root_package, files, False) for node in found if _type(node) in SECTIONS]


def data_tests_of(manifest: Any) -> list[DataTest]:
    """The data tests of a manifest, disabled ones too."""
    enabled = [(node, True) for node in manifest.nodes.values()]
    disabled = [(node, False) for nodes in manifest.disabled.values() for node in nodes]
    return [_data_test(node, is_enabled) for node, is_enabled in [*enabled, *disabled] if _type(node) == "test"]


def generic_tests_of(manifest: Any, root_package: str) -> Mapping[str, str]:
    """The generic tests of the project and its packages by name, but for dbt's own four: see Project."""
    found = {}
    for macro in manifest.macros.values():
        if macro.name.startswith("test_") and macro.package_name != "dbt":
            package = "" if macro.package_name == root_package else f"{macro.package_name}."
            found[package + macro.name.removeprefix("test_")] = str(macro.macro_sql)
    return found


def macros_of(manifest: Any, root_package: str) -> frozenset[str]:
    """The names of the macros of packages, each with its package's before a dot."""
    macros = (macro for macro in manifest.macros.values() if macro.package_name != root_package)
    return frozenset(f"{macro.package_name}.{macro.name}" for macro in macros)


def macro_sql_of(manifest: Any) -> list[Macro]:
    """The macros of a manifest, dbt's own and those of packages too."""
    return [Macro(macro.name, macro.package_name, str(macro.macro_sql)) for macro in manifest.macros.values()]


def exposures_of(manifest: Any) -> list[Exposure]:
    """The enabled exposures of a manifest."""
    return [
        Exposure(
            unique_id=exposure.unique_id,
            name=exposure.name,
            type=_value(exposure.type),
            description=exposure.description or "",
            depends_on=tuple(exposure.depends_on.nodes),
        )
        for exposure in manifest.exposures.values()
    ]


def catalog_columns(target_path: Path) -> Mapping[str, tuple[tuple[str, str | None], ...]]:
    """The (name, type) pairs of `catalog.json` by unique_id, in the table's order; empty where there is no catalog."""
    try:
        catalog = json.loads((target_path / "catalog.json").read_bytes())
        return {
            unique_id: tuple(
                (column["name"], column.get("type"))
                for column in sorted(table["columns"].values(), key=lambda column: column.get("index") or 0)
            )
            for section in ("nodes", "sources")
            for unique_id, table in catalog.get(section, {}).items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _node(node: Any, root_package: str, files: PropertyFiles, enabled: bool) -> Node:
    kind = _type(node)
    source_name = node.source_name if kind == "source" else None
    path = _posix(node.original_file_path)
    patch_path = path if source_name is not None else _patch_path(node)
    editable = enabled and node.package_name == root_package
    version = _version(getattr(node, "version", None))
    entry = None
    if patch_path and node.package_name == root_package:
        table = node.name if source_name is not None else None
        entry = files.entry(patch_path, SECTIONS[kind], source_name or node.name, table)
    # Partial parsing can keep the properties of an entry that has been removed from its file: the file is right.
    gone = patch_path is not None and entry is None and source_name is None and node.package_name == root_package
    if gone:
        patch_path = None
    return Node(
        unique_id=node.unique_id,
        resource_type=kind,
        name=node.name,
        package_name=node.package_name,
        original_file_path=path,
        relation=(node.database, node.schema, node.identifier if kind == "source" else node.alias),
        language="csv" if kind == "seed" else _value(getattr(node, "language", None) or "sql"),
        materialized="" if kind == "source" else str(node.config.materialized or ""),
        description="" if gone else node.description or "",
        raw_description=raw_description(entry, version),
        columns=() if gone else _columns(node, raw_column_descriptions(entry, version) if entry is not None else None),
        raw_code=getattr(node, "raw_code", "") or "",
        depends_on=() if kind == "source" else tuple(node.depends_on_nodes),
        patch_path=patch_path,
        editable=editable,
        enabled=enabled,
        source_name=source_name,
        version=version,
        latest_version=_version(getattr(node, "latest_version", None)),
        tags=tuple(node.tags or ()),
        meta=_plain(node.meta) or _plain(getattr(node.config, "meta", None)),
        config=_plain(node.config),
        constraints=_constraints(node),
        contract_enforced=bool(getattr(getattr(node, "contract", None), "enforced", False)),
        unique_key=_names(getattr(node.config, "unique_key", None)),
    )


def _columns(node: Any, raw: Mapping[str, str] | None) -> tuple[Column, ...]:
    return tuple(
        Column(
            name=column.name,
            description=column.description or "",
            raw_description=None if raw is None else raw.get(column.name, ""),
            data_type=column.data_type,
            meta=_plain(column.meta) or _plain(getattr(getattr(column, "config", None), "meta", None)),
            tags=tuple(column.tags or ()),
        )
        for column in node.columns.values()
    )


def _constraints(node: Any) -> tuple[Mapping[str, Any], ...]:
    own = [_plain(constraint) for constraint in getattr(node, "constraints", None) or ()]
    of_columns = [
        {**_plain(constraint), "column": column.name}
        for column in node.columns.values()
        for constraint in getattr(column, "constraints", None) or ()
    ]
    return tuple(own + of_columns)


def _data_test(node: Any, enabled: bool) -> DataTest:
    metadata = getattr(node, "test_metadata", None)
    parents = node.depends_on_nodes
    tested = getattr(node, "attached_node", None) or (parents[0] if len(parents) == 1 else None)
    kind, arguments = "singular", {}
    if metadata is not None:
        kind = f"{metadata.namespace}.{metadata.name}" if metadata.namespace else metadata.name
        arguments = {k: v for k, v in (metadata.kwargs or {}).items() if k not in ("model", "column_name")}
    return DataTest(
        unique_id=node.unique_id,
        kind=kind,
        node=tested,
        column=getattr(node, "column_name", None),
        arguments=arguments,
        enabled=enabled,
        severity=str(node.config.severity or "error").lower(),
        where=node.config.where,
        reads=tuple(parents),
        fail_calc=str(node.config.fail_calc or "count(*)"),
        warn_if=str(node.config.warn_if or "!= 0"),
        error_if=str(node.config.error_if or "!= 0"),
    )


def _patch_path(node: Any) -> str | None:
    """`shop://models/schema.yml` without the package in front."""
    path = getattr(node, "patch_path", None)
    return _posix(path.rpartition("://")[2]) if path else None


def _posix(path: str) -> str:
    return path.replace("\\", "/")


def _type(node: Any) -> str:
    return _value(node.resource_type)


def _value(value: Any) -> str:
    return str(getattr(value, "value", value))


def _version(version: Any) -> str | None:
    return None if version is None else str(version)


def _names(names: Any) -> tuple[str, ...]:
    if not names:
        return ()
    return (names,) if isinstance(names, str) else tuple(str(name) for name in names)


def _plain(value: Any) -> dict[str, Any]:
    """One of dbt's objects as a dictionary without the keys that nobody set."""
    if value is None:
        return {}
    return dict(value) if isinstance(value, Mapping) else dict(value.to_dict(omit_none=True))


def type_roots(paths: Iterable[Iterable[str] | None]) -> tuple[str, ...]:
    """The folders of `model-paths`, `seed-paths` and so on, in one flat tuple with `/`."""
    return tuple(_posix(path).strip("/") for group in paths for path in group or ())
