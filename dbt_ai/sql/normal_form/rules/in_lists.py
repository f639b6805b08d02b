"""IN lists of literals, and the comparisons that they stand for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.trees import combined, is_stable
from dbt_ai.sql.values import Relation


def in_lists(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `a = 1 OR a = 2` as `a IN (1, 2)`, `a <> 1 AND a <> 2` as `NOT a IN (1, 2)`, and `a IN (1)` as `a = 1`. All
    values of a list are literals of one kind, as DuckDB brings the whole list to one type.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(in_lists, "SELECT a FROM t WHERE a = 1 OR b IN (2) OR a = 3")
    'SELECT s0.a AS a FROM t AS s0 WHERE (s0.a IN (1, 3)) OR (s0.b = 2)'
    """
    for node in list(tree.find_all(exp.In)):
        if len(node.expressions) == 1 and not isinstance(node.expressions[0], (exp.Query, exp.Tuple)):
            node.replace(exp.EQ(this=node.this, expression=node.expressions[0]))
    for kind, compared in ((exp.Or, False), (exp.And, True)):
        for connector in list(tree.find_all(kind)):
            if not isinstance(connector.parent, kind):
                _gather(connector, kind, compared)
    return tree


def _gather(node: exp.Expr, kind: type[exp.Connector], negated: bool) -> None:
    found: dict[tuple[exp.Expr, str], list[exp.Expr]] = {}
    others = []
    terms = list(node.flatten())
    for term in terms:
        value, listed = _listed(term, negated)
        if value is None:
            others.append(term)
        else:
            found.setdefault((value, _kind(listed[0])), []).extend(listed)
    if len(found) + len(others) == len(terms):
        return
    gathered = []
    for (value, _), listed in found.items():
        values = list(dict.fromkeys(listed))
        one: exp.Expr
        if len(values) == 1:
            one = (exp.NEQ if negated else exp.EQ)(this=value.copy(), expression=values[0].copy())
        else:
            one = exp.In(this=value.copy(), expressions=[part.copy() for part in values])
            one = exp.Not(this=one) if negated else one
        gathered.append(one)
    whole = combined(kind, [*gathered, *others])
    if whole is not None:
        node.replace(whole)


def _listed(term: exp.Expr, negated: bool) -> tuple[exp.Expr | None, list[exp.Expr]]:
    """The value and the literals that it is compared with; None where the term is no such comparison."""
    if negated and isinstance(term, exp.Not) and isinstance(term.this, exp.In):
        inner = term.this
    elif not negated and isinstance(term, exp.In):
        inner = term
    elif isinstance(term, exp.NEQ if negated else exp.EQ):
        for value, literal in ((term.this, term.expression), (term.expression, term.this)):
            if _kind(literal) and not _kind(value) and is_stable(value):
                return value, [literal]
        return None, []
    else:
        return None, []
    listed = list(inner.expressions)
    if listed and is_stable(inner.this) and _kind(listed[0]) and len({_kind(part) for part in listed}) == 1:
        return inner.this, listed
    return None, []


def _kind(value: exp.Expr) -> str:
    """Whether a value is a text or a whole number that is written out; empty for anything else."""
    if not isinstance(value, exp.Literal):
        return ""
    if value.is_string:
        return "text"
    return "number" if value.name.isdigit() else ""
