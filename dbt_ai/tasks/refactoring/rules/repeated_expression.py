"""A long expression that is written again in the same SELECT is called by the name that its column has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from dbt_ai.sql.dialects import reads_alias_beside, reads_alias_in_group_by
from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Item, Part, Select
from dbt_ai.sql.values import same_name
from dbt_ai.tasks.refactoring.compiled import columns_of_sources
from dbt_ai.tasks.refactoring.cutting import InTheWayError, without_comments
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText, Place

_LONG = 24  # characters without white space
_CLAUSES = ("group", "qualify", "order")  # where the alias of a column may stand; few dialects know it in WHERE
_QUOTED = (TokenType.STRING, TokenType.IDENTIFIER)


def repeated_expression(model: ModelText) -> Found:
    for place, select in model.selects():
        for item in select.items:
            if not isinstance(item.tree, exp.Alias) or not _is_long(model, item) or not _is_free(model, item):
                continue
            parts = list(_again(model, select, item))
            if not parts or not _is_of_its_own(model, place, select, item):
                continue
            where = ".".join((*place.path, str(place.number), item.name))
            sentence = f"What `{item.name}` is stands in {place} more than once."
            name = model.text[_tokens(model, item)[-1].start : item.end]
            try:
                for part in parts:
                    without_comments(model, part)
                splices = tuple(Splice(part.start, part.end, name) for part in parts)
                yield Change("repeated-expression", where, sentence, splices)
            except InTheWayError as error:
                yield Left("repeated-expression", where, sentence, error.reason)


def _is_long(model: ModelText, item: Item) -> bool:
    length = sum(token.end + 1 - token.start for token in _expression(model, item))
    return length >= _LONG and not isinstance(item.tree.this, exp.Column)


def _is_free(model: ModelText, item: Item) -> bool:
    """Whether the column is always there: not under a condition of Jinja."""
    inside = any(block.start < item.start < block.end for block in model.islands.blocks)
    return not inside and not model.masked.holding(item.name) and not item.tree.find(exp.Query)


def _is_of_its_own(model: ModelText, place: Place, select: Select, item: Item) -> bool:
    """Whether the name can mean nothing else: no column that is read, and no other one of the SELECT, is called so."""
    if sum(same_name(one.name, item.name) for one in select.items) != 1:
        return False
    sources = columns_of_sources(model, place, select)
    return sources is not None and not any(same_name(item.name, name) for _, names in sources for name in names)


def _again(model: ModelText, select: Select, item: Item) -> Iterator[Part]:
    """Where the expression stands again; nothing where not all of it can be told and named."""
    tree, found = item.tree.this, list[Part]()
    group_by = reads_alias_in_group_by(model.known.dialect)
    beside = reads_alias_beside(model.known.dialect)
    for other in select.items:
        nodes = [node for node in other.tree.walk() if node == tree] if other is not item else []
        if nodes and (other.start < item.start or not beside or any(_is_within(node) for node in nodes)):
            return
        spans = _spans(model, item, other, len(nodes))
        if len(spans) != len(nodes):
            return
        found += spans
    for name in _CLAUSES:
        part, clause = select.clauses.get(name), select.tree.args.get(name)
        nodes = [node for node in clause.walk() if node == tree] if part is not None and clause is not None else []
        if part is None or not nodes:
            continue
        spans = _spans(model, item, part, len(nodes))
        if len(spans) != len(nodes) or (name == "group" and not group_by):
            return
        found += spans
    yield from found


def _is_within(node: exp.Expr) -> bool:
    """Whether an expression is inside of another query, or of what is computed of many rows: no alias counts there."""
    parent = node.parent
    while parent is not None and not isinstance(parent, exp.Select):
        if isinstance(parent, (exp.AggFunc, exp.Window, exp.Query, exp.Filter, exp.Lambda)):
            return True
        parent = parent.parent
    return False


def _tokens(model: ModelText, part: Part) -> list[Token]:
    return [token for token in model.outline.tokens if part.start <= token.start < part.end]


def _expression(model: ModelText, item: Item) -> list[Token]:
    """The tokens of a column without its alias."""
    tokens = _tokens(model, item)
    return tokens[: -2 if tokens[-2].token_type is TokenType.ALIAS else -1]


def _spans(model: ModelText, item: Item, part: Part, number: int) -> list[Part]:
    """The places in `part` that have the words of the expression, with parentheses around it; none where they are not
    as many as the tree has."""
    wanted, tokens, found = _words(_expression(model, item)), _tokens(model, part), list[Part]()
    words, place = _words(tokens), 0
    while place + len(wanted) <= len(words):
        last = place + len(wanted)
        if words[place:last] != wanted:
            place += 1
            continue
        first = place
        while first and last < len(tokens) and words[first - 1] == "(" and words[last] == ")":
            if first > 1 and tokens[first - 2].text.isidentifier():
                break  # of a function
            first, last = first - 1, last + 1
        found.append(Part(tokens[first].start, tokens[last - 1].end + 1))
        place = last
    return found if len(found) == number else []


def _words(tokens: Sequence[Token]) -> list[str]:
    return [
        f"{token.token_type.name} {token.text}" if token.token_type in _QUOTED else token.text.casefold()
        for token in tokens
    ]
