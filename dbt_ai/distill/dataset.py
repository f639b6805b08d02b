"""What a student is taught: pairs without repetitions and personal data, balanced, and split by model."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dbt_ai.distill.pairs import Pair
from dbt_ai.evidence.masking import masked

LEAST = 200  # pairs: fewer do not teach anything that a prompt does not
HELD_OUT = 10  # one model of so many
_MOST_OF_A_KIND = 0.5  # of all pairs: in a project most columns are passed on
_FEW = 50  # pairs of a kind are never too many
_MOST_OF_AN_ANSWER = 12  # pairs with the same answer


@dataclass(frozen=True)
class DataSet:
    """`train` and `held_out` share no model. `dropped` counts pairs that were left out, by why."""

    train: tuple[Pair, ...]
    held_out: tuple[Pair, ...]
    dropped: tuple[tuple[str, int], ...] = ()

    def card(self) -> dict[str, object]:
        """What it holds, for whoever is handed the adapter."""
        both = (*self.train, *self.held_out)
        return {
            "pairs": len(self.train),
            "held_out": len(self.held_out),
            "models": len({pair.group for pair in both}),
            "teachers": dict(Counter(pair.teacher for pair in both)),
            "kinds": dict(Counter(pair.kind for pair in both)),
            "without_text": sum(pair.answer == '{"description": null}' for pair in both),
            "prompt_versions": sorted({pair.prompt_version for pair in both}),
            "dropped": dict(self.dropped),
        }


def data_set(pairs: Iterable[Pair]) -> DataSet:
    """The pairs to teach. The same pairs give the same data set."""
    dropped: Counter[str] = Counter()
    kept: list[Pair] = []
    seen: set[str] = set()
    answers: Counter[str] = Counter()
    for pair in pairs:
        if pair.prompt in seen:
            dropped["asked twice"] += 1
        elif masked(pair.answer) != pair.answer or masked(pair.prompt) != pair.prompt:
            dropped["personal"] += 1
        elif "null}" not in pair.answer and answers[pair.answer] >= _MOST_OF_AN_ANSWER:
            dropped["answer repeats"] += 1
        else:
            kept.append(pair)
            answers[pair.answer] += 1
        seen.add(pair.prompt)
    balanced, cut = _balanced(kept)
    if cut:
        dropped["too many of a kind"] = cut
    held = [pair for pair in balanced if _is_held_out(pair.group)]
    train = [pair for pair in balanced if not _is_held_out(pair.group)]
    return DataSet(tuple(train), tuple(held), tuple(sorted(dropped.items())))


def _balanced(pairs: Sequence[Pair]) -> tuple[list[Pair], int]:
    """At most so many of each kind, chosen by their hash, so that another pair does not change the choice."""
    by_kind: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_kind[pair.kind].append(pair)
    if len(by_kind) == 1:
        return list(pairs), 0
    most = max(int(_MOST_OF_A_KIND * len(pairs)), _FEW)
    chosen: set[int] = set()
    for found in by_kind.values():
        near = sorted(found, key=lambda pair: hashlib.sha256(f"{pair.group}{pair.prompt}".encode()).digest())
        chosen |= {id(pair) for pair in near[:most]}
    left = [pair for pair in pairs if id(pair) in chosen]
    return left, len(pairs) - len(left)


def _is_held_out(group: str) -> bool:
    return hashlib.sha256(group.encode()).digest()[0] % HELD_OUT == 0


def write_pairs(pairs: Sequence[Pair], path: Path) -> None:
    """Writes pairs as JSONL."""
    lines = (json.dumps(asdict(pair), ensure_ascii=False) for pair in pairs)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
