"""Singular tests that come with a change and read no relation, such as those of macros: they are run before they are
written."""

from __future__ import annotations

from dbt_ai.checks.sandbox import execute, open_memory
from dbt_ai.errors import WarehouseError
from dbt_ai.project.values import Project, ProjectReader

_SECONDS = 20.0


def failing_test(before: Project, changed: ProjectReader) -> str | None:
    """Why a new test does not pass, in a sentence; None where all do."""
    there = {test.unique_id for test in before.data_tests}
    new = [
        test.unique_id
        for test in changed.project.data_tests
        if test.unique_id not in there and test.kind == "singular" and not test.reads
    ]
    compiled = changed.compile(new)
    with open_memory(["tests"], threads=1) as sandbox:
        for unique_id in new:
            name, sql = unique_id.split(".")[2], compiled[unique_id].sql
            if sql is None:
                return f"The test {name} cannot be compiled: {compiled[unique_id].error}"
            try:
                rows = execute(sandbox.connection, sql.strip().rstrip(";"), _SECONDS)
            except WarehouseError as error:
                return f"The test {name} cannot be run: {error}"
            if rows:
                return f"The test {name} finds {rows[0]}."
    return None
