"""Types as far as facts need them: whether two columns compare as what they are."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.facts.rows import Rows, unwrap

_BOOLEANS = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between,
    exp.Like, exp.ILike, exp.Exists, exp.Boolean, exp.NullSafeEQ, exp.NullSafeNEQ,
)  # fmt: skip
_SAME_AS_ARGUMENT = (exp.Min, exp.Max, exp.AnyValue, exp.IgnoreNulls, exp.First, exp.Last)
_COUNTS = (exp.Count, exp.RowNumber, exp.Rank, exp.DenseRank)


def is_boolean(expression: exp.Expr) -> bool:
    """Whether `expression` is a condition by its form."""
    return isinstance(unwrap(expression), _BOOLEANS)


def type_of(expression: exp.Expr, rows: Rows) -> str | None:
    """The type of `expression` as SQL text, where it is plain; None where it is not.

    A string literal is TEXT, a number INT or DECIMAL.
    """
    expression = unwrap(expression)
    if isinstance(expression, exp.Column):
        facts = rows.column_facts(expression)
        return facts.type if facts else None
    if isinstance(expression, (exp.Cast, exp.TryCast)):
        return rows.sql(expression.to)
    if isinstance(expression, exp.Literal):
        return "TEXT" if expression.is_string else ("INT" if expression.this.isdigit() else "DECIMAL")
    if isinstance(expression, _BOOLEANS):
        return "BOOLEAN"
    if isinstance(expression, _COUNTS):
        return "BIGINT"
    if isinstance(expression, (exp.Window, exp.Filter, *_SAME_AS_ARGUMENT)):
        return type_of(expression.this, rows) if isinstance(expression.this, exp.Expr) else None
    if isinstance(expression, (exp.Coalesce, exp.Case, exp.If)):
        types = {type_of(value, rows) for value in values_of(expression) if not isinstance(unwrap(value), exp.Null)}
        return types.pop() if len(types) == 1 else None
    if isinstance(expression, (exp.Lower, exp.Upper, exp.Trim, exp.DPipe, exp.Concat, exp.MD5)):
        return "TEXT"
    return None


def values_of(expression: exp.Expr) -> list[exp.Expr]:
    """The expressions one of which is the value of a COALESCE, CASE or IF."""
    if isinstance(expression, exp.Coalesce):
        return [expression.this, *expression.expressions]
    if isinstance(expression, exp.Case):
        values = [branch.args["true"] for branch in expression.args["ifs"]]
    else:
        values = [expression.args["true"]]
    default = expression.args.get("default") if isinstance(expression, exp.Case) else expression.args.get("false")
    return values + ([default] if default is not None else [])


_FAMILIES = {
    "text": ("CHAR", "TEXT", "STRING", "NAME"),
    "integer": ("INT", "LONG", "SERIAL"),
    "decimal": ("DECIMAL", "NUMERIC", "NUMBER", "BIGNUM"),
    "float": ("FLOAT", "DOUBLE", "REAL"),
    "date": ("DATE",),
    "timestamp": ("TIMESTAMP", "DATETIME"),
    "boolean": ("BOOL",),
}


def family(type_name: str | None) -> str | None:
    """The family of types that `type_name` belongs to; None where it is not known.

    >>> family("varchar(10)"), family("BIGINT"), family("timestamp_ntz"), family("JSON"), family(None)
    ('text', 'integer', 'timestamp', 'json', None)
    """
    if not type_name:
        return None
    name = type_name.upper().partition("(")[0].strip()
    if name.startswith("INTERVAL") or name.endswith("]") or "<" in name:
        return name.lower()
    for label, words in reversed(_FAMILIES.items()):
        if any(word in name for word in words):
            return label
    return name.lower()


def compare_as_they_are(left: str | None, right: str | None) -> bool:
    """Whether equal values of the two types are the same value: '1' and '01' are not, yet both equal the number 1.

    Unknown types are taken to be of one family: people do not join text to numbers in most projects, and a
    warehouse that refuses to compare them is the rule.
    """
    one, other = family(left), family(right)
    if one is None or other is None or one == other:
        return True
    return {one, other} <= {"integer", "decimal"} or {one, other} <= {"date", "timestamp"}
