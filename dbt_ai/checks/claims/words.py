"""From words to names: which column, relation or entity a noun phrase of a description means.

A phrase is only ever resolved where one answer fits; everything else is None, and its claim stays unproven.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import inflection

from dbt_ai.checks.claims.context import ClaimContext

CODE = r"`[^`]+`"
IDENTIFIER = re.compile(r"`([^`]+)`|(?<![\w.@/#-])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?![\w@/]|-\w|\.\w|\()")
KEY_WORDS = ("id", "key", "pk", "sk", "uuid", "guid", "code", "number")
LAYERS = {
    *("stg", "staging", "base", "src", "source", "raw", "int", "intermediate", "fct", "fact", "dim", "mart", "marts"),
    *(
        "tfact",
        "afact",
        "seed",
        "snap",
        "snapshot",
        "rpt",
        "report",
        "agg",
        "obt",
        "vw",
        "tbl",
        "dbt",
        "table",
        "model",
    ),
}
STOP = frozenset(
    {
        *(
            "a",
            "an",
            "the",
            "this",
            "that",
            "these",
            "those",
            "of",
            "for",
            "to",
            "in",
            "on",
            "at",
            "by",
            "with",
            "from",
        ),
        *(
            "and",
            "or",
            "is",
            "are",
            "was",
            "be",
            "it",
            "its",
            "their",
            "our",
            "each",
            "every",
            "all",
            "any",
            "single",
            "one",
        ),
        *(
            "row",
            "rows",
            "record",
            "records",
            "given",
            "respective",
            "corresponding",
            "specific",
            "particular",
            "s",
            "as",
        ),
        *("distinct", "unique", "individual", "has", "have", "which", "who", "per"),
    }
)
_ARTICLES = {
    "a",
    "an",
    "the",
    "this",
    "that",
    "each",
    "every",
    "its",
    "their",
    "our",
    "unique",
    "distinct",
    "single",
    "of",
}
_ENDINGS = {(word,) for word in KEY_WORDS}
_DATE_WORDS = ("day", "date", "week", "month", "quarter", "year", "hour", "minute")
_LIST = re.compile(r"\s*(?:,\s*and\b|,|&|×|\+|/|\bper\b|\band\b|\bx\b|\bby\b)\s*", re.IGNORECASE)


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A word in lower case and singular."""
    return str(inflection.singularize(word.lower()))


@lru_cache(maxsize=16384)
def stems(text: str) -> tuple[str, ...]:
    """The meaningful words of a phrase or an identifier, in lower case and singular.

    >>> stems("the customer's orders"), stems("customerOrders")
    (('customer', 'order'), ('customer', 'order'))
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", re.sub(r"['’]s\b|['’]", " ", text))
    return tuple(stem(word) for word in re.findall(r"[A-Za-z]+|\d+", spaced) if word.lower() not in STOP)


@lru_cache(maxsize=16384)
def spelled(text: str) -> tuple[str, ...]:
    """All words of a phrase or an identifier but articles, in lower case and singular, to compare names whole."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", re.sub(r"['’]s\b|['’]", " ", text))
    return tuple(stem(word) for word in re.findall(r"[A-Za-z]+|\d+", spaced) if word.lower() not in _ARTICLES)


def looks_like_code(name: str) -> bool:
    """Whether a bare word can only be an identifier: it has an underscore inside, in lower or upper case."""
    return bool(re.fullmatch(r"[A-Za-z_][\w]*(\.[A-Za-z_]\w*)*", name)) and bool(
        re.search(r"[A-Za-z0-9]_+[A-Za-z0-9]", name)
    )


def identifiers(text: str) -> tuple[str, ...]:
    """Names in backticks and bare words that can only be identifiers, in order."""
    found = []
    for match in IDENTIFIER.finditer(text):
        if match.group(1):
            found.append(match.group(1).strip())
        elif looks_like_code(match.group(2)):
            found.append(match.group(2))
    return tuple(found)


@lru_cache(maxsize=16384)
def entity_stems(relation_name: str) -> tuple[str, ...]:
    """What the rows of a relation are, by its name: ("order",) for stg_shop__orders."""
    last = relation_name.rsplit(".", 1)[-1].rsplit("__", 1)[-1]
    words = list(stems(last))
    while len(words) > 1 and words[0] in LAYERS:
        words = words[1:]
    return tuple(word for place, word in enumerate(words) if place == 0 or word != words[place - 1])


