"""How near a student's answers come to its teachers' on pairs that it was not taught.

The measure is the F1 of shared words (as of SQuAD, Rajpurkar et al., 2016), and 1 or 0 where one of the two has
nothing to say: it is coarse, and the same for any adapter and any model.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dbt_ai.distill.pairs import Pair
from dbt_ai.engines.values import Engine, Request
from dbt_ai.errors import EngineError
from dbt_ai.evidence.student_prompt import MAX_TOKENS, SCHEMA, SCHEMA_NAME

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Agreement:
    """How near each answer came, from 0 to 1, and how many said something."""

    scores: tuple[float, ...]
    answered: int

    @property
    def mean(self) -> float:
        """The mean of the scores; 0 where there are none."""
        return sum(self.scores) / len(self.scores) if self.scores else 0.0

    def better_than(self, other: Agreement) -> int:
        """How many answers are nearer than those of `other` to the same questions."""
        return sum(mine > theirs for mine, theirs in zip(self.scores, other.scores, strict=True))


def agreement(engine: Engine, pairs: Sequence[Pair], told: Told = lambda done, of: None) -> Agreement:
    """The agreement of an engine's answers. An answer that cannot be used is none."""
    scores: list[float] = []
    answered = 0
    for number, pair in enumerate(pairs):
        told(number, len(pairs))
        request = Request(
            "held out",
            pair.instructions,
            pair.prompt,
            SCHEMA_NAME,
            SCHEMA,
            pair.prompt_version,
            "none",
            max_output_tokens=MAX_TOKENS,
        )
        try:
            said = engine.answer(request).content.get("description")
        except EngineError as error:
            if type(error) is not EngineError:
                raise
            said = None
        answered += said is not None
        scores.append(shared_words(said, pair.text))
    return Agreement(tuple(scores), answered)


def shared_words(left: str | None, right: str | None) -> float:
    """F1 of the words of two texts.

    >>> shared_words("Weight in kilograms.", "Weight of the parcel, in kilograms."), shared_words(None, None)
    (0.6666666666666666, 1.0)
    """
    if left is None or right is None:
        return float(left is right)
    one, other = (Counter(re.findall(r"\w+", text.casefold())) for text in (left, right))
    shared = sum((one & other).values())
    return 2 * shared / (sum(one.values()) + sum(other.values())) if shared else 0.0
