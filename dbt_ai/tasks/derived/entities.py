"""What the rows of a relation are, as nouns: the rows of `stg_orders` are orders.

A noun is taken from the name of the key that makes the rows (`order_id`), else from the relation's name without
its layer prefix, as dbt projects name their models. It is a label for a reader, never the basis of a fact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import inflection

PLAIN_KEYS = ("id", "uuid", "guid", "key", "pk", "sk", "code", "number", "no")
_KEY_SUFFIX = re.compile(r"(_|^)(id|key|sk|pk|uuid|guid|code|no|number|hk|hash)$", re.IGNORECASE)
LAYERS = {
    *("stg", "staging", "base", "src", "source", "raw", "int", "intermediate", "fct", "fact", "dim", "mart", "marts"),
    *("seed", "snap", "snapshot", "tmp", "rpt", "report", "agg", "obt", "vw", "v", "tbl", "dbt"),
}
# Words that name a shape rather than what the rows are.
_SHAPES = {
    "data",
    "history",
    "summary",
    "stats",
    "metrics",
    "details",
    "info",
    "final",
    "current",
    "latest",
    "active",
    "daily",
    "weekly",
    "monthly",
    "spine",
    "joined",
    "pivoted",
    "unioned",
}
_NOUNS_IN_ED = {"feed", "seed", "breed", "deed", "need", "speed", "weed"}


@dataclass(frozen=True)
class Entity:
    """What one row is (`one`), and several of them (`many`)."""

    one: str
    many: str


@lru_cache(maxsize=10_000)
def entity_of_key(column: str) -> Entity | None:
    """The entity that a key column names, or None where its name says none.

    >>> entity_of_key("order_id")
    Entity(one='order', many='orders')
    >>> entity_of_key("id") is None
    True
    """
    words = inflection.underscore(column) if re.search("[a-z][A-Z]", column) else column.lower()
    stem = _KEY_SUFFIX.sub("", words).strip("_ ")
    return _entity(stem) if stem and stem != words else None


@lru_cache(maxsize=10_000)
def entity_of_relation(name: str) -> Entity | None:
    """The entity that a relation's name gives, or None where the name ends in a shape ("order_metrics").

    >>> entity_of_relation("stg_stripe__payments")
    Entity(one='payment', many='payments')
    >>> entity_of_relation("int_orders_joined") is None
    True
    """
    spelled = inflection.underscore(name) if re.search("[a-z][A-Z]", name) else name.lower()
    last = spelled.rsplit("__", 1)[-1]
    words = [word for word in re.split(r"[_\W]+", last) if word]
    while len(words) > 1 and words[0] in LAYERS | {"all"}:
        words = words[1:]
    while len(words) > 1 and re.fullmatch(r"v\d+|\d+", words[-1]):
        words = words[:-1]
    if words and re.fullmatch(r"[a-z]{3,}(ed|ised|ized)", words[-1]) and words[-1] not in _NOUNS_IN_ED:
        return None  # what was done to the rows: joined, merged, enriched
    if not words or words[-1] in _SHAPES | LAYERS or "to" in words or "by" in words or "per" in words:
        return None
    return _entity("_".join(words))


def entity(name: str, keys: Sequence[Sequence[str]]) -> Entity | None:
    """The entity of a relation called `name` whose unique keys are `keys`: its single key's, else its name's.

    >>> [entity(*of).one for of in (("diagnoses", [["icd_code"]]), ("parts", [["sku"]]), ("employees", [["emp_no"]]))]
    ['diagnosis', 'part', 'employee']
    >>> entity("order_totals", [["order_id"]]), entity("daily_summary", [["day"]])
    (Entity(one='order', many='orders'), None)
    """
    rows = entity_of_relation(name)
    single = rows is not None and " " not in rows.one
    plural = rows is not None and single and rows.many != rows.one and _stem(name).endswith(rows.many)
    for key in keys:
        if len(key) == 1 and key[0] != "dbt_scd_id" and (found := entity_of_key(key[0])):
            code_of = plural and _stem(key[0]).endswith((" code", " no", " number"))
            shortened = rows is not None and single and rows.one.startswith(found.one)
            return rows if code_of or shortened else found
    plain = all(len(key) == 1 and key[0].lower() in PLAIN_KEYS for key in keys)
    # Parts are parts, and meters are meters, whatever column tells one from another.
    named = rows is not None and bool(keys) and len(keys[0]) == 1 and (plural or _stem(keys[0][0]) == rows.one)
    return rows if plain or named else None


def _stem(column: str) -> str:
    return (inflection.underscore(column) if re.search("[a-z][A-Z]", column) else column.lower()).replace("_", " ")


def _entity(stem: str) -> Entity | None:
    words = stem.replace("_", " ").split()
    if not words or not all(re.fullmatch(r"[a-z][a-z0-9-]*", word) for word in words):
        return None
    one = " ".join([*words[:-1], inflection.singularize(words[-1])])
    many = " ".join([*words[:-1], inflection.pluralize(inflection.singularize(words[-1]))])
    return Entity(one, many)
