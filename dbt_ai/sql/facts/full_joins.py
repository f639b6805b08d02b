"""What a full join keeps: the key of both sides, put together by COALESCE."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from dbt_ai.sql.facts.conditions import conjuncts
from dbt_ai.sql.facts.rows import RowKey, Rows, unwrap
from dbt_ai.sql.facts.types import family, type_of


def coalesced_key(
    on: exp.Expr | None, left: Iterable[RowKey], right: Iterable[RowKey], right_alias: str, rows: Rows
) -> RowKey | None:
    """COALESCE(left.k, right.k) for each pair of the ON condition, where the pairs hold a key of either side.

    Two rows with the same values there, none of them NULL, hold the same row of each side: had one only a left and
    the other only a right row, those two would have met. Any further condition of ON would break that. The left side
    of a pair may be such a COALESCE itself, from a full join before.
    """
    pairs: list[tuple[exp.Expr, exp.Expr]] = []
    for condition in conjuncts(on):
        pair = _pair(condition, right_alias, rows) if isinstance(condition, exp.EQ) else None
        if pair is None:
            return None
        pairs.append(pair)
    lefts = {rows.element(one) for one, _ in pairs}
    rights = {rows.element(other) for _, other in pairs}
    one_side = next((key for key in left if key.elements <= lefts), None)
    other_side = next((key for key in right if key.elements <= rights), None)
    if not pairs or one_side is None or other_side is None:
        return None
    relies_on = tuple(dict.fromkeys((*one_side.relies_on, *other_side.relies_on)))
    return RowKey(frozenset(_coalesced(*pair, rows) for pair in pairs), False, "full join", "", relies_on)


def _pair(condition: exp.EQ, right_alias: str, rows: Rows) -> tuple[exp.Expr, exp.Expr] | None:
    for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
        one, other = unwrap(one), unwrap(other)
        if not isinstance(other, exp.Column) or rows.table_of(other) != right_alias:
            continue
        columns = _arguments(one)
        if all(isinstance(column, exp.Column) and rows.table_of(column) in rows.sources for column in columns) and {
            family(type_of(column, rows)) for column in columns
        } == {family(type_of(other, rows))}:
            return (one, other) if right_alias not in rows.aliases_in(one) else None
    return None


def _arguments(expression: exp.Expr) -> list[exp.Expr]:
    if isinstance(expression, exp.Coalesce):
        return [unwrap(argument) for argument in (expression.this, *expression.expressions)]
    return [expression]


def _coalesced(one: exp.Expr, other: exp.Expr, rows: Rows) -> str:
    """The element of COALESCE(one, other), which other ways of writing it are made equal to."""
    flat = [argument.copy() for argument in (*_arguments(one), other)]
    turned = [argument.copy() for argument in (other, *_arguments(one))]
    nested = [one.copy(), other.copy()]
    elements = [rows.element(exp.Coalesce(this=first, expressions=rest)) for first, *rest in (flat, turned, nested)]
    for element in elements[1:]:
        rows.add_equal(elements[0], element)
    return elements[0]
