"""The relations of a project under the names that they have in compiled SQL, of which DuckDB needs every part."""

from __future__ import annotations

from collections.abc import Iterable

from dbt_ai.project.values import Node

WITHOUT_CATALOG = "memory"  # DuckDB's own name for the database of a project that has none


def parts_of(node: Node) -> tuple[str, str, str]:
    """The catalog, schema and name of a node's table in a copy."""
    catalog, schema, identifier = node.relation
    return catalog or WITHOUT_CATALOG, schema or "main", identifier


class Names:
    """Finds nodes by what a query calls them."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._by_name = {tuple(part.casefold() for part in parts_of(node)): node.unique_id for node in nodes}

    def find(self, parts: tuple[str | None, str | None, str]) -> str | None:
        """The node that a query means by `parts`, of which the first may be missing; None where it can be several."""
        given = [part.casefold() for part in parts if part]
        found = [unique_id for name, unique_id in self._by_name.items() if list(name[-len(given) :]) == given]
        return found[0] if len(found) == 1 and len(given) > 1 else None
