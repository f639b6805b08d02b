"""What names of columns and relations suggest. A name alone never makes a finding; it chooses what is counted."""

from __future__ import annotations

import re

import inflection

_PREFIX = re.compile(
    r"^(stg|staging|raw|src|source|base|int|intermediate|dim|fct|fact|mart|rpt|report|tmp|seed|bridge)_+", re.IGNORECASE
)
_ID_WORDS = frozenset({"id", "key", "sk", "pk", "uuid", "guid", "code", "number", "no", "nr", "num", "sku"})
_AMOUNT_WORDS = frozenset(
    {"amount", "amt", "price", "cost", "total", "subtotal", "revenue", "fee", "quantity", "qty", "payment", "spend"}
)
_SIGNED_WORDS = frozenset(
    {
        *("balance", "change", "diff", "difference", "delta", "net", "profit", "margin", "adjustment", "refund"),
        *("refunded", "discount", "variance", "growth", "credit", "gain", "loss", "return", "returned", "correction"),
        *("rebate", "pnl", "transaction", "movement", "entry", "ledger", "outstanding"),
    }
)
_LOAD_WORDS = frozenset(
    {
        *("load", "loaded", "loading", "ingest", "ingested", "ingestion", "sync", "synced", "fivetran", "airbyte"),
        *("etl", "elt", "batch", "extract", "extracted", "snapshot", "dbt", "inserted", "refreshed", "refresh"),
        *("processed", "processing", "run", "exported", "export", "imported", "import", "stitch", "sdc", "meta"),
        *("replicated", "dwh", "warehouse", "upload", "uploaded", "file", "partition", "asof", "as", "data"),
    }
)
_BIRTH_WORDS = frozenset(
    {
        *("created", "creation", "registered", "registration", "joined", "added", "opened", "order", "ordered"),
        *("booked", "booking", "purchase", "purchased", "event", "occurred", "happened", "signup", "started"),
    }
)
_PERIOD_WORDS = frozenset(
    {
        *("month", "week", "year", "quarter", "period", "effective", "valid", "start", "end", "from", "to", "until"),
        *("expiry", "expires", "expired", "due", "updated", "modified", "changed", "deadline", "release", "launch"),
    }
)


def words(name: str) -> tuple[str, ...]:
    """The words of a name in any style, in lower case.

    >>> words("orderID"), words("stg_customers"), words("Ship Date")
    (('order', 'id'), ('stg', 'customers'), ('ship', 'date'))
    """
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return tuple(word.lower() for word in re.split(r"[\W_]+", spaced) if word)


def thing(relation_name: str) -> str:
    """The singular of what a relation holds, without the prefix of its layer.

    >>> thing("stg_shop__order_items"), thing("dim_customers")
    ('order_item', 'customer')
    """
    bare = relation_name
    while _PREFIX.match(bare):
        bare = _PREFIX.sub("", bare, count=1)
    bare = bare.split("__")[-1]
    return inflection.singularize("_".join(words(bare)))


def is_own_id(column: str, relation_name: str) -> bool:
    """Whether `column` is named like the id of the rows of the relation.

    >>> is_own_id("order_id", "stg_orders"), is_own_id("customer_id", "stg_orders"), is_own_id("ID", "payments")
    (True, False, True)
    """
    parts = words(column)
    own = thing(relation_name)
    return parts in (("id",), ("pk",), ("uuid",)) or "_".join(parts) in {
        f"{own}_{ending}" for ending in ("id", "key", "sk", "pk", "uuid", "no", "nr", "number")
    }


def referred_thing(column: str) -> str | None:
    """The thing that a foreign key's name refers to.

    >>> referred_thing("customer_id"), referred_thing("id"), referred_thing("amount")
    ('customer', None, None)
    """
    parts = words(column)
    return "_".join(parts[:-1]) if len(parts) > 1 and parts[-1] in ("id", "key", "sk", "uuid") else None


def is_identifier(column: str) -> bool:
    """Whether the name speaks of an id, a code or a number that names something."""
    parts = words(column)
    return bool(parts) and (parts[-1] in _ID_WORDS or parts[0] == "id")


def is_amount(column: str) -> bool:
    """Whether the name speaks of an amount that one expects not to be negative."""
    parts = set(words(column))
    return bool(parts & _AMOUNT_WORDS) and not parts & _SIGNED_WORDS and not is_identifier(column)


def is_birth_date(column: str) -> bool:
    """Whether the name speaks of the moment at which a row's thing began.

    >>> is_birth_date("created_at"), is_birth_date("invoice_date")
    (True, False)
    """
    return is_event_date(column) and bool(set(words(column)) & _BIRTH_WORDS)


def is_event_date(column: str) -> bool:
    """Whether the name speaks of when something happened in the business: not of loading, not of a period.

    >>> is_event_date("order_date"), is_event_date("created_at"), is_event_date("_loaded_at"), is_event_date("month")
    (True, True, False, False)
    """
    parts = set(words(column))
    return bool(parts) and not parts & (_LOAD_WORDS | _PERIOD_WORDS)
