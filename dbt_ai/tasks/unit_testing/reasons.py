"""Why a model gets no unit tests: stable codes, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dbt_ai.checks.lifted.reasons import REASONS as COMPARING

REASONS: Mapping[str, str] = MappingProxyType(
    {
        **COMPARING,
        "no-sql": "The SQL of the node could not be compiled or parsed.",
        "not-translated": "Its SQL cannot be said in DuckDB's with the same meaning.",
        "python-model": "dbt runs no unit tests of Python models.",
        "no-parents": "The model reads nothing that a unit test could give it.",
        "two-versions": "The model reads two versions of one model, which dbt's unit tests take for one.",
        "unknown-types": "The types of some columns that the model reads are not known; build its parents first.",
        "no-mutants": "The SQL has nothing in it that could be wrong in a way that a test could show.",
        "nothing-shows": "On no small database does a fault show that the unit tests at hand do not show already.",
    }
)
"""Those of comparing queries are among them."""
