"""One compiled query, parsed and qualified once: what column lineage and facts both stand on."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify_columns import qualify_columns
from sqlglot.optimizer.qualify_tables import qualify_tables
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.schema import MappingSchema

from dbt_ai.errors import DbtAiError
from dbt_ai.sql.fallbacks import (
    mark_written_coalesce,
    name_lone_sources,
    select_from_pivot_statements,
    write_out_using,
)
from dbt_ai.sql.values import Relation

Parts = tuple[str | None, str | None, str]
Lookup = Callable[[Parts], "Relation | None"]


# A look at the text is cheaper than a walk over the tree for what few queries have.
_JOINS_BY_NAME = re.compile(r"\b(using|natural)\b", re.IGNORECASE)
_PIVOT = re.compile(r"\bpivot", re.IGNORECASE)


class QueryError(DbtAiError):
    """The SQL of one node is not one SELECT that sqlglot can parse. Other nodes are not concerned."""


class RelationIndex:
    """Finds the relation that a table in SQL names, whatever the case and however many of its parts are written."""

    def __init__(self, relations: Iterable[Relation]) -> None:
        self._by_name: dict[str, list[tuple[Parts, Relation]]] = {}
        for relation in relations:
            folded = _fold(relation.parts)
            self._by_name.setdefault(folded[2], []).append((folded, relation))

    def __call__(self, parts: Parts) -> Relation | None:
        """The relation named by (catalog, schema, identifier); None where there is none, or more than one."""
        catalog, schema, name = _fold(parts)
        found = [
            relation
            for (its_catalog, its_schema, _), relation in self._by_name.get(name, ())
            if (schema is None or its_schema is None or schema == its_schema)
            and (catalog is None or its_catalog is None or catalog == its_catalog)
        ]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Query:
    """A query whose tables and columns are qualified, with its scopes.

    `expression` is the qualified tree and `root` its scope: identifiers in it are in the dialect's normal case, and
    `spell` gives them back as the user wrote them. `columns` are the output columns, spelled so; a "*" among them
    stands for columns that are not known. `schema` is what sqlglot was told of the parents (for type annotation).
    `guessed` is True where names had to be resolved without knowing all columns of the parents; `problems` says what
    was guessed and why, in whole sentences. `joins_using` tells that there is a JOIN USING or NATURAL JOIN, which
    sqlglot writes out (see `is_using_column`).
    """

    expression: exp.Expression
    root: Scope
    dialect: str
    columns: tuple[str, ...]
    schema: MappingSchema
    guessed: bool = False
    problems: tuple[str, ...] = ()
    joins_using: bool = False
    _spelling: Mapping[str, str] = field(default_factory=dict, repr=False)
    _lookup: Lookup = field(default=lambda parts: None, repr=False)
    _relations: dict[Parts, Relation] = field(default_factory=dict, repr=False)

    def relation_of(self, table: exp.Table) -> Relation:
        """The relation that `table` names. One that is not among the known relations gets the key "unknown:<name>"."""
        parts = table_parts(table)
        relation = self._relations.get(parts)
        if relation is None:
            relation = self._lookup(parts)
            if relation is None:
                name = ".".join(self.spell(part) for part in parts if part)
                relation = Relation(key=f"unknown:{name}", parts=parts, complete=False)
            self._relations[parts] = relation
        return relation

    def spell(self, name: str) -> str:
        """An identifier of `expression` as the user wrote it, or as the warehouse has it where the query does not."""
        return self._spelling.get(name, name)


def parse_query(sql: str, dialect: str, relations: Iterable[Relation] | Lookup) -> Query:
    """Parse one compiled SELECT and qualify it once against what is known of its parents.

    `dialect` is sqlglot's name ("" for its own superset). `relations` are the relations it may read, or a function
    from (catalog, schema, identifier) to a relation or None; build one `RelationIndex` where many queries share them.
    Raises QueryError for what cannot be parsed and for anything but a single query.
    """
    lookup = relations if callable(relations) else RelationIndex(relations)
    joins_by_name = _JOINS_BY_NAME.search(sql) is not None
    problems: list[str] = []
    for attempt in _ATTEMPTS:
        names = _Names(_parse(sql, dialect), dialect, lookup, joins_by_name)
        try:
            with quiet_sqlglot():
                expression = attempt(names)
                root = build_scope(expression)
        except (SqlglotError, RecursionError, AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
            problems.append(f"Columns could not be qualified strictly: {_first_line(error)}.")
            continue
        if root is None:
            break
        return Query(
            expression=cast(exp.Expression, expression),
            root=root,
            dialect=dialect,
            columns=_output_columns(root, names.spelling),
            schema=names.schema,
            guessed=bool(problems),
            problems=tuple(problems[:1]),  # the others come of the first
            joins_using=names.joins_using,
            _spelling=names.spelling,
            _lookup=lookup,
        )
    raise QueryError("The SQL cannot be analysed: it has no SELECT whose tables can be told apart.")


def table_parts(table: exp.Table) -> Parts:
    """(catalog, schema, identifier) of a table as it stands in a tree; a table function is its own SQL."""
    if isinstance(table.this, exp.Identifier):
        return (table.catalog or None, table.db or None, table.name)
    return (table.catalog or None, table.db or None, table.this.sql() if table.this else table.sql())


class _Names:
    """The tree in the dialect's normal case, how its names were spelled, and the parents' columns in that case."""

    def __init__(self, tree: exp.Expr, dialect: str, lookup: Lookup, joins_by_name: bool) -> None:
        self.tree = tree
        self.dialect = Dialect.get_or_raise(dialect or None)
        self._type_dialect = dialect
        self.spelling: dict[str, str] = {}
        self.joins_using = mark_written_coalesce(tree) if joins_by_name else False
        tables = self._normalize()
        self._in_query: dict[str, list[str]] = {}
        for name in self._names:
            self._in_query.setdefault(name.casefold(), []).append(name)
        self.relations: dict[Parts, Relation] = {}
        for table in tables:
            if isinstance(table.this, exp.Identifier):
                parts = table_parts(table)
                if parts not in self.relations and (relation := lookup(parts)) is not None:
                    self.relations[parts] = relation
        self.schema = self._schema(open_ended=False)

    def _normalize(self) -> list[exp.Table]:
        """Bring all identifiers into the dialect's normal case in one walk, and give the tables met on the way."""
        tables: list[exp.Table] = []
        normal: dict[tuple[str, bool], str] = {}
        for node in self.tree.find_all(exp.Identifier, exp.Table):
            if isinstance(node, exp.Table):
                tables.append(node)
                continue
            spelled = node.this
            key = (spelled, bool(node.args.get("quoted")))
            if key not in normal:
                self.dialect.normalize_identifier(node)
                name = normal[key] = node.this
                if name != spelled:
                    self.spelling.setdefault(name, spelled)  # outermost first: the output columns' own spelling wins
            elif normal[key] != spelled:
                node.set("this", normal[key])
        self._names = dict.fromkeys(normal.values())
        return tables

    def is_known(self, table: exp.Expr) -> bool:
        """Whether all columns of a table are known."""
        relation = self.relations.get(table_parts(table)) if isinstance(table, exp.Table) else None
        return relation is not None and relation.complete and bool(relation.columns)

    def open_schema(self) -> MappingSchema:
        """The same columns, none of the relations being taken as completely known."""
        self.schema = self._schema(open_ended=True)
        return self.schema

    def _schema(self, open_ended: bool) -> MappingSchema:
        depth = max((sum(1 for part in parts if part) for parts in self.relations), default=1)
        mapping: dict[str, object] = {}
        for (catalog, schema, name), relation in self.relations.items():
            if not relation.columns:
                continue
            columns = {self._column(column): _data_type(kind, self._type_dialect) for column, kind in relation.columns}
            if open_ended or not relation.complete:
                columns["*"] = _UNKNOWN_TYPE
            level = mapping
            for part in (catalog or "", schema or "")[3 - depth :]:
                level = level.setdefault(part, {})  # type: ignore[assignment]
            level[name] = columns
        return MappingSchema(mapping, dialect=self.dialect, normalize=False)

    def _column(self, column: str) -> str:
        """A parent's column in the case that the query names it in; in the dialect's normal case if it does not."""
        forms = self._in_query.get(column.casefold(), ())
        if len(forms) == 1:
            (name,) = forms
        elif column in forms:
            name = column
        else:
            name = self.dialect.normalize_identifier(exp.to_identifier(column, quoted=False)).this
        if name != column:
            self.spelling.setdefault(name, column)
        return name


