"""Moments that follow one another: what has an end has it after its start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import permutations

from sqlglot import exp

from dbt_ai.sql.facts.types import family
from dbt_ai.tasks.testing import overfitting
from dbt_ai.tasks.testing.subject import Column, Subject
from dbt_ai.tasks.testing.values import Basis, Candidate

_MOMENTS = ("date", "timestamp", "timestamptz")
_PAIRS = (
    ("start", "end"), ("started", "ended"), ("opened", "closed"), ("created", "updated"), ("created", "deleted"),
    ("valid_from", "valid_to"), ("from", "to"), ("begin", "end"), ("ordered", "shipped"), ("shipped", "delivered"),
    ("first", "last"), ("first", "most_recent"), ("min", "max"), ("signed_up", "deleted"), ("checkin", "checkout"),
    ("started", "finished"), ("started", "completed"), ("opened", "resolved"), ("requested", "approved"),
    ("ordered", "delivered"), ("arrival", "departure"), ("departed", "arrived"), ("hired", "terminated"),
    ("submitted", "completed"), ("created", "closed"), ("created", "completed"),
)  # fmt: skip


def orderings(subject: Subject) -> Iterable[Candidate]:
    """`expression_is_true` for two moments of a row: by their names, or where the SQL takes the time between them."""
    if subject.node.resource_type in ("source", "seed") or subject.passes_on:
        return
    moments = [c for c in subject.columns if c.profile and family(c.profile.type) in _MOMENTS and c.values]
    measured = set(_measured(subject))
    for first, last in permutations(moments, 2):
        if first.profile is None or last.profile is None or first.profile.type != last.profile.type:
            continue
        maker = subject.from_maker(first)
        if maker is not None and maker == subject.from_maker(last):
            continue  # that model has both
        alike = first.facts is None or last.facts is None or first.facts.kind is last.facts.kind
        by_sql = alike and (_origin(first), _origin(last)) in measured
        if not by_sql and not _named_so(first.name.casefold(), last.name.casefold()):
            continue
        both = min(first.values, last.values)
        alarm = 0.0 if by_sql else overfitting.of_rule(both)
        why = f"The SQL takes the time from {first.name} to {last.name}." if by_sql else "The one follows the other."
        arguments = {"expression": f"{last.name} >= {first.name}"}
        basis = Basis.SQL if by_sql else Basis.DATA
        yield Candidate(subject.target(), "expression_is_true", basis, why, arguments, alarm=alarm)


def _named_so(first: str, last: str) -> bool:
    for one, other in _PAIRS:
        before = re.sub(rf"(?:^|(?<=_)){one}(?=_|$)", other, first)
        if before != first and before == last:
            return True
    return False


def _measured(subject: Subject) -> Iterator[tuple[tuple[str, str] | None, tuple[str, str] | None]]:
    """The pairs of columns between which the SQL takes the time, as what they come from."""
    for facts in subject.facts.columns if subject.facts else ():
        for taken in facts.expression.find_all(exp.DateDiff, exp.TimestampDiff) if facts.expression else ():
            yield _read(taken.expression), _read(taken.this)


def _read(node: exp.Expr | None) -> tuple[str, str] | None:
    column = node.find(exp.Column) if node is not None else None
    ref = column.meta_get("ref") if column is not None else None
    return (ref.relation, ref.column.casefold()) if ref is not None else None


def _origin(column: Column) -> tuple[str, str] | None:
    facts = column.facts
    return (
        (facts.sources[0].relation, facts.sources[0].column.casefold()) if facts and len(facts.sources) == 1 else None
    )
