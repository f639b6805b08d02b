"""Errors a user meets: one clear sentence with what to do next, and the exit code of the run."""

from __future__ import annotations


class DbtAiError(Exception):
    """Base of every error that ends a run on purpose. `str(error)` is the sentence for stderr."""

    exit_code = 2


class UsageError(DbtAiError):
    """The call itself is wrong: unknown option value, unknown selector, contradicting options."""


class ProjectError(DbtAiError):
    """The dbt project cannot be read: none here, it does not parse, its files are broken."""


class WarehouseError(DbtAiError):
    """The data is there but may not be read, for example because another process locks the database."""


class EditError(DbtAiError):
    """A file cannot be written as planned: read-only, outside the project, changed since the plan."""


class EngineError(DbtAiError):
    """An engine could not answer; what was answered is kept and a later run goes on from there."""

    exit_code = 3
