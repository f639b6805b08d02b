"""ROW_PER: "one row per order and day", "grain: ...", "each row is a payment", "deduplicated by ..."."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_ai.checks.claims import order, rows_where
from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data
from dbt_ai.checks.claims.sentences import committed
from dbt_ai.checks.claims.unique import key_proof, no_duplicates
from dbt_ai.checks.claims.verdicts import proved, refuted, unproven
from dbt_ai.checks.claims.words import entity_stems, identifiers, is_entity_of, key_columns, relation_named, stems
from dbt_ai.values import Claim, ClaimKind, Verdict, VerdictKind

_ROW = r"(?:row|record|entry|line|observation)"
_PHRASE = r"(?P<phrase>(?:[^.;:()—–\n]|\.(?=\w)|\([^()]*\))+)"
_PER = re.compile(
    rf"\b(?:one|1|a single|single|exactly one|contains an?)\s+{_ROW}\s+(?:per|for each|for every|each)\s+{_PHRASE}"
    rf"|\bgrain\b(?:\s+of\s+(?:this|the)\s+\w+)?\s*(?:is|:|=|—"
    rf"|-)\s*(?:still\s+)?(?:one\s+{_ROW}\s+(?:per|for each)\s+)?{_PHRASE.replace('phrase', 'grain')}"
    rf"|\beach\s+{_ROW}\s+(?:is|represents|corresponds to|describes|stands for|contains)\s+(?:an?|one"
    rf"|exactly one|a single|a unique)\s+{_PHRASE.replace('phrase', 'each')}",
    re.IGNORECASE,
)
_DEDUPLICATED = re.compile(r"\bde-?duplicated\b(?:\s+(?:by|on|per)\s+(?P<by>[^.;:]+))?", re.IGNORECASE)
_RELATION_BEFORE = re.compile(r"`([^`]+)`\s+(?:has|have|contains?|holds?)\s*$")
# What follows one of these describes the rows, or narrows what "one" means: then data alone cannot refute the grain.
_TAIL = re.compile(
    r"\s*(?:,\s*(?!and\b)\w+\s+(?:the|by|from|with|across|including)\b|,?\s+(?:that|which|who|whose"
    r"|with|where|when|including|as|containing|showing|if|using|seeded|identified|taken|derived"
    r"|sourced|based|only|without|excluding|except|but|not)\b|\s+[–—-]\s).*$",
    re.I | re.S,
)
_NARROWED = re.compile(
    r"\s+(?:in|on|within|for|across|from|of|at|over|during|placed|made|after|before)\s+.*$", re.I | re.S
)


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """The grains that a sentence about the relation states."""
    for match in _PER.finditer(sentence.text):
        if not committed(sentence, match.start()) or _of_another(sentence.text[: match.start()], context):
            continue
        each = match.group("each")
        phrase = match.group("phrase") or match.group("grain") or each
        if phrase.lstrip().startswith("("):
            phrase = re.sub(r"\)[^()]*$", ")", phrase)
        phrase = re.sub(r"^\s*(?:unique |distinct )?combination of\b", "", phrase, flags=re.IGNORECASE)
        whole = phrase if phrase.lstrip().startswith("(") else _TAIL.sub("", phrase).strip().rstrip(",")
        words = whole if whole.lstrip().startswith("(") else _NARROWED.sub("", whole)
        narrowed = words != whole
        column = context.target.column
        of_column = column is not None and stems(words) == ("value",)
        columns = (str(column),) if of_column else key_columns(words, context) or ()
        yield Claim(
            ClaimKind.ROW_PER,
            None,
            (("columns", columns), ("words", words.strip()), ("narrowed", narrowed)),
            match.group(0).strip(),
        )
    deduplicated = _DEDUPLICATED.search(sentence.text) if context.target.column is None else None
    if deduplicated and committed(sentence, deduplicated.start()):
        by = _NARROWED.sub("", _TAIL.sub("", deduplicated.group("by") or ""))
        columns = (key_columns(by, context) or ()) if by else ()
        yield Claim(
            ClaimKind.ROW_PER,
            None,
            (("columns", columns), ("words", by), ("deduplicated", True), ("narrowed", False)),
            deduplicated.group(0),
        )


def _of_another(before: str, context: ClaimContext) -> bool:
    if re.search(r"\b(?:whose|its|more than|at least|at most|up to)\s+$", before, re.IGNORECASE):
        return True
    named = _RELATION_BEFORE.search(before)
    return bool(named) and relation_named(named.group(0), context) not in (None, context.target.unique_id)  # type: ignore[union-attr]


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """Proved by exactly this key in the facts or by the relation whose rows are kept; else decided by the rows."""
    if claim.argument("rows"):
        return rows_where.check(claim, context, data)
    if claim.argument("ordered_by"):
        return order.check(claim)
    words: str = claim.argument("words", "")
    columns: tuple[str, ...] = claim.argument("columns", ())
    if claim.argument("deduplicated") and not columns:
        return _no_two_equal(context, data) if not words else unproven("unclear-words")
    if columns and (found := key_proof(columns, context, exact=True) or _grouped_by(columns, context)):
        return found
    if not identifiers(words) and (found := _keeps_rows_of(words, context)):
        return found
    if not columns:
        return unproven("unclear-words", f"It could not be told which columns {words!r} means.")
    if key_proof(columns, context, exact=False):
        return unproven("finer-key")
    if data is None:
        return unproven("no-data")
    verdict = no_duplicates(columns, data, ignore_null=False)
    part_of_own = not identifiers(words) and stems(words) == entity_stems(context.name)[1:][-len(stems(words)) :]
    if verdict.kind is VerdictKind.REFUTED and (claim.argument("narrowed") or part_of_own):
        return unproven("unclear-words", verdict.detail)
    return verdict


def _keeps_rows_of(words: str, context: ClaimContext) -> Verdict | None:
    """ "one row per order" where each row of the output is a row of a relation of orders."""
    key = context.facts.rows_of if context.facts else None
    if key and stems(words) and is_entity_of(stems(words), key, context):
        return proved(f"Each row is a row of {context.name_of(key)}.", context.name_of(key))
    return None


def _grouped_by(columns: tuple[str, ...], context: ClaimContext) -> Verdict | None:
    """A grain that the SQL groups by, even where fewer columns would do."""
    grouped = context.facts.grouped_by if context.facts else ()
    if {name.casefold() for name in grouped} == {name.casefold() for name in columns}:
        return proved("The SQL groups by exactly these.", ", ".join(grouped))
    return None


def _no_two_equal(context: ClaimContext, data: Data | None) -> Verdict:
    if context.facts and context.facts.keys:
        key = context.facts.keys[0]
        return proved(f"{', '.join(key.columns)} is unique by {key.basis}.", key.sql)
    if data is None:
        return unproven("no-data")
    sql = f"SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT * FROM {data.relation})) FROM {data.relation}"
    if extra := data.number(sql):
        return refuted("duplicate-rows", f"{extra} of {data.row_count} rows repeat another one.", sql, (), "duckdb")
    return data.holds(sql)
