"""What a student is taught: pairs without repetitions and personal data, balanced, and split by model."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dbt_ai.distill.comparing import shared_words
from dbt_ai.distill.pairs import CORRECTION, PERSON, Pair
from dbt_ai.evidence.masking import masked

LEAST = 200  # pairs: fewer do not teach anything that a prompt does not
HELD_OUT = 10  # one model of so many
LEAST_HELD_OUT = 20  # pairs, where the models are few
TIMES = 3  # that a person's correction of a text of ours is seen, where any other text is seen once
_MOST_OF_A_KIND = 0.5  # of all pairs: in a project most columns are passed on
_FEW = 50  # pairs of a kind are never too many
_MOST_OF_AN_ANSWER = 12  # pairs with the same answer
_ALIKE = 0.9  # words that two answers about columns of one name share
_BEST_FIRST = (CORRECTION, PERSON)  # then models and cases


@dataclass(frozen=True)
class DataSet:
    """`train` and `held_out` share no model; a person's correction is in `train` several times. `dropped` counts pairs
    that were left out, by why."""

    train: tuple[Pair, ...]
    held_out: tuple[Pair, ...]
    dropped: tuple[tuple[str, int], ...] = ()

    @property
    def taught(self) -> int:
        """How many different pairs are taught."""
        return len(set(self.train))

    def sha256(self) -> str:
        """The hash of all pairs."""
        return hashlib.sha256(_lines([*self.train, *self.held_out]).encode()).hexdigest()

    def card(self) -> dict[str, object]:
        """What it holds, for whoever is handed the adapter."""
        both = list(dict.fromkeys((*self.train, *self.held_out)))
        return {
            "pairs": self.taught,
            "held_out": len(self.held_out),
            "models": len({pair.group for pair in both}),
            "teachers": dict(Counter(pair.teacher for pair in both)),
            "kinds": dict(Counter(pair.kind for pair in both)),
            "without_text": sum(pair.text is None for pair in both),
            "prompt_versions": sorted({pair.prompt_version for pair in both}),
            "dropped": dict(self.dropped),
        }


def data_set(pairs: Iterable[Pair]) -> DataSet:
    """The pairs to teach. The same pairs give the same data set."""
    given = list(pairs)
    dropped: Counter[str] = Counter()
    kept: set[int] = set()
    seen: set[str] = set()
    answers: Counter[str] = Counter()
    by_name: dict[tuple[str, str], list[str]] = defaultdict(list)
    for place in sorted(range(len(given)), key=lambda place: _worth(given[place])):
        pair = given[place]
        alike = by_name[pair.kind, _column_line(pair)]
        text = pair.text
        if pair.prompt in seen:
            dropped["asked twice"] += 1
        elif masked(pair.answer) != pair.answer or masked(pair.prompt) != pair.prompt:
            dropped["personal"] += 1
        elif text is not None and any(shared_words(text, other) >= _ALIKE for other in alike):
            dropped["nearly the same"] += 1
        elif text is not None and answers[pair.answer] >= _MOST_OF_AN_ANSWER:
            dropped["answer repeats"] += 1
        else:
            kept.add(place)
            answers[pair.answer] += 1
            if text is not None:
                alike.append(text)
        seen.add(pair.prompt)
    balanced, cut = _balanced([pair for place, pair in enumerate(given) if place in kept])
    if cut:
        dropped["too many of a kind"] = cut
    groups = _held_out(balanced)
    held = [pair for pair in balanced if pair.group in groups]
    train = [pair for pair in balanced if pair.group not in groups]
    often = [pair for pair in train for _ in range(TIMES if pair.teacher == CORRECTION else 1)]
    return DataSet(tuple(often), tuple(held), tuple(sorted(dropped.items())))


def _worth(pair: Pair) -> int:
    """The place of the pair's teacher: of two that are the same the better one's is kept."""
    return _BEST_FIRST.index(pair.teacher) if pair.teacher in _BEST_FIRST else len(_BEST_FIRST)


def _column_line(pair: Pair) -> str:
    return next((line for line in pair.prompt.splitlines() if line.startswith("column: ")), pair.prompt).casefold()


def _balanced(pairs: Sequence[Pair]) -> tuple[list[Pair], int]:
    """At most so many of each kind: the best teachers' first, then chosen by their hash, so that another pair does not
    change the choice."""
    by_kind: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_kind[pair.kind].append(pair)
    if len(by_kind) == 1:
        return list(pairs), 0
    most = max(int(_MOST_OF_A_KIND * len(pairs)), _FEW)
    chosen: set[int] = set()
    for found in by_kind.values():
        near = sorted(found, key=lambda pair: (_worth(pair), _hash(f"{pair.group}{pair.prompt}")))
        chosen |= {id(pair) for pair in near[:most]}
    left = [pair for pair in pairs if id(pair) in chosen]
    return left, len(pairs) - len(left)


def _held_out(pairs: Sequence[Pair]) -> set[str]:
    """The models that are held out: one of ten by its hash, more where that are too few pairs to compare by, and never
    more than half of them."""
    sizes = Counter(pair.group for pair in pairs)
    ordered = sorted(sizes, key=lambda group: (_hash(group)[0] % HELD_OUT, _hash(group)))
    held: set[str] = set()
    for group in ordered:
        enough = sum(sizes[one] for one in held) >= min(LEAST_HELD_OUT, len(pairs) / HELD_OUT)
        if _hash(group)[0] % HELD_OUT and (enough or 2 * len(held) >= len(sizes) - 1):
            break
        held.add(group)
    return held


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _lines(pairs: Sequence[Pair]) -> str:
    return "".join(f"{json.dumps(asdict(pair), ensure_ascii=False)}\n" for pair in pairs)


def write_pairs(pairs: Sequence[Pair], path: Path) -> None:
    """Writes pairs as JSONL."""
    path.write_text(_lines(pairs), encoding="utf-8")
