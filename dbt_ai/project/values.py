"""A dbt project as values: nodes, columns, data tests, exposures, the DAG. No dbt import here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dbt_ai.values import PropertyPlace

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class Column:
    """A column as a property file declares it. `description` is as dbt rendered it, `raw_description` as the file has
    it (None where it could not be read): a `doc()` call counts as written, even where its block is empty."""

    name: str
    description: str = ""
    raw_description: str | None = None
    data_type: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Node:
    """A model, source table, seed or snapshot.

    `language` is "sql" or "python" (models), "csv" for seeds. `relation` is (database, schema, identifier) as dbt
    resolved it. `raw_code` is the file's SQL before Jinja. `original_file_path` and `patch_path` are relative to the
    project root with `/`; `patch_path` None where no property file has the node. `place` is where its properties are
    or should be; None for nodes that are never edited (`editable` False: packages, disabled).
    """

    unique_id: str
    resource_type: str
    name: str
    package_name: str
    original_file_path: str
    relation: tuple[str | None, str | None, str]
    language: str = "sql"
    materialized: str = ""
    description: str = ""
    raw_description: str | None = None
    columns: tuple[Column, ...] = ()
    raw_code: str = ""
    depends_on: tuple[str, ...] = ()
    patch_path: str | None = None
    place: PropertyPlace | None = None
    editable: bool = True
    enabled: bool = True
    source_name: str | None = None
    version: str | None = None
    latest_version: str | None = None
    tags: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    constraints: tuple[Mapping[str, Any], ...] = ()  # contract constraints, columns' ones with their "column" key
    contract_enforced: bool = False
    unique_key: tuple[str, ...] = ()  # of an incremental model or snapshot

    def column(self, name: str) -> Column | None:
        """The declared column called `name` (case does not count)."""
        return self._by_name.get(name.casefold())

    @property
    def shown_name(self) -> str:
        """What people call it: the table of a source goes by both names."""
        return f"{self.source_name}.{self.name}" if self.resource_type == "source" else self.name

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name.casefold(): column for column in reversed(self.columns)}


@dataclass(frozen=True)
class DataTest:
    """A data test of the project. `kind` is the generic test's name with its package ("unique",
    "dbt_utils.unique_combination_of_columns"), or "singular". `node` is the tested node, `column` its column or None;
    `arguments` as written (Jinja rendered by dbt), without `model` and `column_name`. `reads` are the nodes that it
    reads; it counts as failed where `fail_calc` over the rows that it finds is as `warn_if` or `error_if` says."""

    unique_id: str
    kind: str
    node: str | None
    column: str | None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True
    severity: str = "error"
    where: str | None = None
    reads: tuple[str, ...] = ()
    fail_calc: str = "count(*)"
    warn_if: str = "!= 0"
    error_if: str = "!= 0"


@dataclass(frozen=True)
class Macro:
    """A macro of the project or of a package, dbt's own among them. `sql` is all of it, as it stands in its file."""

    name: str
    package_name: str
    sql: str


@dataclass(frozen=True)
class UnitTest:
    """A unit test of the model `node`, compiled by dbt: `sql` is the model's with a CTE of the given rows in the place
    of each relation (None: `error` says why there is none). Expected are `rows`, or those that `rows_sql` selects."""

    unique_id: str
    name: str
    node: str
    sql: str | None = None
    rows: tuple[Mapping[str, Any], ...] = ()
    rows_sql: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Exposure:
    """An exposure and the nodes it depends on."""

    unique_id: str
    name: str
    type: str
    description: str
    depends_on: tuple[str, ...]


@dataclass(frozen=True)
class DuckDBTarget:
    """Where a DuckDB project's data is. `path` is absolute, or ":memory:". `database` is the catalog name dbt uses
    in SQL. `attach` are further (path, alias) pairs; `extensions` names to load; `settings` of the profile."""

    path: str
    database: str
    attach: tuple[tuple[str, str], ...] = ()
    extensions: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Project:
    """One dbt project. `nodes` are the enabled models, sources, seeds and snapshots by unique_id, packages included.

    `adapter_type` is also the sqlglot dialect's name, but for `dialect`, which maps what differs.
    `arguments_property` tells whether generic tests take their arguments under `arguments:`.
    `read_from` is "dbt" (a live dbt) or "artifacts". `generic_tests` are the generic tests of the project and of its
    packages, by name (with the package's before a dot, where it is not the project itself) with their Jinja SQL;
    `macros` the names of the macros of packages ("dbt_utils.pivot").
    """

    root: Path
    name: str
    adapter_type: str
    dialect: str
    target_name: str
    dbt_version: str
    nodes: Mapping[str, Node]
    disabled: tuple[Node, ...] = ()
    data_tests: tuple[DataTest, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    duckdb: DuckDBTarget | None = None
    arguments_property: bool = True
    read_from: str = "dbt"
    target_path: Path | None = None
    catalog_columns: Mapping[str, tuple[tuple[str, str | None], ...]] = field(default_factory=dict)
    generic_tests: Mapping[str, str] = field(default_factory=dict)
    macros: frozenset[str] = frozenset()
    macro_sql: tuple[Macro, ...] = ()

    def graph(self) -> nx.DiGraph[str]:
        """The DAG of `nodes`: an edge from each parent to each child."""
        from dbt_ai.project.graph import build_graph

        return build_graph(self)


@dataclass(frozen=True)
class Selection:
    """What the user selected, in dbt's own grammar; empty means everything of the root project."""

    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    selector: str | None = None
    state: str | None = None


@dataclass(frozen=True)
class Compiled:
    """Compiled SQL of a node (ephemeral parents inlined as dbt's CTEs), or why there is none."""

    unique_id: str
    sql: str | None
    error: str | None = None


class ProjectReader(Protocol):
    """One open project: read from a live dbt, or from the artifacts in `target/`."""

    @property
    def project(self) -> Project:
        """The project, read once."""

    def select(self, selection: Selection, resource_types: Sequence[str]) -> tuple[str, ...]:
        """The unique_ids that the selection names, sorted, among `resource_types`, root project's and packages' alike.

        Raises UsageError for an unknown selector, method or state folder.
        """

    def compile(self, unique_ids: Sequence[str]) -> Mapping[str, Compiled]:
        """Compiled SQL of the SQL models, snapshots and data tests among `unique_ids`; failures one by one, never
        raised."""

    def compile_later(self, unique_ids: Sequence[str]) -> Mapping[str, Compiled]:
        """Compiled SQL of the incremental models among `unique_ids`, as of a run that finds their table; failures as of
        `compile`."""

    def compile_text(
        self, unique_id: str, text: str, reads: Sequence[str] = (), *, incremental: bool = False
    ) -> Compiled:
        """Compiled SQL of the model as it would be with `text` in its file, which refers to the nodes `reads` besides
        those that it refers to now; as of a run that finds its table where `incremental`. Failures as of `compile`."""

    def with_files(self, files: Mapping[str, bytes | None]) -> ProjectReader:
        """The project as it would be with `files`, by their paths, besides its own or instead of them (None: without
        such a file): one to select from and to compile. Raises ProjectError, a clause, where dbt would not read it."""

    def variables(self, unique_id: str) -> Mapping[str, Any]:
        """The values that the variables have today which the SQL of a node reads, as far as they can be told."""

    def unit_tests(self, models: Sequence[str]) -> tuple[UnitTest, ...]:
        """The enabled unit tests of `models`, compiled; failures one by one, never raised."""
