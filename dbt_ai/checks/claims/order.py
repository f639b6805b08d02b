"""ROW_PER, variant: "sorted by `ordered_at`". A relation has no order, so such a sentence is never proven."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.sentences import committed
from dbt_ai.checks.claims.verdicts import unproven
from dbt_ai.checks.claims.words import column_named
from dbt_ai.values import Claim, ClaimKind, Verdict

_SORTED = re.compile(
    r"(?:^|\b(?:rows|records|table|is|are|results?),? )(?:sorted|ordered) (?:ascending "
    r"|descending )?by (?P<by>`[^`]+`|\w+)",
    re.IGNORECASE,
)


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """That the relation's rows come in an order; not the order inside a window, which is said of a column."""
    if context.target.column is not None:
        return
    match = _SORTED.search(sentence.text)
    column = column_named(match.group("by"), context.own_columns) if match else None
    if match and column and committed(sentence, match.start()):
        yield Claim(ClaimKind.ROW_PER, None, (("ordered_by", column),), match.group(0).strip())


def check(claim: Claim) -> Verdict:
    """Always unproven."""
    return unproven("no-order")
