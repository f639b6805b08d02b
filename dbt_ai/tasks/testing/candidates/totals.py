"""Sums that must agree: the parts of a total, the lines of what they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dbt_ai.sql.facts.types import family
from dbt_ai.sql.values import Aggregate
from dbt_ai.tasks.derived.entities import entity_of_key
from dbt_ai.tasks.testing import overfitting
from dbt_ai.tasks.testing.subject import Column, Subject
from dbt_ai.tasks.testing.values import Basis, Candidate

MIN_GROUPS = 20
_AMOUNTS = ("decimal", "float", "integer")
_TOTAL = re.compile(r"(?:^|_)(?:total|amount|sum|net|gross)(?:_|$)", re.IGNORECASE)
_LINE = re.compile(r"(?:^|_)(?:line|item|net|gross|amount|subtotal)(?:_|$)", re.IGNORECASE)


def totals(subject: Subject) -> Iterable[Candidate]:
    """A total with the sums of its parts, and the lines of a group with the total that each of them repeats."""
    if subject.has_sql:
        yield from _parts(subject)
        yield from _lines(subject)


def _parts(subject: Subject) -> Iterable[Candidate]:
    """Sums of one column under conditions, next to the sum of all of it: the data shows whether they are its parts."""
    sums = [(c, c.facts.aggregate) for c in subject.columns if c.facts and c.facts.aggregate and c.facts.sources]
    for whole, aggregate in sums:
        if aggregate.function != "sum" or aggregate.condition_sql is not None:
            continue
        parts = [column for column, other in sums if _part_of(other, aggregate)]
        if len(parts) >= 2:
            added = " + ".join(column.name for column in parts)
            arguments = {"expression": _equal(whole.name, added)}
            why = f"{whole.name} is the sum of all, and the others are sums of its parts."
            yield Candidate(subject.target(), "expression_is_true", Basis.SQL, why, arguments)


def _part_of(one: Aggregate, whole: Aggregate) -> bool:
    same = (one.argument_sql, one.group_by_sql) == (whole.argument_sql, whole.group_by_sql)
    return one.function == "sum" and one.condition_sql is not None and same and one.rows_of == whole.rows_of


def _equal(left: str, right: str) -> str:
    """Equal up to what is lost where parts are rounded."""
    return f"abs({left} - ({right})) <= 0.01"


def _lines(subject: Subject) -> Iterable[Candidate]:
    """A total of another relation that each of its lines repeats, and an amount of each line."""
    facts = subject.facts
    if facts is None or facts.grouped_by:
        return
    for total in subject.columns:
        if not _is_amount(total) or not _TOTAL.search(total.name) or total.source is None:
            continue
        group = next((c for c in subject.columns if _key_beside(subject, c, total)), None)
        if group is None or group.profile is None or group.profile.distinct < MIN_GROUPS:
            continue
        if group.profile.distinct > 0.8 * group.profile.rows:
            continue  # hardly any group has several lines
        for line in subject.columns:
            if (
                line.name == total.name
                or entity_of_key(line.name)
                or not _is_amount(line)
                or not _LINE.search(line.name)
            ):
                continue
            if line.source is None or line.source.relation != total.source.relation:
                yield _add_up(subject, group, line, total)


def _add_up(subject: Subject, group: Column, line: Column, total: Column) -> Candidate:
    name = f"{subject.node.name}__{line.name}_adds_up_to_{total.name}"
    sql = (
        f"select {group.name}, {total.name}, sum({line.name}) as added_up\nfrom {{model}}\n"
        f"group by {group.name}, {total.name}\nhaving abs(sum({line.name}) - {total.name}) > 0.01 * count(*)\n"
    )
    why = f"The {line.name} of all rows of a {group.name} add up to its {total.name}."
    groups = group.profile.distinct if group.profile else 0
    alarm = overfitting.of_rule(groups)
    return Candidate(subject.target(), "singular", Basis.DATA, why, {"name": name, "sql": sql}, alarm=alarm)


def _key_beside(subject: Subject, column: Column, total: Column) -> bool:
    """Whether `column` holds the key of the relation that the total comes from."""
    source, of_total = column.source, total.source
    if of_total is None or column.name.casefold() in subject.is_key or column.profile is None:
        return False
    other = subject.evidence.get(of_total.relation)
    if other is None or source is None:
        return False
    keys = {key[0].casefold() for key in other.relation.unique_keys if len(key) == 1}
    return source.relation == of_total.relation and source.column.casefold() in keys


def _is_amount(column: Column) -> bool:
    return column.profile is not None and family(column.profile.type) in _AMOUNTS and column.values > 0
