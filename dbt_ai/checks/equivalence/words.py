"""Values that may tell two queries apart beside their literals, by what the queries do with their columns.

A query that cuts texts needs long ones, one that rounds needs fractions, one that truncates times needs minutes; and a
sum of a column and a number that is compared with another number is met by their difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlglot import exp

from dbt_ai.checks.lifted import Vocabulary

LARGEST_COUNT = 12
_MOST = 24
_TEXTS = ("Hello World", " a ", "abcdef", "aB1", "12", "a-b_c", "x@y.com", "ABC", "é")
_NUMBERS = ("7", "10", "12", "99", "100", "-7", "0.5", "1.234", "1234", "0.045", "1.445", "-2.675")
_DAYS = (date(2019, 12, 30), date(2021, 1, 3), date(2021, 6, 15))
_MOMENTS = (
    datetime(2020, 2, 29, 13, 45, 59, 123456),
    datetime(2020, 12, 31, 23, 59, 59),
    datetime(2019, 12, 30, 12, 30),
)
ZONED = Vocabulary(
    moments=frozenset(
        {
            datetime(2020, 3, 7, 12, 30),
            datetime(2020, 3, 8, 7, 30),
            datetime(2020, 3, 28, 12, 30),
            datetime(2020, 10, 25, 0, 30),
            datetime(2020, 10, 31, 12, 30),
        }
    )
)
"""Times around the hours that are left out or come twice in America and in Europe, for queries with time zones."""
_TEXT_NODES = (
    exp.Substring, exp.Left, exp.Right, exp.Length, exp.Upper, exp.Lower, exp.Trim, exp.Split, exp.StrPosition,
    exp.Concat, exp.DPipe, exp.RegexpLike, exp.RegexpExtract, exp.RegexpReplace, exp.Replace, exp.Pad, exp.Reverse,
    exp.Like, exp.ILike, exp.Initcap, exp.StartsWith, exp.EndsWith, exp.Contains, exp.SplitPart,
)  # fmt: skip
_NUMBER_NODES = (exp.Round, exp.Floor, exp.Ceil, exp.Mod, exp.Div, exp.IntDiv, exp.Abs, exp.Sqrt, exp.Pow, exp.Avg,
                 exp.Trunc, exp.Cast, exp.Sum)  # fmt: skip
_SIZED = (exp.Pad, exp.Repeat, exp.GenerateSeries, exp.Space, exp.BitwiseLeftShift)
_SIZED_BY_NAME = frozenset({"list_resize", "array_resize"})
_COUNTING = (exp.Count, exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile, exp.CountIf)


def more_words(queries: Sequence[exp.Expr]) -> Vocabulary:
    """The words that are added to those of the queries themselves.

    >>> import sqlglot
    >>> words = more_words([sqlglot.parse_one("SELECT 1 FROM t WHERE a + 5 > 100", dialect="duckdb")])
    >>> sorted(words.numbers)
    [Decimal('-95'), Decimal('95'), Decimal('105')]
    """
    found = Vocabulary()
    for query in queries:
        numbers = set(_combined(query))
        texts, days, moments = set(_parts(query)), set(_days(query)), set[datetime]()
        if query.find(*_TEXT_NODES):
            texts |= {*_TEXTS, *_long_texts(query), *_patterns(query)}
        if any(cast.is_type(*exp.DataType.TEMPORAL_TYPES) for cast in query.find_all(exp.Cast)):
            texts |= set(_written_otherwise(query))
        if query.find(*_NUMBER_NODES):
            numbers |= {Decimal(number) for number in _NUMBERS}
        steps = list(_steps(query))[:_MOST]
        days |= {*_DAYS, *(_DAYS[0] + step for step in steps)}
        moments |= {*_MOMENTS, *(_MOMENTS[0] + step for step in steps)}
        counts = {number for number in count_literals(query) if 2 <= number <= LARGEST_COUNT}
        beside = frozenset(_confusable(query))
        found |= Vocabulary(
            frozenset(numbers),
            frozenset({*texts, *(text for _, text in beside)}),
            frozenset(days),
            frozenset(moments),
            beside=beside,
            counts=frozenset(counts),
        )
    return found if any(map(_takes_sizes, queries)) else found | Vocabulary(extremes=True)


def _takes_sizes(query: exp.Expr) -> bool:
    """Whether there is something in a query that grows with a number that it is given."""
    if query.find(*_SIZED) or any(with_.args.get("recursive") for with_ in query.find_all(exp.With)):
        return True
    return any(node.name.casefold() in _SIZED_BY_NAME for node in query.find_all(exp.Anonymous))


def count_literals(query: exp.Expr) -> Iterator[int]:
    """The whole numbers that decide by how many rows there are: of LIMIT and OFFSET, of frames and LAG, and those that
    a count or the number of a row is compared with."""
    named = {alias.alias for alias in query.find_all(exp.Alias) if _counts(alias.this)}
    looked_at: dict[int, bool] = {}
    for literal in query.find_all(exp.Literal):
        if literal.is_string or not literal.name.isdigit():
            continue
        parent = literal.parent
        while isinstance(parent, (exp.Paren, exp.Neg, exp.Tuple)):
            parent = parent.parent
        if isinstance(
            parent, (exp.Limit, exp.Offset, exp.Fetch, exp.WindowSpec, exp.Lag, exp.Lead, exp.NthValue, exp.Ntile)
        ):
            yield int(literal.name)
        elif isinstance(parent, (exp.Predicate, exp.Binary, exp.Between, exp.In)):
            if id(parent) not in looked_at:
                looked_at[id(parent)] = _counts(parent) or any(column.name in named for column in _columns(parent))
            if looked_at[id(parent)]:
                yield int(literal.name)


def _columns(node: exp.Expr) -> list[exp.Column]:
    nodes = node.walk(prune=lambda inner: isinstance(inner, exp.Query))
    return [column for column in nodes if isinstance(column, exp.Column)]


def _counts(node: exp.Expr) -> bool:
    """Whether a value is made of how many rows there are."""
    for part in node.walk(prune=lambda inner: isinstance(inner, exp.Query)):
        if isinstance(part, _COUNTING):
            return True
        if isinstance(part, exp.Sum) and isinstance(part.this, (exp.Case, exp.If, exp.Literal, exp.Cast)):
            return not any(value.find(exp.Column) for value in _results(part.this))
    return False


def _results(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Case):
        return [branch.args["true"] for branch in node.args["ifs"]]
    return [node.args["true"]] if isinstance(node, exp.If) else [] if isinstance(node, exp.Literal) else [node]


def _combined(query: exp.Expr) -> Iterator[Decimal]:
    """Sums, differences and products of two numbers of one comparison, and parts of one that a sum is compared with."""
    seen = 0
    for comparison in query.find_all(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE):
        numbers = [
            Decimal(literal.name)
            for literal in comparison.find_all(exp.Literal)
            if not literal.is_string and literal.name.replace(".", "", 1).isdigit()
        ]
        if comparison.find(exp.Sum, exp.Avg) and numbers:
            yield from (number for total in numbers[:2] for number in (total // 2, total // 3 + 1, total - 1))
        for place, one in enumerate(numbers[:3]):
            for other in numbers[place + 1 : 3]:
                seen += 1
                if seen > _MOST:
                    return
                yield from (one - other, other - one, one + other)
                if comparison.find(exp.Mul, exp.Div, exp.Mod, exp.IntDiv):
                    yield one * other
                    yield from (value for value in _quotients(one, other))


def _quotients(one: Decimal, other: Decimal) -> Iterator[Decimal]:
    """What a column has to be that is multiplied with one number and compared with the other; of whole numbers only
    where that is one, too."""
    in_parts = one != one.to_integral_value() or other != other.to_integral_value()
    for top, below in ((one, other), (other, one)):
        if below and top % below == 0:
            yield top / below
        elif below and in_parts:
            yield round(top / below, 12)


def _texts(query: exp.Expr) -> list[str]:
    return [literal.name for literal in query.find_all(exp.Literal) if literal.is_string]


def _parts(query: exp.Expr) -> Iterator[str]:
    """Long literals, which the queries' own words leave out, and the parts of those that have a separator."""
    joins = query.find(exp.DPipe, exp.Concat, exp.ConcatWs, exp.Split, exp.SplitPart) is not None
    for text in _texts(query)[:_MOST]:
        if len(text) > 60:
            yield text
        for separator in " -/,_@." if joins else "":
            if separator in text.strip():
                yield from text.split(separator)


