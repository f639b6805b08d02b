"""The loss of packed rows. The vocabulary head, half of a small model's work, is computed only where an answer's token
is to be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dbt_ai.distill.packing import UNSUPERVISED, Pack, length_of


def loss_of(model: Any, batch: Sequence[Pack], device: str) -> Any:
    """Mean cross-entropy over the tokens of the answers."""
    import torch

    length = length_of(batch)

    def padded(rows: Sequence[Sequence[int]], filler: int) -> Any:
        return torch.tensor([[*row, *[filler] * (length - len(row))] for row in rows], device=device)

    tokens = padded([one.tokens for one in batch], 0)
    labels = padded([one.labels for one in batch], UNSUPERVISED)
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
    supervised = labels != UNSUPERVISED
    logits = core.lm_head(hidden[supervised])
    return torch.nn.functional.cross_entropy(logits.float(), labels[supervised])


def mean_loss(model: Any, packs: Sequence[Pack], batch: int, device: str) -> float:
    """The loss per token of an answer over all of them, without learning; NaN where there are none."""
    import torch

    model.eval()
    total = count = 0.0
    near = sorted(packs, key=lambda one: len(one.tokens))
    with torch.no_grad():
        for start in range(0, len(near), batch):
            part = near[start : start + batch]
            number = sum(label != UNSUPERVISED for one in part for label in one.labels)
            total += float(loss_of(model, part, device).item()) * number
            count += number
    model.train()
    return total / count if count else float("nan")
