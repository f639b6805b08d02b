"""What a text rests on, in words."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_ai.values import Citation

MAX_SHOWN = 6
MAX_LENGTH = 60  # of a query's result


def rests_on(citations: Sequence[Citation]) -> str:
    """The evidence of a text in one line, empty where there is none.

    >>> query = Citation("query", query="select count(*) from orders", result="count(*) = 0", number=2)
    >>> rests_on((Citation("sql", "model.shop.orders", line=12), query))
    'rests on orders.sql:12, query 2: count(*) = 0'
    """
    shown = list(dict.fromkeys(_words(citation) for citation in citations))
    if not shown:
        return ""
    more = f" and {len(shown) - MAX_SHOWN} more" if len(shown) > MAX_SHOWN else ""
    return f"rests on {', '.join(shown[:MAX_SHOWN])}{more}"


def _words(citation: Citation) -> str:
    name = _short(citation.node or "")
    if citation.kind == "sql":
        return f"{'compiled ' if citation.compiled else ''}{name}.sql:{citation.line}"
    if citation.kind == "query":
        result = " ".join((citation.result or "").split())
        return f"query {citation.number}: {result[:MAX_LENGTH]}{'…' if len(result) > MAX_LENGTH else ''}"
    return f"{citation.kind} of {name if citation.column is None else f'{name}.{citation.column}'}"


def _short(unique_id: str) -> str:
    parts = unique_id.split(".")
    return ".".join(parts[2:]) if len(parts) > 2 else unique_id
