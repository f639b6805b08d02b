"""Which statistics make sense for which type of DuckDB."""

from __future__ import annotations

from enum import Enum


class TypeClass(str, Enum):
    """What a profile asks of a column of this type."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    TEMPORAL = "temporal"
    OTHER = "other"  # ordered, but no mean and no pattern: UUID, ENUM, INTERVAL, BIT
    OPAQUE = "opaque"  # nested, binary, JSON: counted only


_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_MORE_NUMBERS = ("UHUGEINT", "FLOAT", "REAL", "DOUBLE", "DECIMAL", "NUMERIC", "BIGNUM", "VARINT")
_OTHERS = ("UUID", "ENUM", "INTERVAL", "BIT")


def type_class(data_type: str) -> TypeClass:
    """The class of a DuckDB type name.

    >>> type_class("DECIMAL(18,2)").value, type_class("STRUCT(a INTEGER)[]").value, type_class("TIMESTAMP_S").value
    ('number', 'opaque', 'temporal')
    """
    upper = data_type.upper()
    head = upper.split("(")[0].strip()
    if upper.endswith("]") or head in ("STRUCT", "MAP", "UNION", "VARIANT"):
        return TypeClass.OPAQUE
    if head in (*_NUMBERS, *_MORE_NUMBERS):
        return TypeClass.NUMBER
    if head in ("VARCHAR", "TEXT", "CHAR"):
        return TypeClass.TEXT
    if head == "BOOLEAN":
        return TypeClass.BOOLEAN
    if head.startswith(("DATE", "TIME")):
        return TypeClass.TEMPORAL
    if head in _OTHERS:
        return TypeClass.OTHER
    return TypeClass.OPAQUE


def is_whole_number(data_type: str) -> bool:
    """Whether values of the type are integers."""
    return data_type.upper().split("(")[0] in (*_NUMBERS, "UHUGEINT", "BIGNUM", "VARINT")


def has_date(data_type: str) -> bool:
    """Whether values of the type are moments with a date: DATE, TIMESTAMP and its kin, not TIME."""
    return data_type.upper().startswith(("DATE", "TIMESTAMP"))
