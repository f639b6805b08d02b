"""Pieces of a text, taken out so that what stays looks as if they had never been there."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Cte, Item, Part, Query
from dbt_ai.tasks.refactoring.values import ModelText


class InTheWayError(Exception):
    """A comment or Jinja stands where it would be lost; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def only_blank(model: ModelText, start: int, end: int, but: str = "") -> None:
    """Raises InTheWayError where the text has more than white space and the characters `but`."""
    left = "".join(character for character in model.text[start:end] if not character.isspace())
    for character in but:
        left = left.replace(character, "", 1)
    if left:
        raise InTheWayError("jinja-in-the-way" if "{" in left and "}" in left else "comment-in-the-way")


def without_comments(model: ModelText, part: Part) -> None:
    """Raises InTheWayError where there is a comment or Jinja without SQL inside of `part`."""
    place = part.start
    for token in model.outline.tokens:
        if token.end < part.start:
            continue
        if token.start >= part.end:
            break
        only_blank(model, place, max(token.start, place))
        place = token.end + 1


def clause_cut(model: ModelText, part: Part) -> Splice:
    """A clause, with the white space before it."""
    without_comments(model, part)
    before = max((token.end + 1 for token in model.outline.tokens if token.end < part.start), default=0)
    only_blank(model, before, part.start)
    return Splice(before, part.end)


def cte_cut(model: ModelText, query: Query, cte: Cte) -> Splice:
    """A CTE of `query`, with its comma; and the word WITH, where it was the only one."""
    text = model.text
    number = query.ctes.index(cte)
    assert query.with_ is not None
    if len(query.ctes) == 1:
        only_blank(model, query.with_.end, cte.start)
        only_blank(model, cte.end, query.body)
        return Splice(query.with_.start, query.body)
    if number == 0:
        before = query.with_.end
    else:
        before = query.ctes[number - 1].end
    only_blank(model, before, cte.start, "," if number else "")
    if number == len(query.ctes) - 1:
        return Splice(before, cte.end)
    comma = text.index(",", cte.end)
    only_blank(model, cte.end, comma)
    end = comma + 1
    while text[end].isspace():
        end += 1
    if number == 0 and end != query.ctes[1].start:  # a comment, which keeps its line
        return Splice(before, comma + 1)
    return Splice(cte.start, end)


def items_cut(model: ModelText, items: Sequence[Item], gone: Item) -> tuple[Splice, ...]:
    """A column of a SELECT, with its comma and a comment behind it on its line."""
    text, number = model.text, items.index(gone)
    without_comments(model, gone)
    behind = past_line_comment(text, gone.end)
    if number + 1 < len(items):
        after = items[number + 1].start
        comma = _comma(model, gone.end, after)
        only_blank(model, behind, comma)
        only_blank(model, past_line_comment(text, comma + 1), after)
        if number:
            line = past_line_comment(text, _comma(model, items[number - 1].end, gone.start) + 1)
            only_blank(model, line, gone.start)
        return (Splice(gone.start, after),)
    before = past_line_comment(text, items[number - 1].end)
    comma = _comma(model, before, gone.start)
    only_blank(model, before, comma)
    line = past_line_comment(text, comma + 1)
    only_blank(model, line, gone.start)
    if line == comma + 1:
        return (Splice(before, behind),)
    return (Splice(comma, comma + 1), Splice(line, behind))  # the comment of the column before stays


def _comma(model: ModelText, start: int, end: int) -> int:
    return next(t.start for t in model.outline.tokens if t.start >= start and t.start < end and t.text == ",")


def past_line_comment(text: str, place: int) -> int:
    """Behind a `--` comment that follows on the same line, else `place`."""
    line_end = text.find("\n", place)
    rest = text[place : line_end if line_end >= 0 else len(text)]
    return place + len(rest.rstrip("\r")) if rest.lstrip().startswith("--") else place
