"""A list of all columns of a relation but a few becomes dbt_utils.star, where that is installed."""

from __future__ import annotations

from itertools import pairwise

from sqlglot import exp

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Part, Select
from dbt_ai.tasks.refactoring.compiled import facts_of_source, is_complete, select_at
from dbt_ai.tasks.refactoring.cutting import InTheWayError, only_blank, without_comments
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText, Place

_MACRO = "dbt_utils.star"
_FEWEST = 8
_MOST_LEFT_OUT = 4


def columns_by_hand(model: ModelText) -> Found:
    if _MACRO not in model.known.macros:
        return
    arms = {path: len(query.arms) for path, query in model.outline.query.queries()}
    for place, select in model.selects():
        reference = _reference(model, select)
        if reference is None or len(select.items) < _FEWEST:
            continue
        left_out = _left_out(model, place, select, arms[place.path])
        if not left_out or len(left_out) > _MOST_LEFT_OUT:
            continue
        sentence = f"{place} lists all columns of {reference} but {', '.join(left_out)}, as {_MACRO} does."
        listed = ", ".join(f"'{name}'" for name in left_out)
        where = ".".join((*place.path, str(place.number)))
        whole = Part(select.items[0].start, select.items[-1].end)
        call = f"{{{{ {_MACRO}(from={reference}, except=[{listed}]) }}}}"
        try:
            without_comments(model, whole)
            for one, other in pairwise(select.items):
                only_blank(model, one.end, other.start, ",")
            sentence = sentence[0].upper() + sentence[1:]
            yield Change("columns-by-hand", where, sentence, (Splice(whole.start, whole.end, call),))
        except InTheWayError as error:
            yield Left("columns-by-hand", where, sentence, error.reason)


def _reference(model: ModelText, select: Select) -> str | None:
    """What the SELECT reads alone, as Jinja names it."""
    source = select.tree.args.get("from_")
    table = source.this if source is not None else None
    if not isinstance(table, exp.Table) or table.alias or select.joins or table.name not in model.masked.relations:
        return None
    written = model.islands.written(model.masked.names[table.name])
    call = written.removeprefix("{{").removesuffix("}}").strip("-+ ")
    return None if call == "this" else call


def _left_out(model: ModelText, place: Place, select: Select, arms: int) -> list[str]:
    """The columns that the list does not have; none where it is no list of the others in their order."""
    compiled = select_at(model, place, arms)
    facts = facts_of_source(model, place, compiled.tree.args["from_"].this) if compiled is not None else None
    if facts is None or not is_complete(facts):
        return []
    if not all(isinstance(one.tree, exp.Column) and not one.tree.table for one in select.items):
        return []
    listed = [item.name.casefold() for item in select.items]
    names = [column.name for column in facts.columns]
    kept = [name.casefold() for name in names if name.casefold() in listed]
    return [name for name in names if name.casefold() not in listed] if kept == listed else []
