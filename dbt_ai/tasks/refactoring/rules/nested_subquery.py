"""A subquery of several lines in FROM becomes a CTE of its alias's name, just before it is read."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Cte, Derived
from dbt_ai.tasks.refactoring.cutting import InTheWayError, only_blank
from dbt_ai.tasks.refactoring.placing import INDENT, moved_lines, newline_of, placed, word
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText, Place

_MIN_LINES = 3
_MIN_NAME = 4  # shorter aliases say nothing
_NO_NAMES = frozenset(
    [
        "base",
        "data",
        "deduped",
        "deduplicated",
        "filtered",
        "final",
        "grouped",
        "inner",
        "inner_query",
        "joined",
        "numbered",
        "query",
        "ranked",
        "renamed",
        "result",
        "results",
        "sorted",
        "source",
        "subq",
        "subquery",
        "table",
        "temp",
        "unioned",
        "windowed",
    ]
)


def nested_subquery(model: ModelText) -> Found:
    query = model.outline.query
    if query.recursive:
        return
    for cte in query.ctes:
        for arm in cte.query.arms:
            for derived in arm.derived:
                yield from _moved(model, derived, cte)
    for arm in query.arms:
        for derived in arm.derived:
            yield from _moved(model, derived, None)


def _moved(model: ModelText, derived: Derived, reader: Cte | None) -> Found:
    alias = derived.alias
    if len(alias) < _MIN_NAME or alias.casefold() in _NO_NAMES or model.is_hidden(alias) or _is_taken(model, derived):
        return
    inner = model.text[derived.opening + 1 : derived.closing - 1]
    if (
        model.text[derived.end - 1] in '"`]'
        or derived.query.with_ is not None
        or inner.strip().count("\n") + 1 < _MIN_LINES
    ):
        return
    where = Place((reader.name,) if reader else ())
    sentence = f"The subquery `{alias}` in {where} is easier to read as a CTE."
    place = ".".join((*where.path, alias))
    try:
        if any(block.start < derived.start and derived.end < block.end for block in model.islands.blocks):
            raise InTheWayError("jinja-in-the-way")
        only_blank(model, derived.closing, derived.end, _alias_text(model, derived))
        yield Change("nested-subquery", place, sentence, (_cte(model, derived, reader), _name(derived)))
    except InTheWayError as error:
        yield Left("nested-subquery", place, sentence, error.reason)


def _alias_text(model: ModelText, derived: Derived) -> str:
    tokens = [t for t in model.outline.tokens if derived.closing <= t.start < derived.end]
    return "".join(model.text[t.start : t.end + 1] for t in tokens)


def _is_taken(model: ModelText, derived: Derived) -> bool:
    """Whether the name means something else in the model, or the subquery is not one that anybody could read."""
    name = derived.alias.casefold()
    ctes = {cte.name.casefold() for _, query in model.outline.query.queries() for cte in query.ctes}
    tables = {table.name.casefold() for table in model.outline.tables if isinstance(table.this, exp.Identifier)}
    aliases = [one.alias.casefold() for one in model.outline.tree.find_all(exp.Subquery) if one.alias]
    return name in ctes or name in tables or aliases.count(name) != 1


def _cte(model: ModelText, derived: Derived, reader: Cte | None) -> Splice:
    """The edit that adds the CTE, after the one before its reader."""
    query, newline = model.outline.query, newline_of(model)
    number = query.ctes.index(reader) if reader is not None else len(query.ctes)
    if not number and reader is not None and _is_comment(model.text[: query.start]):
        raise InTheWayError("comment-in-the-way")  # it is about the first CTE
    if not model.text[derived.opening + 1 : derived.query.start].lstrip(" ").startswith(("\n", "\r")):
        raise InTheWayError("unusual-layout")
    lines = moved_lines(model, derived.opening + 1, derived.closing - 1, INDENT)
    body = newline.join(lines)
    return placed(model, [f"{derived.alias} {word(model, 'as')} ({newline}{body}{newline})"], number)


def _is_comment(text: str) -> bool:
    """Whether a comment stands at the end of a text, without an empty line behind it."""
    before = text.rstrip()
    near = "\n" not in text[len(before) :].replace("\n", "", 1)
    return near and (before.rpartition("\n")[2].lstrip().startswith("--") or before.endswith(("*/", "#}")))


def _name(derived: Derived) -> Splice:
    return Splice(derived.start, derived.end, derived.alias)
