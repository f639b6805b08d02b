"""The table of reason codes of equivalence: stable names, one sentence each. Those of comparing are among them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dbt_ai.checks.lifted.reasons import REASONS as COMPARING

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "same-normal-form": "Proved: both queries have the same normal form.",
        "same-by-z3": "Proved: both queries have one normal form, but for what z3 finds the same.",
        "no-difference-found": "Bounded: no generated database tells the queries apart.",
        "within-tolerance": "Bounded: floating point numbers are the same only within the tolerance asked for.",
        "other-rows": "Refuted: there is a database on which the queries give other rows.",
        "other-order": "Refuted: there is a database on which the queries give the same rows in another order.",
        "same-on-data": "Holds: on the rows that are there both give the same; on others they need not.",
        "other-rows-on-data": "Refuted: on the rows that are there the queries give other rows.",
        **COMPARING,
        "order-on-one-side": "One query ends in an ORDER BY and the other does not; their rows are the same.",
        "nothing-reached": "The query gives no rows on any of the generated databases.",
        "count-not-reached": "A count, a LIMIT or a frame has a number of rows that no generated database has.",
        "process-ended": "The pair took too much time or memory, and its process was ended.",
        "not-understood": "The pair could not be worked on; the detail says what came in the way.",
    }
)
