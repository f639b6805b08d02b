"""What the operators on joins share."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import parts, with_argument
from dbt_ai.sql.mutants.values import Change, changed


def has_sides(join: exp.Join) -> bool:
    """Whether a join may be an inner or an outer one: it has a condition, and joins what stands for itself."""
    conditional = join.args.get("on") is not None or bool(join.args.get("using"))
    plain = join.kind in ("", "INNER", "OUTER") and not join.method
    return conditional and plain and isinstance(join.this, (exp.Table, exp.Subquery))


def other_side(join: exp.Join, side: str) -> Change:
    """The same join, with the rows of another side kept ("" for an inner join)."""
    new = with_argument(join, "side", side or None)
    new.set("kind", None)
    was, becomes = f"{join.side} JOIN".strip(), f"{side} JOIN".strip()
    return changed(join, new, f"`{was}` became `{becomes}`")


def reads_only(condition: exp.Expr, source: str) -> bool:
    """Whether every column of a condition is one of `source`."""
    columns = list(condition.find_all(exp.Column))
    return bool(columns) and all(column.table == source for column in columns) and not condition.find(exp.Query)


def equal_in_every_row(select: exp.Select) -> list[frozenset[exp.Expr]]:
    """Pairs of expressions that the inner joins of a SELECT hold equal (or that an outer join makes NULL together)."""
    return [
        frozenset((piece.this, piece.expression))
        for join in select.args.get("joins") or ()
        if not join.side and join.args.get("on") is not None
        for piece in parts(join.args["on"], exp.And)
        if isinstance(piece, exp.EQ)
    ]
