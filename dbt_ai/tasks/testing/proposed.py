"""Tests that an engine proposes, as candidates of this project. An engine's word is no evidence: each is bounded as one
that rests on the data alone, unless the SQL or the docs say the same."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dbt_ai.checks.row_expressions import NotARowExpression, RowExpression, row_expression
from dbt_ai.evidence.data_test_prompt import MAX_VALUES, ProposedTest
from dbt_ai.evidence.prompt_facts import node_name
from dbt_ai.sql.facts.types import family
from dbt_ai.sql.values import ColumnRef
from dbt_ai.tasks.derived.entities import entity_of_key
from dbt_ai.tasks.said import why_as_said
from dbt_ai.tasks.testing import overfitting
from dbt_ai.tasks.testing.subject import Column, Subject, is_plain
from dbt_ai.tasks.testing.values import Basis, Candidate

MAX_BOUND = 1e15
MAX_NAME = 200  # characters of a singular test's
_NUMBERS = ("integer", "decimal", "float")
_FREE = (0.0, 1.0, 100.0)  # what a number can be without anybody saying so
_TOLERANCE = 0.01
_SAFE = re.compile(r"[^'\"\\{}%#\n\r]{1,60}")
_WHOLE = re.compile(r"-?\d{1,15}")


class Unusable(Exception):
    """A proposed test that cannot be meant; `str(error)` says why."""


@dataclass(frozen=True)
class Targets:
    """Columns of other relations that a test may name, by what they are called in the prompt."""

    keys: Mapping[str, ColumnRef]
    totals: Mapping[str, ColumnRef]


def targets_of(subject: Subject, silent: Collection[ColumnRef]) -> Targets:
    """Keys of what lies above the node, and columns of numbers of what it reads. Of the columns in `silent` it may not
    be told that they are keys."""
    parents = subject.project.nodes[subject.node.unique_id].depends_on
    above = {up for parent in parents if (node := subject.project.nodes.get(parent)) for up in node.depends_on}
    keys: dict[str, ColumnRef] = {}
    totals: dict[str, ColumnRef] = {}
    for unique_id in sorted({*parents, *above}):
        other = subject.evidence.get(unique_id)
        if other is None or other.profile is None or not other.profile.rows or not is_plain(other.name):
            continue
        name = node_name(unique_id)
        for key in other.relation.unique_keys:
            if len(key) == 1 and is_plain(key[0]) and ColumnRef(unique_id, key[0]) not in silent:
                keys.setdefault(f"{name}.{key[0]}", ColumnRef(unique_id, key[0]))
        for column in other.profile.columns if unique_id in parents else ():
            if family(column.type) in _NUMBERS and is_plain(column.name) and entity_of_key(column.name) is None:
                totals.setdefault(f"{name}.{column.name}", ColumnRef(unique_id, column.name))
    return Targets(keys, totals)


def candidate_of(subject: Subject, test: ProposedTest, targets: Targets, engine: str) -> Candidate:
    """The proposed test as a candidate. Raises Unusable for one that cannot be meant or says what nobody said.

    The bound of an expression is that of all rows; `of_expression` is closer.
    """
    made = _MADE[test.kind](subject, test, targets)
    return replace(made, why=made.why or why_as_said(test.why, subject.node.name), engine=engine)


def expression_of(subject: Subject, text: str) -> RowExpression:
    """What `text` says of a row of the node, as it may be run. Raises Unusable."""
    try:
        found = row_expression(text, [column.name for column in subject.columns], subject.project.dialect or "duckdb")
    except NotARowExpression as reason:
        raise Unusable(f"it is refused: {reason}") from reason
    for value in found.values:
        if not (_is_number(value) and float(value) <= _TOLERANCE):
            _known(subject, value)
    return found


def support_sql(found: RowExpression, relation: str) -> str:
    """One row: how many rows break the condition, how many fulfil it, and how many each of its parts alone makes
    fulfil it, where there are several."""
    alone = []
    for number, part in enumerate(found.parts) if len(found.parts) > 1 else ():
        others = " OR ".join(f"({other})" for place, other in enumerate(found.parts) if place != number)
        alone.append(f"({part}) AND NOT COALESCE(({others}), FALSE)")
    counted = (f"COUNT(*) FILTER (WHERE {each})" for each in (f"NOT ({found.sql})", f"({found.sql})", *alone))
    return f"SELECT {', '.join(counted)} FROM {relation}"


def of_expression(candidate: Candidate, counts: Sequence[int]) -> Candidate:
    """The candidate with its bound by the counts of `support_sql`: of "a implies b" only the rows in which a decides
    are a sample of it, and those in which b does."""
    _, fulfilled, *alone = counts
    deciding = [count for count in alone if count] or [fulfilled]
    return replace(candidate, alarm=overfitting.of_rule(min(deciding)) if min(deciding) else 1.0)


def _column(subject: Subject, test: ProposedTest) -> Column:
    column = subject.column(test.columns[0]) if len(test.columns) == 1 else None
    if column is None or column.profile is None:
        raise Unusable("it has to name one column")
    return column


def _not_null(subject: Subject, test: ProposedTest, targets: Targets) -> Candidate:
    column = _column(subject, test)
    never = column.facts is not None and column.facts.nullability.never
    return _made(subject, column.name, "not_null", 0.0 if never else overfitting.of_rule(column.values))


def _unique(subject: Subject, test: ProposedTest, targets: Targets) -> Candidate:
    column = _column(subject, test)
    return _made(subject, column.name, "unique", _of_key(subject, [column.name], column.values))


def _unique_combination(subject: Subject, test: ProposedTest, targets: Targets) -> Candidate:
    columns = [column for name in dict.fromkeys(test.columns) if (column := subject.column(name))]
    if not 2 <= len(columns) <= 5:
        raise Unusable("it has to name two to five columns")
    names = [column.name for column in columns]
    alarm = _of_key(subject, names, subject.rows)
    return _made(subject, None, "unique_combination_of_columns", alarm, {"combination_of_columns": names})


def _accepted_values(subject: Subject, test: ProposedTest, targets: Targets) -> Candidate:
    column, values = _column(subject, test), list(dict.fromkeys(test.values))
    kind = family(column.profile.type if column.profile else None)
    form = {"text": _SAFE, "integer": _WHOLE}.get(kind or "")
    if form is None or not 2 <= len(values) <= MAX_VALUES or not all(form.fullmatch(value) for value in values):
        raise Unusable(f"it has to list 2 to {MAX_VALUES} plain values of a column of texts or whole numbers")
    for value in values:
        _known(subject, value)
    domain = column.facts.domain if column.facts else None
    described = subject.own.column_descriptions.get(column.name, "")
    said = (domain is not None and set(domain.values) <= set(values)) or all(_stands_in(v, described) for v in values)
    counts = [count for _, count in column.profile.top_values] if column.profile else []
    complete = column.profile is not None and column.profile.all_values is not None
    alarm = 0.0 if said else overfitting.of_values(counts) if complete else 1.0
    given: dict[str, Any] = {"values": values}
    if kind == "integer":
        given = {"values": [int(value) for value in values], "quote": False}
    return _made(subject, column.name, "accepted_values", alarm, given)


def _accepted_range(subject: Subject, test: ProposedTest, targets: Targets) -> Candidate:
    column = _column(subject, test)
    bounds = {"min_value": test.minimum, "max_value": test.maximum}
    if any(bound is not None and not abs(bound) <= MAX_BOUND for bound in bounds.values()):
        raise Unusable("it has a bound that no number comes near")
    given = {
        name: int(bound) if float(bound).is_integer() else bound for name, bound in bounds.items() if bound is not None
    }
    if not given or family(column.profile.type if column.profile else None) not in _NUMBERS:
        raise Unusable("it has to give a bound of a column of numbers")
    for bound in given.values():
        _known(subject, str(abs(bound)))
    return _made(subject, column.name, "accepted_range", overfitting.of_rule(column.values), given)


def _relationships(subject: Subject, test: ProposedTest, targets: Targets) -> Candidate:
    column, target = _column(subject, test), targets.keys.get(test.to or "")
    if target is None:
        raise Unusable("it has to say which key its values are")
    known = subject.refers.get((subject.node.unique_id, column.name.casefold()))
    said = known is not None and known[0] == target
    alarm = 0.0 if said else overfitting.of_rule(column.values)
    made = _made(subject, column.name, "relationships", alarm, {"field": target.column})
    return replace(made, references=target.relation)


def _expression(subject: Subject, test: ProposedTest, targets: Targets) -> Candidate:
    found = expression_of(subject, test.expression or "")
    alarm = overfitting.of_rule(subject.rows)
    return _made(subject, None, "expression_is_true", alarm, {"expression": found.sql})


def _total(subject: Subject, test: ProposedTest, targets: Targets) -> Candidate:
    column, target = _column(subject, test), targets.totals.get(test.total_of or "")
    if target is None or family(column.profile.type if column.profile else None) not in _NUMBERS:
        raise Unusable("it has to name a column of numbers, and one whose total is the same")
    other = subject.evidence[target.relation]
    name = f"{subject.node.name}__{column.name}_adds_up_to_{other.name}_{target.column}"
    if len(name) > MAX_NAME:
        raise Unusable("its name would be too long for a file")
    sql = (
        f"select own.total, other.total as total_of_{other.name}\n"
        f"from (select sum({column.name}) as total from {{model}}) as own\n"
        f"cross join (select sum({target.column}) as total from {{other}}) as other\n"
        f"where abs(coalesce(own.total, 0) - coalesce(other.total, 0)) > {_TOLERANCE}\n"
    )
    rows = other.profile.rows if other.profile else 0
    made = _made(subject, None, "singular", overfitting.of_rule(rows), {"name": name, "sql": sql})
    # what a model says of it is not written into a file
    return replace(
        made, references=target.relation, why=f"All {column.name} add up to all {target.column} of {other.name}."
    )


def _made(
    subject: Subject, column: str | None, kind: str, alarm: float, arguments: Mapping[str, Any] | None = None
) -> Candidate:
    return Candidate(subject.target(column), kind, Basis.ENGINE, "", arguments or {}, alarm=alarm)


_MADE = {
    "not_null": _not_null,
    "unique": _unique,
    "unique_combination": _unique_combination,
    "accepted_values": _accepted_values,
    "accepted_range": _accepted_range,
    "relationships": _relationships,
    "expression": _expression,
    "total": _total,
}


def _of_key(subject: Subject, names: Sequence[str], rows: int) -> float:
    """The bound of a key; 0 where the SQL makes it one."""
    wanted = {name.casefold() for name in names}
    keys = subject.facts.keys if subject.facts else ()
    by_sql = any({name.casefold() for name in key.columns} <= wanted for key in keys if not subject.key_from_data)
    return 0.0 if by_sql else overfitting.of_uniqueness(rows)


def _known(subject: Subject, value: str) -> None:
    """Raises Unusable for a value that stands neither in the SQL, nor in the docs, nor, where it is a text, among the
    few values of a column: a number that only the data shows is its luck."""
    if _is_number(value) and (float(value) in _FREE or _stands_in(f"{float(value):g}", _said(subject))):
        return
    if _stands_in(value, _said(subject)):
        return
    texts = (one.profile for one in subject.columns if one.profile and family(one.profile.type) == "text")
    if any(value in (profile.all_values or ()) for profile in texts):
        return
    raise Unusable("it names a value that neither the SQL nor the docs do")


def _said(subject: Subject) -> str:
    own = subject.own
    docs = (own.description, *own.column_descriptions.values(), *own.upstream_descriptions.values())
    return "\n".join([own.sql or "", *docs])


def _stands_in(value: str, text: str) -> bool:
    """Whether a text or a number stands in a text as a whole.

    >>> _stands_in("5", "from 1 to 5."), _stands_in("5", "2025-05-01"), _stands_in("open", "one of `open`, `closed`")
    (True, False, True)
    """
    return bool(value) and re.search(rf"(?<![\w.-]){re.escape(value)}(?![\w-]|\.\d)", text) is not None


def _is_number(value: str) -> bool:
    return re.fullmatch(r"\d+(?:\.\d+)?", value) is not None
