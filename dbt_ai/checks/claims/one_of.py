"""ONE_OF: "one of 'a', 'b'", "possible values are", "either a or b", "always 'a'", a list in parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_ai.checks.claims import flag
from dbt_ai.checks.claims.conditions import domains
from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data, literal, quote
from dbt_ai.checks.claims.sentences import EXAMPLES, denied
from dbt_ai.checks.claims.value_lists import QUOTED, ValueList, value_list
from dbt_ai.checks.claims.verdicts import holds, proved, refuted, unproven
from dbt_ai.checks.claims.words import stems
from dbt_ai.values import Claim, ClaimKind, Verdict

_SUBJECT = (
    r"(?:(?:^|\b(?:it|this|value|which|and|currently|column|field|that)\s+|(?P<subject>\w+)\s+)(?:is|are"
    r"|be|can be|may be)\s+|it'?s\s+|^|[,;(:.–—-]\s*|\bas\s+|\b(?:may|can|will) be\s+|\bindicat\w+ )"
)
_LEAD = (
    rf"(?:{_SUBJECT}(?:currently |always )?one of(?: the following(?: \w+)?)?\s*[:–—-]?"
    rf"|{_SUBJECT.replace('subject', 'other')}either(?=\s)"
    r"|\b(?:possible|allowed|valid|accepted|permitted) (?:\w+ )?(?:values?|options?)(?: are| is"
    r"| include[s]?)?\s*[:–—-]?"
    r"|\b(?:the )?values? (?:are|is|can be|may be)(?: currently)?(?: one of)?\s*[:–—-]?|\b(?:options"
    r"|choices) are\s*[:–—-]?"
    r"|(?:^|[,;(.:]\s*)values:|\bvalues in the data:)"
)
_LIST = re.compile(rf"{_LEAD}\s*(?:either\s+)?(?P<items>[^\n]+)", re.IGNORECASE)
_ALWAYS = re.compile(
    rf"\balways (?:set to |equal to |the value )?(?P<value>{QUOTED}|true\b|false\b"
    rf"|-?\d+(?:\.\d+)?\b(?! \w)|(?-i:(?!NULL\b)[A-Z]{{2,8}}\b))",
    re.IGNORECASE,
)
_PARENTHESES = re.compile(r"\((?P<items>[^()]+,[^()]+|[^()]+ or [^()]+)\)")
# "'small' where `size` is 'S', else 'medium' where ...": the values of a CASE
_BRANCH = re.compile(
    r"(?:^|\belse |\botherwise )(?P<value>'[^'\n]*')(?=\s+(?:where|when|if|for)\b|\s*[.;]|$)", re.IGNORECASE
)
_KINDS = {
    "status",
    "state",
    "type",
    "kind",
    "category",
    "method",
    "mode",
    "level",
    "tier",
    "role",
    "channel",
    "priority",
    "stage",
}
# Parentheses after one of these list columns, places or sources.
_NO_VALUES = re.compile(
    r"\b(?:per|by|on|from|of|key|grain|combination|between|where|in|for|via|across|sources?)[:\s]*$", re.IGNORECASE
)
_CONDITIONAL = re.compile(
    r"^(?:for|in|on|with|when|if)\b[^,]*,|\b(?:if|when|where|whether|unless)\b[^,]*$", re.IGNORECASE
)


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """The values that a sentence lists for the column; `closed` unless the list says that there are more."""
    column = context.target.column
    if column is None:
        return
    text = sentence.text
    if (match := _ALWAYS.search(text)) and not denied(sentence, match.start()) and not _some_rows(text[match.end() :]):
        value = match.group("value")
        exact = (value[1:-1],) if value[0] in "'\"`“" else ()
        yield _claim(column, ValueList(exact or (value,), exact, False, False), True, match.group(0))
        return
    branches = [match.group("value")[1:-1] for match in _BRANCH.finditer(text)]
    if len(branches) > 1:
        yield _claim(column, ValueList(tuple(branches), tuple(branches), True, False), True, text)
        return
    for match in _LIST.finditer(text):
        before = text[: match.start()]
        subject = match.group("subject") or match.group("other")
        if (
            denied(sentence, match.start("items"))
            or _CONDITIONAL.search(before)
            or (subject and not _is_column(subject, column))
        ):
            continue
        found = value_list(match.group("items"))
        if found:
            lead = match.group(0)[: match.start("items") - match.start()].lower()
            examples = "include" in lead or bool(EXAMPLES.search(lead) or EXAMPLES.match(match.group("items")))
            yield _claim(column, found, not (examples or found.more), match.group(0))
            return
    for match in _PARENTHESES.finditer(text):
        before = text[: match.start()]
        if EXAMPLES.search(match.group(0)) or EXAMPLES.search(before[-14:]) or _NO_VALUES.search(before):
            continue
        found = value_list(match.group("items"))
        if found and _is_value_list(found, column, context):
            yield _claim(column, found, not found.more, match.group(0))
            return


def _is_column(subject: str, column: str) -> bool:
    """Whether "SUBJECT is one of" speaks of the column: a pronoun or a word of its name."""
    pronoun = subject.lower() in (
        "it",
        "this",
        "value",
        "values",
        "which",
        "and",
        "currently",
        "column",
        "field",
        "that",
        "s",
    )
    return pronoun or bool(set(stems(subject)) & set(stems(column)))


def _is_value_list(found: ValueList, column: str, context: ClaimContext) -> bool:
    """Whether a bare list in parentheses lists values: its column is of that kind, or a known value is among them."""
    if any(context.own_column(value) or context.keys_named(value) for value in found.values):
        return False
    if set(stems(column)[-1:]) & _KINDS and all(len(value.split()) <= 2 for value in found.values):
        return True
    known = {_fold(value) for value in domains(context).get(column, ())}
    return any(_fold(value) in known for value in found.values)


def _some_rows(rest: str) -> bool:
    return bool(re.match(r"[\s,]*(?:for|when|if|where|unless|until|in|on|except)\b", rest, re.IGNORECASE))


def _claim(column: str, found: ValueList, closed: bool, text: str) -> Claim:
    return Claim(
        ClaimKind.ONE_OF,
        column,
        (("values", found.values), ("exact", found.exact), ("closed", closed), ("empty", found.empty)),
        text.strip(" ,;:–—-"),
    )


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """Against the closed set of the SQL, else the data; a listed value that exists nowhere refutes it."""
    if claim.argument("true_when"):
        return flag.check(claim, context, data)
    column = str(claim.subject)
    values: tuple[str, ...] = claim.argument("values", ())
    exact: tuple[str, ...] = claim.argument("exact", ())
    closed = bool(claim.argument("closed"))
    facts = context.column_facts(column)
    domain = facts.domain if facts else None
    if domain is not None:
        unknown = [value for value in values if not _among(value, domain.values, value in exact)]
        if unknown:
            return refuted("unknown-value", f"The SQL cannot give {_listed(unknown)}.", domain.sql)
        left_out = [
            value
            for value in domain.values
            if value and not any(_same(listed, value, listed in exact) for listed in values)
        ]
        if left_out and closed:
            return refuted("value-not-listed", f"The SQL can give {_listed(left_out)} too.", domain.sql)
        return proved("These are the values that the SQL gives.", domain.sql)
    tested = dict(context.own.domains).get(column, ()) if context.own else ()
    if data is None:
        return unproven("no-data")
    return _by_data(column, values, exact, closed, tested, data)


def _by_data(
    column: str, values: tuple[str, ...], exact: tuple[str, ...], closed: bool, tested: tuple[str, ...], data: Data
) -> Verdict:
    name = f"CAST({quote(column)} AS VARCHAR)"
    seen_sql = (
        f"SELECT {name} AS value, count(*) AS row_count FROM {data.relation} "
        f"WHERE {quote(column)} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC"
    )
    seen = [str(value) for value, _ in data.query(f"{seen_sql} LIMIT 1000")[1]]
    if not data.row_count:
        return unproven("empty-relation", where="duckdb")
    if not seen:
        return unproven("only-null", where="duckdb")
    if closed and (
        others := [
            value
            for value in seen
            if value.strip() and not any(_same(listed, value, listed in exact) for listed in values)
        ]
    ):
        listed = ", ".join(literal(value) for value in others[:20])
        rows = data.rows(f"SELECT * FROM ({seen_sql}) WHERE value IN ({listed})")
        return refuted(
            "value-not-listed",
            f"The column also has {_listed(others)}, in {data.row_count} rows.",
            seen_sql,
            rows,
            "duckdb",
        )
    unknown = [value for value in values if not _among(value, (*seen, *tested), value in exact)]
    if unknown:
        return refuted(
            "unknown-value",
            f"Neither the {data.row_count} rows nor a test has {_listed(unknown)}.",
            seen_sql,
            where="duckdb",
        )
    return holds(f"True of {len(seen)} values in {data.row_count} rows.", seen_sql)


def _among(value: str, known: tuple[str, ...], exact: bool) -> bool:
    return any(_same(value, other, exact) for other in known)


def _same(listed: str, value: str, exact: bool) -> bool:
    """Quoted values must be spelled as they are; bare words may differ in case, hyphens and blanks."""
    return listed == value or (not exact and _fold(listed) == _fold(value)) or _number(listed) == _number(value) != None  # noqa: E711


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _fold(value: str) -> str:
    return re.sub(r"[\s_-]+", " ", value.casefold()).strip()


def _listed(values: list[str]) -> str:
    shown = ", ".join(repr(value) for value in values[:5])
    return shown if len(values) <= 5 else f"{shown} and {len(values) - 5} more"
