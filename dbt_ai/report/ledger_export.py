"""The rows of the ledger as a file for other programs: JSONL or Parquet."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dbt_ai.errors import UsageError

SUFFIXES = (".jsonl", ".parquet")
# of columns that are neither text nor a whole number
_TYPES = {"sent_at": "TIMESTAMP", "usd": "DOUBLE", "seconds": "DOUBLE"}
_TEXTS = frozenset(
    ("name", "run", "node", "engine", "model", "server", "effort", "prompt_version", "request_key", "outcome")
)


def check_export(path: Path) -> None:
    """Raises UsageError where `path` cannot be exported to."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"The ledger is exported to a file that ends in {' or '.join(SUFFIXES)}, not to {path}.")
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"The ledger cannot be exported to {path}: there is {'a' if path.is_dir() else 'no'} folder.")


def export(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Writes `rows`, all of the same columns, to `path`, whole or not at all. Raises UsageError where it cannot."""
    check_export(path)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".dbtai-export-") as folder:
            lines = Path(folder) / "rows.jsonl"
            with lines.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            if path.suffix.lower() == ".parquet":
                lines = _as_parquet(lines, list(rows[0]))
            os.replace(lines, path)
    except OSError as error:
        raise UsageError(f"The ledger cannot be exported to {path}: {error.strerror}.") from error


def _as_parquet(lines: Path, columns: Sequence[str]) -> Path:
    import duckdb

    types = {name: _TYPES.get(name, "VARCHAR" if name in _TEXTS else "BIGINT") for name in columns}
    parquet = lines.with_suffix(".parquet")
    try:
        with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as connection:
            rows = connection.read_json(str(lines), columns=types, format="newline_delimited")
            rows.write_parquet(str(parquet), compression="zstd")
    except duckdb.Error as error:
        raise OSError(0, str(error).splitlines()[0]) from error
    return parquet
