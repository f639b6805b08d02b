"""New CTEs, laid out as those that a model has."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from dbt_ai.sql.islands import Splice
from dbt_ai.tasks.refactoring.cutting import InTheWayError, only_blank
from dbt_ai.tasks.refactoring.values import ModelText

INDENT = "    "


def newline_of(model: ModelText) -> str:
    """How the lines of the model end."""
    return "\r\n" if "\r\n" in model.text else "\n"


def word(model: ModelText, keyword: str) -> str:
    """A keyword in the case that the model writes it in."""
    body = model.outline.query.body
    return keyword.upper() if model.text[body : body + 6].isupper() else keyword.lower()


def indent_at(text: str, place: int) -> str:
    """The white space that the line of `place` begins with."""
    line = text[text.rfind("\n", 0, place) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]


def indent_of(model: ModelText) -> str:
    """How far the model indents what is in a CTE."""
    for cte in model.outline.query.ctes:
        found = indent_at(model.text, cte.query.body)
        if "\n" in model.text[cte.opening : cte.query.body] and found:
            return found
    return INDENT


def new_cte(model: ModelText, name: str, lines: Sequence[str]) -> str:
    """A CTE of these lines, with blank ones around them where the model's own CTEs have them."""
    newline, ctes = newline_of(model), model.outline.query.ctes
    airy = bool(ctes) and model.text[ctes[0].opening : ctes[0].query.start].count("\n") > 1
    gap = newline * (2 if airy else 1)
    return f"{name} {word(model, 'as')} ({gap}{newline.join(lines)}{gap})"


def separator(model: ModelText) -> str:
    """What stands between CTEs in this model, which may begin a line with the comma."""
    newline, ctes = newline_of(model), model.outline.query.ctes
    for one, other in pairwise(ctes):
        found = model.text[one.end : other.start]
        if found.strip() == ",":
            return ",".join(part.replace(" ", "") if "\n" in part else part for part in found.split(","))
        if found.lstrip(" ").startswith(("\n", "\r")):
            return f"{newline}{newline}, "
    return f",{newline}{newline}"


def placed(model: ModelText, texts: Sequence[str], number: int) -> Splice:
    """The edit that puts CTEs in front of the one that has the `number`, or behind the last one. Raises InTheWayError
    where a comment or Jinja would come to stand elsewhere."""
    query, between = model.outline.query, separator(model)
    if number:
        end = query.ctes[number - 1].end
        if model.text[end : query.end].lstrip(" \t,").startswith(("--", "/*", "{#", "{%")):
            raise InTheWayError("comment-in-the-way")  # on the line on which the CTE before ends
        return Splice(end, end, "".join(between + text for text in texts))
    if not query.ctes:
        newline = newline_of(model)
        return Splice(query.start, query.start, f"{word(model, 'with')} {between.join(texts)}{newline}{newline}")
    only_blank(model, query.start + len("with"), query.ctes[0].start)
    return Splice(query.ctes[0].start, query.ctes[0].start, "".join(text + between for text in texts))


def moved_lines(model: ModelText, start: int, end: int, indent: str) -> list[str]:
    """The lines of the text from `start` to before `end` with `indent` before each, as they stand to each other. Raises
    InTheWayError where a line cannot be moved by itself."""
    text = model.text[start:end]
    if "\t" in text:
        raise InTheWayError("unusual-layout")
    for token in model.outline.tokens:
        if start <= token.start < end and "\n" in model.text[token.start : token.end + 1]:
            raise InTheWayError("unusual-layout")
    for island in model.islands.islands:
        if start <= island.start < end and "\n" in model.islands.written(island):
            raise InTheWayError("jinja-in-the-way")
    first = model.text.rfind("\n", 0, start) + 1
    before = model.text[first:start]
    lines = [line.rstrip() for line in ((before if before.isspace() else "") + text).split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    depth = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return [indent + line[depth:] if line else "" for line in lines]
