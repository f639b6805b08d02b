"""Opens the data of a project for reading, or says in a sentence why there is none to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from dbt_ai.checks.sandbox import NoDatabase, Sandbox, open_database
from dbt_ai.project.values import Project


@contextmanager
def open_data(project: Project) -> Iterator[tuple[Sandbox | None, tuple[str, ...]]]:
    """The opened data of `project` and notices for the report; None where there is no data to look at.

    Raises WarehouseError where the data is there but may not be read: a text that was not checked on data that is
    there would be worth less than it looks.
    """
    where = project.duckdb
    if where is None:
        yield (
            None,
            (f"No profile of the data: only DuckDB databases are looked at, and this one is {project.adapter_type}.",),
        )
        return
    with ExitStack() as stack:
        try:
            sandbox = stack.enter_context(
                open_database(
                    where.path,
                    where.database,
                    attach=where.attach,
                    extensions=where.extensions,
                    settings=where.settings,
                    read_from=(project.root,),
                )
            )
        except NoDatabase as reason:
            yield None, (f"No profile of the data: {reason}.",)
            return
        yield sandbox, sandbox.notices
