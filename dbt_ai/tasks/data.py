"""Opens the data of a project for reading, or says in a sentence why there is none to look at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType

from dbt_ai.checks.sandbox import DatabaseInUse, NoDatabase, Sandbox, open_database
from dbt_ai.project.values import DuckDBTarget, Project

PATIENCE = 300.0  # seconds that a database which was let go of may be in use by somebody else


class Data:
    """The data of a project: open while it is looked at, and let go of while a model thinks, as DuckDB lets nobody
    write to a file that somebody reads. `notices` are for the report."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._stack = ExitStack()
        self._sandbox: Sandbox | None = None
        self._where: DuckDBTarget | None = project.duckdb
        self._patience = 0.0
        self.notices: tuple[str, ...] = ()
        if self._where is None:
            kind = project.adapter_type
            self.notices = (f"No profile of the data: only DuckDB databases are looked at, and this one is {kind}.",)

    @property
    def sandbox(self) -> Sandbox | None:
        """The opened data, None where there is none to look at; opened again where it was let go of.

        Raises WarehouseError where the data is there but may not be read: a text that was not checked on data that is
        there would be worth less than it looks.
        """
        if self._sandbox is None and self._where is not None:
            try:
                self._sandbox = self._open(self._where)
                self.notices = self._sandbox.notices
            except NoDatabase as reason:
                self._where = None
                self.notices = (f"No profile of the data: {reason}.",)
        return self._sandbox

    def release(self) -> None:
        """Lets go of the data until it is needed again; then somebody else may have it for a while, and is waited
        for."""
        self._stack.close()
        self._sandbox = None
        self._patience = PATIENCE

    def __enter__(self) -> Data:
        self.sandbox  # noqa: B018 - what cannot be read is told before anything else is done
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _open(self, where: DuckDBTarget) -> Sandbox:
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


@contextmanager
def open_data(project: Project) -> Iterator[tuple[Sandbox | None, tuple[str, ...]]]:
    """The opened data of `project` and notices for the report; None where there is no data to look at. Raises
    WarehouseError as `Data.sandbox` does."""
    with Data(project) as data:
        yield data.sandbox, data.notices
