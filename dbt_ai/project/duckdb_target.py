"""Where a DuckDB project's data is, out of its profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dbt_ai.project.values import DuckDBTarget

_SECRET_SETTINGS = ("motherduck_token", "password", "secret", "token", "key")


def duckdb_target(credentials: Any, root: Path) -> DuckDBTarget | None:
    """The target of dbt-duckdb's `credentials`, with paths relative to `root` made absolute.

    None for another adapter, and for a database that is no local file: MotherDuck, DuckLake, remote storage. Settings
    that hold a secret are left out.
    """
    if getattr(credentials, "type", None) != "duckdb" or getattr(credentials, "remote", None) is not None:
        return None
    path = _local(str(credentials.path), root)
    if path is None:
        return None
    attach = []
    for attachment in credentials.attach or ():
        attached = _local(str(attachment.path), root) if attachment.type in (None, "duckdb") else None
        if attached is not None and attached != ":memory:":
            attach.append((attached, attachment.alias or Path(attached).name.split(".")[0]))
    settings = {
        name: value
        for name, value in (credentials.settings or {}).items()
        if not any(word in name.casefold() for word in _SECRET_SETTINGS)
    }
    extensions = [item if isinstance(item, str) else item.get("name") for item in credentials.extensions or ()]
    return DuckDBTarget(
        path=path,
        database=credentials.database,
        attach=tuple(attach),
        extensions=tuple(name for name in extensions if name),
        settings=settings,
    )


def _local(path: str, root: Path) -> str | None:
    if path == ":memory:":
        return path
    scheme, colon, _ = path.partition(":")
    if colon and len(scheme) > 1:  # one letter is a drive
        return None
    return str((root / path).resolve())
