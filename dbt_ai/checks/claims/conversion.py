"""CONVERSION: "divided by 100", "converted from cents", "multiplied by 0.01" against the SQL's factor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data
from dbt_ai.checks.claims.sentences import denied
from dbt_ai.checks.claims.verdicts import proved, refuted, unproven
from dbt_ai.sql.values import ColumnKind
from dbt_ai.values import Claim, ClaimKind, Verdict

_NUMBER = r"\d+(?:[.,]\d+)*"
_CONVERSION = re.compile(
    rf"\b(?P<word>divided|multiplied) by (?P<number>{_NUMBER})(?![\w%])"
    r"|\bconverted (?:in)?to (?P<to>cents|dollars|euros|pounds)(?: from (?P<source>cents|pence|dollars"
    r"|euros|pounds))?|\bconverted from (?P<from>cents|pence|dollars|euros|pounds)\b",
    re.IGNORECASE,
)


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """The factor that a sentence says the value is converted by."""
    column = context.target.column
    match = _CONVERSION.search(sentence.text)
    if column is None or match is None or denied(sentence, match.start()) or not context.is_model():
        return
    if match.group("word"):
        number = float(match.group("number").replace(",", ""))
        factor = 1 / number if match.group("word").lower() == "divided" and number else number
    else:
        to_cents = (match.group("to") or "").lower() == "cents" or (match.group("from") or "cents").lower() not in (
            "cents",
            "pence",
        )
        factor = 100.0 if to_cents else 0.01
    yield Claim(ClaimKind.CONVERSION, column, (("factor", f"{factor:.12g}"),), match.group(0))


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """Against the factor in the facts, or a multiplication or division by a number in the column's SQL."""
    wanted = float(str(claim.argument("factor")))
    facts = context.defining_facts(claim.subject)
    if facts is None:
        return unproven("no-facts")
    if facts.factor is not None:
        sign, number = facts.factor
        have = 1 / float(number) if sign == "/" else float(number)
        if _equal(have, wanted):
            return proved(f"The SQL has {sign} {number}.", facts.sql)
        return refuted("other-factor", f"The SQL converts by {sign} {number}.", facts.sql)
    if facts.expression is not None:
        factors = (_factor(node) for node in facts.expression.find_all(exp.Div, exp.Mul))
        found = [factor for factor in factors if factor is not None]
        if any(_equal(have, wanted) for have in found):
            return proved("The SQL has this factor.", facts.sql)
        if found:
            return unproven("unit-not-evident", basis=facts.sql)
    if facts.kind in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED, ColumnKind.CAST):
        if any(source.relation.startswith("model.") for source in facts.sources):
            return unproven("computed-upstream", basis=facts.sql)
        return refuted("other-factor", "The SQL takes the value as it is.", facts.sql)
    return unproven("no-facts", basis=facts.sql)


def _factor(node: exp.Expr) -> float | None:
    sides = [node.expression] if isinstance(node, exp.Div) else [node.this, node.expression]
    for side in sides:
        side = side.unnest()
        if isinstance(side, exp.Literal) and not side.is_string and float(side.name):
            return 1 / float(side.name) if isinstance(node, exp.Div) else float(side.name)
    return None


def _equal(left: float, right: float) -> bool:
    return abs(left - right) <= 1e-9 * max(abs(left), abs(right))
