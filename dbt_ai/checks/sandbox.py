"""The one way to open DuckDB: the user's database attached read-only to an in-memory instance that is locked down.

Plain arguments in (a path, an alias, pairs), a `Sandbox` out, so that nothing here knows of dbt.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.errors import WarehouseError

if TYPE_CHECKING:
    import duckdb

_SCRATCH = "__dbt_ai_scratch"
_REMOTE = re.compile(r"^(md|motherduck|s3|gs|gcs|r2|az|azure|abfss?|https?|hf|ducklake|quack):", re.IGNORECASE)
_PROCESS = re.compile(r"lock is held in (?P<program>.+?) \(PID (?P<process>\d+)", re.IGNORECASE)

# Applied last and then locked. No spilling to disk: whoever profiles a database must not fill the user's disk.
_LOCKDOWN: Mapping[str, str] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "max_temp_directory_size": "'0B'",
    "enable_external_access": "false",
    "lock_configuration": "true",
}


class NoDatabase(WarehouseError):
    """There is no data to look at, which is no failure: `str(error)` says why, to follow "no profile of the data: "."""


class DatabaseInUse(WarehouseError):
    """Somebody holds the database file open for writing: `process` is their process id, None where it is not known or
    is this very process. Then it is dbt's adapter, which keeps its connection after a command. To close it, in this
    order: `adapter.cleanup_connections()`, `adapter.connections.close_all_connections()`; dbt opens a new one when it
    needs one, which it cannot while a sandbox is open."""

    def __init__(self, sentence: str, process: int | None) -> None:
        super().__init__(sentence)
        self.process = process


class QueryRefused(WarehouseError):
    """The SQL is not one SELECT statement."""


class QueryTimeout(WarehouseError):
    """The query took longer than its time limit and was stopped."""


@dataclass(frozen=True)
class Sandbox:
    """An open database. `connection` is for code of our own; SQL that somebody else wrote goes through `run`.
    `notices` are whole sentences about what could not be opened beside the database itself. `where` is what verdicts
    reached here say of the place. `partial` has the keys of relations of which only a part of the rows is there."""

    connection: duckdb.DuckDBPyConnection
    notices: tuple[str, ...] = ()
    timeout: float = 30.0
    where: str = "duckdb"
    partial: frozenset[str] = frozenset()

    def run(self, sql: str, timeout: float | None = None) -> list[tuple[Any, ...]]:
        """The rows of one SELECT statement, stopped after `timeout` seconds (default: the sandbox's).

        Raises QueryRefused for anything but one SELECT, QueryTimeout, and WarehouseError with DuckDB's own words
        when the query fails.
        """
        return run(self.connection, sql, self.timeout if timeout is None else timeout)


@contextmanager
def open_database(
    path: str | Path,
    alias: str,
    *,
    attach: Sequence[tuple[str, str]] = (),
    extensions: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    read_from: Sequence[str | Path] = (),
    memory_limit: str = "2GB",
    threads: int | None = None,
    timeout: float = 30.0,
    release: Callable[[], None] | None = None,
) -> Iterator[Sandbox]:
    """Opens `path` read-only under the catalog name `alias`, which views refer to, and makes it the current one.

    `attach` are further (path, alias) pairs, `extensions` are loaded when they are installed (never downloaded),
    `settings` are the profile's own; what fails among these becomes a notice. `read_from` names the folders whose
    files views may read; without it no file but the databases is reachable. `release` is called when this very process
    holds the file (see DatabaseInUse), and then it is tried once more.

    Raises NoDatabase when there is nothing to open, DatabaseInUse when it is held open for writing, and
    WarehouseError for a file that DuckDB cannot read.

    >>> with open_database("shop.duckdb", "shop") as sandbox:  # doctest: +SKIP
    ...     sandbox.run("select count(*) from shop.main.orders")
    [(99,)]
    """
    import duckdb

    _refuse_what_is_not_there(path)
    connection = duckdb.connect(":memory:")
    try:
        # The scratch database takes the place of "memory", so that a file called memory.duckdb can have its name.
        connection.execute(f"ATTACH ':memory:' AS {_SCRATCH}")
        connection.execute(f"USE {_SCRATCH}")
        connection.execute("DETACH memory")
        connection.execute(f"SET memory_limit = {_text(memory_limit)}")
        if threads is not None:
            connection.execute(f"SET threads = {int(threads)}")
        connection.execute("SET autoinstall_known_extensions = false")
        notices = [*_load(connection, extensions), *_set(connection, settings or {})]
        try:
            _attach(connection, str(path), alias)
        except DatabaseInUse as error:
            if release is None or error.process is not None:
                raise
            release()
            _attach(connection, str(path), alias)
        for other_path, other_alias in attach:
            try:
                _attach(connection, str(other_path), other_alias)
            except WarehouseError as error:
                notices.append(f"The attached database {other_alias} was left out: {error}")
        connection.execute(f"USE {_name(alias)}")
        if read_from:
            folders = ", ".join(_text(str(folder)) for folder in read_from)
            connection.execute(f"SET allowed_directories = [{folders}]")
        for setting, value in _LOCKDOWN.items():
            connection.execute(f"SET {setting} = {value}")
        yield Sandbox(connection, tuple(notices), timeout)
    finally:
        connection.close()


@contextmanager
def open_memory(
    catalogs: Sequence[str],
    *,
    memory_limit: str = "2GB",
    threads: int | None = None,
    timeout: float = 30.0,
    settings: Mapping[str, str] | None = None,
    time_zone: str = "UTC",
) -> Iterator[Sandbox]:
    """An instance with no database but empty ones in memory, called `catalogs`, of which the first is the current one;
    locked down as one with the user's data is. `settings` are of this connection alone: a cursor of it has not got
    them.

    >>> with open_memory(["scratch"]) as sandbox:
    ...     sandbox.run("select current_catalog()")
    [('scratch',)]
    """
    import duckdb

    connection = duckdb.connect(":memory:")
    try:
        for catalog in catalogs:
            if catalog.casefold() != "memory":  # which is there from the start
                connection.execute(f"ATTACH ':memory:' AS {_name(catalog)}")
        connection.execute(f"USE {_name(catalogs[0])}")
        connection.execute(f"SET memory_limit = {_text(memory_limit)}")
        connection.execute(f"SET GLOBAL TimeZone = {_text(time_zone)}")
        connection.execute(f"SET TimeZone = {_text(time_zone)}")
        for setting, value in (settings or {}).items():
            connection.execute(f"SET {setting} = {value}")
        if threads is not None:
            connection.execute(f"SET threads = {int(threads)}")
        for setting, value in _LOCKDOWN.items():
            connection.execute(f"SET {setting} = {value}")
        yield Sandbox(connection, (), timeout)
    finally:
        connection.close()


def run(connection: duckdb.DuckDBPyConnection, sql: str, timeout: float) -> list[tuple[Any, ...]]:
    """The rows of one SELECT statement on `connection`, stopped after `timeout` seconds; see `Sandbox.run`."""
    only_select(sql)
    return execute(connection, sql, timeout)


def execute(connection: duckdb.DuckDBPyConnection, sql: str, timeout: float) -> list[tuple[Any, ...]]:
    """The rows of a statement of our own making, which may write into temporary tables; raises as `run` does."""
    import duckdb

    timer = threading.Timer(timeout, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        return connection.execute(sql).fetchall()
    except duckdb.InterruptException as error:
        raise QueryTimeout(f"The query was stopped after {timeout:g} s.") from error
    except duckdb.Error as error:
        raise WarehouseError(f"DuckDB could not run the query: {_first_line(error)}") from error
    finally:
        timer.cancel()


def only_select(sql: str) -> None:
    """Raises QueryRefused unless `sql` is exactly one statement that only reads."""
    try:
        statements = [statement for statement in sqlglot.parse(sql, dialect="duckdb") if statement is not None]
    except SqlglotError as error:
        raise QueryRefused(f"The query cannot be read as SQL: {_first_line(error)}") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise QueryRefused("Only one SELECT statement may be run against the data.")
    if statements[0].find(exp.DDL, exp.DML, exp.Command, exp.Into) is not None:
        raise QueryRefused("Only one SELECT statement may be run against the data, and it must not write.")


def _refuse_what_is_not_there(path: str | Path) -> None:
    text = str(path)
    if text == "" or text.startswith(":memory:"):
        raise NoDatabase("dbt keeps it in memory only; give the profile a `path` to a file")
    if _REMOTE.match(text):
        raise NoDatabase(
            f"the database {text.split('?', maxsplit=1)[0]} is not a local file, and only those are looked at"
        )
    if not Path(text).exists():
        raise NoDatabase(f"the database {text} does not exist yet; run `dbt build`")


def _attach(connection: duckdb.DuckDBPyConnection, path: str, alias: str) -> None:
    import duckdb

    try:
        connection.execute(f"ATTACH {_text(path)} AS {_name(alias)} (READ_ONLY)")
    except duckdb.Error as error:
        raise _why_not(path, alias, error) from error


def _why_not(path: str, alias: str, error: Exception) -> WarehouseError:
    """DuckDB's refusal to open a file as one sentence with what to do next."""
    said = str(error)
    lowered = said.casefold()
    held = _PROCESS.search(said)
    if held:
        process = int(held["process"])
        return DatabaseInUse(
            f"The database {path} is open for writing in another process ({held['program']}, process id {process}); "
            "close it and run again.",
            process,
        )
    if "already attached by database" in lowered or "different configuration" in lowered:
        return DatabaseInUse(
            f"The database {path} is still open for writing in this very process; close that connection and run again.",
            None,
        )
    if "set lock" in lowered or "being used by another process" in lowered or "cannot access the file" in lowered:
        return DatabaseInUse(f"The database {path} is locked by another process; close it and run again.", None)
    if "database does not exist" in lowered:
        return NoDatabase(f"the database {path} does not exist yet; run `dbt build`")
    if "not a valid duckdb database" in lowered:
        return WarehouseError(f"The file {path} is not a DuckDB database; correct `path` in the profile.")
    if "version" in lowered and ("storage" in lowered or "newer" in lowered):
        return WarehouseError(
            f"The database {path} was written by another version of DuckDB than the {_version()} in this "
            "environment; install the version that wrote it, or run `dbt build` again."
        )
    if "reserved name" in lowered:
        return WarehouseError(f"The database {path} cannot be opened as {alias}: DuckDB keeps that name for itself.")
    if "encrypt" in lowered:
        return WarehouseError(f"The database {path} is encrypted, and its key is not known here.")
    if "permission denied" in lowered:
        return WarehouseError(f"The database {path} may not be read by this user; check the file's permissions.")
    return WarehouseError(f"The database {path} cannot be opened: {_first_line(error)}")


def _load(connection: duckdb.DuckDBPyConnection, extensions: Sequence[str]) -> list[str]:
    import duckdb

    notices = []
    for extension in extensions:
        try:
            connection.execute(f"LOAD {_name(extension)}")
        except duckdb.Error:
            notices.append(f"The DuckDB extension {extension} is not installed here, so what needs it is left out.")
    return notices


def _set(connection: duckdb.DuckDBPyConnection, settings: Mapping[str, Any]) -> list[str]:
    import duckdb

    ours = {*_LOCKDOWN, "memory_limit", "max_memory", "threads", "worker_threads", "temp_directory"}
    notices = []
    for setting, value in settings.items():
        if setting.casefold() in ours:
            continue
        literal = str(value).lower() if isinstance(value, bool | int | float) else _text(str(value))
        try:
            connection.execute(f"SET {_name(setting)} = {literal}")
        except duckdb.Error:
            notices.append(f"The profile's DuckDB setting {setting} could not be applied and was left out.")
    return notices


def _version() -> str:
    import duckdb

    return duckdb.__version__


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
