"""The SQL of models without dbt: Jinja gives way to names, refs to relations of which the files say something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from dbt_ai.project.files.jinja import Named, config_of, named_in, nodes_named
from dbt_ai.project.files.tree import Tree, latest_of
from dbt_ai.sql.islands.masking import Masked, masked
from dbt_ai.sql.islands.reading import Islands, JinjaError, read_islands

if TYPE_CHECKING:
    from sqlglot import exp

    from dbt_ai.sql.values import QueryFacts, Relation

_DEEPEST = 6  # models that pass their columns on by `select *`


@dataclass(frozen=True)
class Selected:
    """The columns that a model is known to have. Not `complete` where there may be more, `why` says what could not be
    seen. `elsewhere` are words in its Jinja: what they name may be a column, too."""

    columns: tuple[str, ...] = ()
    complete: bool = False
    why: str = ""
    elsewhere: frozenset[str] = frozenset()

    def lacks(self, column: str) -> bool:
        """Whether the model certainly has no column of that name."""
        folded = column.casefold()
        known = {name.casefold() for name in self.columns}
        return self.complete and folded not in known and folded not in self.elsewhere


class Sql:
    """The text of one model. Raises JinjaError where its Jinja cannot be read."""

    def __init__(self, text: str, adapter: str) -> None:
        self.islands: Islands = read_islands(text)
        self._adapter = adapter
        self._tree: exp.Query | None = None

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """The plain values of its `config(...)`."""
        return config_of(self.islands)

    @cached_property
    def named(self) -> tuple[Named, ...]:
        """The nodes that it names."""
        return tuple(nodes_named(self.islands))

    @cached_property
    def masked(self) -> Masked | None:
        """It as SQL alone, None where no reading of it parses."""
        return masked(self.islands, lambda sql: self._parsed(sql) is not None)

    @cached_property
    def tree(self) -> exp.Query | None:
        """The query, None where it does not parse."""
        return self._tree if self.masked is not None else None

    def _parsed(self, sql: str) -> exp.Query | None:
        """The query that `sql` is, which `tree` keeps of the last one."""
        self._tree = self._parse(sql)
        return self._tree

    def _parse(self, sql: str) -> exp.Query | None:
        import sqlglot
        from sqlglot import exp

        from dbt_ai.sql.dialects import dialect_of
        from dbt_ai.sql.query import quiet_sqlglot

        try:
            with quiet_sqlglot():
                found = [
                    one for one in sqlglot.parse(sql, dialect=dialect_of(self._adapter) or None) if one is not None
                ]
        except (sqlglot.errors.SqlglotError, RecursionError):
            return None
        query = found[0] if len(found) == 1 else None
        return query if isinstance(query, exp.Query) else None

    def node_at(self, name: str) -> Named | None:
        """The node for whose `ref` or `source` the name in FROM stands."""
        island = self.masked.names.get(name.casefold()) if self.masked is not None else None
        return next(named_in(self.islands.written(island)), None) if island is not None else None


@lru_cache(maxsize=4096)
def _read_sql(content: bytes, adapter: str) -> Sql:
    """The SQL of a file, once for the same content: most files are the same before and after a change."""
    return Sql(content.decode("utf-8-sig", "replace"), adapter)


@dataclass
class Reader:
    """Reads the models of `tree`, each once. `adapter` is dbt's name of the warehouse, empty where it is not known."""

    tree: Tree
    adapter: str
    _sql: dict[str, Sql | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.selected = lru_cache(maxsize=None)(self._selected)
        self.relation = lru_cache(maxsize=None)(self._relation)
        self.facts = lru_cache(maxsize=None)(self._facts)

    def sql(self, stem: str) -> Sql | None:
        """The SQL of the model in the file of that stem; None for one in Python, and for Jinja that cannot be read."""
        if stem not in self._sql:
            path = self.tree.models.get(stem, "")
            content = self.tree.read(path) if path.endswith(".sql") else None
            try:
                self._sql[stem] = _read_sql(content, self.adapter) if content is not None else None
            except JinjaError:
                self._sql[stem] = None
        return self._sql[stem]

    def is_enabled(self, stem: str) -> bool:
        """Whether the model is built, as far as plain values tell; what Jinja decides counts as enabled."""
        return self.configured(stem, "enabled") is not False

    def configured(self, stem: str, key: str) -> Any:
        """The model's own configuration of `key`, else its property file's, else the project's."""
        content = self.tree.read(self.tree.models[stem]) or b""
        sql = self.sql(stem) if key.encode() in content else None
        if sql is not None and key in sql.config:
            return sql.config[key]
        properties = self.tree.properties_of(stem)
        for holder in (properties.own, properties.entry.data) if properties is not None else ():
            config = holder.get("config")
            if isinstance(config, dict) and key in config:
                return config[key]
        return self.tree.layout.configured(self.tree.models[stem], key)

    def _selected(self, stem: str, depth: int = 0) -> Selected:
        sql = self.sql(stem)
        if sql is None:
            return Selected(why="its file is no SQL with Jinja that can be read")
        if sql.masked is None or sql.tree is None:
            return Selected(why="its SQL does not parse without its Jinja")
        from dbt_ai.sql.output_columns import output_columns

        def read(name: str) -> tuple[str, ...] | None:
            node = sql.node_at(name)
            if node is None or depth >= _DEEPEST:
                return None
            return self._columns_of(node, depth + 1)

        columns = output_columns(sql.tree, read)
        if columns is None:
            named = tuple(one.alias_or_name for one in sql.tree.selects if one.alias_or_name not in ("", "*"))
            own = tuple(name for name in named if not sql.masked.holding(name))
            return Selected(own, why="it selects * from what is not known", elsewhere=sql.masked.words)
        own = tuple(name for name in columns if not sql.masked.holding(name))
        if len(own) < len(columns):
            return Selected(own, why="macros write some of its columns", elsewhere=sql.masked.words)
        return Selected(own, complete=True, elsewhere=sql.masked.words)

    def _columns_of(self, node: Named, depth: int) -> tuple[str, ...] | None:
        stem = self.stem_of(node)
        if stem is not None:
            found = self.selected(stem, depth)
            return found.columns if found.complete else None
        if node.kind == "ref" and node.name in self.tree.seeds:
            return self.header(node.name)
        return None

    def header(self, seed: str) -> tuple[str, ...] | None:
        """The columns of a seed, None where its first line cannot be read."""
        import csv

        lines = (self.tree.read(self.tree.seeds[seed]) or b"").decode("utf-8-sig", "replace").splitlines()
        found = next(csv.reader(lines[:1]), None)
        return tuple(found) if found and all(name.isidentifier() for name in found) else None

    def stem_of(self, node: Named) -> str | None:
        """The stem of the file of the model that a `ref` names; None for anything else, and for versions that the
        files do not tell."""
        if node.kind != "ref" or (node.package is not None and node.package != self.tree.layout.name):
            return None
        if node.version is None and node.name in self.tree.models:
            return node.name
        entry = self.tree.entry("models", node.name)
        if entry is None:
            return None
        version = node.version or latest_of(entry)
        properties = ((stem, self.tree.properties_of(stem)) for stem in self.tree.stems_of(entry))
        found = (stem for stem, known in properties if known is not None and known.version == version)
        return next((stem for stem in found if stem in self.tree.models), None)

    def unique_id(self, stem: str) -> str:
        """dbt's unique_id of the model."""
        properties = self.tree.properties_of(stem)
        if properties is None or properties.version is None:
            return f"model.{self.tree.layout.name}.{stem}"
        return f"model.{self.tree.layout.name}.{properties.entry.name}.v{properties.version}"

    def _facts(self, stem: str) -> QueryFacts | None:
        return self.facts_of(self.sql(stem))

    def facts_of(self, sql: Sql | None) -> QueryFacts | None:
        """What SQL says of its rows and columns, the nodes that it reads known as far as the files tell; None where it
        cannot be read, or macros stand where they may say anything."""
        if sql is None or sql.masked is None or sql.tree is None or _rewritten(sql.tree, sql.masked):
            return None
        from dbt_ai.sql.dialects import dialect_of
        from dbt_ai.sql.facts import facts_of
        from dbt_ai.sql.query import QueryError, parse_query

        def lookup(parts: tuple[str | None, str | None, str]) -> Relation | None:
            node = sql.node_at(parts[2])
            return self.relation(node.kind, node.name, node.package, node.version) if node is not None else None

        try:
            return facts_of(parse_query(sql.masked.text, dialect_of(self.adapter), lookup))
        except QueryError:
            return None

    def _relation(self, kind: str, name: str, package: str | None, version: str | None) -> Relation:
        """What the files say of a node that a model reads."""
        from dbt_ai.sql.values import Relation
        from dbt_ai.tasks.hooks.promises import promised

        node = Named(kind, name, package, version)
        stem = self.stem_of(node)
        if stem is None:
            parts = ("source", self.tree.layout.name, package or "", name)
            key = ".".join(parts) if kind == "source" else f"seed.{self.tree.layout.name}.{name}"
            relation = Relation(key, (None, None, name), complete=False)
        else:
            relation = Relation(self.unique_id(stem), (None, None, name), complete=False)
        columns = self._columns_of(node, 1)
        if columns is not None:
            listed = tuple((column, None) for column in columns)
            relation = Relation(relation.key, relation.parts, listed, "projection")
        return promised(relation, self.tree, node, stem)


def _rewritten(tree: exp.Expr, masked: Masked) -> bool:
    """Whether a macro stands where it would be taken for the alias of a table: it may group, filter or join."""
    from sqlglot import exp

    return any(masked.holding(alias.name) for alias in tree.find_all(exp.TableAlias) if alias.name)
