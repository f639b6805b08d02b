"""Serves a student on this machine: llama.cpp's server inside this process, on a free port of loopback.

So a student is asked with the same requests, through the same client, as a model behind an API. One server a student,
for as long as the process lives; weights are mapped from the disk, and shared by all processes that use them.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from dbt_ai.engines.local.errors import StudentError
from dbt_ai.engines.local.gguf import read_head
from dbt_ai.engines.local.values import Weights

CONTEXT = 2048  # tokens of question and answer
_SPARE_MB = 100
_lock = threading.Lock()
_servers: dict[tuple[Path, Path | None], Any] = {}


def check(weights: Weights) -> None:
    """Raises StudentError where the files cannot be served, or do not belong together. Reads their heads only."""
    if not weights.model.is_file():
        raise StudentError(f"The weights {weights.model} are gone: run dbtai student install again.")
    model = read_head(weights.model)
    if weights.adapter is None:
        return
    adapter = read_head(weights.adapter)
    if not adapter.is_adapter:
        raise StudentError(f"{weights.adapter} is a model and no adapter: install it with dbtai student install.")
    if adapter.architecture != model.architecture:
        raise StudentError(
            f"The adapter {weights.adapter.name} is for {adapter.architecture} models, and {weights.model.name} is "
            f"one of {model.architecture}: use the adapter that was made for it, or none."
        )


def serve(weights: Weights) -> str:
    """The base URL of a server with these weights, started at the first call. Raises StudentError."""
    key = (weights.model, weights.adapter)
    with _lock:
        if key not in _servers:
            check(weights)
            _enough_memory(weights)
            _servers[key] = _started(weights)
        return f"{_servers[key].listening_address}/v1"


def _started(weights: Weights) -> Any:
    try:
        import xllamacpp
    except ImportError as error:
        raise StudentError(
            "A student runs by the package xllamacpp, which is not installed: pip install 'dbtai[local]'."
        ) from error
    settings = xllamacpp.CommonParams()
    settings.model.path = str(weights.model)
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    settings.n_ctx = CONTEXT
    settings.n_parallel = 1
    settings.warmup = False
    settings.ui = False
    settings.verbosity = -1
    settings.sampling.temp = 0.0  # the likeliest word each time: the same answer to the same question, and fewer slips
    settings.cache_ram_mib = 0  # the last question's beginning is kept in any case, and that is the one that repeats
    for threads in (settings.cpuparams, settings.cpuparams_batch):
        threads.n_threads = threads_at_hand()
        threads.poll = 0  # threads that wait by looking take the machine from those that work
    if weights.adapter is not None:
        adapter = xllamacpp.CommonAdapterLoraInfo()
        adapter.path, adapter.scale = str(weights.adapter), 1.0
        settings.lora_adapters = [adapter]
    try:
        return xllamacpp.Server(settings)
    except Exception as error:
        raise StudentError(
            f"{weights.model.name} could not be loaded ({str(error).strip() or type(error).__name__}): install it "
            "again, or update xllamacpp."
        ) from error


def threads_at_hand() -> int:
    """One where the machine is busy, else two at the most: a small model does not gain by more."""
    cores = os.cpu_count() or 1
    try:
        idle = cores - os.getloadavg()[0]
    except (OSError, AttributeError):  # Windows
        idle = cores / 2
    return max(1, min(2, int(idle)))


def _enough_memory(weights: Weights) -> None:
    free = free_mb()
    if free is not None and free < weights.memory_mb + _SPARE_MB:
        raise StudentError(
            f"{weights.model.name} needs {weights.memory_mb:,} MB of memory, and {free:,} MB are free: close "
            "something, or use a smaller student."
        )


def free_mb() -> int | None:
    """The megabytes of memory that Linux says are at hand; None elsewhere."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:")), None)
