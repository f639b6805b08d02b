"""Two queries compared on many small databases at once."""

from dbt_ai.checks.lifted.compare import compare
from dbt_ai.checks.lifted.databases import Databases
from dbt_ai.checks.lifted.values import (
    Bound,
    Comparison,
    Counterexample,
    Difference,
    NotComparable,
    OutputColumn,
    Sameness,
    TableRows,
)
from dbt_ai.checks.lifted.vocabulary import Vocabulary, vocabulary

__all__ = [
    "Bound",
    "Comparison",
    "Counterexample",
    "Databases",
    "Difference",
    "NotComparable",
    "OutputColumn",
    "Sameness",
    "TableRows",
    "Vocabulary",
    "compare",
    "vocabulary",
]
