"""A change, written into the text of the original: the tree is left as it is."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

from sqlglot import exp

from dbt_ai.sql.mutants.building import in_place_of
from dbt_ai.sql.mutants.groups import repeated_in_group
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.outputs import keeping_name
from dbt_ai.sql.mutants.places import Span
from dbt_ai.sql.mutants.values import Change

Edit: TypeAlias = "tuple[exp.Expr, exp.Expr | None]"

# What gives another value at another time: nothing is said of a mutant of it.
_CHANCE = (
    exp.CurrentDate, exp.CurrentDatetime, exp.CurrentTime, exp.CurrentTimestamp, exp.CurrentTimestampLTZ, exp.Localtime,
    exp.Localtimestamp, exp.Rand, exp.Randn, exp.Uuid,
)  # fmt: skip
_CHANCE_NAMES = {"now", "random", "uuid", "gen_random_uuid", "today", "getdate", "sysdate", "nextval", "rand"}


def written(original: Original, change: Change) -> tuple[Span, str] | None:
    """Where the text changes, and the text of the mutant; None for a change that may not or cannot be made."""
    edits = edits_of(change)
    if edits is None:
        return None
    pieces: list[tuple[Span, str]] = []
    for node, new in edits:
        span = original.span(node)
        while span is None:
            node, new = _in_parent(node, new)
            span = original.span(node)
        if new is None and original.text[: span[0]].endswith(" "):
            span = (span[0] - 1, span[1])
        pieces.append((span, original.sql(new) if new is not None else ""))
    pieces.sort(reverse=True)
    if any(later[0][0] < earlier[0][1] for later, earlier in pairwise(pieces)):
        return None
    text = original.text
    for (start, end), piece in pieces:
        text = text[:start] + piece + text[end:]
    return pieces[-1][0], text


def edits_of(change: Change) -> list[Edit] | None:
    """The edits, each made wherever the SELECT repeats what it groups by, in parentheses where they are needed, and
    with the name of the output column where it would be lost. None for what may not be changed."""
    edits: list[Edit] = []
    for node, new in change.edits:
        for place in repeated_in_group(node) if change.everywhere else [node]:
            if any(map(_is_left_to_chance, place.walk())):
                return None
            named = keeping_name(place, in_place_of(place, new.copy()) if new is not None else None)
            if named is None:
                return None
            edits.append(named)
    return edits


def _in_parent(node: exp.Expr, new: exp.Expr | None) -> Edit:
    """The same edit, made to a copy of the parent."""
    assert node.parent is not None  # the root of the tree stands in the text as a whole
    copy = node.parent.copy()
    child = copy.args[node.arg_key or ""]
    child = child if node.index is None else child[node.index]
    if new is None:
        child.pop()
    else:
        child.replace(new)
    return node.parent, copy


def _is_left_to_chance(node: exp.Expr) -> bool:
    return isinstance(node, _CHANCE) or (isinstance(node, exp.Anonymous) and node.name.lower() in _CHANCE_NAMES)
