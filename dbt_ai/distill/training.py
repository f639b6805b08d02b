"""Teaches a student: a LoRA adapter on a base model that is a GGUF file, on the CPU or a GPU.

Source: LoRA (Hu et al., 2021), on all linear layers. The vocabulary head, half of a small model's work, is computed
only where an answer's token is to be told. The columns of one model share the first half of their questions: they are
packed behind it, each of which sees it and itself (a tree of attention, as in Medusa, Cai et al., 2024), which halves
the work. Needs the extra `dbtai[distill]`: torch, transformers, peft.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from dbt_ai.distill.pairs import Pair

LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
PAD_TO = 16  # tokens
MAX_TOKENS = 640  # of an example; longer ones are left out
MAX_PACK = 1024  # tokens of a row
_UNSUPERVISED = -100
_WARM_UP = 10  # steps
_SLOWEST = 0.05  # share of the learning rate at the end

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


@dataclass(frozen=True)
class Trained:
    """What came of a training: the folder of the adapter, losses per token on the held-out pairs before and after,
    steps, and what it took."""

    adapter: Path
    loss_before: float
    loss_after: float
    steps: int
    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class _Pack:
    """Several examples in one row. `starts` says for each token where what it sees begins: all from 0 up to `shared`,
    then what follows `starts` up to itself."""

    tokens: tuple[int, ...]
    labels: tuple[int, ...]
    places: tuple[int, ...]
    starts: tuple[int, ...]
    shared: int


def train(
    base: Path,
    pairs: Sequence[Pair],
    held_out: Sequence[Pair],
    folder: Path,
    recipe: Recipe,
    told: Told,
    save_every: int = 20,
) -> Trained:
    """Teaches the GGUF at `base`. `folder` keeps what an interrupted training goes on from: the adapter, the
    optimizer and the step; a finished one is read and not done again."""
    import torch
    from peft import LoraConfig, PeftModel, get_peft_model

    torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.seed)
    started = time.monotonic()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer, model = _load(base, device)
    lessons = list(_packs(tokenizer, pairs))
    tests = list(_packs(tokenizer, held_out))
    folder.mkdir(parents=True, exist_ok=True)
    state_file, adapter = folder / "state.pt", folder / "adapter"
    wanted = _fingerprint(base, pairs, recipe)
    state: dict[str, Any] = torch.load(state_file, weights_only=True) if state_file.exists() else {}
    if state.get("of") == wanted:
        model = PeftModel.from_pretrained(model, adapter, is_trainable=True)
    else:  # nothing is there, or a training of other pairs
        (folder / "losses.jsonl").unlink(missing_ok=True)
        config = LoraConfig(r=recipe.rank, lora_alpha=recipe.alpha, target_modules=list(LAYERS), task_type="CAUSAL_LM")
        model = get_peft_model(model, config)
        state = {"of": wanted, "step": 0, "before": _loss_of(model, tests, recipe.batch, device), "seconds": 0.0}
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=0.0)
    if "optimizer" in state:
        optimizer.load_state_dict(state["optimizer"])
    batches = list(_batches(lessons, recipe))
    model.train()
    for step, batch in enumerate(batches):
        if step < state["step"]:
            continue
        for group in optimizer.param_groups:
            group["lr"] = recipe.learning_rate * _rate(step, len(batches))
        loss = _loss(model, batch, device)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        told(step + 1, len(batches), float(loss.item()))
        with (folder / "losses.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step + 1, "loss": round(float(loss.item()), 4)}) + "\n")
        if (step + 1) % save_every == 0 or step + 1 == len(batches):
            model.save_pretrained(adapter)
            state |= {"step": step + 1, "optimizer": optimizer.state_dict()}
            torch.save(state, folder / "writing.pt")
            (folder / "writing.pt").replace(state_file)
    after = _loss_of(model, tests, recipe.batch, device)
    (folder / "recipe.json").write_text(json.dumps(asdict(recipe), indent=1), encoding="utf-8")
    return Trained(adapter, state["before"], after, len(batches), time.monotonic() - started, _peak_mb())


def _fingerprint(base: Path, pairs: Sequence[Pair], recipe: Recipe) -> str:
    """What a training can be gone on with for: the same model, pairs and recipe, by however many threads."""
    known = [base.name, [asdict(pair) for pair in pairs], {**asdict(recipe), "threads": 0}]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


def base_config(base: Path) -> Any:
    """The configuration of the model in a GGUF file, as transformers has it."""
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(str(base.parent), gguf_file=base.name)


def _load(base: Path, device: str) -> tuple[Any, Any]:
    """Tokenizer and model of a GGUF file, dequantised, in bfloat16."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    where = {"pretrained_model_name_or_path": str(base.parent), "gguf_file": base.name}
    tokenizer: Any = AutoTokenizer.from_pretrained(**where)
    # packed weights save memory and are very slow to teach
    dense = GgufConfig(dequantize=True)
    model: Any = AutoModelForCausalLM.from_pretrained(**where, quantization_config=dense, dtype=torch.bfloat16)
    model.hf_quantizer = None  # else peft takes the weights for quantised ones
    model.is_quantized = False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    return tokenizer, model.to(device)


