"""Teaches a student: a LoRA adapter on a base model that is a GGUF file, on the CPU or a GPU.

Source: LoRA (Hu et al., 2021), on all linear layers. Needs the extra `dbtai[distill]`: torch, transformers, peft.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from dbt_ai.distill.losses import loss_of, mean_loss
from dbt_ai.distill.outlook import Outlook, check_room, foresee
from dbt_ai.distill.packing import batches_of, packs_of
from dbt_ai.distill.pairs import Pair
from dbt_ai.distill.starting import Start
from dbt_ai.errors import UsageError

LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
_WARM_UP = 10  # steps
_SLOWEST = 0.05  # share of the learning rate at the end
_SAVING = 0.05  # of the time, at the most

Told = Callable[[int, int, float], None]  # step, of how many, loss


@dataclass(frozen=True)
class Recipe:
    """How a student is taught. `learning_rate` is the highest one, `batch` how many models (with all their columns)
    make a step, `epochs` how often each pair is seen. One of `threads` by default: on a busy machine threads that wait
    for each other cost more than they bring."""

    rank: int = 16
    alpha: int = 32
    learning_rate: float = 6e-4
    batch: int = 2
    epochs: float = 2.0
    seed: int = 1
    threads: int = 1

    def going_on_from(self, start: Start) -> Recipe:
        """The recipe that goes on from an adapter: of its rank, and slower, so that what it knows stays."""
        return replace(self, rank=start.rank, alpha=start.alpha, learning_rate=self.learning_rate / 3)


@dataclass(frozen=True)
class Trained:
    """What came of a training: the folder of the adapter, losses per token on the held-out pairs before and after,
    steps, and what it took, all interrupted goes together."""

    adapter: Path
    loss_before: float
    loss_after: float
    steps: int
    seconds: float
    peak_mb: float


def train(
    base: Path,
    config: Any,
    pairs: Sequence[Pair],
    held_out: Sequence[Pair],
    folder: Path,
    recipe: Recipe,
    told: Told,
    foreseen: Callable[[Outlook], None] = lambda outlook: None,
    start: Start | None = None,
) -> Trained:
    """Teaches the GGUF at `base`, with the configuration of `base_config`, from `start` on where that is given: the
    recipe is then one that goes on from it.

    `folder` keeps what an interrupted training goes on from: a finished one is read and not done again. Before it
    begins, `foreseen` is told what it will take. Raises UsageError where memory or disk are short, and where `start`
    does not fit.
    """
    import torch
    from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict

    torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.seed)
    started = time.monotonic()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = _tokenizer(base)
    tests = list(packs_of(tokenizer, held_out))
    batches = list(batches_of(list(packs_of(tokenizer, pairs)), recipe.batch, recipe.epochs, recipe.seed))
    folder.mkdir(parents=True, exist_ok=True)
    need = check_room(config, batches, folder, recipe.rank, device)
    model = _load(base, device)
    modules = list(LAYERS if start is None else start.modules)
    lora = LoraConfig(r=recipe.rank, lora_alpha=recipe.alpha, target_modules=modules, task_type="CAUSAL_LM")
    model = get_peft_model(model, lora)
    state_file = folder / "state.pt"
    wanted = _fingerprint(base, pairs, recipe, start)
    state: dict[str, Any] = torch.load(state_file, weights_only=True) if state_file.exists() else {}
    if state.get("of") != wanted or "weights" not in state:  # nothing is there, or a training of other pairs
        state = {"of": wanted, "step": 0, "seconds": 0.0}
        if start is not None:
            _set(model, start)
    else:
        set_peft_model_state_dict(model, state["weights"])
    if "before" not in state:
        state["before"] = mean_loss(model, tests, recipe.batch, device)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=0.0)
    if "optimizer" in state:
        optimizer.load_state_dict(state["optimizer"])
    model.train()
    if state["step"] < len(batches):
        foreseen(foresee(model, batches, state["step"], tests, need, device))
    losses = _Losses(folder / "losses.jsonl", state["step"])
    earlier, saving = state["seconds"], 0.0
    for step in range(state["step"], len(batches)):
        for group in optimizer.param_groups:
            group["lr"] = recipe.learning_rate * _rate(step, len(batches))
        loss = loss_of(model, batches[step], device)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        told(step + 1, len(batches), float(loss.item()))
        losses.add(step + 1, float(loss.item()))
        now = time.monotonic()
        if saving <= _SAVING * (now - started) or step + 1 == len(batches):
            state |= {"step": step + 1, "seconds": earlier + now - started}
            state |= {"weights": get_peft_model_state_dict(model), "optimizer": optimizer.state_dict()}
            torch.save(state, folder / "writing.pt")
            (folder / "writing.pt").replace(state_file)
            saving += time.monotonic() - now
    adapter = folder / "adapter"
    model.save_pretrained(adapter)
    after = mean_loss(model, tests, recipe.batch, device)
    (folder / "recipe.json").write_text(json.dumps(asdict(recipe), indent=1) + "\n", encoding="utf-8")
    return Trained(adapter, state["before"], after, len(batches), state["seconds"], _peak_mb())


class _Losses:
    """The file of losses, a line a step. What was written after the last saved step is done again, and goes."""

    def __init__(self, file: Path, step: int) -> None:
        self._file = file
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)[:step] if file.exists() else []
        file.write_text("".join(lines), encoding="utf-8")

    def add(self, step: int, loss: float) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, "loss": round(loss, 4)}) + "\n")


def _set(model: Any, start: Start) -> None:
    """Gives the model the weights of an adapter. Raises UsageError where they are of another model."""
    from peft import set_peft_model_state_dict

    try:
        left = set_peft_model_state_dict(model, dict(start.tensors))
    except RuntimeError:  # of another size
        left = None
    if left is None or left.unexpected_keys or any(".lora_" in key for key in left.missing_keys):
        name = start.file.name
        raise UsageError(f"The adapter {name} is one of another model: use one that was made for this, or none.")


def _fingerprint(base: Path, pairs: Sequence[Pair], recipe: Recipe, start: Start | None) -> str:
    """What a training can be gone on with for: the same model, pairs, recipe and start, by however many threads."""
    known = [base.name, [asdict(pair) for pair in pairs], {**asdict(recipe), "threads": 0}]
    if start is not None:
        known.append(start.sha256)
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


def base_config(base: Path) -> Any:
    """The configuration of the model in a GGUF file, as transformers has it."""
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(str(base.parent), gguf_file=base.name)


def _tokenizer(base: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(base.parent), gguf_file=base.name)


def _load(base: Path, device: str) -> Any:
    """The model in a GGUF file, dequantised, in bfloat16."""
    import torch
    from transformers import AutoModelForCausalLM, GgufConfig
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    # packed weights save memory and are very slow to teach
    dense = GgufConfig(dequantize=True)
    model: Any = AutoModelForCausalLM.from_pretrained(
        str(base.parent), gguf_file=base.name, quantization_config=dense, dtype=torch.bfloat16
    )
    model.hf_quantizer = None  # else peft takes the weights for quantised ones
    model.is_quantized = False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    return model.to(device)


def _rate(step: int, steps: int) -> float:
    return min(1.0, (step + 1) / _WARM_UP) * max(_SLOWEST, 1 - step / steps)


def _peak_mb() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
