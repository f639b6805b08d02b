"""SQL that no person wrote runs in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dbt_ai.checks.worker import QueryWorker
from dbt_ai.project.values import Project

Run = Callable[[str], Sequence[Sequence[Any]]]


@contextmanager
def run_apart(project: Project) -> Iterator[Run | None]:
    """Runs SELECTs on the project's DuckDB in a child process, which is started by the first and ends with the block.
    None where there is no such database: the copy of another warehouse's data is in this process's memory only."""
    where = project.duckdb
    if where is None:
        yield None
        return
    worker = QueryWorker(
        where.path,
        where.database,
        attach=where.attach,
        extensions=where.extensions,
        settings=where.settings,
        read_from=(project.root,),
    )
    try:
        yield worker.run
    finally:
        worker.close()
