"""UNIT: "in cents", "(AUD)", "number of days", "in UTC", against conversions and date differences in the SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data, quote
from dbt_ai.checks.claims.sentences import EXAMPLES, denied
from dbt_ai.checks.claims.verdicts import holds, proved, refuted, unproven
from dbt_ai.checks.claims.words import stems
from dbt_ai.sql.values import ColumnFacts, ColumnKind
from dbt_ai.values import Claim, ClaimKind, Verdict

_MINOR = {"cent": "cents", "cents": "cents", "pence": "cents", "penny": "cents", "minor": "cents"}
_CODES = (
    "usd",
    "eur",
    "gbp",
    "aud",
    "cad",
    "chf",
    "jpy",
    "sek",
    "nok",
    "dkk",
    "pln",
    "inr",
    "brl",
    "nzd",
    "mxn",
    "sgd",
    "cny",
)
_MAJOR = {
    "dollar": "dollars",
    "dollars": "dollars",
    "euro": "euros",
    "euros": "euros",
    "pounds": "pounds",
    **{code: code for code in _CODES},
}
_SECONDS = {"millisecond": 0.001, "second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_CALENDAR = {"month", "quarter", "year"}
_TIME = r"milliseconds?|seconds?|minutes?|hours?|days?|weeks?|months?|quarters?|years?"
_UNIT = (
    rf"{_TIME}|cents|pence|dollars|euros|pounds|percent|kilograms|grams|kg|kilomet(?:er|re)s|met(?:er|re)s"
    rf"|miles|bytes|(?:US |Australian |Canadian )?dollars"
)
_CLAIM = re.compile(
    rf"\b(?:in|as|measured in|expressed in|given in|unit:)\s+(?:whole |full |US |U\.S\. |Australian "
    rf"|Canadian |minor |fractional )?(?P<unit>{_UNIT})\b(?!\s+(?:before|after|later|ago|from"
    rf"|or)\b)(?! \w+ed\b)"
    rf"|\bnumber of (?:full |whole |calendar |elapsed )?(?P<number>{_TIME})\s+(?:between|from|since"
    rf"|until|that|it took|an?|the|elapsed|after|before|to|taken|spent)\b"
    rf"|^(?:\w+,? )?(?:the )?(?P<lead>{_TIME})\s+(?:between|since|from|elapsed|until|that|into|spent)\b"
    rf"|(?:\bin\s+|\(|,\s*)(?P<code>(?-i:{'|'.join(code.upper() for code in _CODES)}))\b(?=[\s).,;]|$)"
    r"|(?:\b(?:in|as|at)\s+|\()(?P<zone>(?-i:UTC|GMT|Coordinated Universal Time))\b(?=[\s).,;]|$)",
    re.IGNORECASE,
)


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """The unit or time zone that a sentence gives for the column's value."""
    column = context.target.column
    if column is None:
        return
    match = _CLAIM.search(sentence.text)
    if not match or denied(sentence, match.start()):
        return
    before = sentence.text[: match.start()]
    if match.group("code") and (EXAMPLES.search(before[-16:]) or "code" in before.lower()):
        return
    if re.search(r"\bconverted\b|\bfrom\s*$", before, re.I) and not match.group("zone"):
        return
    unit = next(found for found in match.groups() if found)
    yield Claim(ClaimKind.UNIT, column, (("unit", _normal(unit)),), match.group(0).strip(" (,"))


def _normal(unit: str) -> str:
    unit = unit.lower().split()[-1]
    if unit in ("utc", "gmt", "time"):
        return "utc"
    unit = _MINOR.get(unit, _MAJOR.get(unit, unit))
    singular = unit[:-1] if unit.endswith("s") else unit
    return singular if singular in _SECONDS or singular in _CALENDAR else unit


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """A conversion or a date difference in the SQL decides; a name that says the unit counts where none is there."""
    column, unit = str(claim.subject), str(claim.argument("unit"))
    facts = context.defining_facts(column)
    if unit == "utc":
        return _zone(column, facts, context)
    if unit in _SECONDS or unit in _CALENDAR:
        found = _duration(unit, facts) if facts else None
        return found or _by_name(column, unit, facts, context)
    if unit in ("percent", "percentage"):
        return _percent(column, facts, data)
    if unit == "cents" or unit in _MAJOR.values():
        return _currency(column, unit, facts, context)
    return _by_name(column, unit, facts, context)


def _currency(column: str, unit: str, facts: ColumnFacts | None, context: ClaimContext) -> Verdict:
    factor = facts.factor if facts else None
    divides = factor is not None and (
        (factor[0] == "/" and _equals(factor[1], 100)) or (factor[0] == "*" and _equals(factor[1], 0.01))
    )
    multiplies = factor is not None and factor[0] == "*" and _equals(factor[1], 100)
    if factor and facts and divides and unit == "cents":
        return refuted("other-unit", f"The SQL converts by {' '.join(factor)}, which leaves no cents.", facts.sql)
    if factor and facts and multiplies and unit != "cents":
        return refuted("other-unit", f"The SQL converts by {' '.join(factor)}, which makes cents.", facts.sql)
    named = {word for source in facts.sources for word in stems(source.column)} if facts else set()
    if facts and factor and (divides or multiplies):
        major = unit in ("dollars", "euros", "pounds") or unit in named | set(stems(column))
        if divides and "cent" in named and major:
            return proved(f"The SQL converts cents by {' '.join(factor)}.", facts.sql)
        if multiplies and unit == "cents":
            return proved(f"The SQL converts by {' '.join(factor)}.", facts.sql)
        return unproven("unit-not-evident", basis=facts.sql)
    computed = facts is not None and facts.expression is not None and facts.expression.find(exp.Div, exp.Mul)
    if unit != "cents" and "cent" in named | set(stems(column)):
        if computed:
            return unproven("unit-not-evident", basis=facts.sql if facts else "")
        return refuted(
            "other-unit", "The name says cents, and the SQL does not convert it.", facts.sql if facts else column
        )
    return _by_name(column, "cent" if unit == "cents" else unit, facts, context)


