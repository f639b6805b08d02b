"""One distillation: a folder with its data, card, recipe, losses, adapter and figures. An interrupted one goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dbt_ai.distill.comparing import Agreement, agreement
from dbt_ai.distill.dataset import DataSet, write_pairs
from dbt_ai.distill.export import export, family_of
from dbt_ai.distill.outlook import Outlook
from dbt_ai.distill.pairs import Pair
from dbt_ai.distill.starting import read_start
from dbt_ai.distill.training import Recipe, Trained, base_config, train
from dbt_ai.engines.local.engine import LocalEngine
from dbt_ai.engines.local.values import Weights

Told = Callable[[str, int, int], None]
MOST_COMPARED = 150  # held-out pairs that both adapters answer
FIGURES = "figures.json"


@dataclass(frozen=True)
class Distilled:
    """What came of it: the GGUF adapter, the agreement with the teachers on held-out pairs of what is in use (`before`)
    and of the new one (`after`), and the training's figures."""

    adapter: Path
    before: Agreement
    after: Agreement
    trained: Trained

    @property
    def better(self) -> bool:
        """Whether it beats what is in use."""
        return self.after.mean > self.before.mean


def distil(
    data: DataSet,
    in_use: Weights,
    folder: Path,
    recipe: Recipe,
    told: Told,
    foreseen: Callable[[Outlook], None] = lambda outlook: None,
    start: Path | None = None,
) -> Distilled:
    """Teaches the model that is `in_use`, exports the adapter and compares it with what is in use: with an adapter or
    the bare model. `start` is the adapter to go on from. `folder` is that of this run: what lies there is gone on from.
    """
    base = in_use.model
    config = base_config(base)
    family_of(config)
    begun = None if start is None else read_start(start, config)
    if begun is not None:
        recipe = recipe.going_on_from(begun)
    folder.mkdir(parents=True, exist_ok=True)
    write_pairs(data.train, folder / "train.jsonl")
    write_pairs(data.held_out, folder / "held_out.jsonl")
    from_adapter = {"name": begun.file.stem, "sha256": begun.sha256} if begun else None
    card = {"student": base.name, "starts_from": from_adapter, **data.card()}
    _write(folder / "card.json", card)

    def step(done: int, of: int, loss: float) -> None:
        told(f"Teaching, loss {loss:.2f}", done, of)

    trained = train(base, config, data.train, data.held_out, folder, recipe, step, foreseen, begun)
    adapter = export(trained.adapter, config, folder / "adapter.gguf")
    compared = compared_of(data.held_out)

    def asked(weights: Weights, which: str) -> Agreement:
        return agreement(LocalEngine(which, weights), compared, lambda done, of: told(f"Asking {which}", done, of))

    before = asked(in_use, "the one in use")
    after = asked(Weights(base, adapter, 0), "the new one")
    done = Distilled(adapter, before, after, trained)
    figures = {
        **asdict(trained),
        "adapter": adapter.name,
        "adapter_sha256": _sha256(adapter),
        "pairs_sha256": data.sha256(),
        "compared": len(compared),
        "before": before.mean,
        "after": after.mean,
        "answered_before": before.answered,
        "answered_after": after.answered,
        "nearer": after.better_than(before),
        "farther": before.better_than(after),
        "better": done.better,
    }
    _write(folder / FIGURES, figures)
    return done


def compared_of(pairs: Sequence[Pair]) -> Sequence[Pair]:
    """Of many pairs every so-manieth, so that none of the models is left out for standing last."""
    return pairs[:: -(-len(pairs) // MOST_COMPARED)] if pairs else pairs


def is_taught(data: DataSet, in_use: Weights, folder: Path) -> bool:
    """Whether the adapter in use is what came of the run in `folder`, of the same pairs."""
    try:
        figures = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
        same = figures["adapter_sha256"] == _sha256(in_use.adapter) if in_use.adapter else False
        return same and figures["pairs_sha256"] == data.sha256()
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, known: object) -> None:
    path.write_text(json.dumps(known, indent=1, default=str) + "\n", encoding="utf-8")
