"""UNION becomes UNION ALL where each side has a key, and a constant tells the rows of one side from those of another:
no row repeats, and the warehouse need not look for one."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Query
from dbt_ai.sql.values import ColumnKind, QueryFacts
from dbt_ai.tasks.refactoring.compiled import facts_at, is_complete, is_unique, select_at
from dbt_ai.tasks.refactoring.values import Change, Found, ModelText, Place


def union_without_effect(model: ModelText) -> Found:
    for path, query in model.outline.query.queries():
        if not query.operators or not query.arms or any(one.kind != "union" for one in query.operators):
            continue
        if not all(one.distinct for one in query.operators) or not _never_repeats(model, path, query):
            continue
        place = Place(path)
        sentence = f"No row of one side of the UNION in {place} is one of another side, and none repeats."
        splices = []
        for operator in query.operators:
            word = model.text[operator.start : operator.start + len("union")]
            splices.append(Splice(operator.start, operator.end, f"{word} {'ALL' if word.isupper() else 'all'}"))
        yield Change("union-without-effect", ".".join(path), sentence, tuple(splices))


def _never_repeats(model: ModelText, path: tuple[str, ...], query: Query) -> bool:
    sides: list[QueryFacts] = []
    for number in range(len(query.arms)):
        place = Place(path, number)
        compiled = select_at(model, place, len(query.arms))
        facts = facts_at(model, place, compiled) if compiled is not None else None
        if facts is None or not is_complete(facts):
            return False
        if not is_unique(facts) and not query.arms[number].distinct:
            return False
        sides.append(facts)
    return _told_apart(sides)


def _told_apart(sides: Sequence[QueryFacts]) -> bool:
    if len({len(side.columns) for side in sides}) != 1:
        return False
    for columns in zip(*(side.columns for side in sides), strict=True):
        if all(column.kind is ColumnKind.LITERAL for column in columns):
            values = [column.sql for column in columns]
            if len(set(values)) == len(values):
                return True
    return False
