"""Whether a text that gives the same rows is worth more than the one before, for a goal: by what can be counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.tokenizer_core import Token

from dbt_ai.sql.outline import Outline
from dbt_ai.tasks.refactoring.gains import clause_of, costs_of

_VAGUE = re.compile(
    r"[a-z]|[a-z]{1,3}_?\d+|(cte|tmp|temp|sub|subq|subquery|query|data|step|part|final|x)_?\d*", re.IGNORECASE
)
_KEYWORDS = frozenset({"select", "from", "where", "join", "group", "order", "with", "union", "case"})
_WIDE = 120  # characters of a line


class NotWorth(Exception):
    """It gains nothing for the goal, or is worse: `str(error)` is one sentence."""


@dataclass(frozen=True)
class Reading:
    """What makes a text hard to read, as counts: how deep subqueries are in one another, CTEs whose names say nothing,
    columns that are called by their number, lines of the longest query that is one piece, and all lines."""

    depth: int
    vague: int
    numbered: int
    longest: int
    lines: int


_WORDS = {
    "depth": ("level of subqueries", "levels of subqueries"),
    "vague": ("name that says nothing", "names that say nothing"),
    "numbered": ("column called by its number", "columns called by their numbers"),
    "longest": ("line in the longest step", "lines in the longest step"),
    "lines": ("line", "lines"),
}


def worth(goal: str, before: Outline, after: Outline, left: str, right: str, dialect: str) -> str:
    """What the text `after` gains over `before` for the goal, as a clause; `left` and `right` are the compiled SQL of
    both. Empty for a goal in words, of which nobody can count anything, and for `cheaper` where only the data can tell.
    Raises NotWorth."""
    written_alike(before, after)
    if goal == "cheaper":
        return _cheaper(left, right, dialect)
    old, new = reading_of(before), reading_of(after)
    if new.vague > old.vague:
        raise NotWorth("A new CTE has a name that says nothing.")
    if goal == "readable":
        return _readable(old, new)
    return ", ".join(_less(old, new, ("lines",))) + " less" if goal == "split" else ""


def reading_of(text: Outline) -> Reading:
    """The counts of a text."""
    queries = list(text.query.queries())
    own = [text.text[query.body : query.end].count("\n") + 1 for _, query in queries]
    return Reading(
        depth=max((_depth(node) for node in text.tree.find_all(exp.Subquery)), default=0),
        vague=sum(bool(_VAGUE.fullmatch(cte.name)) for _, query in queries for cte in query.ctes),
        numbered=sum(_is_number(one) for kind in (exp.Group, exp.Order) for found in text.tree.find_all(kind)
                     for one in found.expressions),
        longest=max(own),
        lines=text.text.strip().count("\n") + 1,
    )  # fmt: skip


def _readable(old: Reading, new: Reading) -> str:
    worse = [name for name in ("depth", "numbered") if getattr(new, name) > getattr(old, name)]
    if worse:
        raise NotWorth(f"It has more {_WORDS[worse[0]][1]}.")
    clearer = list(_less(old, new, ("depth", "vague", "numbered", "longest")))
    told = [*clearer, *_less(old, new, ("lines",))]
    if not told or (new.longest > old.longest and not clearer):
        raise NotWorth("It is neither shorter, nor are its steps, its names or its subqueries fewer or clearer.")
    return f"{', '.join(told)} less"


def _less(old: Reading, new: Reading, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        number = getattr(old, name) - getattr(new, name)
        if number > 0:
            yield f"{number} {_WORDS[name][number > 1]}"


def _cheaper(left: str, right: str, dialect: str) -> str:
    old, new = costs_of(left, dialect), costs_of(right, dialect)
    more = [name for name, count in new.items() if count > old.get(name, count)]
    if more:
        raise NotWorth(f"It has more of what costs: {more[0]}.")
    return clause_of(old, new)


def written_alike(before: Outline, after: Outline) -> None:
    """Raises NotWorth where a text is laid out in another way than the one before."""
    was, now = _upper(before.tokens), _upper(after.tokens)
    if now - was:
        raise NotWorth(f"It writes keywords in {'capitals' if True in now else 'small letters'}, the file does not.")
    if "\n\t" in after.text and "\n\t" not in before.text:
        raise NotWorth("It is indented by tabs, and the file is not.")
    if _width(after.text) > max(_width(before.text), _WIDE):
        raise NotWorth(f"It has a line of {_width(after.text)} characters.")


def _upper(tokens: Sequence[Token]) -> set[bool]:
    return {token.text.isupper() for token in tokens if token.text.casefold() in _KEYWORDS}


def _width(text: str) -> int:
    return max(map(len, text.split("\n")))


def _depth(node: exp.Expr) -> int:
    depth, parent = 0, node  # type: int, exp.Expr | None
    while parent is not None and not isinstance(parent, exp.CTE):
        depth += isinstance(parent, exp.Subquery)
        parent = parent.parent
    return depth


def _is_number(node: exp.Expr) -> bool:
    node = node.this if isinstance(node, exp.Ordered) else node
    return isinstance(node, exp.Literal) and node.is_int
