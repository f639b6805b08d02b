"""Output columns keep their names: a column that was named by what it is gets that name written beside it."""

from __future__ import annotations

from sqlglot import exp


def keeping_name(node: exp.Expr, new: exp.Expr | None) -> tuple[exp.Expr, exp.Expr | None] | None:
    """The same edit in a way that the output column that it is part of keeps its name; None where that cannot be."""
    item = node
    while item.parent is not None and not isinstance(item.parent, exp.Select):
        item = item.parent
    select = item.parent
    if select is None or item.arg_key != "expressions" or isinstance(item, exp.Alias) or item.is_star:
        return node, new
    if not _names_matter(select):
        return node, new
    if item is node and isinstance(item, exp.Column) and new is not None:
        return node, exp.Alias(this=new, alias=item.this.copy())
    return None


def _names_matter(query: exp.Expr) -> bool:
    parent = query.parent
    if isinstance(parent, exp.SetOperation):
        return (query.arg_key == "this" or bool(parent.args.get("by_name"))) and _names_matter(parent)
    if isinstance(parent, exp.Subquery):
        return parent.parent is None or isinstance(parent.parent, (exp.From, exp.Join, exp.CTE, exp.SetOperation))
    return parent is None or isinstance(parent, exp.CTE)


def repeats_matter(query: exp.Expr) -> bool:
    """Whether it makes a difference that a row of `query` is there twice."""
    parent = query.parent
    if isinstance(parent, exp.SetOperation):
        return not parent.args.get("distinct") and repeats_matter(parent)
    if isinstance(parent, exp.Subquery):
        return repeats_matter(parent)
    return not isinstance(parent, (exp.In, exp.SubqueryPredicate))
