"""The rows that FROM and JOIN make: which keys live on, which columns can be missing, whose rows are repeated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from dbt_ai.sql.facts.conditions import conjuncts, not_null_where_true
from dbt_ai.sql.facts.domains import literal_text
from dbt_ai.sql.facts.full_joins import coalesced_key
from dbt_ai.sql.facts.inline import inline_sql, plain_ref
from dbt_ai.sql.facts.rows import RowKey, Rows, Source, is_stable, minimal, source_keys, unwrap
from dbt_ai.sql.facts.types import compare_as_they_are, family, type_of
from dbt_ai.sql.values import ColumnRef, JoinFact, NullCause, NullReason

_PLAIN = (exp.Column, exp.Literal, exp.Cast, exp.Identifier, exp.DataType, exp.Lower, exp.Paren, exp.DataTypeParam)
_LOST = "A join of a special kind ({}) was not looked into."


@dataclass(frozen=True)
class _Matching:
    """How the ON condition of a join ties two sides: the elements of each that the other side decides."""

    pairs: tuple[tuple[ColumnRef | None, ColumnRef | None], ...]
    left: frozenset[str]
    right: frozenset[str]
    more: bool  # conditions on the right side that are no equality


def start(source: Source, rows: Rows) -> None:
    """The rows of the first entry of FROM."""
    _add(source, rows)
    rows.keys = source_keys(source)
    rows.rows_of = source.facts.rows_of if source.result.known else None


def join(right: Source, node: exp.Join | None, where: Sequence[exp.Expr], rows: Rows) -> None:
    """Join `right` to the rows so far. `node` None stands for a cross join; `where` are conditions of the WHERE
    clause that may be read as part of the ON condition of an inner join."""
    kind = kind_of(node)
    left = list(rows.sources)
    on = node.args.get("on") if node is not None else None
    if kind is None or (node is not None and node.args.get("using")):
        _lose(right, node, rows)
        return
    left_bases = _bases(rows.sources.values())
    _add(right, rows)
    conditions = [*conjuncts(on), *(where if kind in ("inner", "cross") else ())]
    matching = _matching(conditions, set(left), right.alias, rows)
    right_keys = source_keys(right)
    left_keys = rows.keys
    right_once = _at_most_one(right_keys, matching.right, matching.more)
    left_once = _at_most_one(left_keys, matching.left, matching.more)

    if kind in ("semi", "anti"):
        if kind == "semi" and on is not None:
            rows.require(e for e in not_null_where_true(on, rows) if rows.alias_of(e) in left)
        rows.joins.append(_fact(kind, left_bases, right, matching, on, rows, right_once))
        del rows.sources[right.alias], rows.repeated[right.alias]
        return

    rows.keys = _keys(kind, left_keys, right_keys, matching)
    if kind == "full" and (coalesced := coalesced_key(on, left_keys, right_keys, right.alias, rows)) is not None:
        rows.keys = [*rows.keys, coalesced]
    for alias in left:
        rows.repeated[alias] = _repeated(rows.repeated[alias], right_once)
    rows.repeated[right.alias] = _repeated(False, left_once)
    if right_once and kind in ("inner", "left", "cross"):
        pass  # the rows of the left side, or some of them
    elif left_once and kind in ("inner", "right", "cross"):
        rows.rows_of = right.facts.rows_of
    else:
        rows.rows_of = None

    rejected = not_null_where_true(on, rows) if on is not None else frozenset()
    if kind in ("right", "full"):
        rows.either_side = (left[0], right.alias) if kind == "full" and left == [left[0]] else None
        rows.pinned.clear()
        rows.nulled.clear()
        # What is known of expressions over the left side does not hold where that side is missing.
        rows.not_null = {element for element in rows.not_null if rows.alias_of(element) is not None}
        for alias in left:
            reason = _outer_join(rows.sources[alias], on, _flipped(matching.pairs), len(left) == 1, rows)
            rows.optional[alias] = (*rows.optional.get(alias, ()), reason)
    if kind in ("left", "full"):
        rows.optional[right.alias] = (_outer_join(right, on, matching.pairs, True, rows),)
    if kind == "left":
        rows.matched_on[right.alias] = frozenset(rejected)
        rows.not_null |= {element for element in rejected if rows.alias_of(element) == right.alias}
    if kind in ("inner", "cross"):
        rows.require(rejected)
        for condition in conjuncts(on):
            equate(condition, rows)
    rows.joins.append(_fact(kind, left_bases, right, matching, on, rows, right_once))


def equate(condition: exp.Expr, rows: Rows) -> None:
    """Note what `condition`, which every row meets, says of equal columns and of columns with one value."""
    if isinstance(condition, exp.Is) and isinstance(unwrap(condition.expression), exp.Null):
        if isinstance(unwrap(condition.this), exp.Column):
            rows.nulled.add(rows.element(condition.this))
        return
    if isinstance(condition, exp.In) and len(condition.expressions) == 1 and not condition.args.get("query"):
        one, other = unwrap(condition.this), unwrap(condition.expressions[0])
    elif isinstance(condition, exp.EQ):
        one, other = unwrap(condition.left), unwrap(condition.right)
    else:
        return
    if literal_text(one) is not None:
        one, other = other, one
    if not isinstance(one, (exp.Column, exp.Window)):
        return
    if literal_text(other) is not None:
        if _pins(type_of(one, rows), other):
            rows.pinned.add(rows.element(one))
    elif isinstance(one, exp.Column) and isinstance(other, exp.Column):
        kinds = family(type_of(one, rows)), family(type_of(other, rows))
        if kinds[0] == kinds[1]:
            rows.add_equal(rows.element(one), rows.element(other))


def kind_of(node: exp.Join | None) -> str | None:
    """ "inner", "left", "right", "full", "cross", "semi" or "anti"; None for what is no such join."""
    if node is None:
        return "cross"
    side, kind, method = node.side.upper(), node.kind.upper(), node.method.upper()
    if method and method not in ("HASH", "LOOP", "MERGE"):
        return None
    if kind in ("SEMI", "ANTI"):
        return kind.lower() if side in ("", "LEFT") else None
    if side in ("LEFT", "RIGHT", "FULL") and kind in ("", "OUTER"):
        return side.lower()
    if not side and kind in ("", "INNER", "CROSS"):
        return "inner" if node.args.get("on") else "cross"
    return None


def has_outer_side(select: exp.Select) -> bool:
    """Whether a join of `select` fills the left side with NULLs, so that WHERE is not the same as ON."""
    return any(kind_of(node) in ("right", "full", None) for node in select.args.get("joins") or ())


def _add(source: Source, rows: Rows) -> None:
    if not source.result.grouped:
        mine = set(source.facts.base_relations)
        for other in rows.sources.values():
            if not other.result.grouped and mine & set(other.facts.base_relations):
                rows.self_joined |= {other.alias, source.alias}
    rows.sources[source.alias] = source
    rows.repeated[source.alias] = False


def _lose(right: Source, node: exp.Join | None, rows: Rows) -> None:
    _add(right, rows)
    word = (node.method or node.kind or "special").lower() if node is not None else "special"
    rows.notes.append(_LOST.format(word))
    rows.keys, rows.rows_of = [], None
    for alias in rows.sources:
        rows.repeated[alias] = None
        rows.optional[alias] = (NullReason(NullCause.UNKNOWN, f"{word} join"),)
    rows.matched_on.clear()
    rows.pinned.clear()
    rows.nulled.clear()
    rows.not_null.clear()
    rows.equal.clear()


def _matching(conditions: Iterable[exp.Expr], left: set[str], right: str, rows: Rows) -> _Matching:
    pairs: list[tuple[ColumnRef | None, ColumnRef | None]] = []
    decided: tuple[set[str], set[str]] = (set(), set())
    more = False
    for condition in conditions:
        aliases = rows.aliases_in(condition)
        if right not in aliases:
            for element in _decided_by_constant(condition, rows):
                decided[0].add(element)
            continue
        if not isinstance(condition, exp.EQ):
            more = True
            continue
        for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
            one_aliases = rows.aliases_in(one)
            other_aliases = rows.aliases_in(other)
            if one_aliases == {right} and other_aliases <= left and _is_plain(other):
                if other_aliases:
                    pairs.append((plain_ref(other, rows), plain_ref(one, rows)))
                if _decides(one, other, rows):
                    decided[1].add(rows.element(one))
            from_left = one_aliases and one_aliases <= left and other_aliases <= {right}
            if from_left and _is_plain(other) and _decides(one, other, rows):
                decided[0].add(rows.element(one))
        if isinstance(condition, exp.EQ) and not decided[1]:
            more = True
    return _Matching(tuple(dict.fromkeys(pairs)), frozenset(decided[0]), frozenset(decided[1]), more)


def _decided_by_constant(condition: exp.Expr, rows: Rows) -> Iterable[str]:
    if isinstance(condition, exp.EQ):
        for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
            constant = isinstance(unwrap(one), exp.Column) and literal_text(other) is not None
            if constant and _pins(type_of(one, rows), other):
                yield rows.element(one)


def _is_plain(expression: exp.Expr) -> bool:
    return is_stable(expression) and all(isinstance(node, _PLAIN) for node in expression.walk())


def _decides(one: exp.Expr, other: exp.Expr, rows: Rows) -> bool:
    """Whether `one = other` leaves the column `one` a single value for each value of `other`."""
    if not isinstance(unwrap(one), exp.Column):
        return False
    if literal_text(other) is not None:
        return _pins(type_of(one, rows), other)
    return compare_as_they_are(type_of(one, rows), type_of(other, rows))


def _pins(type_name: str | None, literal: exp.Expr) -> bool:
    """Whether equality with `literal` leaves a column of this type one value: text '01' and '1' both equal 1."""
    literal = unwrap(literal)
    if isinstance(literal, exp.Literal) and literal.is_string:
        return True
    if isinstance(literal, exp.Boolean):
        return family(type_name) == "boolean"
    if isinstance(literal, (exp.Literal, exp.Neg)):
        return family(type_name) in ("integer", "decimal", "float")
    return False


def _at_most_one(keys: list[RowKey], decided: frozenset[str], more: bool) -> bool | None:
    """Whether the other side finds at most one row: a key of this side is decided by it. None: not known."""
    if any(key.elements <= decided for key in keys):
        return True
    return False if keys and not more else None


def _repeated(so_far: bool | None, once: bool | None) -> bool | None:
    if once:
        return so_far
    return True if so_far or once is False else None


def _keys(kind: str, left: list[RowKey], right: list[RowKey], matching: _Matching) -> list[RowKey]:
    """The keys of the joined rows.

    With a row of the left side goes at most one row of the right side for each value of what its key has beyond the
    elements that the left row decides; and the other way round. Where a side can be missing, its NULLs repeat.
    """
    found: list[RowKey] = []
    for one, other, decided, keeps in (
        (left, right, matching.right, kind in ("inner", "left", "cross")),
        (right, left, matching.left, kind in ("inner", "right", "cross")),
    ):
        for key in one:
            for with_ in other:
                rest = with_.elements - decided
                strict = keeps and key.strict and (with_.strict or not rest)
                if strict or (key.elements and key.elements | rest):
                    found.append(_composite(key, with_, rest, strict))
    return minimal(found)


def _composite(key: RowKey, other: RowKey, rest: frozenset[str], strict: bool) -> RowKey:
    relies_on = tuple(dict.fromkeys((*key.relies_on, *other.relies_on)))
    basis = key.basis if not rest else "join"
    return RowKey(key.elements | rest, strict, basis, key.sql if not rest else "", relies_on)


def _outer_join(source: Source, on: exp.Expr | None, pairs: _Pairs, alone: bool, rows: Rows) -> NullReason:
    sql = inline_sql(on, rows) if on is not None else ""
    filters = tuple(found.sql for found in source.facts.filters)
    every_row = alone and source.result.whole and len(list(conjuncts(on))) == len(pairs)
    return NullReason(NullCause.OUTER_JOIN, sql, source.facts.base_relations, pairs, None, filters, every_row)


_Pairs = tuple[tuple["ColumnRef | None", "ColumnRef | None"], ...]


def _flipped(pairs: _Pairs) -> _Pairs:
    return tuple((right, left) for left, right in pairs)


def _bases(sources: Iterable[Source]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for source in sources for key in source.facts.base_relations))


def _fact(
    kind: str,
    left: tuple[str, ...],
    right: Source,
    matching: _Matching,
    on: exp.Expr | None,
    rows: Rows,
    once: bool | None,
) -> JoinFact:
    sql = inline_sql(on, rows) if on is not None else ""
    aggregated = bool(right.facts.grouped_by) and once is True
    if kind == "cross" and matching.pairs:
        kind = "inner"
    return JoinFact(kind, left, right.facts.base_relations, matching.pairs, sql, once, aggregated)