def _packs(tokenizer: Any, pairs: Sequence[Pair]) -> Iterator[_Pack]:
    """The pairs as tokens, those of one group behind what they share."""
    for _, group in groupby(pairs, key=lambda pair: pair.group):
        examples = []
        for pair in group:
            chat = f"<|im_start|>system\n{pair.instructions}<|im_end|>\n<|im_start|>user\n{pair.prompt}<|im_end|>\n"
            question = tokenizer(f"{chat}<|im_start|>assistant\n", add_special_tokens=False).input_ids
            answer = tokenizer(f"{pair.answer}<|im_end|>", add_special_tokens=False).input_ids
            if len(question) + len(answer) <= MAX_TOKENS:
                examples.append((question, answer))
        while examples:
            shared = _in_common([question for question, _ in examples])
            size, count = shared, 0
            while count < len(examples) and (not count or size + _own(examples[count], shared) <= MAX_PACK):
                size += _own(examples[count], shared)
                count += 1
            yield _pack(examples[:count], shared)
            examples = examples[count:]


def _in_common(questions: Sequence[Sequence[int]]) -> int:
    """How many tokens all of them begin with; each keeps one of its own, which tells the first token of the answer."""
    least = min(len(question) for question in questions) - 1
    return next((place for place in range(least) if len({question[place] for question in questions}) > 1), least)


def _own(example: tuple[list[int], list[int]], shared: int) -> int:
    return len(example[0]) + len(example[1]) - shared


def _pack(examples: Sequence[tuple[list[int], list[int]]], shared: int) -> _Pack:
    tokens, labels, places, starts = (
        examples[0][0][:shared],
        [_UNSUPERVISED] * shared,
        list(range(shared)),
        [0] * shared,
    )
    for question, answer in examples:
        start = len(tokens)
        own = [*question[shared:], *answer]
        tokens = [*tokens, *own]
        # what a token is to tell is the one after it
        labels += [*[_UNSUPERVISED] * (len(question) - shared - 1), *answer, _UNSUPERVISED]
        places += range(shared, shared + len(own))
        starts += [start] * len(own)
    return _Pack(tuple(tokens), tuple(labels), tuple(places), tuple(starts), shared)


def _batches(packs: Sequence[_Pack], recipe: Recipe) -> Iterator[Sequence[_Pack]]:
    """Every pack once an epoch, those of like length together, the batches in random order."""
    dice = random.Random(recipe.seed)
    left = round(recipe.epochs * len(packs))
    while left > 0:
        shuffled = dice.sample(packs, min(left, len(packs)))
        left -= len(shuffled)
        near = sorted(shuffled, key=lambda one: len(one.tokens))
        batches = [near[start : start + recipe.batch] for start in range(0, len(near), recipe.batch)]
        dice.shuffle(batches)
        yield from batches


def _rate(step: int, steps: int) -> float:
    return min(1.0, (step + 1) / _WARM_UP) * max(_SLOWEST, 1 - step / steps)


def _loss(model: Any, batch: Sequence[_Pack], device: str) -> Any:
    """Mean cross-entropy over the tokens of the answers."""
    import torch

    length = -(-max(len(one.tokens) for one in batch) // PAD_TO) * PAD_TO

    def padded(rows: Sequence[Sequence[int]], filler: int) -> Any:
        return torch.tensor([[*row, *[filler] * (length - len(row))] for row in rows], device=device)

    tokens = padded([one.tokens for one in batch], 0)
    labels = padded([one.labels for one in batch], _UNSUPERVISED)
    places = padded([one.places for one in batch], 0)
    starts = padded([one.starts for one in batch], 0)
    shared = torch.tensor([one.shared for one in batch], device=device)
    here = torch.arange(length, device=device)
    before = here[None, None, :] <= here[None, :, None]
    own = here[None, None, :] >= starts[:, :, None]
    seen = before & (own | (here[None, None, :] < shared[:, None, None]))
    core = model.get_base_model() if hasattr(model, "get_base_model") else model
    weights = core.lm_head.weight.dtype
    mask = torch.zeros(seen.shape, dtype=weights, device=device).masked_fill(~seen, torch.finfo(weights).min)
    hidden = core.model(
        input_ids=tokens, attention_mask=mask[:, None], position_ids=places, use_cache=False
    ).last_hidden_state
    supervised = labels != _UNSUPERVISED
    logits = core.lm_head(hidden[supervised])
    return torch.nn.functional.cross_entropy(logits.float(), labels[supervised])


def _loss_of(model: Any, tests: Sequence[_Pack], batch: int, device: str) -> float:
    import torch

    model.eval()
    total = count = 0.0
    near = sorted(tests, key=lambda one: len(one.tokens))
    with torch.no_grad():
        for start in range(0, len(near), batch):
            part = near[start : start + batch]
            number = sum(label != _UNSUPERVISED for one in part for label in one.labels)
            total += float(_loss(model, part, device).item()) * number
            count += number
    model.train()
    return total / count if count else float("nan")


def _peak_mb() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