def _confusable(query: exp.Expr) -> Iterator[tuple[str, str]]:
    """For columns that are put together with a separator, texts that have it in them: 'a' and 'a-a' make the same as
    'a-a' and 'a'."""
    for joined in query.find_all(exp.DPipe, exp.Concat, exp.ConcatWs):
        if isinstance(joined.parent, (exp.DPipe, exp.Concat)):
            continue
        columns = {column.name.casefold() for column in joined.find_all(exp.Column)}
        for separator in _texts(joined)[:1] if len(columns) > 1 else ():
            yield from ((column, text) for column in columns for text in ("a", f"a{separator}a"))


def _patterns(query: exp.Expr) -> Iterator[str]:
    """Texts that patterns of LIKE match."""
    for like in query.find_all(exp.Like, exp.ILike):
        if isinstance(like.expression, exp.Literal):
            pattern = like.expression.name
            yield from (pattern.replace("%", filling).replace("_", "z") for filling in ("", "xy"))


def _written_otherwise(query: exp.Expr) -> Iterator[str]:
    """Days that the query's literals name, as texts that a CAST reads as well."""
    for text in _texts(query)[:_MOST]:
        if len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdigit():
            year, month, day = (int(part) for part in text.split("-"))
            yield from (f"{year}-{month}-{day}", f" {text}")


