"""Pieces of SQL put together so that they mean what the tree says."""

from __future__ import annotations

from sqlglot import exp

_STRENGTH: tuple[tuple[tuple[type[exp.Expr], ...], int], ...] = (
    ((exp.Or,), 1),
    ((exp.And,), 2),
    ((exp.JSONExtract, exp.JSONExtractScalar), 5),
    ((exp.Func, exp.SubqueryPredicate, exp.Dot), 9),
    ((exp.Not,), 3),
    ((exp.Predicate, exp.NullSafeEQ, exp.NullSafeNEQ), 4),
    ((exp.Add, exp.Sub), 6),
    ((exp.Mul, exp.Div, exp.IntDiv, exp.Mod), 7),
    ((exp.Neg,), 8),
    ((exp.Binary,), 5),
)
_COMPARISON, _OTHER, _ATOM = 4, 5, 9


def operand(node: exp.Expr) -> exp.Expr:
    """A copy of `node` that may stand on either side of any operator.

    >>> import sqlglot
    >>> operand(sqlglot.parse_one("a + b")).sql(), operand(sqlglot.parse_one("f(a)")).sql()
    ('(a + b)', 'F(a)')
    """
    return exp.Paren(this=node.copy()) if _strength(node) < _ATOM else node.copy()


def in_place_of(node: exp.Expr, new: exp.Expr) -> exp.Expr:
    """`new` as it has to be written where `node` stands: in parentheses where its neighbours would tear it apart."""
    parent = node.parent
    if parent is None or isinstance(new, exp.Paren):
        return new
    above, own = _strength(parent), _strength(new)
    if above == _ATOM:
        needs = own < _ATOM and isinstance(parent, (exp.Bracket, exp.Dot))
    else:
        needs = own < above or (own == above and (own == _COMPARISON or node.arg_key == "expression"))
        needs = needs or (own <= _OTHER and isinstance(parent, exp.Between) and node.arg_key != "this")
    return exp.Paren(this=new) if needs else new


def with_argument(node: exp.Expr, key: str, value: object) -> exp.Expr:
    """A copy of `node` in which one argument is another."""
    copy = node.copy()
    copy.set(key, value)
    return copy


def without(node: exp.Expr, key: str, index: int) -> exp.Expr:
    """A copy of `node` whose list `key` has lost one entry."""
    return with_argument(node, key, [item.copy() for position, item in enumerate(node.args[key]) if position != index])


def parts(node: exp.Expr, kind: type[exp.Connector]) -> list[exp.Expr]:
    """The sides of a chain of ANDs or of ORs, from left to right; the node alone where it is none."""
    if not isinstance(node, kind):
        return [node]
    return [*parts(node.this, kind), *parts(node.expression, kind)]


def joined(pieces: list[exp.Expr], kind: type[exp.Connector]) -> exp.Expr:
    """Copies of `pieces` as a chain of ANDs or of ORs."""
    chain = pieces[0].copy()
    for piece in pieces[1:]:
        chain = kind(this=chain, expression=piece.copy())
    return chain


def _strength(node: exp.Expr) -> int:
    return next((strength for classes, strength in _STRENGTH if isinstance(node, classes)), _ATOM)


def as_other(node: exp.Expr, kind: type[exp.Expr]) -> exp.Expr:
    """The same arguments, given to another function or operator."""
    return kind(**node.copy().args)