def _strictly(names: _Names) -> exp.Expr:
    return qualify_columns(qualify_tables(names.tree, dialect=names.dialect), names.schema)


def _keeping_aliases(names: _Names) -> exp.Expr:
    """Whether a name is an alias of the same SELECT or a column of its unknown source is left to the reader."""
    return qualify_columns(qualify_tables(names.tree, dialect=names.dialect), names.schema, expand_alias_refs=False)


def _naming_lone_sources(names: _Names) -> exp.Expr:
    tree = qualify_tables(names.tree, dialect=names.dialect)
    name_lone_sources(tree, names.is_known)
    return qualify_columns(tree, names.schema, expand_alias_refs=False)


def _writing_out_using(names: _Names) -> exp.Expr:
    tree = qualify_tables(names.tree, dialect=names.dialect)
    write_out_using(tree)
    name_lone_sources(tree, names.is_known)
    return qualify_columns(tree, names.schema, expand_alias_refs=False)


def _trusting_no_columns(names: _Names) -> exp.Expr:
    tree = qualify_tables(names.tree, dialect=names.dialect)
    write_out_using(tree)
    name_lone_sources(tree, names.is_known)
    return qualify_columns(tree, names.open_schema(), expand_alias_refs=False, allow_partial_qualification=True)


def _tables_only(names: _Names) -> exp.Expr:
    tree = qualify_tables(names.tree, dialect=names.dialect)
    write_out_using(tree)
    name_lone_sources(tree, names.is_known)
    return tree


