"""What becomes of the mutants of a query: which some database tells from it, and which none does."""

from dbt_ai.checks.mutation.classify import classify
from dbt_ai.checks.mutation.values import Classified, Fate

__all__ = ["Classified", "Fate", "classify"]
