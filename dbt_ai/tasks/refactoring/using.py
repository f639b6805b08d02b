"""Who uses what in a query: CTEs by name, and their columns."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from dbt_ai.sql.outline import Cte, Item, Query, Select
from dbt_ai.tasks.refactoring.values import ModelText, Place


def is_named(table: exp.Table, name: str) -> bool:
    """Whether a table is the CTE called `name`."""
    return isinstance(table.this, exp.Identifier) and not table.db and table.name.casefold() == name.casefold()


def uses_of(model: ModelText, cte: Cte) -> list[exp.Table]:
    """Where the CTE is read, outside of itself. A CTE of the same name elsewhere counts as this one."""
    return [
        table
        for table in model.outline.tables
        if is_named(table, cte.name) and not cte.start <= start_of(table) < cte.end
    ]


def start_of(table: exp.Table) -> int:
    """The place of the first part of a table's name in the text; -1 where it is not known."""
    return min((part.meta["start"] for part in table.parts if part.meta_get("start") is not None), default=-1)


def end_of(table: exp.Table) -> int:
    """The place behind a table's name in the text."""
    return max((part.meta["end"] + 1 for part in table.parts if part.meta_get("end") is not None), default=-1)


def columns_used(
    model: ModelText, reader: exp.Select, source: exp.Expr, but: Collection[exp.Expr] = (), past_stars: bool = False
) -> set[str] | None:
    """The columns of `source`, in lower case, that the SELECT `reader` may use outside of its parts `but`; None where
    it may use any. A column without a table's name counts for each source. With `past_stars` what a star hands on is
    not counted."""
    alias = source.alias_or_name.casefold()
    nodes = list(reader.walk(prune=lambda node: isinstance(node, exp.With)))
    renamed = source.args["alias"].args.get("columns") if source.alias else None
    by_name = any(isinstance(node, exp.Join) and node.method == "NATURAL" for node in nodes)
    if renamed or by_name or source.args.get("pivots"):
        return None
    found: set[str] = set()
    skipped = {id(node) for part in but for node in part.walk()}
    for node in nodes:
        if id(node) in skipped:
            continue
        if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
            qualifier = node.parent.table.casefold() if isinstance(node.parent, exp.Column) else ""
            if qualifier in ("", alias) and not past_stars:
                return None
        elif isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
            if node.parts[0].name.casefold() == alias and len(node.parts) == 1:
                return None  # the whole row
            if not node.table or node.table.casefold() == alias or len(node.parts) > 2:
                found |= {part.name.casefold() for part in node.parts}
        elif isinstance(node, exp.Join):
            found |= {one.name.casefold() for one in node.args.get("using") or ()}
        elif isinstance(node, (exp.Columns, exp.Pivot)):
            return None
    return found if all(model.is_plain(node) for node in nodes) else None


def used_of(model: ModelText, cte: Cte) -> set[str] | None:
    """The columns of a CTE, in lower case, that the rest of the model may use; None where it may use any."""
    found: set[str] = set()
    tables = uses_of(model, cte)
    for table in tables:
        reader = select_of(table)
        is_source = isinstance(table.parent, (exp.From, exp.Join))
        used = columns_used(model, reader, table) if reader is not None and is_source else None
        if used is None:
            return None
        found |= used
    return found if tables and not model.is_hidden(cte.name) else None


def is_handed_on(model: ModelText, place: Place, select: Select, name: str) -> bool:
    """Whether a star of the SELECT at `place` may hand on its column `name` to the model's rows, or to a query that
    uses it."""
    query = model.outline.query
    ctes = [cte for cte in query.ctes if place.path == (cte.name.casefold(),)]
    if select.distinct or "group" in select.clauses or not ctes or len(ctes[0].query.arms) != 1:
        return True
    tables = uses_of(model, ctes[0])
    if model.is_hidden(ctes[0].name) or ctes[0].has_columns or not tables:
        return True
    for table in tables:
        at = start_of(table)
        around = [(where, one) for where, one in model.selects() if one.start <= at < one.end]
        reader = select_of(table)
        if reader is None or not around or not isinstance(table.parent, (exp.From, exp.Join)):
            return True
        used = columns_used(model, reader, table, past_stars=True)
        if used is None or name.casefold() in used:
            return True
        where, one = max(around, key=lambda found: found[1].start)
        if any(item.is_star for item in one.items) and is_handed_on(model, where, one, name):
            return True
    return False


def select_of(node: exp.Expr) -> exp.Select | None:
    """The SELECT that `node` is a source of."""
    parent = node.parent
    while parent is not None and not isinstance(parent, exp.Select):
        parent = parent.parent
    return parent


def is_plain_import(select: Select) -> bool:
    """Whether a SELECT hands on all of one relation and does nothing else."""
    return (
        len(select.items) == 1
        and isinstance(select.items[0].tree, exp.Star)
        and not select.items[0].tree.args.get("except_")
        and set(select.clauses) == {"from"}
        and not select.joins
    )


def is_import(query: Query) -> bool:
    """Whether a query only takes columns and rows from one relation: no join, no groups, no window. Which rows, may
    hang on others."""
    if len(query.arms) != 1 or query.ctes:
        return False
    arm = query.arms[0]
    simple = set(arm.clauses) <= {"from", "where"} and not arm.joins and not arm.derived and not arm.distinct
    more = (item.tree.find(exp.AggFunc, exp.Window, exp.Subquery, exp.Exists) for item in arm.items)
    return simple and not any(more)


def is_named_beside(select: Select, item: Item) -> bool:
    """Whether another part of the SELECT may mean the column by its name, rather than one of those it reads."""
    if isinstance(item.tree, exp.Column):
        return False
    inside = {id(node) for node in item.tree.walk()}
    return any(
        not column.table and column.name.casefold() == item.name.casefold() and id(column) not in inside
        for column in select.tree.find_all(exp.Column)
    )
