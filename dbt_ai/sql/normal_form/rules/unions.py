"""Set operations in one form."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import (
    fresh_name,
    has_aggregates,
    is_plain,
    is_shared,
    joins,
    replace_columns,
    selects,
    sources,
)
from dbt_ai.sql.values import Relation


def unions(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Take a UNION within a UNION apart where all branches have the same types, leave DISTINCT out of the branches of a
    UNION, and write a SELECT of plain columns from a UNION as the UNION of such SELECTs.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(unions, "SELECT DISTINCT b FROM t UNION SELECT b FROM u")
    'SELECT s0.b AS b FROM t AS s0 UNION SELECT s1.b AS b FROM u AS s1'
    """
    for select in selects(tree):
        found = _distributed(select, tree)
        if found is not None:
            if select is tree:
                tree = found
            else:
                select.replace(found)
    known = Known(tree, relations)
    for node in tree.find_all(exp.SetOperation):
        for name in ("this", "expression"):
            wrapper = node.args[name]
            bare = isinstance(wrapper, exp.Subquery) and not any(
                v for part, v in wrapper.args.items() if part != "this"
            )
            if bare and (isinstance(wrapper.this, exp.Subquery) or _is_bare(wrapper.this)):
                node.set(name, wrapper.this)
        for branch in (node.this.unnest(), node.expression.unnest()):
            if node.args.get("distinct") and _is_bare(branch):
                branch.set("distinct", None)
            if isinstance(branch, exp.SetOperation) and not branch.args.get("by_name"):
                types = [_types(part, known) for part in (branch.this, branch.expression)]
                whole = [_types(part, known) for part in (node.this, node.expression)]
                if None not in types and all(kinds == types[0] for kinds in (*types, *whole)):
                    branch.meta["flat"] = True
    return tree


def _is_bare(query: exp.Expr) -> bool:
    return is_plain(query) and not any(query.args.get(part) for part in ("order", "limit", "offset"))


def _types(query: exp.Expr, known: Known) -> tuple[str, ...] | None:
    """The types of the columns of a query; None where one is not certain."""
    if isinstance(query, exp.Subquery):
        return _types(query.this, known)
    if isinstance(query, exp.SetOperation):
        left, right = _types(query.this, known), _types(query.expression, known)
        return left if left == right else None
    found = [known.type_of(part.unalias()) for part in getattr(query, "selects", ())]
    return None if None in found else tuple(kind for kind in found if kind)


def _distributed(select: exp.Select, tree: exp.Expr) -> exp.Expr | None:
    if not is_plain(select) or select.args.get("from_") is None or joins(select) or has_aggregates(select):
        return None
    if any(select.args.get(part) for part in ("where", "group", "having", "order", "limit", "offset")):
        return None
    source = sources(select)[0]
    union = source.this if isinstance(source, exp.Subquery) and not is_shared(source) else None
    if not isinstance(union, exp.Union) or union.args.get("distinct") or union.args.get("by_name"):
        return None
    if any(union.args.get(part) for part in ("order", "limit", "offset", "with_")):
        return None
    if not all(isinstance(part.unalias(), exp.Column) for part in select.expressions):
        return None
    outputs = [part.alias_or_name for part in union.selects]
    branches = []
    names = [fresh_name(tree)]
    names.append(f"s{int(names[0][1:]) + 1}")
    for name, branch in zip(names, (union.this, union.expression), strict=True):
        if len(branch.selects) != len(outputs) or len(set(outputs)) != len(outputs):
            return None
        own = [part.alias_or_name for part in branch.selects]
        if len(set(own)) != len(own):
            return None
        one = exp.Select(expressions=[part.copy() for part in select.expressions])
        renamed = {output: exp.column(column, table=name) for output, column in zip(outputs, own, strict=True)}
        for part in one.expressions:
            replace_columns(part, source.alias_or_name, renamed.__getitem__)
        inner = branch.this if isinstance(branch, exp.Subquery) and not branch.alias else branch
        branches.append(one.from_(exp.Subquery(this=inner.copy(), alias=exp.TableAlias(this=exp.to_identifier(name)))))
    distinct = select.args.get("distinct") is not None
    return exp.Union(this=branches[0], expression=branches[1], distinct=distinct)
