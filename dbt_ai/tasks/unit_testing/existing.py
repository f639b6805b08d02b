"""The faults that the unit tests which a model has already show."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.errors import SqlglotError

from dbt_ai.checks.data_tests.staging import open_stage
from dbt_ai.errors import WarehouseError
from dbt_ai.project.values import UnitTest
from dbt_ai.sql.query import QueryError
from dbt_ai.tasks.unit_testing.evaluating import UnitCheck, unit_check
from dbt_ai.tasks.unit_testing.matrix import Matrix
from dbt_ai.tasks.unit_testing.runs import SECONDS, Runs
from dbt_ai.tasks.unit_testing.values import Fault


def shown_by(test: UnitTest, matrices: Sequence[Matrix], runs: Sequence[Runs]) -> frozenset[Fault]:
    """The faults that a unit test shows; none where it cannot be run or does not pass today, and where it cannot be
    told in which of two ways the model runs in it."""
    try:
        check = unit_check(test)
        both = list(zip(matrices, runs, strict=True))
        fitting = [pair for pair in both if check.runs(pair[0].way.sql)] or (both if len(both) == 1 else [])
        return _shown(check, *fitting[0]) if fitting else frozenset()
    except (SqlglotError, QueryError, WarehouseError):
        return frozenset()


def _shown(check: UnitCheck, matrix: Matrix, runs: Runs) -> frozenset[Fault]:
    with open_stage(runs.connection, SECONDS) as stage:
        if check.fails(stage):
            return frozenset()
        bodies = check.bodies(matrix.way.sql, matrix.mutants, matrix.way.relations)
        pairs = zip(matrix.faults, bodies, strict=True)
        return frozenset(fault for fault, body in pairs if body is not None and check.kills(stage, body))
