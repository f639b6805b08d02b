"""Which output columns are unique together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from dbt_ai.sql.facts.inline import inline_sql
from dbt_ai.sql.facts.nullability import nullability_of
from dbt_ai.sql.facts.rows import RowKey, Rows, is_stable, minimal, source_keys, unwrap
from dbt_ai.sql.facts.types import family, type_of
from dbt_ai.sql.values import ColumnFacts, Key

_HASHES = (exp.MD5, exp.SHA, exp.SHA2)


def group_keys(rows: Rows, sql: str) -> list[RowKey]:
    """The keys of the groups: the group keys together, and every key of the rows among them.

    A group key that is a column of a source whose own key is among the group keys adds nothing to it.
    """
    group = rows.group or ()
    elements = {rows.element(key) for key in group if is_stable(key)}
    if len(elements) < len({rows.element(key) for key in group}):
        return []
    found = [key for key in rows.keys if key.elements <= elements]
    needed = set(elements)
    for source in rows.sources.values():
        for key in source_keys(source):
            columns = key.elements
            if columns and columns <= needed and _never_null(columns, source.alias, rows):
                needed -= {e for e in needed if rows.alias_of(e) == source.alias} - columns
                break
    found.append(RowKey(frozenset(needed), True, "group by", sql))
    return minimal(found)


def row_number_key(window: exp.Window, rows: Rows) -> RowKey | None:
    """The key that ROW_NUMBER() OVER (PARTITION BY p ...) makes together with p."""
    if not isinstance(unwrap(window.this), exp.RowNumber) or window.args.get("alias"):
        return None
    partition = window.args.get("partition_by") or ()
    if not all(is_stable(key) for key in partition):
        return None
    elements = frozenset((rows.element(window), *(rows.element(key) for key in partition)))
    return RowKey(elements, True, "row_number", inline_sql(window, rows))


def output_keys(
    rows: Rows, projections: Sequence[exp.Expr], columns: Sequence[ColumnFacts], names: frozenset[str]
) -> list[Key]:
    """The keys of `rows` in terms of the output columns; `names` are those that mean one column alone."""
    carriers: dict[str, list[int]] = {}
    for index, projection in enumerate(projections):
        if columns[index].name.casefold() in names and is_stable(projection):
            carriers.setdefault(rows.element(projection), []).append(index)
    pinned, nulled = rows.one_value()
    hashed = _hashed(rows, projections, columns, names)
    found: list[tuple[Key, tuple[int, ...]]] = []
    for key in rows.keys:
        indexes: dict[int, None] = {}
        basis = key.basis
        if not key.strict and key.elements & nulled:
            continue  # it says nothing of rows with a NULL in it
        wanted = key.elements - pinned - nulled
        if key.elements and not wanted:
            continue  # one row: told as such
        by_column = {e: _carrier(e, carriers, columns, rows) for e in sorted(wanted)}
        if all(index is not None for index in by_column.values()):
            indexes.update((index, None) for index in by_column.values() if index is not None)
            found.append((_key(key, basis, tuple(indexes), columns), tuple(indexes)))
        for index, inputs in hashed.items() if key.strict else ():
            if wanted <= inputs | {e for e in wanted if rows.same_as(e) & inputs}:
                found.append((_key(key, "surrogate key", (index,), columns), (index,)))
    return best([key for key, _ in found if key.columns], [c.name for c in columns])


def single(rows: Rows) -> bool:
    """Whether there is at most one row: a key without elements, once those with one value are left out."""
    pinned, nulled = rows.one_value()
    return any(key.elements <= (pinned | nulled if key.strict else pinned - nulled) for key in rows.keys)


def best(keys: Iterable[Key], order: Sequence[str]) -> list[Key]:
    """`keys` that do not follow from another, the best first: strict, short, early in the SELECT."""
    place = {name: index for index, name in enumerate(order)}
    ranked = sorted(keys, key=lambda k: (k.nulls_apart, len(k.columns), [place.get(c, 0) for c in k.columns]))
    kept: list[Key] = []
    for key in sorted(dict.fromkeys(ranked), key=lambda k: len(k.columns)):
        wider = (
            set(other.columns) <= set(key.columns) and (key.nulls_apart or not other.nulls_apart) for other in kept
        )
        if not any(wider):
            kept.append(key)
    return [key for key in dict.fromkeys(ranked) if key in kept][:12]


def _key(key: RowKey, basis: str, indexes: tuple[int, ...], columns: Sequence[ColumnFacts]) -> Key:
    ordered = sorted(indexes)
    strict = key.strict or all(columns[index].nullability.never for index in ordered)
    return Key(tuple(columns[index].name for index in ordered), basis, key.sql, key.relies_on, not strict)


def _carrier(element: str, carriers: dict[str, list[int]], columns: Sequence[ColumnFacts], rows: Rows) -> int | None:
    direct = carriers.get(element) or []
    others = [index for same in sorted(rows.same_as(element)) for index in carriers.get(same, ())]
    return next(iter([*direct, *others]), None)


def _never_null(elements: Iterable[str], alias: str, rows: Rows) -> bool:
    """Whether the columns are not NULL wherever the row of their alias is there."""
    source = rows.sources[alias]
    never = {source.element(column.name) for column in source.facts.columns if column.nullability.never}
    return all(element in never or element in rows.not_null for element in elements)


def _hashed(
    rows: Rows, projections: Sequence[exp.Expr], columns: Sequence[ColumnFacts], names: frozenset[str]
) -> dict[int, set[str]]:
    """The output columns that are a hash of columns alone, as dbt_utils.generate_surrogate_key writes it, with the
    elements hashed. Two different inputs with one hash are taken not to exist, as the macro's users do."""
    found: dict[int, set[str]] = {}
    for index, projection in enumerate(projections):
        hash_ = unwrap(projection)
        while isinstance(hash_, exp.Cast) and family(type_of(hash_, rows)) == "text":
            hash_ = unwrap(hash_.this)
        if isinstance(hash_, _HASHES) and columns[index].name.casefold() in names:
            inputs = _inputs(hash_.this, rows)
            if inputs is not None:
                found[index] = inputs
    return found


def _inputs(hashed: exp.Expr, rows: Rows) -> set[str] | None:
    """The elements that a concatenation of texts tells apart; None where it may lose something."""
    hashed = unwrap(hashed)
    if isinstance(hashed, exp.Literal):
        return set()
    if isinstance(hashed, exp.Cast) and family(rows.sql(hashed.to)) == "text" and not hashed.to.expressions:
        return _inputs(hashed.this, rows)
    if isinstance(hashed, (exp.DPipe, exp.Concat)):
        parts = [_inputs(part, rows) for part in hashed.iter_expressions()]
        return None if any(part is None for part in parts) else {e for part in parts if part for e in part}
    if isinstance(hashed, exp.Coalesce) and len(hashed.expressions) == 1:
        column, placeholder = hashed.this, unwrap(hashed.expressions[0])
        # NULL and '' are one value to COALESCE(x, ''): only a placeholder that is no value tells them apart.
        if isinstance(placeholder, exp.Literal) and len(placeholder.this) > 8:
            column = unwrap(column)
            while isinstance(column, exp.Cast) and family(rows.sql(column.to)) == "text":
                column = unwrap(column.this)
            if isinstance(column, exp.Column):
                return {rows.element(column)}
        return _inputs(column, rows)
    if isinstance(hashed, exp.Column) and nullability_of(hashed, rows).never:
        return {rows.element(hashed)}
    return None
