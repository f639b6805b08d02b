"""Columns of a SELECT that say the same of one value after the other become dbt_utils.pivot, where that is installed
and makes them, or else a loop of Jinja."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from textwrap import wrap

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Item, Select
from dbt_ai.tasks.refactoring.cutting import InTheWayError, only_blank, without_comments
from dbt_ai.tasks.refactoring.spans import jinja_string, within
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText

_MACRO = "dbt_utils.pivot"
_FEWEST = 4
_WIDTH = 100
_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_OF_JINJA = frozenset({
    "and", "as", "config", "do", "else", "endfor", "env_var", "false", "for", "if", "in", "is", "log", "loop", "model",
    "none", "not", "or", "ref", "return", "set", "source", "target", "this", "true", "var",
})  # fmt: skip
_SPELLINGS: Mapping[str, Callable[[str], str]] = {"": str, " | lower": str.lower}


@dataclass(frozen=True)
class _Ladder:
    """`items` that differ in `values` alone. `body` is their text with `{value}` for it, `spelling` the filter of Jinja
    that makes a part of the name of a column of it; `prefix` and `suffix` are the rest of the name."""

    items: Sequence[Item]
    values: tuple[str, ...]
    pieces: tuple[str, ...]
    prefix: str
    suffix: str
    spelling: str


def pivot_by_hand(model: ModelText) -> Found:
    for place, select in model.selects():
        for ladder in _ladders(model, select):
            sentence = f"{len(ladder.items)} columns in {place} say the same of one value after the other."
            where = ".".join((*place.path, str(place.number), ladder.items[0].name))
            try:
                for item in ladder.items:
                    without_comments(model, item)
                splice = _splice(model, select, ladder)
            except InTheWayError as error:
                yield Left("pivot-by-hand", where, sentence, error.reason)
                continue
            if splice is not None:
                yield Change("pivot-by-hand", where, sentence, (splice,))


def _ladders(model: ModelText, select: Select) -> Iterator[_Ladder]:
    for _, group in groupby(select.items, key=lambda item: _signature(model, item)):
        items = list(group)
        if len(items) >= _FEWEST and all(model.is_sure(item.tree) for item in items):
            ladder = _ladder(model, items)
            if ladder is not None:
                yield ladder


def _signature(model: ModelText, item: Item) -> tuple[str, ...]:
    """The text of a column without its strings and its name."""
    tokens = within(model, item)
    if not isinstance(item.tree, exp.Alias) or not tokens or model.text[tokens[-1].start] in '"`[':
        return (str(item.start),)
    texts, place = [], item.start
    for token in tokens:
        texts.append(model.text[place : token.start])
        texts.append("" if _is_string(token) or token is tokens[-1] else model.text[token.start : token.end + 1])
        place = token.end + 1
    return tuple(texts)


def _ladder(model: ModelText, items: Sequence[Item]) -> _Ladder | None:
    strings = [[token for token in within(model, item) if _is_string(token)] for item in items]
    varying = [n for n in range(len(strings[0])) if len({of_item[n].text for of_item in strings}) > 1]
    values = tuple(of_item[varying[0]].text for of_item in strings) if varying else ()
    if len(set(values)) < len(items) or any(of[n].text != of[varying[0]].text for of in strings for n in varying):
        return None
    if any(jinja_string(value) is None or "'" in value or model.masked.holding(value) for value in values):
        return None
    first = items[0]
    cuts = [(strings[0][n].start + 1, strings[0][n].end) for n in varying]
    bounds = [first.start, *(edge for cut in cuts for edge in cut), within(model, first)[-1].start]
    pieces = tuple(model.text[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True))
    for spelling, spell in _SPELLINGS.items():
        told = spell(values[0])
        for found in re.finditer(re.escape(told), first.name):
            prefix, suffix = first.name[: found.start()], first.name[found.end() :]
            names = [f"{prefix}{spell(value)}{suffix}" for value in values]
            if names == [item.name for item in items]:
                return _Ladder(items, values, pieces, prefix, suffix, spelling)
    return None


def _splice(model: ModelText, select: Select, ladder: _Ladder) -> Splice | None:
    """The edit, where it makes the text shorter and the columns stand on lines of their own."""
    text, items = model.text, ladder.items
    gaps = {text[one.end : other.start] for one, other in pairwise(items)}
    gap = gaps.pop()
    if gaps or not gap.startswith(",") or "\n" not in gap or gap.strip() != ",":
        return None
    newline = "\r\n" if "\r\n" in gap else "\n"
    indent = gap[len(gap.rstrip(" \t")) :]
    start, end = items[0].start, items[-1].end
    lines = text[start:end].count("\n")
    macro = _macro(model, ladder, indent, newline)
    if macro is not None and macro.count("\n") < lines:
        return Splice(start, end, macro)
    is_last = items[-1] is select.items[-1]
    if not is_last:
        comma = text.index(",", end)
        only_blank(model, end, comma)
        end = comma + 1
    loop = _loop(model, ladder, indent, newline, "{% if not loop.last %},{% endif %}" if is_last else ",")
    return Splice(start, end, loop) if loop.count("\n") < lines else None


def _loop(model: ModelText, ladder: _Ladder, indent: str, newline: str, comma: str) -> str:
    name = _variable(model, ladder)
    values = newline.join(_wrapped(ladder.values, f"{{% for {name} in [", "] -%}", indent))
    body = f"{{{{ {name} }}}}".join(ladder.pieces)
    alias = f"{ladder.prefix}{{{{ {name}{ladder.spelling} }}}}{ladder.suffix}"
    return f"{values}{newline}{indent}{body}{alias}{comma}{newline}{indent}{{% endfor -%}}"


def _wrapped(values: Sequence[str], head: str, tail: str, indent: str) -> Iterator[str]:
    """Lines of the values as a list of Jinja."""
    line = f"{head}{', '.join(_quoted(value) for value in values)}{tail}"
    if len(indent + line) <= _WIDTH:
        yield line
        return
    yield head
    kept = "\x00"  # in the place of spaces at which no line may end
    listed = ", ".join(_quoted(value).replace(" ", kept) for value in values)
    inner = wrap(listed, _WIDTH - len(indent) - 4, break_long_words=False, break_on_hyphens=False)
    yield from (f"{indent}    {line.replace(kept, ' ')}" for line in inner)
    yield indent + tail


def _quoted(value: str) -> str:
    return f"'{value}'"


def _variable(model: ModelText, ladder: _Ladder) -> str:
    """A name for the values: that of the column which they are compared to, where it is one in Jinja."""
    compared = [one.left for one in ladder.items[0].tree.find_all(exp.EQ) if isinstance(one.left, exp.Column)]
    name = compared[0].name.casefold() if compared else "value"
    if not _WORD.fullmatch(name):
        name = "value"
    while name in _OF_JINJA or model.is_hidden(name):
        name += "_"
    return name


def _macro(model: ModelText, ladder: _Ladder, indent: str, newline: str) -> str | None:
    """The call of dbt_utils.pivot, where that makes the columns."""
    if _MACRO not in model.known.macros or ladder.spelling:
        return None
    if not all(_WORD.fullmatch(item.name) for item in ladder.items):  # what its slugify would change
        return None
    parts = _parts(model, within(model, ladder.items[0]))
    if parts is None:
        return None
    column, aggregate, then, otherwise = parts
    given = {
        "agg": (aggregate, "sum"), "prefix": (ladder.prefix, ""), "suffix": (ladder.suffix, ""),
        "then_value": (then, "1"), "else_value": (otherwise, "0"),
    }  # fmt: skip
    told = {name: value for name, (value, usual) in given.items() if value != usual}
    if any(jinja_string(text) is None for text in (column, *told.values())):
        return None
    values = ", ".join(_quoted(value) for value in ladder.values)
    named = (f"{name}={jinja_string(value)}" for name, value in told.items())
    arguments = [str(jinja_string(column)), f"[{values}]", *named, "quote_identifiers=false"]
    line = f"{{{{ {_MACRO}({', '.join(arguments)}) }}}}"
    if len(indent + line) <= _WIDTH:
        return line
    listed = newline.join(_wrapped(ladder.values, "[", "]", f"{indent}    "))
    lines = [f"{indent}    {text}" for text in (arguments[0], listed, *arguments[2:])]
    return f"{{{{ {_MACRO}({newline}{f',{newline}'.join(lines)}{newline}{indent}) }}}}"


def _parts(model: ModelText, tokens: Sequence[Token]) -> tuple[str, str, str, str] | None:
    """(column, aggregate, then, else) of `aggregate(case when column = '...' then ... [else ...] end) as name`."""
    kinds = [token.token_type for token in tokens]
    begins = (TokenType.L_PAREN, TokenType.CASE, TokenType.WHEN)
    strings = [number for number, kind in enumerate(kinds) if kind is TokenType.STRING]
    wanted = (TokenType.WHEN, TokenType.THEN, TokenType.CASE, TokenType.END)
    if tuple(kinds[1:4]) != begins or not strings or any(kinds.count(kind) != 1 for kind in wanted):
        return None
    value, then = strings[0], kinds.index(TokenType.THEN)
    end = kinds.index(TokenType.END)
    middle = kinds.index(TokenType.ELSE) if TokenType.ELSE in kinds else end
    closed = kinds[end + 1 : -1] in ([TokenType.R_PAREN], [TokenType.R_PAREN, TokenType.ALIAS])
    if not closed or kinds[value - 1] is not TokenType.EQ or then != value + 1 or len(strings) != 1:
        return None

    def text(first: int, last: int) -> str:
        return " ".join(model.text[tokens[first].start : tokens[last].end + 1].split())

    otherwise = text(middle + 1, end - 1) if middle < end else "null"
    return text(4, value - 2), text(0, 0), text(then + 1, middle - 1), otherwise


def _is_string(token: Token) -> bool:
    return token.token_type is TokenType.STRING
