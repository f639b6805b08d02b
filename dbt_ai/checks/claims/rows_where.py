"""ROW_PER, variant: which rows there are. "Excludes cancelled orders", "only rows where `status` is 'paid'"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.checks.claims.conditions import conjuncts, parse, predicate, same, sql_of
from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data
from dbt_ai.checks.claims.sentences import committed
from dbt_ai.checks.claims.verdicts import proved, refuted, unproven
from dbt_ai.values import Claim, ClaimKind, Verdict, VerdictKind

_PHRASE = r"(?P<{}>(?:[^.;:—\n`']|\.(?=\w)|`[^`]*`|'[^']*'|')+)"
_WHICH = re.compile(
    rf"\b(?:excludes|excluding|leaves out|filters out|omits)\s+{_PHRASE.format('out')}"
    rf"|\b(?:only (?:includes|contains|holds|keeps)|(?:includes|contains|holds|keeps|takes) only"
    rf"|(?:filtered|limited|restricted) to)\s+{_PHRASE.format('kept')}"
    rf"|(?:\bonly (?:the )?(?:rows|records|those)|,\s*only)\s+(?:where|with|for which"
    rf"|whose)\s+{_PHRASE.format('where')}",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:the\s+|all\s+|any\s+)?(?:[\w-]+\s+)?(?:rows|records|those|[a-z]+s)\s+(?:where|for which"
    r"|whose|with|that have)\s+",
    re.I,
)


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """The rows that a sentence about the relation says are left out, or are the only ones."""
    if context.target.column is not None or not context.is_model():
        return
    match = _WHICH.search(sentence.text)
    if match and committed(sentence, match.start()):
        phrase = match.group("out") or match.group("kept") or match.group("where")
        which = "exclude" if match.group("out") else "only"
        yield Claim(ClaimKind.ROW_PER, None, (("rows", which), ("condition", phrase.strip())), match.group(0).strip())


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """Proved by a filter of the SQL that says the same; else decided by the rows where the columns are there."""
    phrase = _LEAD.sub("", claim.argument("condition"))
    filters = [
        part
        for found in (context.facts.filters if context.facts else ())
        if (tree := parse(found.sql, context.dialect)) is not None
        for part in conjuncts(tree)
    ]
    columns = {column.name for part in filters for column in part.find_all(exp.Column)}
    tree = predicate(phrase, context, (*context.own_columns, *sorted(columns - set(context.own_columns))))
    if tree is None:
        return unproven("unclear-condition")
    wanted = exp.not_(tree) if claim.argument("rows") == "exclude" else tree
    if all(any(same(part, found) for found in filters) for part in conjuncts(wanted)):
        return proved("The SQL filters by this condition.", sql_of(wanted))
    own = {name.casefold() for name in context.own_columns}
    if data is None or not {column.name.casefold() for column in tree.find_all(exp.Column)} <= own:
        return unproven("no-data") if data is None else unproven("no-facts")
    bad = f"({sql_of(tree)})" if claim.argument("rows") == "exclude" else f"({sql_of(tree)}) IS NOT TRUE"
    verdict = data.none_where(bad, "rows-not-excluded", "Rows are there that the text leaves out")
    return (
        verdict
        if verdict.kind is not VerdictKind.REFUTED
        else refuted("rows-not-excluded", verdict.detail, verdict.basis, verdict.rows, "duckdb")
    )
