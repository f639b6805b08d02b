"""One distillation: a folder with its data, recipe, losses, adapter and figures. An interrupted one goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from dbt_ai.distill.comparing import agreement
from dbt_ai.distill.dataset import DataSet, write_pairs
from dbt_ai.distill.export import export
from dbt_ai.distill.training import Recipe, Trained, base_config, train
from dbt_ai.engines.local.engine import LocalEngine
from dbt_ai.engines.local.values import Weights

Told = Callable[[str, int, int], None]
MOST_COMPARED = 150  # held-out pairs that both adapters answer


@dataclass(frozen=True)
class Distilled:
    """What came of it: the GGUF adapter, the agreement with the teachers on held-out pairs by the adapter in use
    (`before`; None where there is none) and by the new one, and the training's figures."""

    adapter: Path
    before: float | None
    after: float
    trained: Trained

    @property
    def better(self) -> bool:
        """Whether it beats the adapter in use."""
        return self.before is None or self.after > self.before


def distil(data: DataSet, base: Path, in_use: Weights | None, folder: Path, recipe: Recipe, told: Told) -> Distilled:
    """Teaches the model at `base`, exports the adapter and compares it with what is `in_use`. `folder` is that of this
    run: what lies there is gone on from."""
    folder.mkdir(parents=True, exist_ok=True)
    write_pairs(data.train, folder / "train.jsonl")
    write_pairs(data.held_out, folder / "held_out.jsonl")
    (folder / "card.json").write_text(json.dumps(data.card(), indent=1) + "\n", encoding="utf-8")

    def step(done: int, of: int, loss: float) -> None:
        told(f"Teaching, loss {loss:.2f}", done, of)

    trained = train(base, data.train, data.held_out, folder, recipe, step)
    adapter = export(trained.adapter, base_config(base), folder / "adapter.gguf")
    compared = data.held_out[:MOST_COMPARED]
    before = None
    if in_use is not None:
        before = agreement(
            LocalEngine("in use", in_use), compared, lambda done, of: told("Asking the one in use", done, of)
        )
    after = agreement(
        LocalEngine("new", Weights(base, adapter, 0)), compared, lambda done, of: told("Asking the new one", done, of)
    )
    done = Distilled(adapter, before, after, trained)
    figures = {**asdict(trained), "adapter": adapter.name, "before": before, "after": after, "better": done.better}
    (folder / "figures.json").write_text(json.dumps(figures, indent=1, default=str) + "\n", encoding="utf-8")
    return done
