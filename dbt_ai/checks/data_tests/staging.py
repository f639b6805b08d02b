"""A model on a stage: copies of the relations that it reads, and its SQL made to read the copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from dbt_ai.checks.sandbox import execute
from dbt_ai.errors import WarehouseError
from dbt_ai.sql.names import quoted, quoted_relation
from dbt_ai.sql.values import Relation

if TYPE_CHECKING:
    import duckdb

MAX_ROWS = 200_000  # of one relation that is copied
_PREFIX = "__dbt_ai_stage_"


class TooManyRows(WarehouseError):
    """A relation has more rows than are copied."""


@dataclass
class Stage:
    """Temporary tables on a connection. `timeout` is the limit in seconds for one statement."""

    connection: duckdb.DuckDBPyConnection = field(repr=False)
    timeout: float
    tables: list[str] = field(default_factory=list)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement of our own. Raises WarehouseError when it fails or takes too long."""
        return execute(self.connection, sql, self.timeout)

    def table(self, label: str, sql: str) -> str:
        """The temporary table called after `label`, made anew with the rows of the SELECT `sql`."""
        name = f"{_PREFIX}{label}"
        self.run(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS {sql}")
        if name not in self.tables:
            self.tables.append(name)
        return quoted(name)

    def copy(self, label: str, relation: Relation) -> str:
        """A copy of the relation's rows. Raises TooManyRows beyond MAX_ROWS."""
        source = quoted_relation(relation)
        if self.run(f"SELECT COUNT(*) FROM (SELECT 1 FROM {source} LIMIT {MAX_ROWS + 1})")[0][0] > MAX_ROWS:
            raise TooManyRows(f"{relation.parts[2]} has more than {MAX_ROWS:,} rows")
        return self.table(label, f"SELECT * FROM {source}")

    def columns(self, table: str) -> tuple[tuple[str, str], ...]:
        """The columns of a table with their types."""
        return tuple((str(row[0]), str(row[1])) for row in self.run(f"DESCRIBE SELECT * FROM {table}"))


@contextmanager
def open_stage(connection: duckdb.DuckDBPyConnection, timeout: float) -> Iterator[Stage]:
    """A stage on the connection of a sandbox; its tables are gone at the end."""
    stage = Stage(connection, timeout)
    try:
        yield stage
    finally:
        for name in stage.tables:
            connection.execute(f"DROP TABLE IF EXISTS temp.{quoted(name)}")


def reading(sql: str, tables: Mapping[str, str], relations: Sequence[Relation]) -> str:
    """`sql` (of DuckDB) with each relation replaced by its table of `tables` (by the relation's key).

    >>> reading('select o.id from shop.main.orders as o', {"m": '"copy"'}, [Relation("m", ("shop", "main", "orders"))])
    'SELECT o.id FROM "copy" AS o'
    """
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    known = {_folded(relation.parts): tables[relation.key] for relation in relations if relation.key in tables}
    for node in list(tree.find_all(exp.Table)):
        table = known.get(_folded((node.catalog or None, node.db or None, node.name)))
        if table is not None and isinstance(node.this, exp.Identifier):
            if not node.alias:
                node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name, quoted=node.this.args["quoted"])))
            node.set("this", exp.to_identifier(table.strip('"'), quoted=True))
            node.set("db", None)
            node.set("catalog", None)
    return tree.sql(dialect="duckdb")


def _folded(parts: tuple[str | None, ...]) -> tuple[str | None, ...]:
    return tuple(part.casefold() if part else None for part in parts)
