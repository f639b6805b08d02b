"""What a case is about, in words: taken from the rows that it has and from the faults that show on it alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dbt_ai.sql.facts import facts_of
from dbt_ai.sql.lifting.values import words
from dbt_ai.sql.query import QueryError, parse_query
from dbt_ai.sql.values import JoinFact, QueryFacts, same_name
from dbt_ai.tasks.derived.conditions import condition_text
from dbt_ai.tasks.derived.entities import Entity, entity
from dbt_ai.tasks.derived.wording import code, listed
from dbt_ai.tasks.unit_testing.literals import value
from dbt_ai.tasks.unit_testing.values import Case, Input, Row

_COLUMN = re.compile(r"the column `([^`]+)`")
_MOST_VALUES = 3
_LONGEST_VALUE = 20
_AN = re.compile(r"[aeiou](?!ser|ni|se)", re.IGNORECASE)  # an order, but a user

# What a fault concerns, by the operator that makes it.
_JOINS = words("join-side join-turned join-condition-dropped join-condition-to-filter filter-to-join-condition")
_FILTERS = words(
    "filter-dropped filter-negated condition-dropped having-dropped in-negated in-value-dropped between-bounds "
    "between-negated exists-negated like-negated null-check-negated flag-negated"
)
_SUMS = words("aggregate-distinct sum-average sum-maximum minimum-maximum count-all count-matches")
_CHOSEN = words("qualify-dropped limit-moved")
_APART, _ONCE = words("distinct-added"), words("distinct-dropped")
_ORDERS = words(
    "order-reversed order-key-dropped nulls-placement ranking-function frame-dropped frame-moved neighbour-row"
)
_GROUPS = words("partition-key-dropped")
_CASES = words(
    "case-branch-dropped case-branches-reordered case-default-dropped case-results-swapped comparison-boundary "
    "comparison-reversed number-moved text-changed boolean-flipped"
)
_MISSING = words("coalesce-dropped count-all count-matches null-check-negated")
_DEFAULTS = words("coalesce-dropped coalesce-reordered nullif-dropped")


@dataclass(frozen=True)
class _Look:
    """A case, with what the SQL says and what a row of each input is called."""

    case: Case
    facts: QueryFacts | None
    nouns: Mapping[str, Entity]

    def input(self, key: str) -> Input | None:
        return next((given for given in self.case.way.inputs if given.key == key), None)

    def cells(self, key: str, columns: tuple[str, ...]) -> list[Row]:
        """The cells of some columns in the rows of an input."""
        given = self.input(key)
        names = [name for name, _ in given.relation.columns] if given else []
        places = [next((i for i, name in enumerate(names) if same_name(name, column)), None) for column in columns]
        return [
            tuple(row[place] if place is not None else None for place in places) for row in self.case.rows.get(key, ())
        ]

    def columns(self, operators: frozenset[str]) -> list[str]:
        """The output columns that faults of these operators concern, most often first."""
        found: Counter[str] = Counter()
        for fault in sorted(self.case.alone, key=lambda one: (one.operator, one.sentence, one.number)):
            column = _COLUMN.search(fault.sentence)
            if fault.operator in operators and column:
                found[column[1]] += 1
        return [name for name, _ in found.most_common()]

    def concerns(self, operators: frozenset[str], place: str = "") -> bool:
        return any(fault.operator in operators and place in fault.sentence for fault in self.case.alone)

    def touches(self, place: str) -> bool:
        """Whether a fault is in that place."""
        return any(place in fault.sentence for fault in self.case.alone)


def phrases(case: Case) -> list[str]:
    """What there is to say of a case, as clauses, the most telling first; there is always one."""
    look = _Look(case, _facts(case), _nouns(case.way.inputs))
    rules: tuple[Callable[[_Look], Iterator[str]], ...] = (
        _nothing, _later, _unmatched, _filtered, _several, _ordered, _branches, _defaults,
    )  # fmt: skip
    return list(dict.fromkeys(phrase for rule in rules for phrase in rule(look))) or [_whatever(look)]


def _facts(case: Case) -> QueryFacts | None:
    try:
        return facts_of(parse_query(case.way.sql, "duckdb", case.way.relations))
    except QueryError:
        return None


def _nouns(inputs: Sequence[Input]) -> dict[str, Entity]:
    """What the rows of each input are called, by its key: no two the same."""
    found: dict[str, Entity] = {}
    for given in inputs:
        named = entity(given.name, given.relation.unique_keys)
        if named is None or named in found.values():
            named = Entity(f"row of {given.name}", f"rows of {given.name}")
        found[given.key] = named
    return found


def _nothing(look: _Look) -> Iterator[str]:
    if not any(look.case.rows.values()):
        count = len(look.case.expected)
        yield "without any rows there is one row" if count == 1 else f"without any rows there are {count or 'no'} rows"


def _later(look: _Look) -> Iterator[str]:
    """Of a run that adds to the rows that are there."""
    given = look.case.way.inputs[0]
    rows, added = len(look.case.rows[given.key]), len(look.case.expected)
    if look.case.way.incremental and rows:
        noun = look.nouns[given.key]
        of = f"{added or 'none'} of {rows} {noun.many}" if rows > 1 or not added else f"one {noun.one}"
        yield f"{of} {'are' if added > 1 else 'is'} added to what is there"


def _unmatched(look: _Look) -> Iterator[str]:
    for join in look.facts.joins if look.facts and not look.case.way.incremental else ():
        pair = _sides(look, join)
        if pair is None:
            continue
        (left, its_columns), (right, other_columns) = pair
        there = set(look.cells(right, other_columns))
        alone = [row for row in look.cells(left, its_columns) if None in row or row not in there]
        if not alone or left == right:
            continue
        one, many = look.nouns[left].one, look.nouns[right].many
        kept = len(look.case.expected) >= len(look.case.rows[left])
        if join.kind == "left" and kept and (look.concerns(_MISSING) or look.touches("the join")):
            yield f"{_a(one)} without {many} keeps its row"
        elif join.kind == "inner" and not kept and look.concerns(_JOINS, "the join"):
            yield f"{_a(one)} without {many} is left out"


def _sides(look: _Look, join: JoinFact) -> tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]] | None:
    """The inputs that a join brings together, each with the columns that have to be equal; None where it is more."""
    pairs = [(one, other) for one, other in join.on if one is not None and other is not None]
    left, right = {one.relation for one, _ in pairs}, {other.relation for _, other in pairs}
    if len(pairs) < len(join.on) or len(left) != 1 or len(right) != 1:
        return None
    keys = (left.pop(), right.pop())
    if any(look.input(key) is None for key in keys):
        return None
    return (keys[0], tuple(one.column for one, _ in pairs)), (keys[1], tuple(other.column for _, other in pairs))


def _filtered(look: _Look) -> Iterator[str]:
    for fact in look.facts.filters if look.facts else ():
        keys = {ref.relation for ref in fact.columns}
        rows = sum(len(look.case.rows.get(key, ())) for key in keys)
        condition = condition_text(fact.sql, "duckdb")
        if (
            condition
            and len(keys) == 1
            and rows > len(look.case.expected)
            and look.concerns(_FILTERS | _CASES, "filter")
        ):
            yield f"only {look.nouns[keys.pop()].many} are kept where {condition}"


def _several(look: _Look) -> Iterator[str]:
    for column in look.columns(_SUMS)[:1]:
        many = _summed(look)
        of = f"several {look.nouns[many].many}" if many else "nothing"
        if {fault.operator for fault in look.case.alone} & _SUMS == {"aggregate-distinct"}:
            yield f"equal values of {of} each count in {code(column)}"
        else:
            yield f"{code(column)} is made of {of}"


def _summed(look: _Look) -> str | None:
    """The input of several rows whose columns a fault of an aggregate names; else the one with the most rows."""
    sums = [fault.sentence for fault in look.case.alone if fault.operator in _SUMS]
    named = {word.casefold() for sentence in sums for word in re.findall(r"\w+", sentence.partition("` became")[0])}

    def fitness(given: Input) -> tuple[bool, int]:
        own = {name.casefold() for name, _ in given.relation.columns}
        return not own.isdisjoint(named), len(look.case.rows[given.key])

    several = [given for given in look.case.way.inputs if len(look.case.rows[given.key]) > 1]
    return max(several, key=fitness).key if several else None


def _ordered(look: _Look) -> Iterator[str]:
    for column in look.columns(_ORDERS)[:1]:
        yield f"the order of the rows decides {code(column)}"
    for column in look.columns(_GROUPS)[:1]:
        yield f"{code(column)} counts only the rows of one group"
    if look.concerns(_CHOSEN) or (look.concerns(_ORDERS) and not look.columns(_ORDERS)):
        yield "one row of several is chosen"
    if look.concerns(_APART):
        yield "equal rows stay apart"
    if look.concerns(_ONCE):
        yield "equal rows become one"


def _branches(look: _Look) -> Iterator[str]:
    for column in look.columns(_CASES)[:1]:
        place = next((i for i, (name, _) in enumerate(look.case.columns) if same_name(name, column)), None)
        if place is None:
            continue
        kind = look.case.columns[place][1]
        shown = dict.fromkeys(_shown(value(row[place], kind)) for row in look.case.expected)
        if 0 < len(shown) <= _MOST_VALUES and all(len(one) <= _LONGEST_VALUE for one in shown):
            yield f"{code(column)} is {listed(list(shown))}"


def _shown(cell: object) -> str:
    if cell is None:
        return "NULL"
    return f"'{cell}'" if isinstance(cell, str) else str(cell).lower()


def _defaults(look: _Look) -> Iterator[str]:
    for column in look.columns(_DEFAULTS)[:1]:
        yield f"{code(column)} has a value where there is none to take"


def _whatever(look: _Look) -> str:
    concerned = Counter(match[1] for fault in look.case.alone if (match := _COLUMN.search(fault.sentence)))
    columns = sorted(concerned, key=lambda name: (-concerned[name], name))[:2]
    counts = [
        f"{len(rows)} {look.nouns[key].many}" if len(rows) > 1 else f"one {look.nouns[key].one}"
        for key, rows in look.case.rows.items()
        if rows
    ]
    return f"{listed([code(name) for name in columns]) or 'what comes'} of {listed(counts) or 'no rows'}"


def _a(noun: str) -> str:
    return f"{'an' if _AN.match(noun) else 'a'} {noun}"
