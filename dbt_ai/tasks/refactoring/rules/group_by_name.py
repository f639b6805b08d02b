"""GROUP BY 1, 2 becomes GROUP BY the columns' names."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from dbt_ai.sql.dialects import reads_alias_in_group_by
from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Item, Part, Select
from dbt_ai.sql.values import same_name
from dbt_ai.tasks.refactoring.compiled import columns_of_sources
from dbt_ai.tasks.refactoring.cutting import InTheWayError, without_comments
from dbt_ai.tasks.refactoring.placing import INDENT, indent_at, newline_of
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText, Place

_LINE = 100  # longer ones are broken


def group_by_name(model: ModelText) -> Found:
    for place, select in model.selects():
        keys = list(_keys(select))
        names = [_name(model, place, select, key) for key in keys]
        if not keys or not any(key.is_int for key in keys) or None in names:
            continue
        where = ".".join((*place.path, str(place.number)))
        sentence = f"GROUP BY in {place} counts columns where it could name them."
        part = select.clauses["group"]
        try:
            without_comments(model, part)
            yield Change("group-by-name", where, sentence, tuple(_splices(model, part, [str(name) for name in names])))
        except InTheWayError as error:
            yield Left("group-by-name", where, sentence, error.reason)


def _keys(select: Select) -> Iterator[exp.Expr]:
    group = select.tree.args.get("group")
    if group is not None and not any(value for name, value in group.args.items() if name != "expressions"):
        yield from group.expressions


def _name(model: ModelText, place: Place, select: Select, key: exp.Expr) -> str | None:
    """What to write for a key; None where it could mean something else, or something that is not known."""
    if not key.is_int:
        return key.sql(model.known.dialect) if isinstance(key, exp.Column) and model.is_sure(key) else None
    number = int(key.name)
    if not 0 < number <= len(select.items) or not _can_be_counted(model, select, number):
        return None
    item = select.items[number - 1]
    tree = item.tree.unalias()
    if isinstance(tree, exp.Column) and model.is_sure(item.tree):
        tokens = [token for token in model.outline.tokens if item.start <= token.start < item.end]
        return model.text[item.start : tokens[2 * len(tree.parts) - 2].end + 1]
    return item.name if _is_alias_of_its_own(model, place, select, item) else None


def _can_be_counted(model: ModelText, select: Select, number: int) -> bool:
    """Whether the item of this number is the column of this number: none of those up to it may be more than one."""
    items = select.items[:number]
    if any(item.is_star or item.tree.name in model.masked.names for item in items):
        return False
    end = items[-1].end
    return not any(select.start <= block.start < end for block in model.islands.blocks)


def _is_alias_of_its_own(model: ModelText, place: Place, select: Select, item: Item) -> bool:
    """Whether GROUP BY may name an expression by its alias: where no column that is read is called the same."""
    if not isinstance(item.tree, exp.Alias) or not reads_alias_in_group_by(model.known.dialect):
        return False
    if model.masked.holding(item.name):
        return False
    sources = columns_of_sources(model, place, select)
    return sources is not None and not any(same_name(item.name, name) for _, names in sources for name in names)


def _splices(model: ModelText, part: Part, names: list[str]) -> Iterator[Splice]:
    tokens = [token for token in model.outline.tokens if part.start <= token.start < part.end]
    first = tokens[1].start
    if "\n" not in model.text[first : part.end]:
        line = model.text.rfind("\n", 0, first) + 1
        text = ", ".join(names)
        if first - line + len(text) > _LINE:
            deeper = "" if line > part.start else INDENT
            indent = newline_of(model) + indent_at(model.text, first) + deeper
            yield Splice(tokens[0].end + 1, part.end, indent + f",{indent}".join(names))
        else:
            yield Splice(first, part.end, text)
        return
    numbers = [token for token in tokens if token.token_type is TokenType.NUMBER]
    for token, name in zip(numbers, _numbered(tokens, names), strict=True):
        yield Splice(token.start, token.end + 1, name)


def _numbered(tokens: list[Token], names: list[str]) -> Iterator[str]:
    """The names that stand for numbers, of all that are grouped by."""
    starts = [0, *(place for place, token in enumerate(tokens) if token.token_type is TokenType.COMMA)]
    for place, name in zip(starts, names, strict=True):
        if tokens[place + 1].token_type is TokenType.NUMBER:
            yield name