def _duration(unit: str, facts: ColumnFacts) -> Verdict | None:
    """Against the unit of a date difference in the SQL and what it is divided or multiplied by."""
    if facts.expression is None:
        return None
    differences = [*facts.expression.find_all(exp.DateDiff, exp.TimestampDiff, exp.DatetimeDiff, exp.TimeDiff)]
    units = {
        (node.args["unit"].name if node.args.get("unit") is not None else "day").lower().rstrip("s")
        for node in differences
    }
    if len(units) != 1:
        return None
    have = units.pop()
    if facts.aggregate and facts.aggregate.function in ("count", "approx_distinct"):
        return None
    scale = _scale(facts.expression)
    if scale is None:
        return unproven("unit-not-evident", basis=facts.sql)
    if have in _CALENDAR or unit in _CALENDAR:
        if scale == 1:
            same = have == unit
            return (
                proved(f"A difference in {have}s.", facts.sql)
                if same
                else refuted("other-unit", f"The SQL takes a difference in {have}s.", facts.sql)
            )
        return unproven("unit-not-evident", basis=facts.sql)
    if have not in _SECONDS:
        return None
    size = _SECONDS[have] * scale
    if abs(size - _SECONDS[unit]) < 1e-9 * size:
        return proved(f"The SQL takes a difference in {have}s{f' over {scale:g}' if scale != 1 else ''}.", facts.sql)
    shown = next(
        (f"{name}s" for name, length in _SECONDS.items() if abs(length - size) < 1e-9 * size),
        f"units of {size:g} seconds",
    )
    return refuted("other-unit", f"The SQL gives {shown}.", facts.sql)


def _scale(tree: exp.Expr) -> float | None:
    """How many units of the difference one unit of the result is: 24 for datediff(hour, a, b) / 24."""
    scale = 1.0
    for node in tree.find_all(exp.Div, exp.Mul):
        number = _constant(node.expression)
        if number is None and isinstance(node, exp.Mul):
            number = _constant(node.this)
        if not number:
            return None
        scale = scale * number if isinstance(node, exp.Div) else scale / number
    return scale


def _constant(tree: exp.Expr) -> float | None:
    """The number that an expression of literals alone is."""
    tree = tree.unnest()
    if isinstance(tree, exp.Literal) and not tree.is_string:
        return float(tree.name)
    if isinstance(tree, exp.Mul):
        left, right = _constant(tree.this), _constant(tree.expression)
        return left * right if left is not None and right is not None else None
    return _constant(tree.this) if isinstance(tree, exp.Cast) else None


def _percent(column: str, facts: ColumnFacts | None, data: Data | None) -> Verdict:
    """Percent means 0 to 100: fractions alone refute it, values above 1 hold it up."""
    if data is None:
        return unproven("no-data")
    value = f"TRY_CAST({quote(column)} AS DOUBLE)"
    sql = (
        f"SELECT count({value}), count(*) FILTER (WHERE abs({value}) > 1), "
        f"count(*) FILTER (WHERE abs({value}) > 0 AND abs({value}) < 1) FROM {data.relation}"
    )
    values, above, fractions = data.query(sql)[1][0]
    if not values:
        return unproven("only-null" if data.row_count else "empty-relation", where="duckdb")
    if above:
        return holds(f"{above} of {values} values are above 1.", sql)
    if fractions >= 3:
        return refuted(
            "other-scale",
            f"All {values} values are between 0 and 1, {fractions} of them fractions.",
            sql,
            where="duckdb",
        )
    return unproven("unit-not-evident", basis=sql)


def _zone(column: str, facts: ColumnFacts | None, context: ClaimContext) -> Verdict:
    if "utc" in stems(column) or (facts and any("utc" in stems(source.column) for source in facts.sources)):
        return proved("The name says UTC.", facts.sql if facts else column)
    if facts and re.search(r"'(?:UTC|Etc/UTC|GMT)'", facts.sql, re.IGNORECASE):
        return proved("The SQL converts to UTC.", facts.sql)
    return unproven("time-zone-not-evident")


def _by_name(column: str, unit: str, facts: ColumnFacts | None, context: ClaimContext) -> Verdict:
    """PROVED where the column's name, or that of the one column it comes from unchanged, says the unit itself."""
    unchanged = (
        facts is None
        or facts.kind in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED, ColumnKind.CAST)
        or facts.aggregate is not None
    )
    singular = stems(unit)[0]
    abbreviations = {
        "second": {"sec", "s"},
        "minute": {"min", "mins"},
        "hour": {"hr", "hrs"},
        "millisecond": {"ms"},
        "day": set(),
    }
    words = set(stems(column)) | {word for source in (facts.sources if facts else ()) for word in stems(source.column)}
    if facts and facts.factor:
        return unproven("unit-not-evident", basis=facts.sql)
    if unchanged and ({singular} | abbreviations.get(singular, set())) & words:
        return proved("The name says so, and the SQL does not convert the value.", facts.sql if facts else column)
    return unproven("unit-not-evident", basis=facts.sql if facts else "")


def _equals(text: str, number: float) -> bool:
    try:
        return abs(float(text) - number) < 1e-12
    except ValueError:
        return False
