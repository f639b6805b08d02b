"""What an engine's SQL may see of each relation: a projection that holds no value which may not be shown.

Whatever is asked of such a projection, no text of the data can come out of it: values that may not be shown are
replaced before the question is put. An id or a personal value becomes a token that can be counted, joined and
compared with another token, and says nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from dbt_ai.evidence.findings.names import is_identifier
from dbt_ai.evidence.profile.query import name, table, text
from dbt_ai.evidence.profile.types import TypeClass, type_class
from dbt_ai.evidence.values import Evidence

WITHHELD = "(withheld)"
ROW = "__w"  # the number of the row in its relation: counts how many different rows a figure rests on


class Shown(str, Enum):
    """How the values of a column are shown to a query."""

    TOKEN = "token"  # counted, joined, compared for equality
    WORDS = "words"  # values of a closed set as they are, all others as "(withheld)"
    FLAG = "flag"
    NUMBER = "number"
    MOMENT = "moment"


@dataclass(frozen=True)
class SafeColumn:
    """A column as queries see it. `values` are those of a closed set that are shown as they are;
    `complete` where these are all."""

    name: str
    shown: Shown
    values: tuple[str, ...] = ()
    complete: bool = True
    why: str = ""

    @property
    def description(self) -> str:
        """What a query can do with it, in a few words."""
        if self.shown is Shown.TOKEN:
            return f"token ({self.why})"
        if self.shown is Shown.WORDS:
            more = "" if self.complete else f", others read {WITHHELD}"
            return "text, one of " + ", ".join(text(value) for value in self.values) + more
        return {Shown.FLAG: "boolean", Shown.NUMBER: "number", Shown.MOMENT: "date or time"}[self.shown]


@dataclass(frozen=True)
class SafeTable:
    """A relation that may be queried under any of `names`, the first of which is the one that is told."""

    unique_id: str
    names: tuple[str, ...]
    source: str
    columns: tuple[SafeColumn, ...]

    def column(self, wanted: str) -> SafeColumn | None:
        """The column called `wanted` (case does not count)."""
        return next((column for column in self.columns if column.name.casefold() == wanted.casefold()), None)

    def projection(self, salt: str) -> str:
        """The SELECT that stands for the relation. `salt` is a secret of this process: nobody can make the token of a
        value that they guess."""
        shown = [f"{_expression(column, salt)} AS {name(column.name)}" for column in self.columns]
        return f"SELECT {', '.join(shown)}, row_number() OVER () AS {name(ROW)} FROM {self.source}"


def safe_tables(
    evidence: Iterable[Evidence],
    names: Callable[[Evidence], Sequence[str]],
    visible: Callable[[Evidence], Mapping[str, Any]],
) -> tuple[SafeTable, ...]:
    """The relations of `evidence` whose data is known and may be told of, as queries may see them.

    `names` are what a query may call each; `visible` is what `visible_profile` shows of it: a column that is left out
    there does not exist for queries.
    """
    found = (safe_table(one, names(one), visible(one)) for one in evidence)
    return tuple(table for table in found if table is not None)


def safe_table(evidence: Evidence, names: Sequence[str], visible: Mapping[str, Any]) -> SafeTable | None:
    """One relation as queries may see it, as `safe_tables` says; None where nothing may be told of it."""
    if evidence.profile is None or "rows" not in visible:
        return None
    keys = {key[0].casefold() for key in evidence.relation.unique_keys if len(key) == 1}
    columns = tuple(
        _safe_column(column, column["name"].casefold() in keys)
        for column in visible["columns"]
        if not column["name"].startswith("__")
    )
    return SafeTable(evidence.unique_id, tuple(names), table(evidence.relation), columns) if columns else None


def _safe_column(column: Mapping[str, Any], key: bool) -> SafeColumn:
    called = str(column["name"])
    if "values_withheld" in column:
        return SafeColumn(called, Shown.TOKEN, why=str(column["values_withheld"]))
    data_type = str(column["type"])
    kind = type_class(data_type)
    values = tuple(sorted(str(value["value"]) for value in column.get("values", ())))
    if kind is TypeClass.BOOLEAN:
        return SafeColumn(called, Shown.FLAG)
    if kind is TypeClass.TEMPORAL:
        return SafeColumn(called, Shown.MOMENT)
    if kind is TypeClass.NUMBER:
        if (key or is_identifier(called)) and not values:
            return SafeColumn(called, Shown.TOKEN, why="names a row")
        return SafeColumn(called, Shown.NUMBER)
    if values and (kind is TypeClass.TEXT or data_type.upper().startswith("ENUM")):
        return SafeColumn(called, Shown.WORDS, values, bool(column.get("values_are_all")))
    return SafeColumn(called, Shown.TOKEN, why="its values are too many or too rare to be shown")


def _expression(column: SafeColumn, salt: str) -> str:
    quoted = name(column.name)
    if column.shown is Shown.TOKEN:
        return f"md5({text(salt)} || {quoted}::VARCHAR)::UUID"
    if column.shown is Shown.WORDS:
        values = ", ".join(text(value) for value in column.values)
        return (
            f"CASE WHEN {quoted}::VARCHAR IN ({values}) THEN {quoted}::VARCHAR "
            f"WHEN {quoted} IS NOT NULL THEN {text(WITHHELD)} END"
        )
    return quoted