_ATTEMPTS = (_strictly, _keeping_aliases, _naming_lone_sources, _writing_out_using, _trusting_no_columns, _tables_only)
"""From what is certain to what is likely: each one guesses more than the one before."""


def _parse(sql: str, dialect: str) -> exp.Expr:
    try:
        with quiet_sqlglot():
            statements = [statement for statement in sqlglot.parse(sql, dialect=dialect or None) if statement]
    except (SqlglotError, RecursionError) as error:
        raise QueryError(f"The SQL cannot be parsed as {dialect or 'SQL'}: {_first_line(error)}.") from error
    statements = [statement for statement in statements if not isinstance(statement, exp.Semicolon)]
    if len(statements) != 1:
        raise QueryError(f"The SQL has {len(statements)} statements where one SELECT is expected.")
    tree = select_from_pivot_statements(statements[0]) if _PIVOT.search(sql) else statements[0]
    if isinstance(tree, exp.Values):
        tree = exp.select("*").from_(exp.alias_(tree, "_values", table=True))
    while isinstance(tree, exp.Subquery) and tree.is_wrapper:
        tree = tree.this
    if not isinstance(tree, exp.Query):
        raise QueryError(f"The SQL is a {tree.key.upper()} statement where a SELECT is expected.")
    return tree


def _output_columns(root: Scope, spelling: Mapping[str, str]) -> tuple[str, ...]:
    names = ["*" if select.is_star else select.alias_or_name for select in getattr(root.expression, "selects", ())]
    spelled = [spelling.get(name, name) for name in names]
    # Two columns that differ in case alone must stay two: then the dialect's own case is the only honest name.
    return tuple(spelled if len(set(spelled)) == len(set(names)) else names)


_UNKNOWN_TYPE = exp.DataType.build("unknown")


@lru_cache(maxsize=4096)
def _data_type(kind: str | None, dialect: str) -> exp.DataType:
    """A type as sqlglot's tree; one that it does not know is no reason to lose the lineage."""
    if not kind:
        return _UNKNOWN_TYPE
    try:
        return exp.DataType.build(kind, dialect=dialect or None, udt=True)
    except (SqlglotError, ValueError):
        return _UNKNOWN_TYPE


def _fold(parts: Parts) -> Parts:
    catalog, schema, name = parts
    return (catalog.casefold() if catalog else None, schema.casefold() if schema else None, name.casefold())


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


@contextmanager
def quiet_sqlglot() -> Iterator[None]:
    """sqlglot logs what it could not understand; we tell it ourselves, with the name of the node."""
    logger = logging.getLogger("sqlglot")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
