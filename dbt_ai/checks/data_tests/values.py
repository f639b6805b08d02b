"""The words of checking a data test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class UnknownKind(Exception):
    """A data test of a kind whose SQL is not known here, or with arguments that are not understood."""


@dataclass(frozen=True)
class DataCheck:
    """A data test as it is run on DuckDB.

    `kind` is a key of `KINDS`, with its package or without. `column` and what `arguments` say of columns are SQL, as
    dbt puts them into its own: not quoted. `references` is the other relation of a relationships or a singular
    test as a FROM clause names it, `where` the condition of the test's config.
    """

    kind: str
    column: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    where: str | None = None
    references: str | None = None

    def argument(self, name: str, default: Any = None) -> Any:
        """The argument called `name`, `default` where it is not given."""
        value = self.arguments.get(name)
        return default if value is None else value

    @property
    def of_column(self) -> str:
        """The column. Raises UnknownKind where there is none."""
        if not self.column:
            raise UnknownKind(f"{self.kind} needs a column")
        return self.column

    def columns(self, name: str) -> tuple[str, ...]:
        """The argument called `name` as columns. Raises UnknownKind where it is no list of texts."""
        given = self.arguments.get(name)
        if not isinstance(given, list | tuple) or not given or not all(isinstance(one, str) for one in given):
            raise UnknownKind(f"{self.kind} needs a list of columns as {name}")
        return tuple(given)
