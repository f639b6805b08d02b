"""A project as a live dbt 1.x has it in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from functools import cached_property
from pathlib import Path
from typing import Any

from dbt_ai.project import selecting
from dbt_ai.project.condensing import condense
from dbt_ai.project.conversion import (
    catalog_columns,
    data_tests_of,
    disabled_of,
    exposures_of,
    generic_tests_of,
    macro_sql_of,
    macros_of,
    nodes_of,
    type_roots,
)
from dbt_ai.project.duckdb_target import duckdb_target
from dbt_ai.project.places import with_places
from dbt_ai.project.property_files import PropertyFiles
from dbt_ai.project.unit_tests import compile_unit_test
from dbt_ai.project.values import Compiled, Project, Selection, UnitTest
from dbt_ai.project.variables import variables_of
from dbt_ai.project.warehouse import Warehouse, open_warehouse
from dbt_ai.project.working_directory import working_directory
from dbt_ai.sql.dialects import dialect_of


class LiveReader:
    """A ProjectReader on dbt's RuntimeConfig and Manifest, with the graph where dbt has already built it."""

    def __init__(self, config: Any, manifest: Any, graph: Any = None) -> None:
        self._config = config
        self._manifest = manifest
        self._given_graph = graph
        self._compiled: dict[str, Compiled] = {}

    @cached_property
    def project(self) -> Project:
        """The project, converted once."""
        config = self._config
        root = Path(config.project_root)
        files = PropertyFiles(root)
        nodes = nodes_of(self._manifest, config.project_name, files)
        roots = type_roots([config.model_paths, config.seed_paths, config.snapshot_paths])
        return Project(
            root=root,
            name=config.project_name,
            adapter_type=config.credentials.type,
            dialect=dialect_of(config.credentials.type),
            target_name=config.target_name,
            dbt_version=_dbt_version(),
            nodes={node.unique_id: node for node in with_places(root, nodes, roots)},
            disabled=tuple(disabled_of(self._manifest, config.project_name, files)),
            data_tests=tuple(data_tests_of(self._manifest)),
            exposures=tuple(exposures_of(self._manifest)),
            duckdb=duckdb_target(config.credentials, root),
            arguments_property=_arguments_property(),
            read_from="dbt",
            target_path=self._target_path,
            catalog_columns=catalog_columns(self._target_path),
            generic_tests=generic_tests_of(self._manifest, config.project_name),
            macros=macros_of(self._manifest, config.project_name),
            macro_sql=tuple(macro_sql_of(self._manifest)),
        )

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of our operations that dbt found, whether our plugin or packages.yml brought them."""
        macros = self._manifest.macros.values()
        names = {macro.name for macro in macros if macro.package_name == "dbt_ai"}
        return tuple(sorted(name for name in names if name.startswith("ai_") and not name.startswith("ai__")))

    def select(self, selection: Selection, resource_types: Sequence[str]) -> tuple[str, ...]:
        """The unique_ids that the selection names; raises UsageError where it cannot be read."""
        return selecting.select(
            selection,
            resource_types,
            manifest=self._manifest,
            graph=self._graph,
            root=Path(self._config.project_root),
            root_package=self._config.project_name,
            target_path=self._target_path,
            selectors=self._config.selectors,
        )

    def compile(self, unique_ids: Sequence[str]) -> Mapping[str, Compiled]:
        """Compiled SQL of the SQL models, snapshots and data tests among `unique_ids`, each compiled once.

        An incremental model is compiled as for its first run: what a table holds is not what the latest run added,
        and no warehouse has to be asked whether the table exists.
        """
        nodes = [self._manifest.nodes.get(unique_id) for unique_id in unique_ids]
        wanted = [node for node in nodes if node is not None and _is_sql(node)]
        missing = [node for node in wanted if node.unique_id not in self._compiled]
        self._compiled.update(self._compile_all(missing, incremental=False))
        return {node.unique_id: self._compiled[node.unique_id] for node in wanted}

    def compile_later(self, unique_ids: Sequence[str]) -> Mapping[str, Compiled]:
        """Compiled SQL of the incremental models among `unique_ids`, as of a run that finds their table."""
        nodes = [self._manifest.nodes.get(unique_id) for unique_id in unique_ids]
        wanted = [node for node in nodes if node is not None and _is_sql(node)]
        return self._compile_all([n for n in wanted if n.config.materialized == "incremental"], incremental=True)

    def compile_text(
        self, unique_id: str, text: str, reads: Sequence[str] = (), *, incremental: bool = False
    ) -> Compiled:
        """Compiled SQL of the model as it would be with another text; the manifest stays as it is."""
        node = deepcopy(self._manifest.nodes[unique_id])
        node.raw_code = text.strip()  # as dbt reads it from the file
        node.compiled, node.compiled_code, node.extra_ctes, node.extra_ctes_injected = False, None, [], False
        node.depends_on.nodes.extend(read for read in reads if read not in node.depends_on.nodes)
        return self._compile_all([node], incremental=incremental)[unique_id]

    def with_files(self, files: Mapping[str, bytes | None]) -> LiveReader:
        """The project as dbt would read it with other files; this one stays as it is. Raises ProjectError."""
        from dbt_ai.project.reparsing import manifest_with

        return LiveReader(self._config, manifest_with(self._config, self._manifest, files))

    def variables(self, unique_id: str) -> Mapping[str, Any]:
        """The values that the variables have today which the SQL of a node reads, as far as they can be told."""
        return variables_of(self._config, self._manifest, self._manifest.nodes[unique_id])

    def _compile_all(self, nodes: Sequence[Any], *, incremental: bool) -> dict[str, Compiled]:
        compiled: dict[str, Compiled] = {}
        if nodes:
            with working_directory(Path(self._config.project_root)), self._adapter() as adapter:
                for node in nodes:
                    with adapter.connection_named(node.unique_id):
                        compiled[node.unique_id] = self._compile(node, incremental)
        return compiled

    @contextmanager
    def warehouse(self) -> Iterator[Warehouse]:
        """The warehouse, to be read through dbt's adapter. Raises WarehouseError, a clause, where none answers."""
        with (
            working_directory(Path(self._config.project_root)),
            self._adapter() as adapter,
            open_warehouse(adapter, self._config, self._manifest) as warehouse,
        ):
            yield warehouse

    def unit_tests(self, models: Sequence[str]) -> tuple[UnitTest, ...]:
        """The enabled unit tests of `models`, compiled as dbt does before it runs them."""
        found = [
            test
            for test in self._manifest.unit_tests.values()
            if test.config.enabled and test.depends_on.nodes[0] in models
        ]
        if not found:
            return ()
        with working_directory(Path(self._config.project_root)), self._adapter() as adapter:
            compiled = []
            for test in found:
                with adapter.connection_named(test.unique_id):
                    compiled.append(compile_unit_test(self._config, self._manifest, test))
        return tuple(compiled)

    def _compile(self, node: Any, incremental: bool) -> Compiled:
        from dbt.compilation import Compiler

        try:
            context = {"is_incremental": lambda: incremental}
            code = Compiler(self._config).compile_node(node, self._manifest, context, write=False).compiled_code
        except Exception as error:  # whatever a project's Jinja and its warehouse may raise concerns this node alone
            return Compiled(node.unique_id, None, condense(str(error)) or type(error).__name__)
        return Compiled(node.unique_id, code)

    @contextmanager
    def _adapter(self) -> Iterator[Any]:
        """dbt's adapter, for models that query while they compile. Its connections are closed at the end, so that a
        DuckDB file is free for others. Where none can be opened, nobody tries again: it may take a minute."""
        from dbt.adapters.factory import get_adapter

        adapter: Any = get_adapter(self._config)
        connections = adapter.connections
        connections.open = _failing_once(connections.open)
        try:
            yield adapter
        finally:
            del connections.open
            adapter.cleanup_connections()
            environment = getattr(connections, "_ENV", None)
            if environment is not None:  # dbt-duckdb keeps the database open beyond its connections; it opens it again
                environment.close()

    @cached_property
    def _graph(self) -> Any:
        return self._given_graph if self._given_graph is not None else selecting.build_graph(self._manifest)

    @property
    def _target_path(self) -> Path:
        return Path(self._config.project_root, self._config.project_target_path)


def _failing_once(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`function`, called no more after the first error, which is raised again instead."""
    failures: list[Exception] = []

    def call(argument: Any) -> Any:
        if failures:
            raise failures[0].with_traceback(None)  # else it would grow with every time it is raised
        try:
            return function(argument)
        except Exception as error:
            failures.append(error)
            raise

    return call


def _is_sql(node: Any) -> bool:
    if node.resource_type.value not in ("model", "snapshot", "test"):
        return False
    return str(getattr(node.language, "value", node.language)) == "sql"


def _dbt_version() -> str:
    from dbt.version import __version__

    return str(__version__)


def _arguments_property() -> bool:
    """Whether this dbt, with this project's flags, reads a generic test's arguments under `arguments:`."""
    from dbt.flags import get_flags

    flags: Any = get_flags()  # type: ignore[no-untyped-call]
    return bool(getattr(flags, "require_generic_test_arguments_property", False))
