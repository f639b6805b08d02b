"""What a quantity can be at all: not negative, a share of one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlglot import exp

from dbt_ai.sql.facts.types import family
from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.entities import entity_of_key
from dbt_ai.tasks.testing import overfitting
from dbt_ai.tasks.testing.subject import Column, Subject
from dbt_ai.tasks.testing.values import Basis, Candidate

_NUMBERS = ("integer", "decimal", "float")
_PUT_TOGETHER = (ColumnKind.AGGREGATED, ColumnKind.CAST, ColumnKind.UNION)
_SHARE = re.compile(r"(?:^|_)(?:pct|percent|percentage|ratio|share|rate|fraction|proportion)(?:_|$)", re.IGNORECASE)
_QUANTITY = re.compile(
    r"(?:^|_)(?:amount|price|fee|cost|total|revenue|sales|quantity|qty|count|number|minutes|hours|seconds|days|weight|"
    r"distance|capacity|age|duration|size|length|height|stock|units|value|balance|tax|discount|shipping|payment|paid|"
    r"spend|budget|salary|wage|score|points|m|km|kg|cases|orders|rentals|customers|items|tickets)(?:_|$)",
    re.IGNORECASE,
)
_MAY_BE_NEGATIVE = re.compile(
    r"(?:^|_)(?:balance|margin|profit|change|delta|diff|difference|net|temperature|offset)(?:_|$)"
)


def ranges(subject: Subject) -> Iterable[Candidate]:
    """`accepted_range` from 0 for quantities that are never negative in the data, from 0 to 1 for shares.

    Where the value is first named (a sum of what a model has already is its test's business), and where something is
    made of it, or nobody reads the model. The bounds are never the extremes of the data: the next row may pass these
    by right.
    """
    if subject.node.resource_type in ("source", "seed") or subject.passes_on:
        return
    for column in subject.columns:
        profile = column.profile
        if profile is None or family(profile.type) not in _NUMBERS or subject.from_maker(column) is not None:
            continue
        if _made_of_known(subject, column) or not subject.is_computed_with(column):
            continue
        folded = column.name.casefold()
        if entity_of_key(folded) is not None or folded in subject.is_key | subject.joined:
            continue
        if profile.minimum is None or profile.maximum is None:
            continue
        low, high = float(profile.minimum), float(profile.maximum)
        made = column.facts is not None and column.facts.kind is ColumnKind.AGGREGATED
        if low < 0 or _from_a_fixed_day(column) or _MAY_BE_NEGATIVE.search(folded):
            continue
        if _SHARE.search(folded) and high <= 1:
            yield _made(subject, column, {"min_value": 0, "max_value": 1}, "It is a share of one.")
        elif _QUANTITY.search(folded) or made:
            yield _made(subject, column, {"min_value": 0}, "It is a quantity, and never negative.")


def _made_of_known(subject: Subject, column: Column) -> bool:
    """Whether it puts together values of models that make them, or makes it of one: their tests are the place."""
    facts = column.facts
    if facts is None or not facts.sources:
        return facts is None  # nothing is known of it but its name
    if facts.kind not in _PUT_TOGETHER and not (facts.kind is ColumnKind.COMPUTED and len(facts.sources) == 1):
        return False
    return all(subject.is_maker(source.relation) for source in facts.sources)


def _from_a_fixed_day(column: Column) -> bool:
    """Whether it is the time to or from a moment that the SQL names: the next row may lie on its other side."""
    expression = column.facts.expression if column.facts else None
    return expression is not None and any(
        side is not None and side.find(exp.Column) is None
        for taken in expression.find_all(exp.DateDiff, exp.TimestampDiff)
        for side in (taken.this, taken.expression)
    )


def _made(subject: Subject, column: Column, arguments: dict[str, int], why: str) -> Candidate:
    alarm = overfitting.of_rule(column.values)
    return Candidate(subject.target(column.name), "accepted_range", Basis.DATA, why, arguments, alarm=alarm)
