"""All mutants of a query: what every operator may change, written into the text of the original."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlglot import exp

from dbt_ai.errors import UsageError
from dbt_ai.sql.mutants.operators import OPERATORS
from dbt_ai.sql.mutants.original import Original, Schema, shortened
from dbt_ai.sql.mutants.places import Span, place_of
from dbt_ai.sql.mutants.values import Change, Mutant, Operator
from dbt_ai.sql.mutants.writing import written

_TAKES_AWAY = re.compile(r"was dropped$|` went to ")


def mutants_of(
    sql: str, dialect: str, schema: Schema | None = None, operators: Iterable[str] | None = None
) -> tuple[Mutant, ...]:
    """Every mutant of a model's compiled SQL, in the order of the text that they change.

    `dialect` is sqlglot's name ("" for its own superset), in which the mutants are written, too. `schema` gives the
    columns (name -> type) of the relations that the query reads; without it, nothing is changed that needs their
    types. `operators` are names of operators; all where it is None. No two mutants are the same, none is the original.
    Raises QueryError for what cannot be parsed and for anything but a single query, UsageError for a name that no
    operator has.
    """
    original = Original(sql, dialect, schema)
    chosen = OPERATORS if operators is None else tuple(map(_operator, dict.fromkeys(operators)))
    found: dict[str, tuple[Span, Mutant]] = {}
    for operator, change in _changes(original, chosen):
        span, text = written(original, change) or ((0, 0), original.text)
        if text != original.text and text not in found:
            found[text] = (span, _mutant(original, operator, change, text))
    return tuple(mutant for _, mutant in sorted(found.values(), key=lambda each: each[0]))


def _operator(name: str) -> Operator:
    for operator in OPERATORS:
        if operator.name == name:
            return operator
    raise UsageError(f"There is no mutation operator called {name}; docs/mutation-operators.md names them all.")


def _changes(original: Original, operators: Iterable[Operator]) -> Iterator[tuple[Operator, Change]]:
    by_class: dict[type[exp.Expr], list[Operator]] = defaultdict(list)
    for node in original.tree.walk(bfs=False):
        kind = type(node)
        if kind not in by_class:
            by_class[kind] = [operator for operator in operators if issubclass(kind, operator.nodes)]
        for operator in by_class[kind]:
            for change in operator.changes(node, original):
                yield operator, change


def _mutant(original: Original, operator: Operator, change: Change, text: str) -> Mutant:
    node, new = change.edits[0]
    before, after = change.before, change.after
    if not before:
        before, after = original.sql(node), original.sql(new) if new is not None else ""
    before, after = shortened(before), shortened(after)
    what = change.what or (f"`{before}` became `{after}`" if after else f"`{before}` was dropped")
    return Mutant(
        operator=operator.name,
        sql=text,
        dialect=original.dialect,
        line=original.line(change.at or node),
        before=before,
        after=after,
        sentence=f"{what} {'from' if _TAKES_AWAY.search(what) else 'in'} {place_of(change.at or node)}.",
        types_may_change=change.types_may_change,
    )
