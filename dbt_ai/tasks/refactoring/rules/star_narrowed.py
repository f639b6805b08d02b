"""The star of an import CTE becomes the columns that the model uses, where it leaves a good part of them unread."""

from __future__ import annotations

from dbt_ai.sql.outline import Cte
from dbt_ai.tasks.refactoring.compiled import columns_of_sources
from dbt_ai.tasks.refactoring.cutting import InTheWayError
from dbt_ai.tasks.refactoring.listing import column_text, listed
from dbt_ai.tasks.refactoring.using import is_plain_import, used_of
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText, Place

_UNREAD = 1 / 3  # of the columns, at least: a list costs lines


def star_narrowed(model: ModelText) -> Found:
    if model.outline.query.recursive:
        return
    for cte in model.outline.query.ctes:
        if len(cte.query.arms) != 1 or cte.has_columns or not is_plain_import(cte.query.arms[0]):
            continue
        read = _read(model, cte)
        if read is None:
            continue
        columns, unread = read
        select = cte.query.arms[0]
        sentence = f"{unread} columns of `{cte.name}` are not used."
        try:
            splices = tuple(listed(model, select, {select.items[0]: columns}, cte))
            yield Change("star-narrowed", cte.name, sentence, splices)
        except InTheWayError as error:
            yield Left("star-narrowed", cte.name, sentence, error.reason)


def _read(model: ModelText, cte: Cte) -> tuple[list[str], int] | None:
    """The columns that a CTE is to have, and how many it has beside them; None where it is to stay."""
    used = used_of(model, cte)
    sources = columns_of_sources(model, Place((cte.name.casefold(),)), cte.query.arms[0])
    if used is None or sources is None or len(sources) != 1:
        return None
    columns = sources[0][1]
    kept = [name for name in columns if name.casefold() in used or model.is_hidden(name)]
    unread = len(columns) - len(kept)
    if not kept or unread < _UNREAD * len(columns):
        return None
    return [column_text(name, model.known.dialect) for name in kept], unread
