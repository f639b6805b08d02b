"""The expressions of a query, each at its place in the text, and which of them are the same but for the columns and
literals in them.

    spans     every expression that could stand by itself
    shapes    its normal form with columns and literals left open
"""

from dbt_ai.sql.expressions.shapes import Constant, Shape, shape_of, signature_of, variety_of, weight_of
from dbt_ai.sql.expressions.spans import Expression, expressions_of

__all__ = ["Constant", "Expression", "Shape", "expressions_of", "shape_of", "signature_of", "variety_of", "weight_of"]
