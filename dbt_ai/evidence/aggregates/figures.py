"""What a column of the outermost SELECT tells, and what has to be known before it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from sqlglot import exp

from dbt_ai.evidence.aggregates.allowed import AGGREGATES, ALL_OR_ANY, COUNTS, SUMS, Refused
from dbt_ai.evidence.aggregates.scope import Rows, Scope, is_aggregated
from dbt_ai.evidence.aggregates.tables import Shown


class Told(str, Enum):
    """How a column is told."""

    KEY = "key"  # what the groups are of
    COUNT = "count"
    SUM = "sum"  # three digits that count
    EXTREME = "extreme"  # one digit
    FLAG = "flag"
    LABEL = "label"  # a literal


@dataclass
class Figure:
    """A column of the result. `rows` are those that a key's value could be read of. The rest is SQL to be asked beside
    it: `counts` that must not be of 1 to 4 rows, `rests_on` numbers of different rows that must not be 1 to 4, and
    `dominated` conditions under which one row makes up most of a sum."""

    name: str
    told: Told
    rows: Rows = frozenset()
    counts: list[exp.Expr] = field(default_factory=list)
    rests_on: list[str] = field(default_factory=list)
    dominated: list[str] = field(default_factory=list)
    bare: bool = False  # a count and nothing else


def figure(projection: exp.Expr, scope: Scope) -> Figure:
    """What a projection of the outermost SELECT tells. Raises Refused for what tells too much."""
    expression = projection.unalias()
    name = projection.alias_or_name if isinstance(projection, exp.Alias | exp.Column) else _sql(expression)[:60]
    if not is_aggregated([expression]):
        literal = isinstance(expression, exp.Literal | exp.Boolean | exp.Null)
        return Figure(name, Told.LABEL if literal else Told.KEY, scope.rows_of(expression))
    found = Figure(name, Told.COUNT)
    found.told = _told(expression, scope, found)
    found.bare = isinstance(expression, (*COUNTS, exp.Filter)) and found.told is Told.COUNT
    return found


_RANK = (Told.LABEL, Told.FLAG, Told.COUNT, Told.SUM, Told.EXTREME)


def _told(node: exp.Expr, scope: Scope, found: Figure) -> Told:
    if isinstance(node, AGGREGATES):
        return _aggregate(node, None, scope, found)
    if isinstance(node, exp.Filter):
        return _aggregate(node.this, node.expression.this, scope, found)
    if isinstance(node, exp.Literal | exp.Boolean | exp.Null):
        return Told.LABEL
    if isinstance(node, exp.Paren | exp.Round | exp.Cast | exp.TryCast | exp.Nullif | exp.Coalesce):
        return _highest(_told(part, scope, found) for part in _parts(node))
    if isinstance(node, exp.Mul | exp.Div | exp.IntDiv | exp.Add | exp.Sub | exp.Neg):
        kinds = [_told(part, scope, found) for part in _parts(node)]
        if Told.EXTREME in kinds:
            raise Refused("a minimum, maximum or median may not be computed with; ask for it alone")
        if isinstance(node, exp.Add | exp.Sub) and Told.SUM in kinds:
            raise Refused("sums and averages may be divided by each other and compared, but not added or subtracted")
        return _highest(kinds)
    if isinstance(node, exp.Predicate | exp.And | exp.Or | exp.Not):
        for part in _parts(node):
            _told(part, scope, found)
        return Told.FLAG
    if isinstance(node, exp.Case):
        for branch in node.args["ifs"]:
            _told(branch.this, scope, found)
        results = [branch.args["true"] for branch in node.args["ifs"]] + [node.args.get("default") or exp.Null()]
        if node.this is None and all(isinstance(result, exp.Literal | exp.Null) for result in results):
            return Told.FLAG
        raise Refused("a CASE over aggregates may only result in texts or numbers that are written out")
    raise Refused(f"{_sql(node)[:80]} may not stand beside an aggregate: group by it, or leave it out")


def _aggregate(node: exp.Expr, condition: exp.Expr | None, scope: Scope, found: Figure) -> Told:
    argument = node.this
    distinct = isinstance(argument, exp.Distinct)
    if isinstance(node, ALL_OR_ANY):
        return Told.FLAG
    if isinstance(node, exp.Count | exp.ApproxDistinct):
        counted = argument.expressions[0] if distinct else argument
        if counted is None or isinstance(counted, exp.Tuple):
            counted = exp.Star()
        found.counts.append(_filtered(exp.Count(this=counted.copy()), condition))
        return Told.COUNT
    if argument is None or distinct:
        raise Refused("DISTINCT may only be used in count")
    _refuse_text(argument, scope)
    rows = scope.rows_of(argument)
    if isinstance(node, exp.CountIf):
        found.counts.append(_filtered(node, condition))
        return Told.COUNT
    if isinstance(node, SUMS) and not rows:  # a sum of ones and zeros counts, whatever each one weighs
        weighs = exp.NEQ(this=exp.cast(argument.copy(), "DOUBLE"), expression=exp.Literal.number(0))
        both = weighs if condition is None else exp.and_(weighs, condition.copy())
        found.counts.append(_filtered(exp.Count(this=exp.Star()), both))
        return Told.COUNT
    told = Told.SUM if isinstance(node, SUMS) else Told.EXTREME
    value = f"({argument.sql(dialect='duckdb', comments=False, identify=True)})"
    where = f"{value} IS NOT NULL"
    if condition is not None:
        where += f" AND ({condition.sql(dialect='duckdb', comments=False, identify=True)})"
    if told is Told.SUM:
        where += f" AND {value} <> 0"
    for source, number in sorted(rows):
        different = f'count(DISTINCT "{source}"."{number}") FILTER (WHERE {where})'
        found.rests_on.append(different)
        if told is Told.SUM:
            # As if the row of the largest value came as often as rows do on average: a join may have repeated it.
            most = f"max(abs({value})) FILTER (WHERE {where}) * count(*) FILTER (WHERE {where})"
            found.dominated.append(f"{most} * 2.0 > sum(abs({value})) FILTER (WHERE {where}) * {different}")
    return told


def _refuse_text(argument: exp.Expr, scope: Scope) -> None:
    column = scope.find(argument).column if isinstance(argument, exp.Column) else None
    if column is not None and column.shown in (Shown.TOKEN, Shown.WORDS):
        raise Refused(f"{column.name} holds no numbers or dates: it can be counted, or grouped by")


def _filtered(node: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    if condition is None:
        return node.copy()
    return exp.Filter(this=node.copy(), expression=exp.Where(this=condition.copy()))


def _sql(node: exp.Expr) -> str:
    return node.sql(dialect="duckdb", comments=False, normalize_functions="lower")


def _parts(node: exp.Expr) -> list[exp.Expr]:
    return [part for part in node.iter_expressions() if not isinstance(part, exp.DataType | exp.Var)]


def _highest(kinds: object) -> Told:
    return max(kinds, key=_RANK.index)  # type: ignore[call-overload,no-any-return]
