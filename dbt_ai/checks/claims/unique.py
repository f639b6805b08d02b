"""UNIQUE: "unique identifier", "primary key", "uniquely identifies", "unique within a repository"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_ai.checks.claims.context import ClaimContext, Sentence
from dbt_ai.checks.claims.data import Data, quote
from dbt_ai.checks.claims.sentences import committed
from dbt_ai.checks.claims.verdicts import proved, refuted, unproven
from dbt_ai.checks.claims.words import identifiers, is_own_entity, key_columns, relation_named
from dbt_ai.sql.values import same_name
from dbt_ai.values import Claim, ClaimKind, Verdict

_NOUN = r"(?:identifiers?|ids?|keys?|uuids?|guids?|codes?|numbers?|names?|strings?|slugs?|usernames?|values?)"
_KEY = re.compile(
    rf"\b(?P<primary>primary key|surrogate key|unique key)\b|\buniquely identif(?:y|ies|ying)\b"
    rf"|\bunique (?P<kind>(?:[\w-]+ ){{0,2}}?){_NOUN}\b|\bis (?:globally )?unique\b"
    rf"|^(?:[\w ]+, )?unique\b(?=\s*[.,;(]|\s+(?:in|per|within|by|for)\b|$)",
    re.IGNORECASE,
)
_SCOPE = re.compile(r"\bunique\s+(?:per|within|by)\s+(?:an?\s+|the\s+|each\s+)?(?P<scope>`[^`]+`|[A-Za-z_]\w*)", re.I)
_PHRASE = (
    r"(?:an?\s+|the\s+|each\s+|every\s+|this\s+|single\s+|one\s+|specific\s+)*(?P<noun>(?:`[^`]+`"
    r"|[\w'’\"-]+)(?:\s+[\w'’\"-]+){0,6})"
)
_OF = re.compile(
    rf"^\s*(?:(?:that|which)\s+(?:identifies|represents)|for|of|in|from|on|representing|identifying"
    rf"|specifying|tracking|describing|to identify|assigned to|given to)\s+{_PHRASE}",
    re.I,
)
_OBJECT = re.compile(rf"^\s*{_PHRASE}", re.IGNORECASE)
_CUT = re.compile(
    r"\b(?:that|which|on|in|from|for|to|is|are|as|across|at|by|with|extracted|used|generated|and)\b.*$", re.I
)
_COMBINATION = re.compile(r"\bunique combination of\s+(?P<columns>[^.;:]+)|\bunique on\s+(?P<on>\(?[^.;:)]+\)?)", re.I)
_PRIMARY = re.compile(
    r"\bprimary key(?: of (?:this|the) \w+)?(?: is|:) (?:the )?(?P<columns>(?:`[^`]+`|\w+_\w+)(?:(?:,"
    r"| and|, and) (?:`[^`]+`|\w+_\w+))*)",
    re.IGNORECASE,
)
_THIS = re.compile(r"^(?:this |the )?(?:table|model|row|record|relation|view|entry)s?\b", re.IGNORECASE)
_COUNTED = re.compile(r"\b(?:number|count|total|list|set|distinct|how many)\b[^,;.]*$", re.IGNORECASE)

_QUALITY = re.compile(r"generated|readable|assigned|internal|short|long|random|global|\W", re.IGNORECASE)


def read(sentence: Sentence, context: ClaimContext) -> Iterator[Claim]:
    """At most one claim: that the target's column, or the columns a sentence lists, have no value twice."""
    text = sentence.text
    if combination := _COMBINATION.search(text):
        if committed(sentence, combination.start()):
            phrase = combination.group("columns") or combination.group("on")
            yield _claim(None, key_columns(phrase, context) or (), combination.group(0), False)
        return
    column = context.target.column
    if column is None:
        named = _PRIMARY.search(text)
        if named and committed(sentence, named.start()):
            yield _claim(None, key_columns(named.group("columns"), context) or (), named.group(0), True)
        return
    if (scope := _SCOPE.search(text)) and committed(sentence, scope.start()):
        inside = key_columns(scope.group("scope"), context)
        yield _claim(column, (column, *inside) if inside else (), scope.group(0), False)
        return
    match = _KEY.search(text)
    if match and re.search(r"\bor (?:an? )?$", text[: match.start()], re.IGNORECASE):
        return
    if not match or not committed(sentence, match.start()) or _COUNTED.search(text[: match.start()]):
        return
    if re.search(r"\bpart of (?:the |a )?(?:composite )?$|\bcomposite $|\bnatural $", text[: match.start()], re.I):
        return
    primary = bool(match.group("primary"))
    if (
        match.group("primary")
        and match.group("primary").lower() == "surrogate key"
        and not _keys_the_rows(context, column)
    ):
        return
    kind = (match.group("kind") or "").strip()
    if kind and not _QUALITY.search(kind) and not _about_own_rows(kind, primary, context, column):
        return
    rest = text[match.end() :]
    named = (_OBJECT if match.group(0).lower().startswith("uniquely") else _OF).match(rest)
    if not named or _about_own_rows(named.group("noun"), primary, context, column):
        yield _claim(column, (column,), match.group(0), primary)


