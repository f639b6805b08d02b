"""Whether two queries give the same columns and the same rows on every database."""

from dbt_ai.checks.equivalence.deciding import equivalent
from dbt_ai.checks.equivalence.values import Constraints, Equivalence

__all__ = ["Constraints", "Equivalence", "equivalent"]