def is_own_entity(phrase: str, context: ClaimContext) -> bool:
    """Whether a noun phrase means what the rows of the target's relation are."""
    words = stems(phrase)
    if not words:
        return True
    keys = [key.columns for key in context.facts.keys] if context.facts else []
    keys += list(context.own.unique_keys) if context.own else []
    if any(stems(noun) == words and columns in keys for noun, columns in context.entities.items()):
        return True
    own = entity_stems(context.name)
    names = [own, stems(context.name)]
    if any(words == name[-len(words) :] for name in names):
        return True
    # "the Github label" in a relation called label, "a single course run" in courses_courserun
    squeezed, whole = "".join(words), "".join(own)
    if not own or words[-len(own) :] == own or squeezed.endswith(whole) or whole.endswith(squeezed):
        return bool(own)
    # "the Wagtail image" in wagtailimages_image: the same last word after the same beginning
    before, own_before = "".join(words[:-1]), "".join(own[:-1])
    return words[-1] == own[-1] and (before.startswith(own_before) or own_before.startswith(before))


def is_entity_of(words: tuple[str, ...], key: str, context: ClaimContext) -> bool:
    """Whether a noun, as stems, is what the rows of the relation `key` are, by its name or its one-column key."""
    relation = context.relations.get(key)
    facts = context.parent_facts.get(key)
    keys = [*(relation.unique_keys if relation else ()), *(found.columns for found in (facts.keys if facts else ()))]
    by_key = {stems(columns[0])[:-1] for columns in keys if len(columns) == 1 and stems(columns[0])[-1:] in _ENDINGS}
    return words == entity_stems(context.name_of(key)) or words in by_key


def relation_named(phrase: str, context: ClaimContext) -> str | None:
    """The key of the one relation that a name or a noun means ("`stg_orders`", "the customers table")."""
    for name in identifiers(phrase):
        parts = name.split(".")
        for candidate in (parts[-1], *(parts[-2:-1])):
            if key := context.keys_named(candidate):
                return key
    if identifiers(phrase):
        return None
    words = tuple(
        word for word in stems(phrase) if word not in ("table", "model", "relation", "dimension", "seed", "source")
    )
    if not words:
        return None
    every = {**{relation.parts[2]: key for key, relation in context.relations.items()}, **context.names}
    plain = re.sub(r"\W+", "_", re.sub(r"\b(the|a|an|table|model)\b", "", phrase.lower()).strip())
    if plain in every:
        return every[plain]
    found = {key for name, key in every.items() if entity_stems(name) == words}
    if len(found) > 1:
        near = found & set(context.relations)
        found = near if len(near) == 1 else found
    return found.pop() if len(found) == 1 else None


def column_named(phrase: str, columns: Iterable[str]) -> str | None:
    """The one column among `columns` that a name or a noun phrase spells out."""
    columns = tuple(columns)
    bare = phrase.strip().strip("`\"'").rsplit(".", 1)[-1]
    for column in columns:
        if column.casefold() == bare.casefold():
            return column
    words = spelled(phrase)
    flagged = re.match(r"(?:is|has|was)[_ ]", bare, re.IGNORECASE)
    found = [
        column
        for column in columns
        if words and spelled(column) == words and (flagged or not re.match(r"(?:is|has|was)_", column, re.IGNORECASE))
    ]
    return found[0] if len(found) == 1 else None


def key_columns(phrase: str, context: ClaimContext) -> tuple[str, ...] | None:
    """The columns of the target's relation that a grain names ("order and day" -> order_id, day).

    None where one of its parts cannot be told.
    """
    inside = re.search(r"\(([^()`]+)\)", phrase)
    if inside:
        named = [context.own_column(part.strip()) for part in _LIST.split(inside.group(1))]
        if all(named):
            return tuple(name for name in named if name)
        phrase = phrase.replace(inside.group(0), " ") if phrase.strip() != inside.group(0) else inside.group(1)
    phrase = re.sub(r"^\s*(?:\w+\s+)?combination of\b", "", phrase.strip(), flags=re.IGNORECASE)
    columns: list[str] = []
    for part in _LIST.split(phrase):
        if not part.strip(" ()"):
            continue
        code = re.search(CODE, part)
        if code:
            column = context.own_column(code.group(0).strip("`").rsplit(".", 1)[-1])
            part_columns: tuple[str, ...] | None = (column,) if column else None
        else:
            part_columns = _key_part(part, context)
        if part_columns is None:
            return None
        columns += [name for name in part_columns if name not in columns]
    return tuple(columns) or None


def _key_part(part: str, context: ClaimContext) -> tuple[str, ...] | None:
    words = stems(part)
    if not words:
        return None
    for noun, columns in context.entities.items():
        if stems(noun) == words and all(context.own_column(column) for column in columns):
            return columns
    exact = [column for column in context.own_columns if spelled(column) == spelled(part)]
    if len(exact) == 1:
        return (exact[0],)
    for suffix in KEY_WORDS:
        keys = [column for column in context.own_columns if stems(column) == (*words, suffix)]
        if len(keys) == 1:
            return (keys[0],)
    if entity_stems(context.name) == words and (plain := context.own_column("id")):
        return (plain,)
    if words[-1] in _DATE_WORDS:
        dated = [column for column in context.own_columns if words[-1] in stems(column)]
        return (dated[0],) if len(dated) == 1 else None
    return None