def _about_own_rows(noun: str, primary: bool, context: ClaimContext, column: str) -> bool:
    """Whether "unique identifier of NOUN" speaks of the rows of this relation, rather than of another's.

    `customer_id` of an orders relation is a unique identifier of the customer, and may well repeat.
    """
    if _THIS.match(noun):
        return True
    if re.search(r"\bformat$", _CUT.sub("", noun).strip()):
        return True
    if identifiers(noun):
        own = relation_named(noun, context) == context.target.unique_id
        return own or context.name.casefold().endswith(identifiers(noun)[0].casefold())
    short = _CUT.sub("", noun).strip()
    if not short:
        return True
    other = relation_named(short, context)
    if other == context.target.unique_id or is_own_entity(short, context):
        return True
    return _keys_the_rows(context, column) if other is None else False


def _keys_the_rows(context: ClaimContext, column: str) -> bool:
    """Whether the SQL, a test or the plain name `id` makes the column the key of the relation."""
    keys = [key.columns for key in context.facts.keys] if context.facts else []
    keys += list(context.own.unique_keys) if context.own else []
    return column.casefold() == "id" or any(len(key) == 1 and same_name(key[0], column) for key in keys)


def _claim(subject: str | None, columns: tuple[str, ...], text: str, primary: bool) -> Claim:
    return Claim(ClaimKind.UNIQUE, subject, (("columns", columns), ("not_null", primary)), text.strip())


def check(claim: Claim, context: ClaimContext, data: Data | None) -> Verdict:
    """Proved by a key of the SQL's facts, else decided by the rows; NULLs count only for a primary key."""
    columns: tuple[str, ...] = claim.argument("columns", ())
    if not columns:
        return unproven("unclear-words")
    from_sql = key_proof(columns, context, exact=False)
    not_null = claim.argument("not_null", False)
    nullable = not_null and not all(_never_null(context, column) for column in columns)
    if from_sql and not nullable:
        return from_sql
    if data is None:
        return from_sql or unproven("no-data")
    if not_null:
        missing = " OR ".join(f"{quote(column)} IS NULL" for column in columns)
        verdict = data.none_where(missing, "null-values", "A primary key is NULL")
        if not verdict.writable:
            return verdict
    return from_sql or no_duplicates(columns, data, ignore_null=True)


def _never_null(context: ClaimContext, column: str) -> bool:
    facts = context.column_facts(column)
    declared = context.own.not_null if context.own else frozenset()
    return bool(facts and facts.nullability.never) or column.casefold() in {name.casefold() for name in declared}


def key_proof(columns: tuple[str, ...], context: ClaimContext, exact: bool) -> Verdict | None:
    """PROVED where the SQL makes `columns` a key (`exact`), or a subset of them one; None where it does not."""
    if context.facts is None:
        return None
    wanted = {name.casefold() for name in columns}
    for key in context.facts.keys:
        have = {name.casefold() for name in key.columns}
        if have == wanted or (not exact and have <= wanted):
            return proved(f"{', '.join(key.columns)} is unique by {key.basis}.", key.sql or key.basis)
    return None


def no_duplicates(columns: tuple[str, ...], data: Data, ignore_null: bool) -> Verdict:
    """HOLDS where no combination of values occurs twice, else REFUTED with the ones that do."""
    names = ", ".join(map(quote, columns))
    where = f" WHERE {' AND '.join(f'{quote(column)} IS NOT NULL' for column in columns)}" if ignore_null else ""
    groups = f"SELECT {names}, count(*) AS row_count FROM {data.relation}{where} GROUP BY {names} HAVING count(*) > 1"
    count = data.number(f"SELECT count(*) FROM ({groups})")
    if count:
        detail = f"{count} values of {', '.join(columns)} occur more than once in {data.row_count} rows."
        return refuted("duplicate-rows", detail, groups, data.rows(f"{groups} ORDER BY row_count DESC"), "duckdb")
    return data.holds_for(columns[0], groups) if len(columns) == 1 else data.holds(groups)
