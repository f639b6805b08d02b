"""Pairs as rows of tokens.

The columns of one model share the first half of their questions: they are packed behind it, each of which sees it and
itself (a tree of attention, as in Medusa, Cai et al., 2024), which halves the work.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from dbt_ai.distill.pairs import Pair

PAD_TO = 16  # tokens
MAX_TOKENS = 640  # of an example; longer ones are left out
MAX_PACK = 1024  # tokens of a row
UNSUPERVISED = -100


@dataclass(frozen=True)
class Pack:
    """Several examples in one row. `starts` says for each token where what it sees begins: all from 0 up to `shared`,
    then what follows `starts` up to itself."""

    tokens: tuple[int, ...]
    labels: tuple[int, ...]
    places: tuple[int, ...]
    starts: tuple[int, ...]
    shared: int


def packs_of(tokenizer: Any, pairs: Sequence[Pair]) -> Iterator[Pack]:
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


def _pack(examples: Sequence[tuple[list[int], list[int]]], shared: int) -> Pack:
    tokens, labels, places, starts = (
        examples[0][0][:shared],
        [UNSUPERVISED] * shared,
        list(range(shared)),
        [0] * shared,
    )
    for question, answer in examples:
        start = len(tokens)
        own = [*question[shared:], *answer]
        tokens = [*tokens, *own]
        # what a token is to tell is the one after it
        labels += [*[UNSUPERVISED] * (len(question) - shared - 1), *answer, UNSUPERVISED]
        places += range(shared, shared + len(own))
        starts += [start] * len(own)
    return Pack(tuple(tokens), tuple(labels), tuple(places), tuple(starts), shared)


def batches_of(packs: Sequence[Pack], batch: int, epochs: float, seed: int) -> Iterator[Sequence[Pack]]:
    """Every pack once an epoch, those of like length together, the batches in random order."""
    dice = random.Random(seed)
    left = round(epochs * len(packs))
    while left > 0:
        shuffled = dice.sample(packs, min(left, len(packs)))
        left -= len(shuffled)
        near = sorted(shuffled, key=lambda one: len(one.tokens))
        found = [near[start : start + batch] for start in range(0, len(near), batch)]
        dice.shuffle(found)
        yield from found


def length_of(batch: Sequence[Pack]) -> int:
    """Tokens of each row of a batch."""
    return -(-max(len(one.tokens) for one in batch) // PAD_TO) * PAD_TO
