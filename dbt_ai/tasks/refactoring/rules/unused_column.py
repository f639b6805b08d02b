"""A column of a CTE that nobody reads is removed, where the rows stay the same without it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.sql.outline import Item, Select
from dbt_ai.tasks.refactoring.cutting import InTheWayError, items_cut
from dbt_ai.tasks.refactoring.using import is_named_beside, used_of
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText

_MAKES_ROWS = (exp.UDTF, exp.Explode, exp.Posexplode, exp.Anonymous)


def unused_column(model: ModelText) -> Found:
    if model.outline.query.recursive:
        return
    for cte in model.outline.query.ctes:
        if len(cte.query.arms) != 1 or cte.has_columns or not model.is_sure(cte.query.arms[0].tree):
            continue
        select = cte.query.arms[0]
        used = used_of(model, cte)
        if used is None or _needs_each_column(select):
            continue
        for item in _removable(model, select, used):
            place, sentence = f"{cte.name}.{item.name}", f"Nobody reads the column `{item.name}` of `{cte.name}`."
            try:
                yield Change("unused-column", place, sentence, items_cut(model, select.items, item))
            except InTheWayError as error:
                yield Left("unused-column", place, sentence, error.reason)


def _needs_each_column(select: Select) -> bool:
    """Whether the rows, or the meaning of a clause, hang on which columns there are."""
    tree = select.tree
    if select.distinct is not None or tree.args.get("distinct") or tree.args.get("kind"):
        return True
    group, order = tree.args.get("group"), tree.args.get("order")
    keys = [*(group.expressions if group else ()), *(one.this for one in (order.expressions if order else ()))]
    by_all = (group is not None and group.args.get("all")) or any(
        isinstance(key, exp.Column) and key.name.casefold() == "all" for key in keys
    )
    return bool(by_all) or any(isinstance(key, exp.Literal) for key in keys)


def _removable(model: ModelText, select: Select, used: set[str]) -> Iterator[Item]:
    aggregated = [item for item in select.items if _aggregates(item.tree)]
    for item in select.items:
        name = item.name.casefold()
        if not name or item.is_star or name in used or model.is_hidden(name) or len(select.items) == 1:
            continue
        if item.tree.find(*_MAKES_ROWS) or is_named_beside(select, item) or _is_grouped_by(select, item):
            continue
        if aggregated == [item] and "group" not in select.clauses:
            continue  # without it there would be a row for each that is read
        yield item


def _is_grouped_by(select: Select, item: Item) -> bool:
    """Whether the column is one that the rows are grouped by: it says what a row is, though nobody reads it."""
    group = select.tree.args.get("group")
    keys = list(group.expressions) if group is not None else []
    return any(key == item.tree.unalias() or key.name.casefold() == item.name.casefold() for key in keys)


def _aggregates(tree: exp.Expr) -> bool:
    return any(not isinstance(one.parent, exp.Window) for one in tree.find_all(exp.AggFunc))
