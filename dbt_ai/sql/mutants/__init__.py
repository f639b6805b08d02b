"""Mutants of a query: the same SQL with one plausible fault in it. sqlglot only; nothing is run here."""

from dbt_ai.sql.mutants.mutating import mutants_of
from dbt_ai.sql.mutants.operators import OPERATORS
from dbt_ai.sql.mutants.readable import readable
from dbt_ai.sql.mutants.values import Mutant, Operator

__all__ = ["OPERATORS", "Mutant", "Operator", "mutants_of", "readable"]
