"""Relations out of CREATE TABLE statements, with the constraints that are declared there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.errors import UsageError
from dbt_ai.sql.query import quiet_sqlglot
from dbt_ai.sql.values import ColumnRef, ForeignKey, Relation

_ANY_DIALECT = ("duckdb", "postgres", "mysql", "")


def relations_of_schema(sql: str) -> tuple[Relation, ...]:
    """The tables that the statements of `sql` make, each with its columns and its NOT NULL, PRIMARY KEY, UNIQUE and
    REFERENCES. A relation's key is its name as it is written; a CHECK is not looked at.

    Raises UsageError for what are no CREATE TABLE statements with columns.

    >>> orders, = relations_of_schema("CREATE TABLE orders (id INT PRIMARY KEY, paid BOOLEAN)")
    >>> orders.columns, orders.unique_keys, sorted(orders.not_null)
    ((('id', 'INT'), ('paid', 'BOOLEAN')), (('id',),), ['id'])
    """
    tables = [_relation(statement) for statement in _statements(sql)]
    if not tables:
        raise UsageError("The schema has no CREATE TABLE statement.")
    return tuple(replace(relation, foreign_keys=tuple(_referring(keys, tables))) for relation, keys in tables)


_References = list[tuple[tuple[str, ...], str, tuple[str, ...]]]
"""(own columns, the other table, its columns or none for its key)"""


def _statements(sql: str) -> list[exp.Create]:
    first = ""
    for dialect in _ANY_DIALECT:
        try:
            with quiet_sqlglot():
                statements = [one for one in sqlglot.parse(sql, dialect=dialect) if one is not None]
        except (SqlglotError, RecursionError) as error:
            first = first or (str(error).splitlines() or ["?"])[0].rstrip(".")
            continue
        statements = [one for one in statements if not isinstance(one, exp.Semicolon)]
        if all(_makes_a_table(one) for one in statements):
            return [one for one in statements if isinstance(one, exp.Create)]
        first = first or "there is a statement that is no CREATE TABLE with columns"
    raise UsageError(f"The schema cannot be read: {first}.")


def _makes_a_table(statement: exp.Expr) -> bool:
    return isinstance(statement, exp.Create) and statement.kind == "TABLE" and isinstance(statement.this, exp.Schema)


def _relation(statement: exp.Create) -> tuple[Relation, _References]:
    schema = statement.this
    table = schema.this
    columns: list[tuple[str, str | None]] = []
    keys: list[tuple[str, ...]] = []
    not_null: set[str] = set()
    references: _References = []
    domains = []
    for part in schema.expressions:
        if isinstance(part, exp.ColumnDef):
            kind = part.args.get("kind")
            columns.append((part.name, kind.sql("duckdb") if kind is not None else None))
            if isinstance(kind, exp.DataType) and kind.is_type("enum"):
                domains.append((part.name, tuple(value.name for value in kind.expressions)))
            for constraint in part.args.get("constraints") or []:
                _take(constraint.kind, (part.name,), keys, not_null, references)
        else:
            for constraint in part.expressions if isinstance(part, exp.Constraint) else [part]:
                _take(constraint, _columns_of(constraint), keys, not_null, references)
    parts = (table.catalog or None, table.db or None, table.name)
    key = ".".join(name for name in parts if name)
    relation = Relation(
        key,
        parts,
        tuple(columns),
        columns_from="properties",
        unique_keys=tuple(dict.fromkeys(keys)),
        not_null=frozenset(not_null),
        domains=tuple(domains),
    )
    return relation, references


def _take(
    constraint: exp.Expr,
    columns: tuple[str, ...],
    keys: list[tuple[str, ...]],
    not_null: set[str],
    references: _References,
) -> None:
    if isinstance(constraint, (exp.PrimaryKeyColumnConstraint, exp.PrimaryKey)):
        keys.append(columns)
        not_null.update(columns)
    elif isinstance(constraint, exp.UniqueColumnConstraint):
        keys.append(columns)
    elif isinstance(constraint, exp.NotNullColumnConstraint) and not constraint.args.get("allow_null"):
        not_null.update(columns)
    reference = constraint.args.get("reference") if isinstance(constraint, exp.ForeignKey) else constraint
    if isinstance(reference, exp.Reference):
        other = reference.this
        theirs = tuple(column.name for column in other.expressions) if isinstance(other, exp.Schema) else ()
        references.append((columns, (other.this if isinstance(other, exp.Schema) else other).name, theirs))


def _columns_of(constraint: exp.Expr) -> tuple[str, ...]:
    if isinstance(constraint, exp.UniqueColumnConstraint):
        constraint = constraint.this
    return tuple(part.name for part in constraint.expressions) if constraint is not None else ()


def _referring(references: _References, tables: Sequence[tuple[Relation, _References]]) -> Iterator[ForeignKey]:
    for columns, name, theirs in references:
        for relation, _ in tables:
            if relation.parts[2].casefold() == name.casefold():
                referred = theirs or (relation.unique_keys[0] if relation.unique_keys else ())
                if len(referred) == len(columns):
                    yield ForeignKey(columns, tuple(ColumnRef(relation.key, column) for column in referred))
                break
