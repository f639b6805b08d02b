"""ASOF joins: of the rows on the right that no row on the left can tell apart, one is kept."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.lifting.row_keys import sort_key, whole_row
from dbt_ai.sql.lifting.values import Refused

_COMPARED = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def break_asof_ties(join: exp.Join, downwards: bool) -> None:
    """Read the right side of an ASOF join without rows that are equal in all that the condition compares.

    Raises Refused where the join keeps all rows of the right side, and where the condition is not a plain AND of
    comparisons between the sides.
    """
    condition, name = join.args.get("on"), join.this.alias_or_name
    terms: list[exp.Expr | None] = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
    keys = [_right_side(term, name) for term in terms]
    if join.side in ("RIGHT", "FULL") or not name or not all(keys):
        raise Refused("order-dependent", join.sql("duckdb"))
    told_apart = exp.Distinct(on=exp.Tuple(expressions=[key.copy() for key in keys if key]))
    rows = exp.Select(expressions=[exp.Star()], distinct=told_apart).from_(join.this.copy())
    rows.set("order", exp.Order(expressions=[sort_key(whole_row(), downwards)]))
    join.set("this", exp.Subquery(this=rows, alias=exp.TableAlias(this=exp.to_identifier(name, quoted=True))))


def _right_side(term: exp.Expr | None, name: str) -> exp.Expr | None:
    """The side of a comparison that has columns of the source `name` only; None where not exactly one has."""
    if not isinstance(term, _COMPARED):
        return None
    sides = [side for side in (term.this, term.expression) if _is_of(side, name)]
    return sides[0] if len(sides) == 1 else None


def _is_of(side: exp.Expr, name: str) -> bool:
    columns = list(side.find_all(exp.Column))
    return bool(columns) and all(column.table.casefold() == name.casefold() for column in columns)
