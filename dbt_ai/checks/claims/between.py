"""BETWEEN: "between 0 and 1", "from 1 to 5", "never negative", "never before 2024-01-01"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data, literal, quote
from dbt_ai.checks.claims.sentences import EXAMPLES, committed
from dbt_ai.checks.claims.verdicts import proved, refuted, unproven
from dbt_ai.values import Claim, ClaimKind, Verdict, VerdictKind

_NUMBER = r"[-−]?\d+(?:[.,]\d+)*"
_DATE = r"\d{4}-\d{2}-\d{2}"
_END = (
    r"(?!\s*(?:%\s*off|characters?|chars|digits?|letters?|words?|rows?|times|items?|columns?|pm|am|days?"
    r"|hours?|minutes?|weeks?|months?|years?|[-/:]\d))"
)
_RANGE = re.compile(
    rf"(?:\b(?:between|from|ranges?(?: is)?(?: from| between)?|ranging(?: from)?|scale(?: of| from)?"
    rf"|percentage|percent|score|value|values)|\()\s*\(?(?P<low>{_DATE}|{_NUMBER})\s*%?\s*(?P<dash>and|to"
    rf"|through|-|–|\.\.)\s*(?P<high>{_DATE}|{_NUMBER})\b(?!\.\d){_END}",
    re.IGNORECASE,
)
_SIGN = re.compile(
    r"\bnon-?negative\b|\bnever (?:be )?(?:negative|below (?:0|zero))\b|\bcannot be negative\b"
    r"|\balways (?P<plus>positive|greater than (?:0|zero)|above (?:0|zero))\b",
    re.I,
)
_ONE_SIDED = re.compile(
    rf"\b(?:is|are|be|always|value|values|never)\s+(?:always\s+)?(?P<word>at least|at most|no more than"
    rf"|no less than|below|above|less than|more than"
    rf"|greater than)\s+(?P<number>{_NUMBER})(?=\s*(?:[.;,)–—-]|$))",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    rf"\b(?:never|not|no)\s+(?P<word>before|earlier than|after|later than)\s+(?P<date>{_DATE})", re.IGNORECASE
)
_COUNTED = re.compile(r"\b(?:if|when|number of|count of)\b", re.IGNORECASE)
_CONDITION_BEFORE = re.compile(r"\b(?:if|when|where|with|whose|once|unless)\b", re.IGNORECASE)
_CONDITIONAL = re.compile(r"^(?:for|in|on|with)\b[^,]*,|\beither\b.*\bor\b")


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """The bounds that a sentence gives for the column's value (not for a length, a number of rows or a time of day)."""
    column = context.target.column
    if column is None:
        return
    text = sentence.text
    for match in _RANGE.finditer(text):
        before = text[: match.start()].lower()
        if not committed(sentence, match.start()) or EXAMPLES.search(before[-16:]) or _CONDITIONAL.search(before):
            continue
        if match.group("dash") in ("-", "–", "and") and not match.group(0).lower().startswith(
            ("between", "range", "ranging", "percent", "score", "value", "scale", "(")
        ):
            continue
        if (
            re.search(
                r"\b(?:length|pages?|versions?|chapters?|ages?|difference|days|hours|minutes|months?|years?)\b[^,;]*$",
                before,
            )
            and "value" not in before
        ):
            continue
        low, high = _plain(match.group("low")), _plain(match.group("high"))
        if (
            match.group(0).startswith("(")
            and not (low == "0" and high in ("1", "100"))
            and ")" not in text[match.end() : match.end() + 2]
        ):
            continue
        if _rises(low, high):
            yield _claim(column, low, high, match.group(0))
            return
    sign, one_sided = _SIGN.search(text), _ONE_SIDED.search(text)
    if sign and not _COUNTED.search(text[: sign.start()]):
        yield _claim(column, "0", None, sign.group(0), strict=bool(sign.group("plus")))
    elif one_sided and not _CONDITION_BEFORE.search(text[: one_sided.start()]):
        word, number = one_sided.group("word").lower(), _plain(one_sided.group("number"))
        inverted = one_sided.group(0).lower().startswith("never")
        upper = (word in ("at most", "no more than", "below", "less than")) != inverted
        strict = word in ("below", "above", "less than", "more than", "greater than") and not inverted
        yield _claim(column, None if upper else number, number if upper else None, one_sided.group(0), strict)
    elif (moment := _MOMENT.search(text)) and not _CONDITION_BEFORE.search(text[: moment.start()]):
        date, from_then = moment.group("date"), moment.group("word").lower() in ("before", "earlier than")
        yield _claim(column, date if from_then else None, None if from_then else date, moment.group(0))


def _claim(column: str, low: str | None, high: str | None, text: str, strict: bool = False) -> Claim:
    return Claim(ClaimKind.BETWEEN, column, (("low", low), ("high", high), ("strict", strict)), text.strip(" (,"))


def _plain(number: str) -> str:
    if re.fullmatch(_DATE, number):
        return number
    return f"{float(number.replace('−', '-').replace(',', '')):.15g}"


def _rises(low: str, high: str) -> bool:
    dated = re.fullmatch(_DATE, low), re.fullmatch(_DATE, high)
    return low < high if all(dated) else not any(dated) and float(low) < float(high)


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """Proved by a closed set of numbers in the SQL; else decided by the rows. NULLs are not looked at."""
    column = str(claim.subject)
    low, high, strict = claim.argument("low"), claim.argument("high"), claim.argument("strict")
    facts = context.column_facts(column)
    if facts and facts.domain and all(re.fullmatch(r"-?\d+(\.\d+)?", value) for value in facts.domain.values):
        outside = [value for value in facts.domain.values if not _inside(float(value), low, high, strict)]
        if outside:
            return refuted("out-of-range", f"The SQL can give {', '.join(outside)}.", facts.domain.sql)
        return proved("All values that the SQL can give are inside.", facts.domain.sql)
    if data is None:
        return unproven("no-data")
    dated = any(value and re.fullmatch(_DATE, value) for value in (low, high))
    value = quote(column) if dated else f"TRY_CAST({quote(column)} AS DOUBLE)"
    less, more = ("<=", ">=") if strict else ("<", ">")
    outside_sql = [
        f"{value} {sign} {literal(bound) if dated else bound}" for sign, bound in ((less, low), (more, high)) if bound
    ]
    verdict = data.none_where(" OR ".join(outside_sql), "out-of-range", "Values are outside the range")
    if verdict.kind is VerdictKind.REFUTED:
        return verdict
    if not dated and (found := _other_scale(low, high, value, data)):
        return found
    return data.holds_for(column, verdict.basis)


def _inside(value: float, low: str | None, high: str | None, strict: bool) -> bool:
    above = low is None or (value > float(low) if strict else value >= float(low))
    return above and (high is None or (value < float(high) if strict else value <= float(high)))


def _other_scale(low: str | None, high: str | None, value: str, data: Data) -> Verdict | None:
    """ "0 to 100" over values that all are fractions between 0 and 1."""
    if low != "0" or high != "100":
        return None
    sql = (
        f"SELECT count(*) FILTER (WHERE {value} > 1), count(*) FILTER (WHERE {value} > 0 AND {value} < 1) "
        f"FROM {data.relation}"
    )
    above, fractions = data.query(sql)[1][0]
    if not above and fractions >= 3:
        return refuted(
            "other-scale", f"All values are between 0 and 1, {fractions} of them fractions.", sql, where="duckdb"
        )
    return None
