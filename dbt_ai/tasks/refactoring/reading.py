"""A model's file, read for the rules."""

from __future__ import annotations

from dbt_ai.sql.islands import JinjaError, Masked, masked, read_islands
from dbt_ai.sql.outline import Outline, OutlineError, outline
from dbt_ai.tasks.refactoring.values import Known, ModelText


def read_model(text: str, known: Known) -> ModelText | str:
    """The text for the rules, or a sentence why they cannot read it."""
    outlines: dict[str, Outline] = {}
    problem = ""

    def parses(sql: str) -> bool:
        nonlocal problem
        try:
            outlines[sql] = outline(sql, known.dialect)
        except OutlineError as error:
            problem = problem or str(error)
        return sql in outlines

    try:
        islands = read_islands(text)
        found: Masked | None = masked(islands, parses)
    except JinjaError as error:
        return str(error)
    if found is None:
        return problem
    return ModelText(text, islands, found, outlines[found.text], known)
