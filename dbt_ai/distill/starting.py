"""What a training goes on from: an adapter in use, a GGUF file, whose tensors are read back into those of peft.

The reverse of `export`: what was exported comes back as it was, but for the rounding to 16 bits. Needs the extra
`dbtai[distill]`: gguf, torch.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbt_ai.distill.export import NAMES, ROTARY
from dbt_ai.engines.local.gguf import read_head
from dbt_ai.errors import UsageError

_TENSOR = re.compile(r"blk\.(\d+)\.(\w+)\.weight\.lora_(a|b)")
_MODULES = {written: module for module, written in NAMES.items()}


@dataclass(frozen=True)
class Start:
    """The adapter in `file`: its SHA-256, rank and alpha, the `modules` that it changes, its `tensors` by peft's names
    for them."""

    file: Path
    sha256: str
    rank: int
    alpha: int
    modules: tuple[str, ...]
    tensors: Mapping[str, Any]


def read_start(file: Path, config: Any) -> Start:
    """The adapter in a file, for a model with this configuration (of transformers). Raises UsageError for one that
    cannot be taught any further, and StudentError for a file that is none."""
    import torch
    from gguf import GGUFReader

    if not read_head(file).is_adapter:
        raise UsageError(f"{file} is a model and no adapter: start from an adapter, or from none.")
    reader = GGUFReader(str(file))
    alpha = reader.fields.get("adapter.lora.alpha")
    tensors: dict[str, Any] = {}
    modules: set[str] = set()
    for tensor in reader.tensors:
        found = _TENSOR.fullmatch(tensor.name)
        module = _MODULES.get(found[2]) if found else None
        if found is None or module is None:
            raise UsageError(f"{file.name} holds {tensor.name}, which is not taught here: start from another adapter.")
        weights = tensor.data
        if config.model_type == "llama" and found[3] == "b" and module in ROTARY:
            weights = _in_usual_order(weights, getattr(config, ROTARY[module]))
        name = f"base_model.model.model.layers.{found[1]}.{module}.lora_{found[3].upper()}.weight"
        tensors[name] = torch.from_numpy(weights.astype("float32"))
        modules.add(module.rpartition(".")[2])
    ranks = {tensor.shape[0] for name, tensor in tensors.items() if ".lora_A." in name}
    if len(ranks) != 1 or alpha is None:
        raise UsageError(f"{file.name} does not have one rank and one alpha: start from another adapter.")
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    return Start(file, sha256, ranks.pop(), round(float(alpha.contents())), tuple(sorted(modules)), tensors)


def _in_usual_order(weights: Any, heads: int) -> Any:
    """Rows of each head as its two halves: what `export` did, undone."""
    rows, rest = weights.shape[0], weights.shape[1:]
    return weights.reshape(heads, rows // heads // 2, 2, *rest).swapaxes(1, 2).reshape(weights.shape)
