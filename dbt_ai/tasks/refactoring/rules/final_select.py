"""A final query that does more than hand on becomes the CTE `final`, and `select * from final` closes the file."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.islands.reading import IslandKind
from dbt_ai.sql.outline import Select
from dbt_ai.tasks.refactoring.cutting import InTheWayError, past_line_comment
from dbt_ai.tasks.refactoring.naming import taken_names
from dbt_ai.tasks.refactoring.placing import indent_of, moved_lines, new_cte, newline_of, separator, word
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText

_NAME = "final"


def final_select(model: ModelText) -> Found:
    query = model.outline.query
    if query.recursive or not query.ctes or not query.arms or _NAME in taken_names(model):
        return
    if any({"order", "limit", "offset"} & set(arm.clauses) for arm in query.arms):
        return  # of the rows of a CTE nobody can say in which order they come
    if len(query.arms) == 1 and _hands_on(query.arms[0]):
        return
    sentence = "The final query does more than hand on what the CTEs have made."
    try:
        yield Change("final-select", _NAME, sentence, _moved(model))
    except InTheWayError as error:
        yield Left("final-select", _NAME, sentence, error.reason)


def _hands_on(select: Select) -> bool:
    """Whether a SELECT only takes columns of one CTE."""
    columns = all(isinstance(item.tree, (exp.Column, exp.Star)) for item in select.items)
    return columns and set(select.clauses) <= {"from"} and not (select.joins or select.derived or select.distinct)


def _moved(model: ModelText) -> tuple[Splice, ...]:
    query, newline, between = model.outline.query, newline_of(model), separator(model)
    last, end = query.ctes[-1].end, _end(model)
    for island in model.islands.islands:
        if last <= island.start < query.body and island.kind is not IslandKind.COMMENT:
            raise InTheWayError("jinja-in-the-way")
    if any(block.start < query.body and block.end > last for block in model.islands.blocks):
        raise InTheWayError("jinja-in-the-way")
    cte = new_cte(model, _NAME, moved_lines(model, query.body, end, indent_of(model)))
    closing = f"{newline}{newline}{word(model, 'select')} * {word(model, 'from')} {_NAME}"
    if model.text[last : query.body].isspace():
        return (Splice(last, end, f"{between}{cte}{closing}"),)
    if between.partition(",")[0]:  # each line of a comma begins with it
        return (Splice(query.body, end, f", {cte}{closing}"),)
    return Splice(last, last, ","), Splice(query.body, end, f"{cte}{closing}")


def _end(model: ModelText) -> int:
    """The end of the final query, with the Jinja and the comment on the same line that follow it."""
    end = model.outline.query.end
    return past_line_comment(model.text, max((end, *(island.end for island in model.islands.islands))))
