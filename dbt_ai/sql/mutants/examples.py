"""The examples in the docstrings of the operators: what an operator does to a query."""

from __future__ import annotations

import doctest
import inspect

from dbt_ai.sql.mutants.mutating import mutants_of
from dbt_ai.sql.mutants.operators import OPERATORS
from dbt_ai.sql.mutants.original import Schema
from dbt_ai.sql.mutants.values import Operator


def show(operator: Operator, sql: str, schema: Schema | None = None) -> None:
    """Prints what an operator changes in a query, one mutant a line: before -> after."""
    for mutant in mutants_of(sql, "duckdb", schema, [operator.name]):
        print(f"{mutant.before} -> {mutant.after}".rstrip())


def table() -> str:
    """All operators as a table in Markdown: the name, what it does, and the first example of its docstring."""
    rows = ["| operator | the fault | for example |", "|---|---|---|"]
    for operator in OPERATORS:
        text = inspect.getdoc(inspect.getmodule(operator.changes)) or ""
        example = next(each.want for each in doctest.DocTestParser().get_examples(text) if each.want)
        before, _, after = (part.strip() for part in example.splitlines()[0].partition("->"))
        shown = f"`{before}` → `{after}`" if after else f"`{before}` → nothing"
        rows.append(f"| `{operator.name}` | {operator.says} | {shown.replace('|', chr(92) + '|')} |")
    return "\n".join(rows) + "\n"
