"""A LEFT JOIN of which no column is read is removed, where a key says that it repeats no row."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.sql.outline import Join, Select
from dbt_ai.sql.values import QueryFacts
from dbt_ai.tasks.refactoring.compiled import facts_of_source, is_complete, select_at
from dbt_ai.tasks.refactoring.cutting import InTheWayError, clause_cut
from dbt_ai.tasks.refactoring.using import columns_used
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText, Place


def unused_join(model: ModelText) -> Found:
    arms = {path: len(query.arms) for path, query in model.outline.query.queries()}
    for place, select in model.selects():
        for number, join in enumerate(select.joins):
            if not _is_left(join.tree) or not join.tree.this.alias_or_name:
                continue
            compiled = select_at(model, place, arms[place.path])
            if compiled is None or len(compiled.joins) != len(select.joins):
                continue
            if not _is_unread(model, place, select, join, compiled.joins[number]):
                continue
            name = join.tree.this.alias_or_name
            where = ".".join((*place.path, name))
            sentence = f"No column of `{name}` is read in {place}, and its key says that it repeats no row."
            try:
                yield Change("unused-join", where, sentence, (clause_cut(model, join),))
            except InTheWayError as error:
                yield Left("unused-join", where, sentence, error.reason)


def _is_left(join: exp.Join) -> bool:
    return join.side == "LEFT" and not join.kind.replace("OUTER", "") and not join.method


def _is_unread(model: ModelText, place: Place, select: Select, join: Join, compiled: Join) -> bool:
    source = join.tree.this
    used = columns_used(model, select.tree, source, but=(join.tree,))
    if used is None:
        return False
    facts = facts_of_source(model, place, compiled.tree.this)
    if facts is None or not is_complete(facts) or any(facts.column(name) for name in used):
        return False
    matched = set(_matched(compiled.tree))
    return _repeats_nothing(facts, matched)


def _repeats_nothing(facts: QueryFacts, matched: set[str]) -> bool:
    return facts.single_row or any({name.casefold() for name in key.columns} <= matched for key in facts.keys)


def _matched(join: exp.Join) -> Iterator[str]:
    """The columns of the joined side that must equal something of the other, in lower case."""
    yield from (one.name.casefold() for one in join.args.get("using") or ())
    condition = join.args.get("on")
    if condition is None:
        return
    alias = join.this.alias_or_name.casefold()
    for term in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        inner = term.unnest()
        if not isinstance(inner, exp.EQ):
            continue
        for ours, other in ((inner.left, inner.right), (inner.right, inner.left)):
            if isinstance(ours, exp.Column) and ours.table.casefold() == alias:
                columns = list(other.find_all(exp.Column))
                if columns and all(one.table and one.table.casefold() != alias for one in columns):
                    yield ours.name.casefold()
