"""The star of the last step of a model is spelled out: what the model has is said where it is made."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.outline import Item, Query, Select
from dbt_ai.tasks.refactoring.compiled import columns_of_sources
from dbt_ai.tasks.refactoring.cutting import InTheWayError
from dbt_ai.tasks.refactoring.listing import column_text, listed
from dbt_ai.tasks.refactoring.using import is_plain_import
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText, Place

_MOST = 30  # columns; a longer list says less than the star


def star_spelled_out(model: ModelText) -> Found:
    place, query = _last_step(model)
    if query is None or len(query.arms) != 1 or model.outline.query.recursive:
        return
    select = query.arms[0]
    stars = _stars(model, place, select)
    if not stars:
        return
    sentence = f"The star in {place} hides which columns the model has."
    cte = next((cte for cte in model.outline.query.ctes if cte.query is query), None)
    try:
        yield Change("star-spelled-out", ".".join(place.path), sentence, tuple(listed(model, select, stars, cte)))
    except InTheWayError as error:
        yield Left("star-spelled-out", ".".join(place.path), sentence, error.reason)


def _last_step(model: ModelText) -> tuple[Place, Query | None]:
    """The query that makes the rows, where the final one may only hand on a CTE; None where nobody makes them."""
    query, place = model.outline.query, Place(())
    ctes = {cte.name.casefold(): cte.query for cte in query.ctes}
    while len(query.arms) == 1 and is_plain_import(query.arms[0]):
        name = query.arms[0].tree.args["from_"].this.name.casefold()
        if name not in ctes or place.path == (name,):
            return place, None
        query, place = ctes.pop(name), Place((name,))
    return place, query


def _stars(model: ModelText, place: Place, select: Select) -> dict[Item, list[str]]:
    """The columns of each star of a SELECT; empty where it has none, or where they are not all known."""
    stars = [item for item in select.items if item.is_star]
    if not stars or any(not _is_plain(item.tree) for item in stars):
        return {}
    if any(block.start < item.start < block.end for block in model.islands.blocks for item in stars):
        return {}
    by_name = any(join.tree.args.get("using") or join.tree.method for join in select.joins)
    sources = columns_of_sources(model, place, select)
    from_ = select.tree.args.get("from_")
    if sources is None or from_ is None or by_name or not all(_is_table(source) for source, _ in sources):
        return {}
    names = [from_.this.alias_or_name, *(join.tree.this.alias_or_name for join in select.joins)]
    if any(model.masked.holding(name) for name in names) and (len(names) > 1):
        return {}  # a relation that is called by its own name, which only the compiled SQL has
    found: dict[Item, list[str]] = {}
    for item in stars:
        wanted = item.tree.table.casefold() if isinstance(item.tree, exp.Column) else None
        found[item] = [
            column_text(column, model.known.dialect, name if wanted is not None or len(names) > 1 else "")
            for name, (_, columns) in zip(names, sources, strict=True)
            for column in columns
            if wanted in (None, name.casefold())
        ]
    listed_names = [one.rpartition(".")[2].casefold() for columns in found.values() for one in columns]
    others = [item.name.casefold() for item in select.items if not item.is_star]
    if len({*listed_names, *others}) < len(listed_names) + len(others) or len(listed_names) > _MOST:
        return {}
    return found if all(found.values()) else {}


def _is_plain(tree: exp.Expr) -> bool:
    star = tree.this if isinstance(tree, exp.Column) else tree
    return isinstance(star, exp.Star) and not any(star.args.values())


def _is_table(source: exp.Expr) -> bool:
    return isinstance(source, (exp.Table, exp.Subquery)) and not source.args.get("pivots")
