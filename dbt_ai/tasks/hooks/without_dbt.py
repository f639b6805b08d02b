"""A project read from its files alone, for jobs that otherwise have it from dbt: what its SQL says, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from dbt_ai.edits.texts import unprotect
from dbt_ai.project.calls import DOC
from dbt_ai.project.files.entries import Entry, listed
from dbt_ai.project.files.jinja import Named
from dbt_ai.project.files.opened import Change
from dbt_ai.project.files.tree import Properties, latest_of
from dbt_ai.project.places import with_places
from dbt_ai.project.values import Column, Compiled, DataTest, Node, Project, ProjectReader, Selection, UnitTest
from dbt_ai.sql.dialects import dialect_of
from dbt_ai.sql.islands.reading import IslandKind
from dbt_ai.tasks.hooks.placed import PlacedTest, arguments_of, placed_in, placed_tests
from dbt_ai.tasks.hooks.reading import Reader, Sql


@dataclass(frozen=True)
class FilesReader:
    """The project of a change as its files say it. There is no data and no dbt: SQL with any Jinja but `ref`, `source`,
    `config` and `is_incremental()` is not compiled."""

    change: Change
    models: Reader

    @cached_property
    def project(self) -> Project:
        """The project, read once."""
        layout = self.change.layout
        nodes = [*self._models(), *self._sources(), *self._seeds()]
        roots = [folder for kind in ("model", "seed", "snapshot") for folder in layout.folders[kind]]
        placed = with_places(self.change.root, nodes, roots)
        return Project(
            root=self.change.root,
            name=layout.name,
            adapter_type=self.models.adapter,
            dialect=dialect_of(self.models.adapter),
            target_name="",
            dbt_version="",
            nodes={node.unique_id: node for node in placed},
            data_tests=tuple(self._tests()),
            read_from="files",
        )

    def select(self, selection: Selection, resource_types: Sequence[str]) -> tuple[str, ...]:
        """The nodes whose unique_ids the selection names."""
        return tuple(sorted(one for one in selection.select if one in self.project.nodes))

    def compile(self, unique_ids: Sequence[str]) -> Mapping[str, Compiled]:
        """The SQL of models with relations in the place of what they name."""
        return {unique_id: self._compiled(unique_id) for unique_id in unique_ids}

    def _compiled(self, unique_id: str) -> Compiled:
        stem = self._stems.get(unique_id)
        sql = self.models.sql(stem) if stem is not None else None
        text = _without_jinja(sql, self._relation) if sql is not None else None
        return Compiled(unique_id, text, None if text else "dbt would have to run its Jinja.")

    @cached_property
    def _stems(self) -> Mapping[str, str]:
        enabled = (stem for stem in self.change.now.models if self.models.is_enabled(stem))
        return {self.models.unique_id(stem): stem for stem in enabled}

    def _relation(self, node: Named) -> str | None:
        """How the relation of a node is written in SQL."""
        from sqlglot import exp

        unique_id = self._unique_id(node)
        known = self.project.nodes.get(unique_id) if unique_id is not None else None
        if known is None:
            return None
        _, schema, name = known.relation
        return exp.table_(name, db=schema, quoted=True).sql(dialect=self.project.dialect or None)

    def _unique_id(self, node: Named) -> str | None:
        layout = self.change.layout
        if node.kind == "source":
            return f"source.{layout.name}.{node.package}.{node.name}"
        stem = self.models.stem_of(node)
        if stem is not None:
            return self.models.unique_id(stem)
        return f"seed.{layout.name}.{node.name}" if node.name in self.change.now.seeds else None

    def _models(self) -> Iterator[Node]:
        layout = self.change.layout
        for unique_id, stem in self._stems.items():
            properties = self.change.now.properties_of(stem)
            sql = self.models.sql(stem)
            path = self.change.now.models[stem]
            version = properties.version if properties is not None else None
            name = properties.entry.name if properties is not None and version is not None else stem
            key = self.models.configured(stem, "unique_key")
            named = [self._unique_id(one) for one in sql.named] if sql is not None else []
            yield Node(
                unique_id,
                "model",
                name,
                layout.name,
                path,
                (None, layout.name, stem),
                language="sql" if path.endswith(".sql") else "python",
                materialized=str(self.models.configured(stem, "materialized") or "view"),
                description=self._rendered(properties.description) if properties is not None else "",
                raw_description=properties.description if properties is not None else None,
                columns=self._columns(properties),
                raw_code=sql.islands.text if sql is not None else "",
                depends_on=tuple(dict.fromkeys(one for one in named if one is not None)),
                patch_path=properties.entry.path if properties is not None else None,
                version=version,
                latest_version=latest_of(properties.entry) if properties is not None else None,
                config={"incremental_strategy": self.models.configured(stem, "incremental_strategy")},
                unique_key=(key,) if isinstance(key, str) else tuple(map(str, key)) if isinstance(key, list) else (),
            )

    def _columns(self, properties: Properties | None) -> tuple[Column, ...]:
        entries = [column.data for column in properties.columns.values()] if properties is not None else []
        return tuple(self._column(data) for data in entries)

    def _column(self, data: Mapping[str, Any]) -> Column:
        raw = "" if data.get("description") is None else str(data["description"])
        kind = data.get("data_type")
        return Column(str(data["name"]), self._rendered(raw), raw, str(kind) if kind else None)

    def _rendered(self, raw: str) -> str:
        """A description as dbt renders it, but for Jinja that is more than a doc block."""
        call = DOC.search(raw)
        block = self.change.now.blocks.get(call["name"]) if call is not None else None
        return block.text if block is not None and raw.strip().startswith("{{") else unprotect(raw)

    def _sources(self) -> Iterator[Node]:
        for entry, table in self._tables():
            yield self._given(
                "source", f"source.{self.change.layout.name}.{entry.name}.{table['name']}", entry, table, entry.name
            )

    def _tables(self) -> Iterator[tuple[Entry, Mapping[str, Any]]]:
        for path in self.change.now.kinds.get("properties", ()):
            for entry in self.change.now.properties(path).of("sources"):
                yield from ((entry, table) for _, table in listed(entry.data, "tables") if "name" in table)

    def _seeds(self) -> Iterator[Node]:
        for name, path in self.change.now.seeds.items():
            entry = self.change.now.entry("seeds", name)
            found = entry or Entry(path, "seeds", name, {"name": name})
            node = self._given("seed", f"seed.{self.change.layout.name}.{name}", found, found.data, None)
            yield replace(node, original_file_path=path, patch_path=entry.path if entry is not None else None)

    def _given(self, kind: str, unique_id: str, entry: Entry, data: Mapping[str, Any], source: str | None) -> Node:
        """A node that no SQL makes."""
        raw = "" if data.get("description") is None else str(data["description"])
        columns = tuple(self._column(one) for _, one in listed(data, "columns") if "name" in one)
        name, schema = str(data["name"]), source or self.change.layout.name
        return Node(
            unique_id,
            kind,
            name,
            self.change.layout.name,
            entry.path,
            (None, schema, name),
            language="csv" if kind == "seed" else "sql",
            description=self._rendered(raw),
            raw_description=raw,
            columns=columns,
            patch_path=entry.path,
            source_name=source,
        )

    def _tests(self) -> Iterator[DataTest]:
        for unique_id, stem in self._stems.items():
            properties = self.change.now.properties_of(stem)
            yield from _data_tests(unique_id, placed_tests(properties) if properties is not None else ())
        for entry, table in self._tables():
            unique_id = f"source.{self.change.layout.name}.{entry.name}.{table['name']}"
            yield from _data_tests(unique_id, tuple(placed_in((), table, None)))

    # what a job without data does not ask for

    def compile_later(self, unique_ids: Sequence[str]) -> Mapping[str, Compiled]:
        """Nothing: there is no table that a later run could find."""
        return {}

    def compile_text(
        self, unique_id: str, text: str, reads: Sequence[str] = (), *, incremental: bool = False
    ) -> Compiled:
        """Nothing: there is no dbt to compile it."""
        return Compiled(unique_id, None, "There is no dbt to compile it.")

    def with_files(self, files: Mapping[str, bytes | None]) -> ProjectReader:
        """The same project: nothing is tried here."""
        return self

    def variables(self, unique_id: str) -> Mapping[str, Any]:
        """Nothing: variables have their values from dbt."""
        return {}

    def unit_tests(self, models: Sequence[str]) -> tuple[UnitTest, ...]:
        """Nothing: there is no dbt to compile them."""
        return ()


def _data_tests(unique_id: str, tests: Sequence[PlacedTest]) -> Iterator[DataTest]:
    for n, one in enumerate(tests):
        if one.identity.conditions == "[]":
            yield DataTest(
                f"test.{unique_id}.{n}", one.identity.name, unique_id, one.identity.column, arguments_of(one.identity)
            )


def _without_jinja(sql: Sql, relation: Any) -> str | None:
    """The SQL with relations in the place of their calls; None where dbt would have to say what stands there."""
    text = sql.islands.text
    pieces: list[tuple[int, int, str]] = []
    for block in sql.islands.blocks:
        if block.name != "if" or "is_incremental()" not in text[block.start : block.branches[0][0]] or block.has_else:
            return None
        pieces.append((block.start, block.end, ""))
    blocks = list(pieces)
    for island in sql.islands.islands:
        if any(start <= island.start < end for start, end, _ in blocks):
            continue
        written = sql.islands.written(island)
        named = [one for one in sql.named if island.start <= one.offset < island.end]
        if island.kind is IslandKind.COMMENT or written.lstrip("{- ").startswith("config("):
            pieces.append((island.start, island.end, ""))
        elif island.kind is IslandKind.EXPRESSION and len(named) == 1 and written.count("(") == 1:
            found = relation(named[0])
            if found is None:
                return None
            pieces.append((island.start, island.end, found))
        else:
            return None
    for start, end, new in sorted(pieces, reverse=True):
        text = text[:start] + new + text[end:]
    return text
