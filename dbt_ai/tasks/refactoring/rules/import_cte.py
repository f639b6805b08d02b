"""Relations that are read in the middle of a query become import CTEs at its top: what a model reads is said first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Cte
from dbt_ai.tasks.refactoring.cutting import InTheWayError
from dbt_ai.tasks.refactoring.naming import is_telling, short_name, taken_names
from dbt_ai.tasks.refactoring.placing import indent_of, new_cte, newline_of, placed, word
from dbt_ai.tasks.refactoring.using import is_import, is_plain_import, select_of
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText

_CALL = re.compile(r"""^\{\{[-+]?\s*(?:ref|source)\s*\(\s*(?:['"][\w.]+['"]\s*,\s*)?['"](\w+)['"]\s*\)\s*[-+]?\}\}$""")


@dataclass(frozen=True)
class _Read:
    """A relation that is read: where its Jinja stands, as it is written, its own name, and the one it is called by."""

    table: exp.Table
    start: int
    end: int
    written: str
    name: str


def import_cte(model: ModelText) -> Found:
    query = model.outline.query
    reads = sorted(_reads(model), key=lambda read: read.start)
    if query.recursive or not reads or (not query.ctes and len(reads) == 1):
        return
    imports = [cte for cte in query.ctes if is_import(cte.query)]
    middle = [read for read in reads if not any(cte.start < read.start < cte.end for cte in imports)]
    middle = [read for read in middle if not any(b.start < read.start < b.end for b in model.islands.blocks)]
    by_call: dict[str, list[_Read]] = {}
    for read in middle:
        by_call.setdefault(" ".join(read.written.split()), []).append(read)
    head = next((number for number, cte in enumerate(query.ctes) if cte not in imports), len(query.ctes))
    known = dict(_plain_imports(reads, query.ctes[:head]))
    chosen: set[str] = set()
    texts: list[str] = []
    splices: list[Splice] = []
    for call, group in by_call.items():
        name = known.get(call) or _name(group, taken_names(model, [read.table for read in group]) | chosen)
        if name is None:
            continue
        chosen.add(name.casefold())
        splices += [_renamed(model, read, name) for read in group]
        if call not in known:
            texts.append(_import(model, name, group[0].written))
    if not splices:
        return
    names = sorted({read.name for read in middle})
    sentence = f"{', '.join(f'`{name}`' for name in names)}: read in the middle of the query, not at its top."
    try:
        if any(block.start < query.start < block.end for block in model.islands.blocks):
            raise InTheWayError("jinja-in-the-way")
        new = (placed(model, texts, head),) if texts else ()
        yield Change("import-cte", ".".join(names), sentence, (*new, *splices))
    except InTheWayError as error:
        yield Left("import-cte", ".".join(names), sentence, error.reason)


def _reads(model: ModelText) -> Iterator[_Read]:
    for table in model.outline.tables:
        island = model.masked.names.get(table.name) if isinstance(table.this, exp.Identifier) else None
        if island is None or table.name not in model.masked.relations:
            continue
        written = model.islands.written(island)
        call = _CALL.match(written)
        if call is not None:
            yield _Read(table, island.start, island.end, written, call[1])


def _plain_imports(reads: Sequence[_Read], ctes: Sequence[Cte]) -> Iterator[tuple[str, str]]:
    """The calls of the CTEs that hand on all of a relation, each with the CTE's name."""
    for cte in ctes:
        if len(cte.query.arms) == 1 and is_plain_import(cte.query.arms[0]):
            yield from (
                (" ".join(read.written.split()), cte.name) for read in reads if cte.start < read.start < cte.end
            )


def _name(group: Sequence[_Read], taken: set[str]) -> str | None:
    """What to call the CTE: as the model calls the relation, where that says what it is; else after its name."""
    called = {_called(read) for read in group}
    candidates = [short_name(group[0].name), group[0].name]
    if len(called) == 1:
        (alias,) = called
        if alias == group[0].name:
            candidates = [alias]  # columns are called by it
        elif alias and is_telling(alias, group[0].name):
            candidates.insert(0, alias)
    return next((one for one in candidates if one.casefold() not in taken), None)


def _called(read: _Read) -> str:
    """The name that columns of the relation have before them; empty where they need none."""
    if read.table.alias:
        return read.table.alias
    reader = select_of(read.table)
    columns = reader.find_all(exp.Column) if reader is not None else ()
    return read.name if any(column.table.casefold() == read.name.casefold() for column in columns) else ""


def _renamed(model: ModelText, read: _Read, name: str) -> Splice:
    """The edit that makes a read read the CTE."""
    called = _called(read)
    if not read.table.alias:
        alias = f" {word(model, 'as')} {called}" if called and called.casefold() != name.casefold() else ""
        return Splice(read.start, read.end, name + alias)
    behind = re.match(rf"\s+(as\s+)?{re.escape(called)}\b", model.text[read.end :], re.IGNORECASE)
    if called.casefold() == name.casefold() and behind is not None:
        return Splice(read.start, read.end + behind.end(), name)
    return Splice(read.start, read.end, name)


def _import(model: ModelText, name: str, written: str) -> str:
    """The import CTE, on as many lines as those that there are."""
    indent, gap = indent_of(model), " "
    plain: Mapping[str, str] = {
        cte.name: model.text[cte.query.start : cte.query.end]
        for cte in model.outline.query.ctes
        if len(cte.query.arms) == 1 and is_plain_import(cte.query.arms[0])
    }
    if any("\n" in text for text in plain.values()):
        gap = newline_of(model) + indent
    return new_cte(model, name, [f"{indent}{word(model, 'select')} *{gap}{word(model, 'from')} {written}"])
