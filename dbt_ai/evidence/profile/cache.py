"""Profiles kept in `.dbt_ai/profiles-….sqlite`, each with the state of the data it was made from."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.profile.query import is_table, rows_of, table
from dbt_ai.evidence.values import ColumnProfile, Profile
from dbt_ai.project.cache import private_name
from dbt_ai.sql.values import Relation

if TYPE_CHECKING:
    import duckdb

_VERSION = "1"  # raise it when profiles come to hold something else
_FOLDER = ".dbt_ai"
_READS_FILES = re.compile(
    r"\b(read_\w+|\w+_scan|glob|query|query_table)\s*\(|\b(from|join)\s+'|,\s*'[^']*\.\w+'", re.IGNORECASE
)


class ProfileCache:
    """The profiles of one project. A cache that cannot be opened or is broken is empty and keeps nothing."""

    def __init__(self, root: Path) -> None:
        self._database: sqlite3.Connection | None = None
        with suppress(OSError, sqlite3.Error):
            path = root / _FOLDER / private_name("profiles")
            path.parent.mkdir(exist_ok=True)
            self._database = sqlite3.connect(path, timeout=2.0, isolation_level=None)
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS profile (relation TEXT PRIMARY KEY, freshness TEXT NOT NULL, "
                "content TEXT NOT NULL)"
            )

    def __enter__(self) -> ProfileCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def freshness(self, connection: duckdb.DuckDBPyConnection, relation: Relation, sample_rows: int) -> str:
        """The state of everything the profile of `relation` rests on; "" where that cannot be told, because the
        connection lets views read files and some view does.

        DuckDB keeps no time of change per table, so it is the state of the database files: any write makes all their
        profiles stale, and none can be stale without being noticed.
        """
        try:
            files = rows_of(connection, "SELECT path FROM duckdb_databases() WHERE path IS NOT NULL", 10.0)
            opened = rows_of(
                connection,
                "SELECT current_setting('enable_external_access'), len(current_setting('allowed_directories'))",
                10.0,
            )[0]
            if (opened[0] or opened[1]) and not is_table(connection, relation, 10.0):
                views = rows_of(connection, "SELECT sql FROM duckdb_views() WHERE NOT internal", 10.0)
                if any(_READS_FILES.search(sql or "") for (sql,) in views):
                    return ""
        except WarehouseError:
            return ""
        states = [_state(path) for (path,) in sorted(files)]
        if not states:
            return ""
        parts = [_VERSION, _duckdb_version(), table(relation), sample_rows, states]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def get(self, relation: str, freshness: str) -> Profile | None:
        """The profile of the relation with this key, when the data is still in the state it was made from."""
        if self._database is None:
            return None
        try:
            row = self._database.execute(
                "SELECT content FROM profile WHERE relation = ? AND freshness = ?", (relation, freshness)
            ).fetchone()
            return _from_json(row[0]) if row else None
        except (sqlite3.Error, ValueError, TypeError, KeyError):
            return None

    def put(self, profile: Profile) -> None:
        """Keeps `profile` in the place of an older one of the same relation."""
        if self._database is None:
            return
        with suppress(sqlite3.Error):
            self._database.execute(
                "INSERT OR REPLACE INTO profile VALUES (?, ?, ?)",
                (profile.relation, profile.freshness, json.dumps(asdict(profile))),
            )


def _state(path: str) -> list[Any]:
    """Path, size and time of change of a database file and of its write-ahead log."""
    state: list[Any] = [path]
    for part in (Path(path), Path(path + ".wal")):
        with suppress(OSError):
            found = part.stat()
            state += [found.st_size, found.st_mtime_ns]
    return state


def _duckdb_version() -> str:
    import duckdb

    return duckdb.__version__


def _from_json(content: str) -> Profile:
    raw = json.loads(content)
    columns = tuple(
        ColumnProfile(
            **{
                **column,
                "top_values": tuple((value, count) for value, count in column["top_values"]),
                "all_values": None if column["all_values"] is None else tuple(column["all_values"]),
            }
        )
        for column in raw.pop("columns")
    )
    return Profile(**raw, columns=columns)
