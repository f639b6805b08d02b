"""What sqlglot writes for DuckDB without a word although it means something else there: refused before it is run.

Each rule is a function that gives the reason, a clause, or None. What is refused here is left out of the copy of the
data, with that reason. A new one: a function, its place in `RULES`, a case in tests/sql/transpiling/.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

_SPARK = frozenset({"spark", "databricks"})
_WHOLE_UNITS = frozenset({"trino", "athena", *_SPARK})  # their date_diff counts whole units, DuckDB's their borders
_FROM_ONE = frozenset({"bigquery", *_SPARK})  # where Sunday is day 1; DuckDB counts from 0
_OF_THE_SERVER = frozenset({"current_role", "current_warehouse", "current_account", "version"})
_HASHES = frozenset({"hash", "xxhash64", "farm_fingerprint", "hash_agg"})
_LETTERS = re.compile(r"[A-Za-z]")
_FORMAT_CODES = re.compile(r"%-?[A-Za-z%]")


def refuse_what_differs(tree: exp.Expr, dialect: str, refused: type[Exception]) -> None:
    """Raises `refused` for the first part of `tree`, SQL of `dialect`, that DuckDB would run and understand
    otherwise."""
    for node in tree.walk():
        for rule in RULES:
            reason = rule(node, dialect)
            if reason is not None:
                raise refused(reason)


def _sample(node: exp.Expr, dialect: str) -> str | None:
    return "it takes a random sample" if isinstance(node, exp.TableSample) else None


def _collation(node: exp.Expr, dialect: str) -> str | None:
    return "it names a collation" if isinstance(node, exp.Collate) else None


def _cut_numbers(node: exp.Expr, dialect: str) -> str | None:
    if not (isinstance(node, exp.Cast) and dialect in _SPARK and node.to.this in exp.DataType.INTEGER_TYPES):
        return None
    whole = isinstance(node.this, exp.Literal) and not node.this.is_string
    return None if whole else "it casts to a whole number, where Spark cuts and DuckDB rounds"


def _escapes(node: exp.Expr, dialect: str) -> str | None:
    if not isinstance(node, (exp.Like, exp.ILike)) or isinstance(node.parent, exp.Escape):
        return None
    pattern = node.expression
    escaped = isinstance(pattern, exp.Literal) and "\\" in pattern.name
    return "its LIKE escapes with a backslash, which DuckDB does not" if escaped else None


def _days_of_week(node: exp.Expr, dialect: str) -> str | None:
    named = node.name.upper() if isinstance(node, exp.Extract) else ""
    day = isinstance(node, exp.DayOfWeek) or named in ("DAYOFWEEK", "DOW") or _is_called(node, "weekday")
    if day and dialect in _FROM_ONE:
        return "it numbers the days of the week, which DuckDB does otherwise"
    if dialect == "bigquery" and named.startswith("WEEK"):
        return "its weeks start on Sunday, DuckDB's on Monday"
    return None


def _differences(node: exp.Expr, dialect: str) -> str | None:
    counted = isinstance(node, exp.TimestampDiff) and dialect == "bigquery"
    if isinstance(node, exp.DateDiff) and dialect in _WHOLE_UNITS:
        counted = not (_is_date(node.this) and _is_date(node.expression))
    return "it counts whole units between two moments, where DuckDB counts their borders" if counted else None


def _is_date(node: exp.Expr) -> bool:
    return isinstance(node, exp.TsOrDsToDate) or (isinstance(node, exp.Cast) and node.is_type("date"))


def _formats(node: exp.Expr, dialect: str) -> str | None:
    if not isinstance(node, (exp.TimeToStr, exp.StrToTime, exp.StrToDate)):
        return None
    form = node.args.get("format")
    if not isinstance(form, exp.Literal):
        return "its format of a date is no literal"
    left = _LETTERS.search(_FORMAT_CODES.sub("", form.name))
    return f"its format of a date has {left[0]}, which DuckDB would print as it is" if left else None


def _variants(node: exp.Expr, dialect: str) -> str | None:
    if not isinstance(node, exp.JSONExtract) or dialect not in ("snowflake", "databricks"):
        return None
    return None if isinstance(node.parent, (exp.Cast, exp.JSONExtract)) else "it compares a part of a document as it is"


def _of_redshift(node: exp.Expr, dialect: str) -> str | None:
    if dialect != "redshift":
        return None
    if isinstance(node, exp.RegexpReplace):
        return "its regexp_replace replaces every match, DuckDB's the first"
    return "its concat of NULL is NULL, DuckDB's is not" if isinstance(node, exp.Concat) else None


def _numbers_as_text(node: exp.Expr, dialect: str) -> str | None:
    """Of a column it cannot be seen here whether it is a float: what the query itself shows is refused."""
    if not isinstance(node, exp.Cast) or node.to.this not in exp.DataType.TEXT_TYPES:
        return None
    inner = node.this.unnest()
    bare = isinstance(inner, exp.Cast) and (
        inner.to.this in exp.DataType.FLOAT_TYPES
        or (inner.to.this == exp.DataType.Type.DECIMAL and not inner.to.expressions)
    )
    shown = bare or isinstance(inner, (exp.Div, exp.Avg))
    return "it makes a text of a number whose digits DuckDB writes otherwise" if shown else None


def _from_nought(node: exp.Expr, dialect: str) -> str | None:
    start = node.args.get("start") if isinstance(node, exp.Substring) and dialect != "postgres" else None
    nought = isinstance(start, exp.Literal) and start.name == "0"
    return "its substring starts at 0, which is 1 elsewhere" if nought else None


def _of_its_own(node: exp.Expr, dialect: str) -> str | None:
    if any(_is_called(node, name) for name in _HASHES):
        return "it takes a hash of the warehouse's own"
    if isinstance(node, (exp.CurrentUser, exp.SessionUser, exp.CurrentSchema)):
        return "it asks who runs it"
    return "it asks for the server" if any(_is_called(node, name) for name in _OF_THE_SERVER) else None


def _is_called(node: exp.Expr, name: str) -> bool:
    if isinstance(node, exp.Anonymous):
        return node.name.casefold() == name
    return isinstance(node, exp.Func) and node.sql_name().casefold() == name


RULES: tuple[Callable[[exp.Expr, str], str | None], ...] = (
    _sample,
    _collation,
    _cut_numbers,
    _escapes,
    _days_of_week,
    _differences,
    _formats,
    _variants,
    _of_redshift,
    _numbers_as_text,
    _from_nought,
    _of_its_own,
)
