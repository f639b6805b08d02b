"""What an expression is when its columns and literals are left open: two of one shape are the same code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from dbt_ai.sql.normal_form.normalizing import normalized
from dbt_ai.sql.normal_form.resolving import NotResolved, resolved
from dbt_ai.sql.values import Relation

_EITHER_WAY = (exp.And, exp.Or, exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Add, exp.Mul)
_NO_MATTER = frozenset({"comments", "big_int", "_type", "quoted"})
_PLAIN = frozenset({"0", "1", ""})  # literals that say nothing of a business
_WEIGHTLESS = (exp.And, exp.Or, exp.Paren, exp.Identifier, exp.Column, exp.Literal, exp.Null, exp.DataType, exp.If,
               exp.Order, exp.Boolean, exp.DataTypeParam, exp.Neg, exp.Var)  # fmt: skip
_REWRITTEN = (exp.Case, exp.If, exp.Nullif, exp.Coalesce, exp.And, exp.Or, exp.Cast)  # by rules of the normal form


@dataclass(frozen=True)
class Constant:
    """A literal of an expression: its `value`, and what it is a part of."""

    value: str
    is_text: bool
    parent: str = ""


@dataclass(frozen=True)
class Shape:
    """The normal form of an expression as a text (`key`) in which its columns have numbers and its literals only
    kinds. `columns` are their names in that order, `constants` the literals."""

    key: str
    columns: tuple[str, ...]
    constants: tuple[Constant, ...]


def shape_of(tree: exp.Expr) -> Shape | None:
    """The shape of an expression (DuckDB's SQL) that stands by itself; None where there is something in it that the
    normal form knows nothing of.

    >>> import sqlglot
    >>> one, other = (shape_of(sqlglot.parse_one(sql)) for sql in ("a > 5 AND b = 'x'", "'y' = c and 7 < t.d"))
    >>> one.key == other.key, other.columns, [constant.value for constant in other.constants]
    (True, ('c', 't.d'), ['y', '7'])
    """
    names: dict[str, str] = {}  # of columns, by the name that stands for each
    copy = tree.copy()
    for column in [copy] if isinstance(copy, exp.Column) else list(copy.find_all(exp.Column)):
        name = ".".join(part.name.casefold() for part in column.parts)
        standing = next((short for short, other in names.items() if other == name), f"c{len(names)}")
        names[standing] = name
        if column is copy:
            return None
        column.replace(exp.column(standing))
    relation = Relation("t", (None, None, "t"), tuple((name, None) for name in names or {"c0": ""}))
    try:
        query = resolved(f"select {copy.sql('duckdb', comments=False)} as x from t", [relation])
        found: exp.Expr = normalized(query, [relation]).expressions[0].unalias()
    except (NotResolved, RecursionError):
        return None
    if found.find(exp.Query):
        return None
    term = _term(found)
    columns = list(dict.fromkeys(_leaves(term, "column")))
    numbers = {name: str(number) for number, name in enumerate(columns)}
    key = _text(term, lambda name: f"?{numbers[name]}")
    constants = tuple(Constant(*leaf) for leaf in _constants(term))
    return Shape(key, tuple(names.get(name, name) for name in columns), constants)


@dataclass(frozen=True)
class _Term:
    """A node: a `column`, a `constant`, or an operator with its parts."""

    kind: str
    name: str = ""
    parts: tuple[_Term, ...] = ()
    is_text: bool = False
    parent: str = ""


def _term(node: exp.Expr, parent: str = "") -> _Term:
    if isinstance(node, exp.Column):
        return _Term("column", node.name)
    if isinstance(node, exp.Literal):
        return _Term("constant", node.name, (), node.is_string, parent)
    if isinstance(node, exp.DataType):
        return _Term("type", node.sql("duckdb"))
    if isinstance(node, _EITHER_WAY):
        terms = node.flatten() if isinstance(node, (exp.And, exp.Or)) else (node.this, node.expression)
        return _Term("node", node.key, _sorted([_term(term, node.key) for term in terms]))
    if isinstance(node, exp.In) and node.expressions:
        listed = _sorted([_term(term, node.key) for term in node.expressions])
        return _Term("node", node.key, (_term(node.this, node.key), *listed))
    name, parts = [node.key], []
    for argument, value in sorted(node.args.items()):
        if value is None or value is False or value == [] or argument in _NO_MATTER:
            continue
        values = value if isinstance(value, list) else [value]
        name.append(f"{argument}{len(values)}")
        for one in values:
            if isinstance(one, exp.Expr):
                parts.append(_term(one, node.key))
            else:
                name.append(str(one).casefold() if isinstance(node, (exp.Anonymous, exp.Var)) else str(one))
    return _Term("node", " ".join(name), tuple(parts))


def _sorted(terms: Sequence[_Term]) -> tuple[_Term, ...]:
    """Terms in an order that does not hang on their columns, and on literals only between equals."""
    return tuple(
        sorted(terms, key=lambda term: (_text(term, lambda name: "?"), [value for value, *_ in _constants(term)]))
    )


def _text(term: _Term, column: Callable[[str], str]) -> str:
    if term.kind == "column":
        return column(term.name)
    if term.kind == "constant":
        return "'" if term.is_text else "#"
    if not term.parts:
        return f"({term.name})"
    return f"({term.name} {' '.join(_text(part, column) for part in term.parts)})"


def _leaves(term: _Term, kind: str) -> list[str]:
    return [term.name] if term.kind == kind else [name for part in term.parts for name in _leaves(part, kind)]


def _constants(term: _Term) -> list[tuple[str, bool, str]]:
    if term.kind == "constant":
        return [(term.name, term.is_text, term.parent)]
    return [constant for part in term.parts for constant in _constants(part)]


def weight_of(tree: exp.Expr) -> int:
    """What there is to understand in an expression: functions, operators, branches, literals other than 0 and 1.

    >>> import sqlglot
    >>> [weight_of(sqlglot.parse_one(sql)) for sql in ("coalesce(a, 0)", "round(a / 100, 2)", "nullif(trim(a), '')")]
    [1, 4, 2]
    """
    return sum(not isinstance(node, _WEIGHTLESS) or _says_something(node) for node in tree.walk())


def variety_of(tree: exp.Expr) -> int:
    """How many kinds of functions and operators and how many different literals there are: a condition of a join may be
    long, and is one thing again and again."""
    kinds = {type(node) for node in tree.walk() if not isinstance(node, _WEIGHTLESS)}
    return len(kinds) + len({node.name for node in tree.walk() if _says_something(node)})


def signature_of(tree: exp.Expr) -> str:
    """A text that two expressions of one shape have in common, and that takes no time to make."""
    kinds = (node.name.casefold() if isinstance(node, exp.Anonymous) else node.key for node in tree.walk()
             if isinstance(node, (exp.Func, exp.Window)) and not isinstance(node, _REWRITTEN))  # fmt: skip
    return " ".join(sorted(kinds))


def _says_something(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.name not in _PLAIN and not isinstance(node.parent, exp.DataTypeParam)
