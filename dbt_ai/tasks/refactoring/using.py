"""Who uses what in a query: CTEs by name, and their columns."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.outline import Cte, Select
from dbt_ai.tasks.refactoring.values import ModelText


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
    model: ModelText, reader: exp.Select, source: exp.Expr, but: exp.Expr | None = None
) -> set[str] | None:
    """The columns of `source`, in lower case, that the SELECT `reader` may use outside of its part `but`; None where it
    may use any. A column without a table's name counts for each source."""
    alias = source.alias_or_name.casefold()
    nodes = list(reader.walk(prune=lambda node: isinstance(node, exp.With)))
    renamed = source.args["alias"].args.get("columns") if source.alias else None
    by_name = any(isinstance(node, exp.Join) and node.method == "NATURAL" for node in nodes)
    if renamed or by_name or source.args.get("pivots"):
        return None
    found: set[str] = set()
    skipped = {id(node) for node in but.walk()} if but is not None else set()
    for node in nodes:
        if id(node) in skipped:
            continue
        if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
            qualifier = node.parent.table.casefold() if isinstance(node.parent, exp.Column) else ""
            if qualifier in ("", alias):
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
