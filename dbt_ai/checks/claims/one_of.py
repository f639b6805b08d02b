"""ONE_OF: "one of 'a', 'b'", "possible values are", "either a or b", "always 'a'", a list in parentheses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_ai.checks.claims import flag
from dbt_ai.checks.claims.conditions import domains
from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data, literal, quote
from dbt_ai.checks.claims.sentences import EXAMPLES, OPEN_END, denied
from dbt_ai.checks.claims.verdicts import holds, proved, refuted, unproven
from dbt_ai.checks.claims.words import stems
from dbt_ai.values import Claim, ClaimKind, Verdict

_QUOTED = r"(?:'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]+`|“[^”]*”)"
_BARE = r"[A-Za-z0-9][\w/+%-]*(?:\.\w+)*(?: [\w/-]+){0,2}?"
_ITEM = rf"(?:{_QUOTED}|{_BARE})(?:\s*\([^()]*\))?"
_GLUE = r"(?:\s*(?:[,;|/]\s*(?:(?:or|and)\b)?|\bor\b|\band\b)\s*)"
_ITEMS = rf"{_ITEM}(?:{_GLUE}{_ITEM})+"
_LEAD = (
    r"(?:\bis |\bare |\bbe |^|[,;(:.–—-]\s*)(?:currently )?one of(?: the following(?: \w+)?)?:?|\b(?:possible|allowed|valid|accepted|permitted|known) (?:\w+ )?values?(?: are| is| include[s]?|:| being)?:?"
    r"|\b(?:the )?values? (?:are|is|can be|may be)(?: currently)?(?: one of)?:?|\b(?:options|choices) are:?|^values:|[,;(.:]\s*values:|\bvalues in the data:"
)
_CLOSED = re.compile(rf"(?:{_LEAD})\s*(?:either\s+)?(?P<items>{_ITEMS})(?P<end>[^.;]*)", re.IGNORECASE)
_EITHER = re.compile(
    rf"(?:^|\b(?:is|are|be|it's|[,:(-]\s*))\s*either (?P<items>{_QUOTED}{_GLUE}{_QUOTED}|{_QUOTED}\s*,\s*{_QUOTED}(?:{_GLUE}{_QUOTED})*|[\w-]+ or [\w-]+)(?=\s*(?:[.;,)]|$))(?P<end>[^.;]*)",
    re.I,
)
_ALWAYS = re.compile(rf"\balways (?P<value>{_QUOTED}|true\b|false\b|-?\d+(?:\.\d+)?\b(?! \w))", re.IGNORECASE)
_PARENTHESES = re.compile(rf"\((?P<items>{_ITEMS})(?P<end>[^()]*)\)")
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
    "direction",
}
_PART = re.compile(rf"({_QUOTED}|{_BARE})(?:\s*\([^()]*\))?(?=\s*(?:[,;|/]|\bor\b|\band\b|$))")
_EMPTY = {"null", "blank", "empty", "none", "nothing"}


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """The values that a sentence lists for the column; `closed` unless the list says that there are more."""
    column = context.target.column
    if column is None:
        return
    text = sentence.text
    if (match := _ALWAYS.search(text)) and not denied(sentence, match.start()) and not _some_rows(text[match.end() :]):
        yield _claim(column, (match.group("value"),), True, match.group(0))
        return
    match = _CLOSED.search(text) or _EITHER.search(text)
    if match:
        if not denied(sentence, match.start()) and not re.search(r"\bnot \w+$", text[: match.start()]):
            items = _split(match.group("items"))
            examples = bool(EXAMPLES.search(match.group(0)[: match.start("items") - match.start()]))
            closed = not (
                examples
                or "include" in match.group(0).lower()[: match.start("items") - match.start()]
                or OPEN_END.search(text[match.start() :])
            )
            if len(items) > 1:
                yield _claim(column, items, closed, match.group(0))
        return
    for match in _PARENTHESES.finditer(text):
        items = _split(match.group("items"))
        before = text[: match.start()]
        if len(items) < 2 or EXAMPLES.search(match.group(0)) or EXAMPLES.search(before[-14:]):
            continue
        if re.search(
            r"\b(?:per|by|on|from|of|key|grain|combination|between|where|in|for|via|across|sources?|primarily)[:\s]*$",
            before,
            re.I,
        ):
            continue
        if not _is_value_list(items, column, match, context):
            continue
        yield _claim(column, items, not OPEN_END.search(match.group(0)), match.group(0))


def _is_value_list(items: tuple[str, ...], column: str, match: re.Match[str], context: ClaimContext) -> bool:
    """Whether a bare list in parentheses lists values: its column is of that kind, or a known value is among them."""
    if match.group("end").strip(" ,.") and not OPEN_END.search(match.group("end")):
        return False
    if (
        any(context.own_column(item.strip("'\"`")) for item in items)
        or (context.is_model()
        and any(context.keys_named(item.strip("'\"`")) for item in items))
    ):
        return False
    if set(stems(column)[-1:]) & _KINDS and all(len(item.split()) <= 2 for item in items):
        return True
    known = {_fold(value) for value in domains(context).get(column, ())}
    return any(_fold(item.strip("'\"`")) in known for item in items)


def _some_rows(rest: str) -> bool:
    return bool(re.match(r"[\s,]*(?:for|when|if|where|unless|until|in|on|except)\b", rest, re.IGNORECASE))


def _split(items: str) -> tuple[str, ...]:
    found = []
    for match in _PART.finditer(items):
        item = match.group(1).strip()
        item = re.sub(r"^(?:or|and|either|an?|the)\s+", "", item, flags=re.IGNORECASE)
        if item and item.lower() not in ("or", "and", "either"):
            found.append(item)
    return tuple(dict.fromkeys(found))


def _claim(column: str, items: tuple[str, ...], closed: bool, text: str) -> Claim:
    bare = tuple(item.strip("'\"`“”") for item in items)
    values = tuple(item for item in bare if item.lower() not in _EMPTY and item)
    exact = tuple(item.strip("'\"`“”") for item in items if item[0] in "'\"`“")
    return Claim(
        ClaimKind.ONE_OF,
        column,
        (("values", values), ("exact", exact), ("closed", closed), ("empty", len(values) < len(bare))),
        text.strip(" ,;:(.–—-") if not text.startswith("(") else text,
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
    seen_sql = f"SELECT {name} AS value, count(*) AS row_count FROM {data.relation} WHERE {quote(column)} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC"
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
