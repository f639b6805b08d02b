"""Unit tests of a project whose warehouse is not DuckDB: in its SQL and with its digits, and run by dbt there before
they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot.errors import SqlglotError

from dbt_ai.errors import WarehouseError
from dbt_ai.project.values import Project, ProjectReader
from dbt_ai.project.warehouse import warehouse_of
from dbt_ai.tasks.unit_testing.values import UnitTest

if TYPE_CHECKING:
    from dbt_ai.project.warehouse import Warehouse

SECONDS = 60.0  # for one unit test
_LONGEST = 300  # characters of a reason
_LONGEST_NAME = {"postgres": 63, "redshift": 127}
_NO_TYPES = frozenset({"ARRAY", "USER-DEFINED"})  # what dbt is told instead of a type, and writes into a cast
_DIGITS = 9  # that numbers of two engines have in common


@dataclass(frozen=True)
class Elsewhere:
    """The warehouse that unit tests are for; `warehouse` is None where no connection is to be had, for the reason
    `why`, a clause."""

    project: Project
    warehouse: Warehouse | None = None
    why: str = ""

    @property
    def longest_name(self) -> int | None:
        """Of a unit test, as dbt makes the name of a table of it; None where no model comes near it."""
        return _LONGEST_NAME.get(self.project.dialect)

    def there(self, unique_ids: Sequence[str]) -> frozenset[str]:
        """The relations that dbt finds, and whose columns it can fill with NULL; all of them where nobody can be
        asked."""
        if self.warehouse is None:
            return frozenset(unique_ids)
        return frozenset(unique_id for unique_id in unique_ids if _is_there(self.warehouse, unique_id))

    def confirmed(self, unique_id: str, test: UnitTest) -> UnitTest | str:
        """The unit test of a model as it is to be written; why it does not pass in the warehouse, where it does not."""
        test = replace(test, item=_in_dialect(test.item, self.project.dialect), where="transpiled")
        if self.warehouse is None:
            return test
        try:
            why = self.warehouse.unit_test(unique_id, test.item, SECONDS)
            if why is not None:
                rows = self.warehouse.unit_test_rows(unique_id, test.item, SECONDS)
                item = _with_digits(test.item, *rows)
                if item is None:
                    return why
                test = replace(test, item=item)
                why = self.warehouse.unit_test(unique_id, test.item, SECONDS)
        except WarehouseError as error:
            why = str(error)
        return why if why is not None else replace(test, where="warehouse")


@contextmanager
def open_elsewhere(reader: ProjectReader) -> Iterator[Elsewhere | None]:
    """The warehouse of the project; None for one on DuckDB."""
    project = reader.project
    if project.adapter_type == "duckdb":
        yield None
        return
    with ExitStack() as stack:
        try:
            elsewhere = Elsewhere(project, stack.enter_context(warehouse_of(reader)))
        except WarehouseError as error:
            elsewhere = Elsewhere(project, why=str(error))
        yield elsewhere


def shortened(why: str) -> str:
    """A reason that fits into a report, ending as a sentence does."""
    line = " ".join(why.split()).rstrip(".")
    return f"{line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + '…'}."


def _is_there(warehouse: Warehouse, unique_id: str) -> bool:
    try:
        kinds = [column.type.upper() for column in warehouse.columns(unique_id)]
    except WarehouseError:
        return False
    return bool(kinds) and _NO_TYPES.isdisjoint(kinds)


def _in_dialect(item: Mapping[str, Any], dialect: str) -> Mapping[str, Any]:
    """The unit test with the fixtures that are given as SQL in that of `dialect`."""

    def written(given: Mapping[str, Any]) -> Mapping[str, Any]:
        if given.get("format") != "sql":
            return given
        try:
            return {**given, "rows": "\n".join(sqlglot.transpile(given["rows"], "duckdb", dialect))}
        except SqlglotError:
            return given

    return {**item, "given": [written(given) for given in item["given"]]}


def _with_digits(
    item: Mapping[str, Any], names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> Mapping[str, Any] | None:
    """The unit test with the numbers that are expected as the warehouse writes them, which is how dbt compares them;
    None where `rows`, what the model gives there, are other ones.

    >>> item = {"expect": {"rows": [{"id": 1, "mean": 0.5}]}}
    >>> _with_digits(item, ["id", "mean", "more"], [(1, Decimal("0.500"), "a")])
    {'expect': {'rows': [{'id': 1, 'mean': '0.500'}]}}
    """
    left = [dict(zip((name.casefold() for name in names), row, strict=True)) for row in rows]
    expected = []
    for row in item["expect"]["rows"]:
        found = next((one for one in left if _same_row(row, one)), None)
        if found is None:
            return None
        left.remove(found)
        expected.append({name: _written(cell, found[name.casefold()]) for name, cell in row.items()})
    return None if left else {**item, "expect": {**item["expect"], "rows": expected}}


def _same_row(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> bool:
    return all(name.casefold() in actual and _same(cell, actual[name.casefold()]) for name, cell in expected.items())


def _same(expected: Any, actual: Any) -> bool:
    if expected is None or actual is None or isinstance(actual, bool):
        return expected is actual
    if isinstance(actual, (int, float, Decimal)):
        try:
            return f"{float(expected):.{_DIGITS}g}" == f"{float(actual):.{_DIGITS}g}"
        except ValueError:
            return False
    return str(expected) == str(actual)


def _written(expected: Any, actual: Any) -> Any:
    """A number as the warehouse writes it, where that is another text than it would have here."""
    if not isinstance(actual, (Decimal, float)) or str(expected) == str(actual):
        return expected
    return format(actual, "f") if isinstance(actual, Decimal) else actual
