"""What sqlglot writes for DuckDB without a word although it means something else there: refused before it is run.

Each rule says in its reason what differs. What is refused here is left out of the copy of the data, with that reason.
"""

from __future__ import annotations

from sqlglot import exp

_SPARK = frozenset({"spark", "databricks"})
_WHOLE_NUMBERS = exp.DataType.INTEGER_TYPES
# Functions of a warehouse with the name of one of DuckDB's that does something else, and those that say when, where or
# by whom the query is run.
_OF_THE_SERVER = frozenset({"current_user", "session_user", "current_role", "current_schema", "current_database"})


def refuse_what_differs(tree: exp.Expr, dialect: str, refused: type[Exception]) -> None:
    """Raises `refused` for the first part of `tree`, SQL of `dialect`, that DuckDB would run and understand
    otherwise."""
    for node in tree.walk():
        reason = _reason(node, dialect)
        if reason is not None:
            raise refused(reason)


def _reason(node: exp.Expr, dialect: str) -> str | None:
    if isinstance(node, exp.TableSample):
        return "it takes a random sample"
    if isinstance(node, exp.Cast) and dialect in _SPARK and node.to.this in _WHOLE_NUMBERS:
        # Spark cuts the digits behind the point, and DuckDB rounds.
        return (
            None
            if isinstance(node.this, exp.Literal) and not node.this.is_string
            else ("it casts to a whole number, where Spark cuts and DuckDB rounds")
        )
    if isinstance(node, exp.Collate):
        return "it names a collation"
    if isinstance(node, exp.Anonymous) and node.name.casefold() in _OF_THE_SERVER:
        return f"it asks for {node.name.lower()}"
    if isinstance(node, (exp.CurrentUser, exp.SessionUser, exp.CurrentSchema)):
        return "it asks who runs it"
    return None
