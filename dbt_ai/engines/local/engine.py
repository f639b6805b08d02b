"""The engine of a student on this machine: its server is started by the first question."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbt_ai.engines.local.catalog import student_named
from dbt_ai.engines.local.errors import StudentError
from dbt_ai.engines.local.serving import serve
from dbt_ai.engines.local.starter import starter_for
from dbt_ai.engines.local.store import Installed, InUse, in_use, installed_as
from dbt_ai.engines.local.values import Weights
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.throttle import Throttle
from dbt_ai.engines.values import Answer, Cost, Meter, Request
from dbt_ai.errors import EngineError

ADDRESS = "http://127.0.0.1"  # what the ledger says: nothing left the machine


class LocalEngine:
    """An Engine that asks `weights`. `model` names the student and its adapter, as the cache and the lock file do."""

    name = "student"

    def __init__(self, model: str, weights: Weights, *, meter: Meter | None = None) -> None:
        self.model = model
        self._weights = weights
        self._meter = meter
        self._lock = threading.Lock()
        self._engine: OpenAIEngine | None = None

    def __repr__(self) -> str:
        return f"LocalEngine({self.model!r})"

    def answer(self, request: Request) -> Answer:
        """The answer, validated against the request's schema; one that has nothing in it where the student did not
        come to an end, as it would not the next time. Raises StudentError where it cannot be served."""
        engine = self._started()
        started = time.monotonic()
        try:
            return engine.answer(request)
        except EngineError as error:
            nothing = _nothing(request.schema)
            if type(error) is not EngineError or nothing is None:
                raise
            return Answer(nothing, self.name, self.model, Cost(usd=0.0, seconds=time.monotonic() - started))

    def stop(self, why: EngineError) -> None:
        """Nothing is asked any more; see Stoppable."""
        with self._lock:
            if self._engine is not None:
                self._engine.stop(why)

    def _started(self) -> OpenAIEngine:
        with self._lock:
            if self._engine is None:
                settings = EngineSettings(self.model, serve(self._weights), "none", api="chat", name=self.name)
                no_key: Mapping[str, str] = {}
                self._engine = OpenAIEngine(settings, no_key, meter=self._meter, throttle=Throttle(1))
            return self._engine


def _nothing(schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The answer that says nothing, where the schema allows one.

    >>> _nothing({"properties": {"a": {"type": ["string", "null"]}}})
    {'a': None}
    """
    kinds = {name: below.get("type") for name, below in schema.get("properties", {}).items()}
    return dict.fromkeys(kinds) if all(isinstance(kind, list) and "null" in kind for kind in kinds.values()) else None


def weights_of(student: Installed, chosen: InUse) -> tuple[str, Weights]:
    """What the student with the chosen adapter is called, and its weights."""
    adapter = adapter_of(student, chosen)
    name = student.name if adapter is None else f"{student.name}+{adapter.stem}@{_short_hash(adapter)}"
    known = student_named(student.name)
    return name, Weights(student.file, adapter, student.memory_mb, known is not None and known.plain_only)


def weights_called(spelled: str) -> tuple[str, Weights]:
    """What the installed student is called that is spelled as NAME or NAME:ADAPTER, and its weights. ADAPTER is
    "starter", "none" for the bare model, or the path of a GGUF file; NAME may be "student", the one in use, which
    answers with its own adapter where none is named. Raises StudentError."""
    name, _, adapter = spelled.partition(":")
    used = in_use()
    if name == "student":
        if used is None:
            raise StudentError("No student is in use: run dbtai student install, or name one that is installed.")
        name = used.name
    if not adapter and used is not None and used.name == name:
        return weights_of(installed_as(name), used)
    if adapter in ("", "starter"):
        return weights_of(installed_as(name), InUse(name))
    path = None if adapter == "none" else str(Path(adapter).expanduser().resolve())
    return weights_of(installed_as(name), InUse(name, path))


def adapter_of(student: Installed, chosen: InUse) -> Path | None:
    """The adapter to use: the one in the package for "starter", else that path. Raises StudentError where there is none
    in the package: a bare small model writes sentences that are true and say nothing."""
    if chosen.adapter is None:
        return None
    if chosen.adapter != "starter":
        return Path(chosen.adapter)
    found = starter_for(student.name)
    if found is None:
        raise StudentError(
            f"There is no starter adapter for {student.name}: teach one (dbtai distill), or let the bare model answer "
            f"(dbtai student use {student.name} --adapter none)."
        )
    return found


def _short_hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    except OSError:
        return "missing"
