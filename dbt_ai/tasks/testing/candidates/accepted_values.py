"""Closed lists: from CASE and IN, from the docs, from what readers compare with, from data that has them all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlglot import exp

from dbt_ai.sql.facts.types import family
from dbt_ai.sql.values import ColumnFacts, ColumnKind
from dbt_ai.tasks.testing import overfitting
from dbt_ai.tasks.testing.subject import Column, Subject
from dbt_ai.tasks.testing.values import Basis, Candidate

MAX_VALUES = 12
# What a name says to be one of a few kinds. Of anything else (agents, models, regions) more may come, however often
# those that are there were seen; only the SQL or a person can say that a list of these is closed.
_CLOSED = re.compile(
    r"(?:^(?:is|has)_.*|(?:^|.*_)(?:status|state|stage|phase|step|type|kind|class|segment|tier|level|grade|priority|"
    r"severity|method|mode|channel|gender|sex|size|outcome|result|unit|interval|frequency|visibility))",
    re.IGNORECASE,
)
_UNQUOTED = re.compile(r"-?\d+")
_FLAG = {"0", "1"}
_SAFE = re.compile(r"[^'\"\\{}%#\n\r]{1,60}")  # what dbt's macro can put between quotes


def accepted_values(subject: Subject) -> Iterable[Candidate]:
    """`accepted_values` for a column of few values, where it is first named: what a parent model passes on is tested
    there. The list is the SQL's where that is closed, else the values of the data."""
    if subject.node.resource_type in ("source", "seed"):
        return
    changed = subject.found("value-set-changed")
    for column in subject.columns:
        kind = family(column.profile.type if column.profile else None)
        folded = column.name.casefold()
        if kind not in ("text", "integer") or folded in subject.is_key:
            continue
        if (subject.node.unique_id, folded) in subject.refers or _looked_up(subject, column):
            continue
        if column.name.casefold() in changed or subject.from_model(column) is not None:
            continue
        if column.facts is not None and _said_elsewhere(subject, column.facts):
            continue
        found = _from_sql(subject, column) or _from_data(subject, column)
        if found is not None and kind == "text" and all(_SAFE.fullmatch(value) for value in found[0]):
            yield _made(subject, column, *found)
        elif (
            found is not None
            and kind == "integer"
            and set(found[0]) != _FLAG
            and all(_UNQUOTED.fullmatch(value) for value in found[0])
        ):
            yield _made(subject, column, *found, quote=False)


def _said_elsewhere(subject: Subject, facts: ColumnFacts) -> bool:
    """Whether the SQL says the value in as many words, or takes one of those that a parent model has."""
    taken = (
        facts.kind is ColumnKind.AGGREGATED
        and facts.domain is None
        and all(
            source.relation in subject.evidence and subject.evidence[source.relation].resource_type == "model"
            for source in facts.sources
        )
    )
    return facts.kind is ColumnKind.LITERAL or taken


def _looked_up(subject: Subject, column: Column) -> bool:
    """Whether the value is looked up in a seed, which is the list itself."""
    source = column.source
    seed = subject.evidence.get(source.relation) if source else None
    return seed is not None and seed.resource_type == "seed" and bool(subject.facts and subject.facts.joins)


def _made(
    subject: Subject, column: Column, values: Sequence[str], basis: Basis, why: str, quote: bool = True
) -> Candidate:
    counts = [count for _, count in column.profile.top_values] if column.profile else []
    alarm = overfitting.of_values(counts) if basis is Basis.DATA else 0.0
    arguments: dict[str, object] = {"values": list(values)}
    if not quote:
        arguments = {"values": [int(value) for value in values], "quote": False}
    return Candidate(subject.target(column.name), "accepted_values", basis, why, arguments, alarm=alarm)


def _from_sql(subject: Subject, column: Column) -> tuple[Sequence[str], Basis, str] | None:
    domain = column.facts.domain if column.facts else None
    if domain is None or not 2 <= len(domain.values) <= MAX_VALUES:
        return None
    return domain.values, Basis.SQL, "The SQL gives it no other value."


def _from_data(subject: Subject, column: Column) -> tuple[Sequence[str], Basis, str] | None:
    values = column.profile.all_values if column.profile else None
    if values is None or not 2 <= len(values) <= MAX_VALUES:
        return None
    if any(_names_all(text, values) for text in _texts(subject, column)):
        return values, Basis.DOCS, "Its description names these values."
    compared = _compared(subject, column)
    if set(values) <= compared:
        return values, Basis.SQL, "Models that read it tell these values apart."
    if column.facts is None or family(column.profile.type if column.profile else None) != "text":
        return None  # numbers of few values are mostly counts, which grow
    if not _CLOSED.fullmatch(column.name):
        return None
    return values, Basis.DATA, "It takes few values, and each of them often."


def _texts(subject: Subject, column: Column) -> Iterator[str]:
    """What people wrote of the column, here, where it comes from and where it is passed on."""
    yield from _described(subject.own.column_descriptions, column.name)
    source = column.source
    if source is not None and source.relation in subject.evidence:
        yield from _described(subject.evidence[source.relation].column_descriptions, source.column)
    for child, facts in subject.reading(column):
        yield from _described(child.column_descriptions, facts.name)


def _described(descriptions: Mapping[str, str], name: str) -> Iterator[str]:
    yield from (text for column, text in descriptions.items() if column.casefold() == name.casefold())


def _names_all(text: str, values: Sequence[str]) -> bool:
    return all(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) for value in values)


def _compared(subject: Subject, column: Column) -> set[str]:
    """The texts that readers compare the column with."""
    found: set[str] = set()
    own = (subject.node.unique_id, column.name.casefold())
    for child in subject.children:
        for facts in child.facts.columns if child.facts else ():
            if facts.expression is None:
                continue
            for compared in facts.expression.find_all(exp.EQ, exp.In, exp.Case):
                found |= _literals(compared, own)
    return found


def _literals(compared: exp.Expr, own: tuple[str, str]) -> set[str]:
    ref = compared.this.meta_get("ref") if isinstance(compared.this, exp.Column) else None
    if ref is None or (ref.relation, ref.column.casefold()) != own:
        return set()
    if isinstance(compared, exp.Case):
        values = [branch.this for branch in compared.args["ifs"]]
    else:
        values = compared.expressions if isinstance(compared, exp.In) else [compared.expression]
    return {value.this for value in values if isinstance(value, exp.Literal) and value.is_string}