def _long_texts(query: exp.Expr) -> Iterator[str]:
    """Literals with something before and after them, and texts as long as the numbers of the query say."""
    for text in _texts(query)[:8]:
        yield from (f"{text}yz", f"yz{text}", f" {text}", f"{text} ")
    if query.find(exp.Replace, exp.Trim, exp.RegexpReplace, exp.Split):
        short = [text for text in _texts(query)[:6] if 0 < len(text) < 20]
        yield from (one + other for one in short for other in short if one != other)
    for literal in query.find_all(exp.Literal) if query.find(exp.Length) else ():
        if not literal.is_string and literal.name.isdigit() and int(literal.name) < 40:
            yield from (("abcdefghij" * 5)[: int(literal.name) + step] for step in (0, 1))


def _days(query: exp.Expr) -> Iterator[date]:
    """Days of the years and months that the query's numbers and texts may name."""
    by_month = query.find(exp.Extract, exp.Month, exp.Quarter) is not None
    for literal in query.find_all(exp.Literal):
        text = literal.name
        if len(text) == 4 and text.isdigit() and 1900 <= int(text) <= 2100:
            yield from (date(int(text), 1, 1), date(int(text), 12, 31), date(int(text), 6, 15))
        elif literal.is_string and len(text) == 7 and text[4] == "-" and text.replace("-", "").isdigit():
            if 1 <= int(text[5:]) <= 12 and int(text[:4]) > 0:
                yield from (date(int(text[:4]), int(text[5:]), 1), date(int(text[:4]), int(text[5:]), 28))
        elif by_month and not literal.is_string and text.isdigit() and 1 <= int(text) <= 12:
            yield date(2020, int(text), 15)


_UNITS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400, "WEEK": 604800, "MONTH": 2678400, "YEAR": 31622400}


def _steps(query: exp.Expr) -> Iterator[timedelta]:
    """The intervals of the query, and its numbers as days where it takes the difference of two days."""
    for interval in query.find_all(exp.Interval):
        unit = interval.text("unit").upper().rstrip("S")
        size = interval.this.name if isinstance(interval.this, exp.Literal) else ""
        if size.isdigit() and unit in _UNITS and int(size) * _UNITS[unit] < 10**10:
            yield from _around(timedelta(seconds=int(size) * _UNITS[unit]))
    if query.find(exp.DateDiff, exp.Sub, exp.TimestampDiff):
        for literal in query.find_all(exp.Literal):
            if literal.name.isdigit() and 0 < int(literal.name) < 4000:
                yield from _around(timedelta(days=int(literal.name)))


def _around(step: timedelta) -> Iterator[timedelta]:
    yield from (step, -step, step - timedelta(days=1), step + timedelta(days=1))
