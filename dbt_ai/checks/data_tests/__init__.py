"""Data tests as checks: what SQL finds the rows that fail, whether they pass, and what faults they would notice."""

from dbt_ai.checks.data_tests.kinds import KINDS, failing_rows
from dbt_ai.checks.data_tests.running import run_check
from dbt_ai.checks.data_tests.values import DataCheck, UnknownKind

__all__ = ["KINDS", "DataCheck", "UnknownKind", "failing_rows", "run_check"]
