"""The rows of a seed, as `dbt seed` reads them from its CSV file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbt_ai.errors import ProjectError
from dbt_ai.project.condensing import condense
from dbt_ai.project.project_file import read_project_file
from dbt_ai.project.values import Node, Project

# dbt's own names of what a seed's column holds, as DuckDB's types.
_TYPES: Mapping[str, str] = {
    "Integer": "BIGINT",
    "Number": "DOUBLE",
    "Boolean": "BOOLEAN",
    "Date": "DATE",
    "DateTime": "TIMESTAMP",
    "ISODateTime": "TIMESTAMP",
}


@dataclass(frozen=True)
class SeedRows:
    """`columns` are (name, DuckDB type, type as the project declares it or None) in order."""

    columns: tuple[tuple[str, str, str | None], ...]
    rows: tuple[tuple[Any, ...], ...]


def seed_rows(project: Project, node: Node) -> SeedRows:
    """The rows of the seed `node`. Raises ProjectError, a clause, where the file is not there or cannot be read."""
    return read_seed(_path(project, node), node)


def read_seed(path: Path, node: Node) -> SeedRows:
    """The rows that the file at `path` has for the seed `node`. Raises ProjectError as `seed_rows` does."""
    from dbt_common.clients.agate_helper import from_csv

    declared = {str(name): str(kind) for name, kind in (node.config.get("column_types") or {}).items()}
    try:
        table = from_csv(str(path), text_columns=declared, delimiter=str(node.config.get("delimiter") or ","))
    except Exception as error:  # agate raises of every kind for a file that is no CSV
        raise ProjectError(f"its CSV file cannot be read ({condense(str(error)) or type(error).__name__})") from error
    folded = {name.casefold(): kind for name, kind in declared.items()}
    columns = tuple(
        (name, _type(table, place), folded.get(name.casefold())) for place, name in enumerate(table.column_names)
    )
    return SeedRows(columns, tuple(tuple(row) for row in table.rows))


def _type(table: Any, place: int) -> str:
    """The type of a column as adapters choose it: numbers without digits behind the point are whole ones."""
    name = type(table.column_types[place]).__name__
    if name == "Number" and all(value == int(value) for value in table.columns[place] if value is not None):
        name = "Integer"
    return _TYPES.get(name, "VARCHAR")


def _path(project: Project, node: Node) -> Path:
    if node.package_name == project.name:
        path = project.root / node.original_file_path
        if not path.resolve().is_relative_to(project.root.resolve()):
            raise ProjectError("its file is a link that leads out of the project")
        return path
    folder = str(read_project_file(project.root).get("packages-install-path") or "dbt_packages")
    return project.root / folder / node.package_name / node.original_file_path
