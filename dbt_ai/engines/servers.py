"""What was learnt of servers, kept beside the project for some days: a file that may be deleted at any time."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from dbt_ai.engines.dialects import APIS, LIMITS, Dialect
from dbt_ai.engines.settings import shown_url

VERSION = 1  # of the file
_DAYS = 7
_FILE, _RUNS = "servers.json", "background"


class Servers:
    """The dialect of each model at each base URL in `servers.json` of a folder, and the background runs that a server
    still works on, one file each. With no folder, all is forgotten at the end of the run.

    Many processes may use a folder at once: files are replaced as a whole. A broken or a newer one counts as missing,
    one that cannot be written is left alone. No key and no password gets in: addresses are kept as their hash.
    """

    def __init__(self, folder: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._runs: dict[str, Mapping[str, Any]] = {}

    def dialect(self, base_url: str, model: str) -> Dialect | None:
        """What the server understood when it was last asked; None where that is not known, or too long ago."""
        entry = self._entries().get(_key(base_url, model))
        return None if entry is None else _dialect(entry.get("dialect"))

    def learn(self, base_url: str, model: str, dialect: Dialect) -> None:
        """Remembers what a server understands."""
        with self._lock:
            entries = self._entries()
            entries[_key(base_url, model)] = {"at": self._clock(), "model": model, "dialect": asdict(dialect)}
            self._write(_FILE, {"version": VERSION, "servers": entries})

    def run(self, key: str) -> Mapping[str, Any] | None:
        """What is known of a background run: its `id`, and its `body` where it has ended."""
        if self._folder is None:
            return self._runs.get(key)
        found = _read(self._folder / _RUNS / f"{key}.json")
        return found if is_run(found) else None

    def keep_run(self, key: str, run: Mapping[str, Any]) -> None:
        """Remembers a background run, safe from `kill -9` when this returns."""
        if self._folder is None:
            self._runs[key] = run
        else:
            self._write(f"{_RUNS}/{key}.json", run)

    def drop_run(self, key: str) -> None:
        """Forgets a background run: its answer has arrived, or the server has no longer heard of it."""
        if self._folder is None:
            self._runs.pop(key, None)
            return
        with contextlib.suppress(OSError):
            (self._folder / _RUNS / f"{key}.json").unlink()

    def _entries(self) -> dict[str, dict[str, Any]]:
        if self._folder is None:
            return {}
        content = _read(self._folder / _FILE)
        servers = content.get("servers") if content.get("version") == VERSION else None
        oldest = self._clock() - _DAYS * 86_400
        return {
            key: entry
            for key, entry in (servers.items() if isinstance(servers, dict) else ())
            if isinstance(entry, dict) and isinstance(entry.get("at"), (int, float)) and entry["at"] >= oldest
        }

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        if self._folder is None:
            return
        path = self._folder / name
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(content, file, indent=1)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)
            except BaseException:
                os.unlink(temporary)
                raise


def is_run(found: Mapping[str, Any]) -> bool:
    """Whether this is an answer, or a note, about a run by a number that can stand in an address."""
    return isinstance(found.get("id"), str) and re.fullmatch(r"[A-Za-z0-9_-]{1,200}", found["id"]) is not None


def _key(base_url: str, model: str) -> str:
    return hashlib.sha256(f"{shown_url(base_url)}\n{model}".encode()).hexdigest()


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _dialect(stored: Any) -> Dialect | None:
    """The dialect that was stored, None where it is not one that this version knows."""
    if not isinstance(stored, dict) or set(stored) != {field.name for field in fields(Dialect)}:
        return None
    like = asdict(Dialect("chat"))
    for name, value in stored.items():
        if name not in ("efforts", "most_tokens") and type(value) is not type(like[name]):
            return None
    if stored["api"] not in APIS or stored["limit"] not in LIMITS:
        return None
    most, efforts = stored["most_tokens"], stored["efforts"]
    if not (most is None or (type(most) is int and most > 0)) or not isinstance(efforts, list):
        return None
    pairs = tuple((str(pair[0]), str(pair[1])) for pair in efforts if isinstance(pair, list) and len(pair) == 2)
    return Dialect(**{**stored, "efforts": pairs})
