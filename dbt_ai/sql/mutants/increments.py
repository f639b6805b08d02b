"""What an incremental model compares the rows of its source with: the newest that it has."""

from __future__ import annotations

from sqlglot import exp


def is_incremental(node: exp.Binary) -> bool:
    """Whether a comparison has the highest or lowest value of another relation on one side."""
    return any(
        isinstance(side, (exp.Subquery, exp.Coalesce)) and side.find(exp.Max, exp.Min) and side.find(exp.Query)
        for side in (node.this, node.expression)
    )
