"""Profiles one relation: a pass of aggregates for all columns, exact distinct counts and top values where they pay."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from dbt_ai.evidence.profile.query import name, rows_at_hand, rows_of, table
from dbt_ai.evidence.profile.types import TypeClass, type_class
from dbt_ai.evidence.values import ColumnProfile, Profile
from dbt_ai.sql.values import Relation

if TYPE_CHECKING:
    import duckdb

    from dbt_ai.evidence.profile.cache import ProfileCache

SAMPLE_ROWS = 1_000_000
EXACT_ROWS = 100_000  # up to here every distinct count is exact in the first pass
FEW_VALUES = 20  # up to here a column's values are listed in full
COUNTED_VALUES = 1_000  # up to here the most frequent values are counted
MAX_TEXT = 100  # longer values are cut
MAX_SHAPE = 64
_CHUNK = 50  # columns a query: what DuckDB keeps of distinct values must fit into memory
_SHAPE = (
    r"regexp_replace(regexp_replace(regexp_replace({0}, '\p{{Lu}}', 'A', 'g'), "
    r"'\p{{Ll}}', 'a', 'g'), '\p{{Nd}}', '9', 'g')"
)

_T = TypeVar("_T")


@dataclass(frozen=True)
class _Source:
    """What is looked at: a FROM clause (the relation, or a sample of it), and how many rows it has."""

    sql: str
    rows: int
    whole: bool


@dataclass(frozen=True)
class _Run:
    """A connection and its time limit a query."""

    connection: duckdb.DuckDBPyConnection = field(repr=False)
    timeout: float = 30.0

    def __call__(self, sql: str) -> list[tuple[Any, ...]]:
        return rows_of(self.connection, sql, self.timeout)


def profile_relation(
    connection: duckdb.DuckDBPyConnection,
    relation: Relation,
    *,
    cache: ProfileCache | None = None,
    sample_rows: int = SAMPLE_ROWS,
    timeout: float = 30.0,
) -> Profile:
    """The profile of `relation` as it is in the database now, from `cache` where nothing has changed since.

    A relation of more than `sample_rows` rows is looked at through a sample of about that many, the same one each
    time; its distinct counts are then marked approximate, for a sample proves nothing about the rest. `timeout` is the
    limit in seconds for each of the few queries.

    Raises WarehouseError, a clause to follow "no profile of X: ", when the relation is not there or cannot be read.
    """
    freshness = cache.freshness(connection, relation, sample_rows) if cache else ""
    if cache and freshness:
        known = cache.get(relation.key, freshness)
        if known is not None:
            return known
    profile = replace(_profile(_Run(connection, timeout), relation, sample_rows), freshness=freshness)
    if cache and freshness:
        cache.put(profile)
    return profile


def _profile(run: _Run, relation: Relation, sample_rows: int) -> Profile:
    described = run(f"DESCRIBE SELECT * FROM {table(relation)}")
    columns = [(str(row[0]), str(row[1])) for row in described]
    rows = int(run(f"SELECT count(*) FROM {table(relation)}")[0][0])
    with rows_at_hand(run.connection, relation, rows, run.timeout) as stand_in:
        source = _source(run, stand_in or table(relation), columns, rows, sample_rows)
        return _columns(run, relation.key, source, columns, rows)


def _columns(run: _Run, key: str, source: _Source, columns: list[tuple[str, str]], rows: int) -> Profile:
    profiles = [column for chunk in _chunks(columns, _CHUNK) for column in _first_pass(run, source, chunk)]
    profiles = _exact_distinct(run, source, profiles)
    profiles = _top_values(run, source, profiles)
    profiles = _patterns(run, source, profiles)
    profile = Profile(key, rows, tuple(profiles))
    return profile if source.whole else of_a_part(profile, source.rows)


def of_a_part(profile: Profile, looked_at: int | None = None) -> Profile:
    """The profile of a relation of which only some rows were looked at (`looked_at`; None: as many as it says there
    are): neither its distinct counts nor its lists of values are of the whole."""
    columns = tuple(replace(column, distinct_approximate=True, all_values=None) for column in profile.columns)
    return replace(profile, columns=columns, sampled=profile.rows if looked_at is None else looked_at)


def _source(run: _Run, table: str, columns: list[tuple[str, str]], rows: int, sample_rows: int) -> _Source:
    if rows <= sample_rows:
        return _Source(table, rows, True)
    # By a hash of the row instead of at random: the same data must give the same profile, for texts rest on it.
    hashed = ", ".join(f"s.{name(c)}" for c, t in columns[:16] if type_class(t) is not TypeClass.OPAQUE)
    share = math.ceil(rows / sample_rows)
    sample = f"(SELECT * FROM {table} AS s WHERE hash({hashed or 's'}) % {share} = 0)"
    return _Source(sample, int(run(f"SELECT count(*) FROM {sample}")[0][0]), False)


def _first_pass(run: _Run, source: _Source, columns: Sequence[tuple[str, str]]) -> list[ColumnProfile]:
    exact = source.rows <= EXACT_ROWS
    selected = []
    for column, data_type in columns:
        quoted, kind = f"t.{name(column)}", type_class(data_type)
        opaque = kind is TypeClass.OPAQUE
        length = f"length({quoted})" if kind is TypeClass.TEXT else "NULL"
        selected += [
            f"count({quoted})",
            _distinct(quoted, kind, exact),
            "NULL" if opaque else f"left(min({quoted})::VARCHAR, {MAX_TEXT + 1})",
            "NULL" if opaque else f"left(max({quoted})::VARCHAR, {MAX_TEXT + 1})",
            _mean(quoted, kind),
            f"min({length})",
            f"max({length})",
        ]
    (found,) = run(f"SELECT {', '.join(selected)} FROM {source.sql} AS t")
    return [
        _column(source, column, exact, found[position : position + 7])
        for column, position in zip(columns, range(0, len(found), 7), strict=True)
    ]


def _mean(quoted: str, kind: TypeClass) -> str:
    if kind is TypeClass.NUMBER:
        number = f"{quoted}::DOUBLE"
        return f"avg({number}) FILTER (WHERE isfinite({number}))"
    return f"avg({quoted}::INTEGER)" if kind is TypeClass.BOOLEAN else "NULL"


def _column(source: _Source, column: tuple[str, str], exact: bool, found: Sequence[Any]) -> ColumnProfile:
    count, distinct, minimum, maximum, mean, min_length, max_length = found
    return ColumnProfile(
        name=column[0],
        type=column[1],
        rows=source.rows,
        nulls=source.rows - count,
        distinct=min(distinct, count),
        distinct_approximate=not exact,
        minimum=_cut(minimum),
        maximum=_cut(maximum),
        mean=mean if mean is None or math.isfinite(mean) else None,
        min_length=min_length,
        max_length=max_length,
    )


def _exact_distinct(run: _Run, source: _Source, profiles: list[ColumnProfile]) -> list[ColumnProfile]:
    """Exact counts where the approximate ones look like a key or like a small set of values."""
    pending = [
        column
        for column in profiles
        if column.distinct_approximate
        and source.whole
        and (column.distinct <= 2 * COUNTED_VALUES or column.distinct >= 0.9 * (column.rows - column.nulls))
    ]
    exact: dict[str, int] = {}
    for chunk in _chunks(pending, 5):
        counted = ", ".join(_distinct(f"t.{name(column.name)}", type_class(column.type), True) for column in chunk)
        (found,) = run(f"SELECT {counted} FROM {source.sql} AS t")
        exact.update(zip((column.name for column in chunk), found, strict=True))
    return [
        replace(column, distinct=exact[column.name], distinct_approximate=False) if column.name in exact else column
        for column in profiles
    ]


def _distinct(quoted: str, kind: TypeClass, exact: bool) -> str:
    """SQL that counts the distinct values of a column; long and nested ones by their hash, to spare the memory."""
    short = kind in (TypeClass.NUMBER, TypeClass.BOOLEAN, TypeClass.TEMPORAL)
    value = quoted if short else f"hash({quoted})"
    counted = f"count(DISTINCT {value})" if exact else f"approx_count_distinct({value})"
    return f"{counted} FILTER (WHERE {quoted} IS NOT NULL)"


def _top_values(run: _Run, source: _Source, profiles: list[ColumnProfile]) -> list[ColumnProfile]:
    pending = [
        column
        for column in profiles
        if 0 < column.distinct <= COUNTED_VALUES
        and type_class(column.type) is not TypeClass.OPAQUE
        and (column.max_length or 0) <= MAX_TEXT
        and (column.distinct <= FEW_VALUES or not column.unique)
    ]
    counts: dict[str, dict[str, int]] = {}
    for chunk in _chunks(pending, _CHUNK):
        counted = ", ".join(f"histogram(t.{name(column.name)}::VARCHAR)" for column in chunk)
        (found,) = run(f"SELECT {counted} FROM {source.sql} AS t")
        counts.update(zip((column.name for column in chunk), found, strict=True))
    return [_with_values(column, counts.get(column.name)) for column in profiles]


def _with_values(column: ColumnProfile, counts: dict[str, int] | None) -> ColumnProfile:
    if not counts:
        return column
    top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:FEW_VALUES]
    number = type_class(column.type) is TypeClass.NUMBER
    few = (
        tuple(sorted(counts, key=lambda v: (float(v), v) if number else (0.0, v)))
        if len(counts) <= FEW_VALUES
        else None
    )
    return replace(column, top_values=tuple(top), all_values=few)


def _patterns(run: _Run, source: _Source, profiles: list[ColumnProfile]) -> list[ColumnProfile]:
    """The common shape of text columns. Only values of the same length can have one, which spares most columns."""
    pending = [
        column
        for column in profiles
        if column.min_length and column.min_length == column.max_length and column.min_length <= MAX_SHAPE
    ]
    shapes: dict[str, str] = {}
    for chunk in _chunks(pending, _CHUNK):
        asked = []
        for column in chunk:
            shape = _SHAPE.format(f"t.{name(column.name)}")
            asked.append(f"CASE WHEN min({shape}) = max({shape}) THEN min({shape}) END")
        (found,) = run(f"SELECT {', '.join(asked)} FROM {source.sql} AS t")
        shapes.update((column.name, shape) for column, shape in zip(chunk, found, strict=True) if shape is not None)
    return [replace(column, pattern=shapes[column.name]) if column.name in shapes else column for column in profiles]


def _cut(value: str | None) -> str | None:
    return value if value is None or len(value) <= MAX_TEXT else value[:MAX_TEXT] + "…"


def _chunks(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
