"""The data of one relation on an open DuckDB connection: counts and counterexamples, within a time limit."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dbt_ai.checks.claims.verdicts import Rows, holds, refuted, unproven
from dbt_ai.values import Verdict

if TYPE_CHECKING:
    import duckdb

SHOWN_ROWS = 5


class DataUnavailable(Exception):
    """A query could not be answered; `reason` is a code of the table."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def quote(name: str) -> str:
    """An identifier as DuckDB reads it back unchanged."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


class Data:
    """Asks one relation, named by its quoted name, on a connection that somebody else opened and locked down."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, relation: str, seconds: float = 20.0) -> None:
        self._connection = connection
        self.relation = relation
        self._seconds = seconds

    def query(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of a query. Raises DataUnavailable when it fails or takes too long."""
        import duckdb

        timer = threading.Timer(self._seconds, self._connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            cursor = self._connection.execute(sql)
            return [column[0] for column in cursor.description or ()], cursor.fetchall()
        except duckdb.InterruptException as error:
            raise DataUnavailable("time-limit", f"Stopped after {self._seconds:g} seconds.") from error
        except duckdb.Error as error:
            raise DataUnavailable("query-failed", str(error).splitlines()[0]) from error
        finally:
            timer.cancel()

    def number(self, sql: str) -> int:
        """The single number that a query gives."""
        return int(self.query(sql)[1][0][0] or 0)

    def rows(self, sql: str) -> Rows:
        """The first few rows of a query as column/value pairs."""
        names, rows = self.query(f"{sql} LIMIT {SHOWN_ROWS}")
        return tuple(tuple(zip(names, row, strict=True)) for row in rows)

    @cached_property
    def row_count(self) -> int:
        """How many rows the relation has."""
        return self.number(f"SELECT count(*) FROM {self.relation}")

    def type_of(self, column: str, relation: str | None = None) -> str:
        """DuckDB's type of a column of this relation, or of another, in capitals without its parameters."""
        rows = self.query(f"SELECT typeof({quote(column)}) FROM {relation or self.relation} LIMIT 1")[1]
        return str(rows[0][0]).upper().split("(")[0] if rows else ""

    @staticmethod
    def is_number(type_name: str) -> bool:
        """Whether values of a type compare as numbers."""
        return type_name.endswith("INT") or type_name in ("INTEGER", "DECIMAL", "DOUBLE", "FLOAT")

    def none_where(self, condition: str, reason: str, sentence: str) -> Verdict:
        """HOLDS where no row meets the SQL `condition`, else REFUTED with `reason`, `sentence` and some of the rows."""
        sql = f"SELECT * FROM {self.relation} WHERE {condition}"
        count = self.number(f"SELECT count(*) FROM {self.relation} WHERE {condition}")
        if count:
            detail = f"{sentence}: {count} of {self.row_count} rows."
            return refuted(reason, detail, sql, self.rows(sql), "duckdb")
        return self.holds(sql)

    def holds(self, basis: str) -> Verdict:
        """HOLDS, with the number of rows it was seen on; UNPROVEN where there are none."""
        if not self.row_count:
            return unproven("empty-relation", basis=basis, where="duckdb")
        return holds(f"True in all of {self.row_count} rows.", basis)

    def holds_for(self, column: str, basis: str) -> Verdict:
        """HOLDS, where the column has any value; UNPROVEN where it has none."""
        values = self.number(f"SELECT count({quote(column)}) FROM {self.relation}")
        if self.row_count and not values:
            return unproven("only-null", basis=basis, where="duckdb")
        if not values:
            return unproven("empty-relation", basis=basis, where="duckdb")
        return holds(f"True of all {values} values in {self.row_count} rows.", basis)
