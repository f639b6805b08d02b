"""Writes a LoRA adapter of peft as a GGUF file that llama.cpp loads beside the quantised base model.

Format: GGUF adapters as llama.cpp's convert_lora_to_gguf makes them. Models of the Llama family keep the rows of their
query and key weights in the order of the rotary embedding there; the half of LoRA that makes these rows is put into the
same order. Needs the extra `dbtai[distill]`: gguf, safetensors.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from dbt_ai.errors import UsageError

NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_TENSOR = re.compile(r"base_model\.model\.model\.layers\.(\d+)\.(.+?)\.lora_(A|B)\.weight")
ROTARY = {"self_attn.q_proj": "num_attention_heads", "self_attn.k_proj": "num_key_value_heads"}
ARCHITECTURES = {"llama": "llama", "qwen2": "qwen2"}  # by the name that transformers gives a model


def family_of(config: Any) -> str:
    """What llama.cpp calls models with this configuration. Raises UsageError for a family that is not taught."""
    family = ARCHITECTURES.get(config.model_type)
    if family is None:
        known = ", ".join(ARCHITECTURES)
        raise UsageError(f"Adapters for {config.model_type} models cannot be written: teach one of {known}.")
    return family


def export(adapter: Path, config: Any, target: Path) -> Path:
    """Writes the adapter in the folder `adapter` to the file `target`. `config` is that of the base model. Raises
    UsageError for a model of another family."""
    import numpy
    from gguf import GGUFWriter
    from safetensors.torch import load_file

    family = family_of(config)
    told = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    half = target.with_suffix(".writing")
    writer = GGUFWriter(str(half), family)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(told["lora_alpha"]))
    for key, tensor in sorted(load_file(adapter / "adapter_model.safetensors").items()):
        found = _TENSOR.fullmatch(key)
        if found is None:
            raise UsageError(f"The adapter holds {key}, which no GGUF adapter has: teach linear layers only.")
        layer, module, side = found.groups()
        weights = tensor.float().numpy()
        if family == "llama" and side == "B" and module in ROTARY:
            weights = _in_rotary_order(weights, getattr(config, ROTARY[module]))
        name = f"blk.{layer}.{NAMES[module]}.weight.lora_{side.lower()}"
        writer.add_tensor(name, numpy.ascontiguousarray(weights.astype(numpy.float16)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    half.replace(target)
    return target


def _in_rotary_order(weights: Any, heads: int) -> Any:
    """Rows of each head in pairs of its two halves, as llama.cpp stores them."""
    rows, rest = weights.shape[0], weights.shape[1:]
    return weights.reshape(heads, 2, rows // heads // 2, *rest).swapaxes(1, 2).reshape(weights.shape)
