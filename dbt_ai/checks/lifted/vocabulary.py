"""What queries say of the values that matter to them: their literals, and the names they use.

Every literal of a query can decide what it does, wherever it stands: a default in COALESCE is as good as a value in
WHERE. So all of them are kept together, and beside them which stood next to a column of which name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from sqlglot import exp

_LONGEST_TEXT = 60
_LONGEST_CHAIN = 4  # CTEs in which a column gets another name
_LARGEST_COUNT = 8
_NUMBERS_AS_TEXT = ("1", "2")  # which a number that is cast to a text may be compared with
_COMPARING = (
    exp.Predicate,
    exp.In,
    exp.Coalesce,
    exp.Nullif,
    exp.Case,
    exp.If,
    exp.Binary,
)


@dataclass(frozen=True)
class Vocabulary:
    """The literals of one or more queries by kind, and the names of columns that they use (in lower case).

    `beside` are (column, literal as text) pairs. `counts` are the small whole numbers, which may be compared with a
    number of rows. `converted` are (column, kind) pairs of the columns that are cast, the kind being "number",
    "date" or "other". `all_columns` tells that a `*` passes columns on without naming them, `extremes` that numbers at
    the ends of their types may count: those that overflow, NaN, infinity and -0.0.
    """

    numbers: frozenset[Decimal] = frozenset()
    texts: frozenset[str] = frozenset()
    dates: frozenset[date] = frozenset()
    moments: frozenset[datetime] = frozenset()
    intervals: frozenset[str] = frozenset()
    beside: frozenset[tuple[str, str]] = frozenset()
    counts: frozenset[int] = frozenset()
    converted: frozenset[tuple[str, str]] = frozenset()
    names: frozenset[str] = frozenset()
    all_columns: bool = False
    extremes: bool = False

    def __or__(self, other: Vocabulary) -> Vocabulary:
        return Vocabulary(
            self.numbers | other.numbers,
            self.texts | other.texts,
            self.dates | other.dates,
            self.moments | other.moments,
            self.intervals | other.intervals,
            self.beside | other.beside,
            self.counts | other.counts,
            self.converted | other.converted,
            self.names | other.names,
            self.all_columns or other.all_columns,
            self.extremes or other.extremes,
        )


def vocabulary(queries: Iterable[exp.Expr]) -> Vocabulary:
    """The words of all `queries` together.

    >>> import sqlglot
    >>> words = vocabulary([sqlglot.parse_one("SELECT coalesce(name, 'none') FROM t WHERE n > -2")])
    >>> sorted(words.texts), sorted(words.numbers), sorted(words.beside)
    (['none'], [Decimal('-2')], [('n', '-2'), ('name', 'none')])
    """
    found = Vocabulary()
    for query in queries:
        found |= _words_of(query)
    return found


def _words_of(query: exp.Expr) -> Vocabulary:
    numbers: set[Decimal] = set()
    texts: set[str] = set()
    dates: set[date] = set()
    moments: set[datetime] = set()
    beside: set[tuple[str, str]] = set()
    found: dict[int, set[str]] = {}
    for literal in query.find_all(exp.Literal):
        if isinstance(literal.parent, (exp.DataTypeParam, exp.Interval)):
            continue
        text = literal.name
        if not literal.is_string:
            text = f"-{text}" if isinstance(literal.parent, exp.Neg) else text
            numbers |= _number(text)
        elif len(text) <= _LONGEST_TEXT:
            texts.add(text)
            texts |= _without_wildcards(literal)
            numbers |= _number(text)
            dates |= _date(text)
            moments |= _moment(text)
        beside |= {(column, text) for column in _columns_beside(literal, found)}
    columns = [column for column in query.find_all(exp.Column) if not column.is_star]
    if any(cast.is_type(*exp.DataType.TEXT_TYPES) for cast in query.find_all(exp.Cast)):
        texts |= {*_NUMBERS_AS_TEXT, *(str(number) for number in sorted(numbers)[:4])}
    return Vocabulary(
        frozenset(numbers),
        frozenset(texts),
        frozenset(dates),
        frozenset(moments),
        frozenset(node.sql("duckdb") for node in query.find_all(exp.Interval) if isinstance(node.this, exp.Literal)),
        frozenset(beside),
        frozenset(int(number) for number in numbers if 2 <= number <= _LARGEST_COUNT and number == int(number)),
        frozenset(_converted(query)),
        frozenset(column.name.casefold() for column in columns) | _names_in_using(query),
        any(not isinstance(star.parent, exp.Count) for star in query.find_all(exp.Star)),
    )


def _columns_beside(literal: exp.Expr, found: dict[int, set[str]]) -> set[str]:
    """The names of the columns that stand in the same comparison, list, CASE or COALESCE; `found` keeps them for the
    other literals of a long list."""
    node = literal.parent
    while isinstance(node, (exp.Cast, exp.TryCast, exp.Neg, exp.Paren, exp.Tuple)):
        node = node.parent
    if isinstance(node, exp.If) and isinstance(node.parent, exp.Case):
        node = node.parent
    if not isinstance(node, _COMPARING):
        return set()
    if id(node) not in found:
        nodes = node.walk(prune=lambda inner: isinstance(inner, exp.Query))
        found[id(node)] = {column.name.casefold() for column in nodes if isinstance(column, exp.Column)}
    return found[id(node)]


def _converted(query: exp.Expr) -> set[tuple[str, str]]:
    """The columns that are cast, under each name that they have on their way."""
    found = set()
    for cast in query.find_all(exp.Cast):
        if cast.is_type(*exp.DataType.TEMPORAL_TYPES):
            kind = "date"
        else:
            kind = "number" if cast.is_type(*exp.DataType.NUMERIC_TYPES) else "other"
        found |= {(column.name.casefold(), kind) for column in cast.this.find_all(exp.Column)}
    renamed = [(alias.alias.casefold(), name) for alias in query.find_all(exp.Alias) if (name := _only_column(alias))]
    for _ in range(_LONGEST_CHAIN):
        found |= {(name, kind) for new, name in renamed for converted, kind in found if converted == new}
    return found


def _only_column(alias: exp.Expr) -> str | None:
    """The name of the column that an expression passes on, if only trimmed or the like."""
    names = {column.name.casefold() for column in alias.find_all(exp.Column)}
    if len(names) != 1 or alias.find(exp.Case, exp.If, exp.Query, exp.AggFunc, exp.Predicate):
        return None
    return names.pop()


def _names_in_using(query: exp.Expr) -> frozenset[str]:
    joins = query.find_all(exp.Join)
    return frozenset(name.name.casefold() for join in joins for name in join.args.get("using") or [])


def _without_wildcards(literal: exp.Expr) -> set[str]:
    if not isinstance(literal.parent, (exp.Like, exp.ILike, exp.SimilarTo)):
        return set()
    return {literal.name.replace("%", "").replace("_", "")}


def _number(text: str) -> set[Decimal]:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return set()
    return {number} if number.is_finite() else set()


def _date(text: str) -> set[date]:
    try:
        return {date.fromisoformat(text)}
    except ValueError:
        return set()


def _moment(text: str) -> set[datetime]:
    try:
        return {datetime.fromisoformat(text).replace(tzinfo=None)}
    except ValueError:
        return set()
