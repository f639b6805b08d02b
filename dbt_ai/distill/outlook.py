"""What a training will take, before it begins: time by a step that is measured, memory by what the step's parts weigh.

What a step needs in memory was measured (SmolLM2-135M, PyTorch on the CPU) and is a rough figure: it is there to say no
before an hour is spent, not to account for each byte.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbt_ai.distill.losses import loss_of
from dbt_ai.distill.packing import Pack, length_of
from dbt_ai.engines.local.serving import free_mb
from dbt_ai.errors import UsageError

_PROGRAM_MB = 700  # Python with torch and transformers
_FORWARD = 1 / 3  # of the work of a step
# bytes that a layer keeps of each token for the way back: for each number of the hidden and of the inner vector, and
# for each head and token that it may look at
_HIDDEN, _INNER, _SCORES = 22, 12, 1.5
_LONG = 1.4  # the peak of hundreds of steps over that of one


@dataclass(frozen=True)
class Outlook:
    """What is left of a training: the step it goes on from, of how many, minutes, and megabytes at its peak."""

    done: int
    steps: int
    minutes: float
    memory_mb: float


def check_room(config: Any, batches: Sequence[Sequence[Pack]], folder: Path, rank: int, device: str) -> float:
    """The megabytes of memory that the training needs at its peak. Raises UsageError where memory or disk are short."""
    need = memory_mb(config, batches)
    free = free_mb() if device == "cpu" else _free_on_gpu()
    if free is not None and free < need:
        raise UsageError(
            f"Teaching needs about {need:,.0f} MB of memory, and {free:,.0f} MB are free: close something, or teach a "
            "smaller student."
        )
    # the adapter and the optimizer's two of its size, once more while they are written, and what is exported
    disk = 8 * rank * 4 * _lora_rows(config) / 1e6
    left = shutil.disk_usage(folder).free / 1e6
    if left < disk:
        needs = f"Teaching needs {disk:,.0f} MB on the disk of {folder}"
        raise UsageError(f"{needs}, and {left:,.0f} MB are left: make room.")
    return need


def memory_mb(config: Any, batches: Sequence[Sequence[Pack]]) -> float:
    """The peak of a training's memory: weights of 16 bits, and what the widest batch keeps for its way back."""
    layers, hidden, inner = config.num_hidden_layers, config.hidden_size, config.intermediate_size
    weights = 2 * (config.vocab_size * hidden + layers * (4 * hidden * hidden + 3 * hidden * inner))
    rows, length = max(((len(batch), length_of(batch)) for batch in batches), key=lambda size: size[0] * size[1] ** 2)
    kept = layers * rows * length * (_HIDDEN * hidden + _INNER * inner + _SCORES * config.num_attention_heads * length)
    return float(_PROGRAM_MB + (weights + _LONG * kept) / 1e6)


def _lora_rows(config: Any) -> int:
    hidden, inner = config.hidden_size, config.intermediate_size
    return int(config.num_hidden_layers * (8 * hidden + 3 * (hidden + inner)))


def foresee(
    model: Any, batches: Sequence[Sequence[Pack]], done: int, tests: Sequence[Pack], need: float, device: str
) -> Outlook:
    """Does the widest step that is left once, learns nothing by it, and says what all of them will take."""
    left = batches[done:]
    widest = max(left, key=_tokens)
    started = time.monotonic()
    loss_of(model, widest, device).backward()
    model.zero_grad()
    a_token = (time.monotonic() - started) / _tokens(widest)
    looking = _FORWARD * sum(len(one.tokens) for one in tests) * (1 if done else 2)
    minutes = a_token * (sum(map(_tokens, left)) + looking) / 60
    return Outlook(done, len(batches), minutes, need)


def _tokens(batch: Sequence[Pack]) -> int:
    return len(batch) * length_of(batch)


def _free_on_gpu() -> float:
    import torch

    return float(torch.cuda.mem_get_info()[0]) / 1e6
