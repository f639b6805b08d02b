"""DISTINCT is dropped where a key says that no row repeats, and where it stands in a UNION that drops repetitions."""

from __future__ import annotations

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Part, Query, Select
from dbt_ai.tasks.refactoring.compiled import facts_at, is_unique, select_at
from dbt_ai.tasks.refactoring.cutting import InTheWayError, only_blank
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText, Place


def distinct_without_effect(model: ModelText) -> Found:
    queries = dict(model.outline.query.queries())
    for place, select in model.selects():
        if select.distinct is None:
            continue
        query = queries[place.path]
        if _in_union(query):
            sentence = f"The UNION of {place} drops rows that repeat, so DISTINCT in it has no effect."
        elif _never_repeats(model, place, query):
            sentence = f"No two rows of {place} are the same, so DISTINCT has no effect."
        else:
            continue
        where = ".".join((*place.path, str(place.number)))
        try:
            yield Change("distinct-without-effect", where, sentence, (_cut(model, select, select.distinct),))
        except InTheWayError as error:
            yield Left("distinct-without-effect", where, sentence, error.reason)


def _cut(model: ModelText, select: Select, word: Part) -> Splice:
    before, after = select.start + len("select"), select.items[0].start
    only_blank(model, before, word.start)
    if "\n" in model.text[before : word.start] and model.text[word.end : after].isspace():
        return Splice(word.start, after)
    return Splice(before, word.end)


def _in_union(query: Query) -> bool:
    return bool(query.operators) and all(one.kind == "union" and one.distinct for one in query.operators)


def _never_repeats(model: ModelText, place: Place, query: Query) -> bool:
    compiled = select_at(model, place, len(query.arms))
    facts = facts_at(model, place, compiled) if compiled is not None else None
    return facts is not None and is_unique(facts)
