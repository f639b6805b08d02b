"""What goes wrong with a local model."""

from __future__ import annotations

from dbt_ai.engines.errors import EngineUnavailable


class StudentError(EngineUnavailable):
    """A student cannot be had, or cannot answer: one sentence with what to do next."""

    exit_code = 2


class NotFetched(StudentError):
    """Weights did not arrive, or not all of them: another try may go on."""

    exit_code = 3
