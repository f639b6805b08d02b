"""Names of relations and columns as DuckDB reads them."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_ai.sql.values import Relation


def quoted(name: str) -> str:
    """`name` as a quoted identifier.

    >>> print(quoted('a "b" c'))
    "a ""b"" c"
    """
    return '"' + name.replace('"', '""') + '"'


def quoted_columns(names: Sequence[str]) -> tuple[str, ...]:
    """Each name quoted."""
    return tuple(quoted(name) for name in names)


def quoted_relation(relation: Relation) -> str:
    """The relation's full name, quoted: catalog, schema, identifier."""
    return ".".join(quoted(part) for part in relation.parts if part)
