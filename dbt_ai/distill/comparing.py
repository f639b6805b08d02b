"""How near a student's answers come to its teachers' on pairs that it was not taught.

The measure is the F1 of shared words (as of SQuAD, Rajpurkar et al., 2016), and 1 or 0 where one of the two has
nothing to say: it is coarse, and the same for any adapter and any model.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence

from dbt_ai.distill.pairs import Pair
from dbt_ai.engines.values import Engine, Request
from dbt_ai.errors import EngineError
from dbt_ai.evidence.student_prompt import MAX_TOKENS, SCHEMA, SCHEMA_NAME

Told = Callable[[int, int], None]


def agreement(engine: Engine, pairs: Sequence[Pair], told: Told = lambda done, of: None) -> float:
    """The mean over the pairs, from 0 to 1. An answer that cannot be used is none."""
    total = 0.0
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
        total += shared_words(said, json.loads(pair.answer)["description"])
    return total / len(pairs) if pairs else 0.0


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
