"""Where the normal forms of two queries differ in a condition or a value only: whether those are the same for every
row, by z3, which is optional.

What is not modelled is not decided. Modelled are three-valued logic, whole numbers within their types, DECIMAL as exact
numbers in comparisons, dates and times in comparisons, and texts as what can only be equal or not. Whatever else is the
same text on both sides is one value, of which no more is known. What can fail, such as a sum with no room in its type,
must be worked out on both sides, or on neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from itertools import zip_longest

from sqlglot import exp

from dbt_ai.checks.equivalence.formulas import Formulas, NotModelled
from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.normalizing import normalized
from dbt_ai.sql.normal_form.resolving import NotResolved, resolved
from dbt_ai.sql.normal_form.trees import joins, sources
from dbt_ai.sql.normal_form.writing import NotWritten, written
from dbt_ai.sql.values import Relation

_CONDITIONS = ("where", "having", "qualify")


def is_installed() -> bool:
    """Whether z3 can be imported."""
    return find_spec("z3") is not None


def same_but_for_formulas(left: str, right: str, relations: Sequence[Relation]) -> bool:
    """Whether two queries have one normal form when conditions and values of the one are put in the place of those of
    the other which z3 finds the same.

    >>> t = Relation("t", (None, None, "t"), (("a", "INTEGER"), ("b", "INTEGER")))
    >>> same_but_for_formulas("SELECT a FROM t WHERE a > 1", "SELECT a FROM t WHERE a >= 2", [t])
    True
    >>> same_but_for_formulas("SELECT a FROM t WHERE a > 1", "SELECT a FROM t WHERE a >= 1", [t])
    False
    """
    if not is_installed():
        return False
    try:
        ours, theirs = (_named_in_order(normalized(resolved(sql, relations), relations)) for sql in (left, right))
        known = Known(theirs, relations)
        if not _put(ours, theirs, known):
            return False
        ours, theirs = (_named_in_order(normalized(tree, relations)) for tree in (ours, theirs))
        return written(ours, Known(ours, relations)) == written(theirs, Known(theirs, relations))
    except (NotResolved, NotWritten, RecursionError):
        return False


def _named_in_order(tree: exp.Expr) -> exp.Expr:
    """The tree with its sources numbered as they come: rules leave gaps."""
    names: dict[str, str] = {}
    for select in tree.find_all(exp.Select):
        for source in sources(select):
            names.setdefault(source.alias_or_name, f"s{len(names)}")
    for select in tree.find_all(exp.Select):
        for source in sources(select):
            source.set("alias", exp.TableAlias(this=exp.to_identifier(names[source.alias_or_name])))
    for column in tree.find_all(exp.Column):
        if column.table in names:
            column.set("table", exp.to_identifier(names[column.table]))
    return tree


def _put(ours: exp.Expr, theirs: exp.Expr, known: Known) -> bool:
    """Put the conditions and values of one tree in the place of those of the other that are the same; False where a
    pair of them is not, or the trees have other SELECTs."""
    for one, other in zip_longest(ours.find_all(exp.Select), theirs.find_all(exp.Select)):
        if one is None or other is None or len(one.expressions) != len(other.expressions):
            return False
        if [_source(source) for source in sources(one)] != [_source(source) for source in sources(other)]:
            return False
        for part in _CONDITIONS:
            mine, yours = one.args.get(part), other.args.get(part)
            if mine == yours:
                continue
            condition = mine.this if mine is not None else exp.true()
            if not _same(condition, yours.this if yours is not None else exp.true(), known, truth=True):
                return False
            other.set(part, mine.copy() if mine is not None else None)
        for join, another in zip(joins(one), joins(other), strict=True):
            mine, yours = join.args.get("on"), another.args.get("on")
            if mine != yours:
                if mine is None or yours is None or not _same(mine, yours, known, truth=True):
                    return False
                another.set("on", mine.copy())
        for value, another_value in zip(one.expressions, other.expressions, strict=True):
            mine, yours = value.unalias(), another_value.unalias()
            if mine != yours:
                if not _same(mine, yours, known, truth=False):
                    return False
                another_value.replace(exp.alias_(mine.copy(), another_value.alias_or_name))
    return True


def _source(source: exp.Expr) -> str:
    """What a source is called, and which table it is."""
    table = source.sql("duckdb") if isinstance(source, exp.Table) else ""
    return f"{source.alias_or_name} {table}"


def _same(one: exp.Expr, other: exp.Expr, known: Known, truth: bool) -> bool:
    """Whether two expressions are worth the same in every row, or where only their `truth` counts, are true in the same
    rows."""
    formulas = Formulas(known)
    try:
        return formulas.same(one, other, truth)
    except NotModelled:
        return False
