"""The values that a column of a generated database may have, as SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.checks.lifted.vocabulary import Vocabulary
from dbt_ai.sql.values import Relation, same_name

_MOST_VALUES = 64
_DAYS = (date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 29), date(2020, 3, 1), date(2020, 12, 31), date(2021, 1, 1))
_STEPS = (
    timedelta(0),
    timedelta(seconds=-1),
    timedelta(seconds=1),
    timedelta(microseconds=-1),
    timedelta(microseconds=1),
    timedelta(days=-1),
    timedelta(days=1),
)
_SMALL = (0, 1, 2, 3, -1, 4)
_INTEGERS: Mapping[str, tuple[int, int]] = {
    "TINYINT": (-(2**7), 2**7 - 1),
    "SMALLINT": (-(2**15), 2**15 - 1),
    "INT": (-(2**31), 2**31 - 1),
    "BIGINT": (-(2**63), 2**63 - 1),
    "INT128": (-(2**127), 2**127 - 1),
    "UTINYINT": (0, 2**8 - 1),
    "USMALLINT": (0, 2**16 - 1),
    "UINT": (0, 2**32 - 1),
    "UBIGINT": (0, 2**64 - 1),
    "UINT128": (0, 2**128 - 1),
}


@dataclass(frozen=True)
class ColumnDomain:
    """The values of one column, as SQL literals: `near` are those that stand beside a column of its name in a query,
    with their neighbours; `values` are all, and the same for all columns of a type, so that joins find partners.

    `wild` are values that may make a query fail, as a CAST cannot convert them or a sum has no room for them; they are
    kept to a few databases. `nullable` tells that
    NULL is a value, too. No values at all: the type is not understood.
    """

    name: str
    type: str
    values: tuple[str, ...]
    near: tuple[str, ...] = ()
    wild: tuple[str, ...] = ()
    nullable: bool = True


def domain(relation: Relation, name: str, kind: str | None, words: Vocabulary) -> ColumnDomain:
    """The domain of the column `name` of type `kind` of `relation`, with the literals of the queries in it."""
    nullable = not any(same_name(name, column) for column in relation.not_null)
    data_type = _data_type(kind)
    accepted = next((values for column, values in relation.domains if same_name(column, name)), ())
    if accepted:
        literals = [literal for value in accepted for literal in _accepted(value, data_type)]
        return ColumnDomain(name, kind or "VARCHAR", tuple(dict.fromkeys(literals)), nullable=nullable)
    near = _values(data_type, _only_beside(words, name))
    values = [*_values(data_type, words), *_plain(data_type)]
    wild: list[str] = []
    kinds = {what for column, what in words.converted if same_name(column, name)} - {"other"}
    if kinds and data_type.is_type(*exp.DataType.TEXT_TYPES):
        wild = [*near, *values]
        values, near = _convertible(kinds, words), []
    elif words.extremes:
        wild = _extremes(data_type)
        values += ["'-0.0'::DOUBLE"] if data_type.is_type("double", "float") else []
    sets = [tuple(dict.fromkeys(part))[:_MOST_VALUES] for part in (values, near, wild)]
    return ColumnDomain(name, kind or "VARCHAR", sets[0], sets[1], sets[2], nullable)


def with_small_numbers(column: ColumnDomain) -> ColumnDomain:
    """The domain with few small numbers in the place of all numbers, and with nothing wild.

    >>> with_small_numbers(ColumnDomain("n", "INTEGER", ("-7", "0", "1234"), near=("5",))).values
    ('0', '1', '2', '3', '-1', '4')
    """
    kind = _data_type(column.type)
    if not kind.is_type(*exp.DataType.NUMERIC_TYPES):
        return replace(column, wild=())
    values = [value for number in _SMALL for value in _values(kind, Vocabulary(frozenset({Decimal(number)})))[:1]]
    return replace(column, values=tuple(values), wild=())


@lru_cache(maxsize=256)
def _data_type(kind: str | None) -> exp.DataType:
    try:
        return exp.DataType.build(kind or "VARCHAR", dialect="duckdb", udt=True)
    except (SqlglotError, ValueError):
        return exp.DataType.build("unknown")


def _only_beside(words: Vocabulary, name: str) -> Vocabulary:
    """The literals that stand beside columns of this name."""
    own = {text for column, text in words.beside if column == name.casefold()}
    return Vocabulary(
        frozenset(number for number in words.numbers if str(number) in own),
        frozenset(text for text in words.texts if text in own),
        frozenset(day for day in words.dates if day.isoformat() in own),
        frozenset(moment for moment in words.moments if any(text in own for text in _spellings(moment))),
    )


def _spellings(moment: datetime) -> tuple[str, ...]:
    return (moment.isoformat(), moment.isoformat(" "), moment.date().isoformat())


def _values(kind: exp.DataType, words: Vocabulary) -> list[str]:
    """The literals of `words` that the type can hold, each followed by its neighbours."""
    type_name = kind.this.name if isinstance(kind.this, exp.DType) else ""
    if type_name in _INTEGERS:
        low, high = _INTEGERS[type_name]
        whole = [int(number) for number in sorted(words.numbers) if number == number.to_integral_value()]
        return [str(number + step) for step in (0, -1, 1) for number in whole if low <= number + step <= high]
    if kind.is_type(*exp.DataType.NUMERIC_TYPES):
        return [
            literal
            for step in (0, -1, 1)
            for number in sorted(words.numbers)
            for literal in _decimal(kind, number + step)
        ]
    if kind.is_type(*exp.DataType.TEXT_TYPES):
        texts = sorted(words.texts)
        return [_text(text) for text in (*texts, *(text.swapcase() for text in texts), *(f"{text}x" for text in texts))]
    if kind.is_type("date", "date32"):
        days = sorted(words.dates | {moment.date() for moment in words.moments})
        ends = [f"{sign} {interval}" for interval in sorted(words.intervals) for sign in "+-"]
        shifted = [f"{_day(day)} {end}" for day in days for end in ends]
        near = [timedelta(days=step) for step in (0, -1, 1)]
        return [*(_day(day + step) for step in near for day in days if _exists(day, step)), *shifted]
    if kind.is_type(*exp.DataType.TEMPORAL_TYPES) and not kind.is_type("time", "timetz"):
        midnights = {datetime(day.year, day.month, day.day) for day in words.dates}
        moments = sorted(words.moments | midnights)
        return [_moment(moment + step) for step in _STEPS for moment in moments if _exists(moment, step)]
    if kind.is_type("array", "list") and kind.expressions:
        inner = _values(kind.expressions[0], words)
        return [*(f"[{value}]" for value in inner[:4]), *(f"[{value}, NULL]" for value in inner[:2])]
    return []


def _exists(moment: date, step: timedelta) -> bool:
    """Whether Python has a date for it: the day after 9999-12-31, which stands for the end of time, it has not."""
    try:
        return bool(moment + step)
    except OverflowError:
        return False


def _plain(kind: exp.DataType) -> list[str]:
    """Values that say nothing about the query, and enough of them for a key where the type allows."""
    type_name = kind.this.name if isinstance(kind.this, exp.DType) else ""
    if type_name in _INTEGERS:
        return [str(number) for number in (1, 2, 3, 0, -1, *range(4, 10)) if _INTEGERS[type_name][0] <= number]
    if kind.is_type(*exp.DataType.NUMERIC_TYPES):
        numbers = ("1", "2", "3", "0", "-1", "2.5", "-1.25", "4", "5", "6")
        return [literal for number in numbers for literal in _decimal(kind, Decimal(number))]
    if kind.is_type(*exp.DataType.TEXT_TYPES):
        return [_text(letter) for letter in ("a", "b", "", "A", *"cdefgh")]
    if kind.is_type("boolean"):
        return ["true", "false"]
    if kind.is_type("date", "date32"):
        return [_day(day) for day in _DAYS]
    if kind.is_type("time", "timetz"):
        return ["'00:00:00'", "'09:30:00'", "'23:59:59'"]
    if kind.is_type(*exp.DataType.TEMPORAL_TYPES):
        return [_moment(datetime(day.year, day.month, day.day, hour)) for day in _DAYS for hour in (0, 9)]
    if kind.is_type("uuid"):
        return [f"'00000000-0000-0000-0000-{number:012d}'" for number in range(1, 10)]
    if kind.is_type("interval"):
        return ["INTERVAL 1 DAY", "INTERVAL 2 HOUR", "INTERVAL 1 MONTH"]
    if kind.is_type("varbinary", "binary", "blob"):
        return ["'a'::BLOB", "'b'::BLOB"]
    if kind.is_type("json"):
        return ["'{}'", "'{\"a\": 1}'", "'[1, 2]'", "'null'"]
    if kind.is_type("array", "list") and kind.expressions:
        inner = _plain(kind.expressions[0])
        pairs = [f"[{', '.join(two)}]" for two in (inner[:2], inner[1::-1])]
        return ["[]", *(f"[{value}]" for value in inner[:2]), *pairs, "[NULL]"] if inner else []
    return []


def _extremes(kind: exp.DataType) -> list[str]:
    """The numbers at the ends of a type; none for what is no number."""
    type_name = kind.this.name if isinstance(kind.this, exp.DType) else ""
    if type_name in _INTEGERS:
        low, high = _INTEGERS[type_name]
        return [str(number) for number in (high, low, high - 1, high // 2 + 1)]
    if kind.is_type("double", "float"):
        return ["'NaN'", "'inf'", "'-inf'", "'-0.0'", "'0.0'"]
    if not kind.is_type("decimal"):
        return []
    digits, scale = _digits(kind)
    most = "9" * (digits - scale) + ("." + "9" * scale if scale else "")
    return [most, f"-{most}"]


def _digits(kind: exp.DataType) -> tuple[int, int]:
    """The digits of a DECIMAL, and those of them that stand behind the point."""
    given = [int(part.name) for part in kind.find_all(exp.DataTypeParam) if part.name.isdigit()]
    digits, scale = (given + [18, 3][len(given) :])[:2]
    return digits, scale


def _decimal(kind: exp.DataType, number: Decimal) -> list[str]:
    """A number as a literal of the type; none where the type cannot hold it."""
    if not kind.is_type("decimal"):
        return [f"{number}::DOUBLE"]
    width, scale = _digits(kind)
    fits = abs(number) < Decimal(10) ** (width - scale)
    return [str(number.quantize(Decimal(1).scaleb(-scale)))] if fits else []


def _convertible(kinds: Iterable[str], words: Vocabulary) -> list[str]:
    """Texts that a CAST to each of `kinds` can convert."""
    days = [day.isoformat() for day in sorted(words.dates)[:4]]
    if "date" in kinds:
        more = ["2020-2-29", " 2020-01-31"] if words.extremes else []
        return [_text(text) for text in (*days, "2020-01-31", "2020-02-29", *more)]
    numbers = [str(number) for number in sorted(words.numbers)[:8]]
    more = ["01", " 1", "1.4"] if words.extremes else []
    return [_text(text) for text in ("1", "0", "2", "10", *numbers, *more)]


def _accepted(value: str, kind: exp.DataType) -> list[str]:
    """A value that a test accepts, as a literal of the type; none where it is no value of the type."""
    if kind.is_type(*exp.DataType.TEXT_TYPES):
        return [_text(value)]
    if kind.is_type(*exp.DataType.NUMERIC_TYPES):
        return [value] if value.lstrip("+-").replace(".", "", 1).isdigit() else []
    if kind.is_type("boolean"):
        return [value.lower()] if value.lower() in ("true", "false") else []
    return [f"TRY_CAST({_text(value)} AS {kind.sql('duckdb')})"]


def _day(day: date) -> str:
    return f"DATE '{day.isoformat()}'"


def _moment(moment: datetime) -> str:
    return f"'{moment.isoformat(' ')}'"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
