"""A cache beside dbt_project.yml for what is costly to work out again: lineage, facts, profiles.

Each entry has a kind ("lineage"), a name (a node's unique_id), the key of what it was worked out from, and bytes. A
cache never fails its user: what cannot be read is worked out again, what cannot be written is not kept.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

FOLDER = ".dbt_ai"
_SECRET = "cache-name"  # a file in the user's cache folder
_TABLE = (
    "create table if not exists entries (kind text, name text, key blob, value blob, primary key (kind, name)) "
    "without rowid"
)


class Cache:
    """Bytes by kind and name in one SQLite file, safe for several processes and safe to delete at any time.

    `path` None keeps everything in memory only. A file that is broken, or is no SQLite file, is replaced.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None
        for _ in range(2):
            try:
                self._database = self._open()
                return
            except sqlite3.OperationalError:
                return  # locked or read-only: this run goes without
            except (sqlite3.DatabaseError, OSError):
                self._discard()

    def read(self, kind: str) -> dict[str, tuple[bytes, bytes]]:
        """All entries of a kind: (key, value) by name."""
        try:
            rows = self._execute("select name, key, value from entries where kind = ?", (kind,))
            return {name: (key, value) for name, key, value in rows}
        except sqlite3.Error:
            self._discard()
            return {}

    def get(self, kind: str, name: str, key: bytes) -> bytes | None:
        """The value of one entry, None where there is none or it was worked out from something else."""
        try:
            rows = self._execute("select value from entries where kind = ? and name = ? and key = ?", (kind, name, key))
        except sqlite3.Error:
            self._discard()
            return None
        value: bytes | None = rows[0][0] if rows else None
        return value

    def write(self, kind: str, entries: Mapping[str, tuple[bytes, bytes]], gone: Iterable[str] = ()) -> None:
        """Put entries, (key, value) by name, in place of earlier ones of the same names; forget the names in `gone`."""
        if self._database is None or not (entries or gone):
            return
        try:
            with self._database:
                self._database.executemany(
                    "insert or replace into entries values (?, ?, ?, ?)",
                    ((kind, name, key, value) for name, (key, value) in entries.items()),
                )
                self._database.executemany(
                    "delete from entries where kind = ? and name = ?", ((kind, name) for name in gone)
                )
        except sqlite3.OperationalError:
            return  # another process writes, or the disk is full or read-only
        except sqlite3.Error:
            self._discard()

    def close(self) -> None:
        """Let go of the file; the cache is empty and takes nothing from then on."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def __enter__(self) -> Cache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> sqlite3.Connection:
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._path or ":memory:", timeout=2, check_same_thread=False)
        try:
            database.execute("pragma synchronous = off")  # losing the cache in a power cut costs a second, no more
            database.execute(_TABLE)
            database.execute("select kind, name, key, value from entries limit 1").fetchall()
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _execute(self, sql: str, arguments: tuple[object, ...]) -> list[tuple[Any, ...]]:
        return [] if self._database is None else self._database.execute(sql, arguments).fetchall()

    def _discard(self) -> None:
        self.close()
        if self._path is not None:
            try:
                self._path.unlink(missing_ok=True)
            except OSError:
                return


def open_cache(root: Path) -> Cache:
    """The cache of the project at `root`, in a folder that git ignores."""
    folder = root / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        return Cache(folder / private_name("cache"))
    except OSError:
        return Cache(None)


def private_name(kind: str) -> str:
    """The name of a file whose content is believed: one that nobody else knows, as a stranger's branch could bring the
    file along. It is the same for all runs of a user. Raises OSError where that cannot be remembered.
    """
    return f"{kind}-{_secret()}.sqlite"


@lru_cache(maxsize=1)
def _secret() -> str:
    """32 random characters, kept in the user's cache folder."""
    from platformdirs import user_cache_path

    file = user_cache_path("dbtai", appauthor=False) / _SECRET
    file.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(3):
        try:
            with file.open("x", encoding="ascii") as made:  # the first of several processes decides
                made.write(secrets.token_hex(16))
        except FileExistsError:
            found = file.read_text(encoding="ascii", errors="replace")
            if re.fullmatch(r"[0-9a-f]{32}", found):
                return found
            file.unlink(missing_ok=True)
    raise OSError(f"{file} cannot be kept")
