"""Opens the data of a project for reading, or says in a sentence why there is none to look at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

from dbt_ai.checks.sandbox import DatabaseInUse, NoDatabase, Sandbox, open_database
from dbt_ai.project.settings import read_settings
from dbt_ai.project.values import DuckDBTarget, Project, ProjectReader
from dbt_ai.values import Outcome, Report, Verdict

if TYPE_CHECKING:
    from dbt_ai.tasks.gathering import Scope

PATIENCE = 300.0  # seconds that a database which was let go of may be in use by somebody else


class Data:
    """The data of a project: open while it is looked at, and let go of while a model thinks, as DuckDB lets nobody
    write to a file that somebody reads. `notices` are for the report.

    Of another warehouse than DuckDB the needed part is copied (see tasks/replica), where `reader` and `scope` say what
    is needed; the copy stays in memory to the end.
    """

    def __init__(self, project: Project, reader: ProjectReader | None = None, scope: Scope | None = None) -> None:
        self._project = project
        self._stack = ExitStack()
        self._sandbox: Sandbox | None = None
        self._where: DuckDBTarget | None = project.duckdb
        self._copied = (reader, scope) if reader is not None and scope is not None and self._where is None else None
        self._patience = 0.0
        self._placing: Sandbox | None = None  # the last one opened: what it says of itself stays true when it is closed
        self.notices: tuple[str, ...] = ()
        if self._where is None and self._copied is None:
            kind = project.adapter_type
            self.notices = (f"The data is in {kind}: `document`, `test` and `profile` look at a copy of it in DuckDB.",)

    @property
    def sandbox(self) -> Sandbox | None:
        """The opened data, None where there is none to look at; opened again where it was let go of.

        Raises WarehouseError where the data is there but may not be read: a text that was not checked on data that is
        there would be worth less than it looks.
        """
        if self._sandbox is None and (self._where is not None or self._copied is not None):
            try:
                self._sandbox = self._placing = self._open()
                self.notices = self._sandbox.notices
            except NoDatabase as reason:
                self._where = self._copied = None
                self.notices = (f"No profile of the data: {reason}.",)
        return self._sandbox

    def release(self) -> None:
        """Lets go of the data until it is needed again; then somebody else may have it for a while, and is waited
        for. A copy is nobody else's."""
        if self._copied is None:
            self._stack.close()
            self._sandbox = None
            self._patience = PATIENCE

    def placed(self, report: Report) -> Report:
        """`report`, whose verdicts on the data say that it was a copy, and where not all rows were in it."""
        sandbox = self._placing
        if sandbox is None or sandbox.where == "duckdb":
            return report
        outcomes = tuple(
            replace(outcome, verdicts=tuple(_placed(verdict, outcome, sandbox) for verdict in outcome.verdicts))
            for outcome in report.outcomes
        )
        return replace(report, outcomes=outcomes)

    def __enter__(self) -> Data:
        self.sandbox  # noqa: B018 - what cannot be read is told before anything else is done
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        self._sandbox = None

    def _open(self) -> Sandbox:
        if self._copied is not None:
            from dbt_ai.tasks.replica import open_replica

            rows = read_settings(self._project.root).sample_rows
            return self._stack.enter_context(open_replica(*self._copied, rows))
        assert self._where is not None
        return self._open_database(self._where)

    def _open_database(self, where: DuckDBTarget) -> Sandbox:
        give_up = time.monotonic() + self._patience
        while True:
            try:
                return self._stack.enter_context(
                    open_database(
                        where.path,
                        where.database,
                        attach=where.attach,
                        extensions=where.extensions,
                        settings=where.settings,
                        read_from=(self._project.root,),
                    )
                )
            except DatabaseInUse:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.5)


def _placed(verdict: Verdict, outcome: Outcome, sandbox: Sandbox) -> Verdict:
    if verdict.where != "duckdb":
        return verdict
    part = " (On a part of the rows.)" if outcome.target.unique_id in sandbox.partial else ""
    return replace(verdict, where=sandbox.where, detail=f"{verdict.detail}{part}")


@contextmanager
def open_data(
    project: Project, reader: ProjectReader | None = None, scope: Scope | None = None
) -> Iterator[tuple[Sandbox | None, tuple[str, ...]]]:
    """The opened data of `project` and notices for the report; None where there is no data to look at. `reader` and
    `scope` are as of `Data`. Raises WarehouseError as `Data.sandbox` does."""
    with Data(project, reader, scope) as data:
        yield data.sandbox, data.notices
