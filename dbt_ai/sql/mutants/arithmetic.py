"""Whether an expression computes with numbers: what may be done to numbers may not be done to dates."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original

_NUMBERS = {"integer", "decimal", "float"}
_GIVES_NUMBERS = (exp.Sum, exp.Avg, exp.Count, exp.Round, exp.Abs, exp.Mul, exp.Div, exp.IntDiv, exp.Neg)


def are_numbers(node: exp.Expr, original: Original) -> bool:
    """Whether both sides of an operator are numbers for sure; a product or a quotient of what is not known is."""
    sides = (node.this.unnest(), node.expression.unnest())
    families = [original.columns.family(side) for side in sides]
    if any(family is not None and family not in _NUMBERS for family in families):
        return False
    if isinstance(node, (exp.Mul, exp.Div, exp.IntDiv)):
        return True
    known = [
        family in _NUMBERS or isinstance(side, _GIVES_NUMBERS) for family, side in zip(families, sides, strict=True)
    ]
    # A number added to a column that is a date for all we know gives a date; taken off, too.
    return all(known) or (known[1] and isinstance(node, exp.Add))
