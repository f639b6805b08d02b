"""Why a model has no mutation score, a mutant was not reached or a test was not counted: stable codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dbt_ai.checks.lifted.reasons import REASONS as COMPARING

REASONS: Mapping[str, str] = MappingProxyType(
    {
        **COMPARING,
        "no-sql": "The SQL could not be compiled or parsed.",
        "not-translated": "Its SQL cannot be said in DuckDB's with the same meaning.",
        "python-model": "A Python model has no SQL to put faults into.",
        "no-data": "No data is at hand to run the model on.",
        "not-built": "A relation that is read is not in the data; build it first.",
        "order-left-open": "The result depends on the order of rows, which the query leaves open.",
        "no-mutants": "The SQL has nothing in it that could be wrong.",
        "query-failed": "DuckDB cannot run the query.",
        "time-limit": "The time was over.",
        "fails-today": "The test fails on the model as it is.",
    }
)
"""Those of comparing queries are among them, and mean the same."""
