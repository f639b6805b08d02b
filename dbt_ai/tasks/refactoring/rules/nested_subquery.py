"""A subquery of several lines in FROM becomes a CTE of its alias's name, just before it is read."""

from __future__ import annotations

from itertools import pairwise

from sqlglot import exp

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Cte, Derived
from dbt_ai.tasks.refactoring.cutting import InTheWayError, only_blank
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
_INDENT = "    "


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
        body = _indented(model, derived)
        yield Change("nested-subquery", place, sentence, (_cte(model, alias, body, reader), _name(derived)))
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


def _indented(model: ModelText, derived: Derived) -> str:
    """The subquery's lines at the depth of a CTE's. Raises InTheWayError where a line cannot be moved by itself."""
    inner = model.text[derived.opening + 1 : derived.closing - 1]
    newline = "\r\n" if "\r\n" in inner else "\n"
    lines = [line.rstrip() for line in inner.split("\n")]
    if lines[0] or "\t" in inner:
        raise InTheWayError("unusual-layout")
    for token in model.outline.tokens:
        if derived.opening < token.start < derived.closing and "\n" in model.text[token.start : token.end + 1]:
            raise InTheWayError("unusual-layout")
    for island in model.islands.islands:
        if derived.opening < island.start < derived.closing and "\n" in model.islands.written(island):
            raise InTheWayError("jinja-in-the-way")
    lines = lines[1:]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    depth = min(len(line) - len(line.lstrip()) for line in lines if line)
    return newline.join(_INDENT + line[depth:] if line else "" for line in lines)


def _cte(model: ModelText, name: str, body: str, reader: Cte | None) -> Splice:
    """The edit that adds the CTE, after the one before its reader."""
    text, query = model.text, model.outline.query
    newline = "\r\n" if "\r\n" in text else "\n"
    upper = text[query.body : query.body + 6].isupper()
    cte = f"{name} {'AS' if upper else 'as'} ({newline}{body}{newline})"
    number = query.ctes.index(reader) if reader is not None else len(query.ctes)
    if number:
        return Splice(query.ctes[number - 1].end, query.ctes[number - 1].end, _separator(model, newline) + cte)
    if reader is None:
        return Splice(query.start, query.start, f"{'WITH' if upper else 'with'} {cte}{newline}{newline}")
    last_before = text[: query.start].rstrip()
    if (
        last_before
        and "\n" not in text[len(last_before) : query.start].replace("\n", "", 1)
        and _is_comment(last_before)
    ):
        raise InTheWayError("comment-in-the-way")  # it is about the first CTE
    only_blank(model, query.start + len("with"), reader.start)
    return Splice(reader.start, reader.start, f"{cte},{newline}{newline}")


def _separator(model: ModelText, newline: str) -> str:
    """What stands between CTEs in this model, which may begin a line with the comma."""
    ctes = model.outline.query.ctes
    for one, other in pairwise(ctes):
        found = model.text[one.end : other.start]
        if found.strip() == ",":
            return found
        if found.lstrip(" ").startswith(("\n", "\r")):
            return f"{newline}{newline}, "
    return f",{newline}{newline}"


def _is_comment(text: str) -> bool:
    return text.rpartition("\n")[2].lstrip().startswith("--") or text.endswith(("*/", "#}"))


def _name(derived: Derived) -> Splice:
    return Splice(derived.start, derived.end, derived.alias)
