"""A query as the parts of its text: where its CTEs, SELECTs, columns, joins and clauses begin and end.

sqlglot's tree knows what a query means, its tokens where it stands; here both are held together, so that an edit
touches nothing but its part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from dbt_ai.errors import DbtAiError

_CLAUSES = {
    TokenType.FROM: "from",
    TokenType.WHERE: "where",
    TokenType.GROUP_BY: "group",
    TokenType.HAVING: "having",
    TokenType.QUALIFY: "qualify",
    TokenType.WINDOW: "windows",
    TokenType.ORDER_BY: "order",
    TokenType.LIMIT: "limit",
    TokenType.OFFSET: "offset",
    TokenType.FETCH: "limit",
}
_OPERATORS = (TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT)
_OPENING = (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE)
_CLOSING = (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE)
_BEFORE_JOIN = frozenset({"left", "right", "full", "inner", "outer", "cross", "natural", "asof", "semi", "anti"})


class OutlineError(DbtAiError):
    """The text is not one query whose parts can be told apart."""


@dataclass(frozen=True)
class Part:
    """What stands from `start` to before `end` of the text."""

    start: int
    end: int


@dataclass(frozen=True)
class Item(Part):
    """A column of a SELECT."""

    tree: exp.Expr

    @property
    def name(self) -> str:
        """The name of the column, empty where it has none of its own."""
        return self.tree.alias_or_name

    @property
    def is_star(self) -> bool:
        """Whether it stands for columns that are not named."""
        return self.tree.is_star


@dataclass(frozen=True)
class Join(Part):
    """A join with its condition."""

    tree: exp.Join


@dataclass(frozen=True)
class Derived(Part):
    """A query in parentheses in FROM or JOIN, its alias included: `opening` is where its parenthesis is, `closing`
    behind the other one."""

    opening: int
    closing: int
    alias: str
    query: Query


@dataclass(frozen=True)
class Select(Part):
    """One SELECT without what stands around it. `distinct` is the word, where it is not DISTINCT ON; `clauses` are
    FROM (without its joins), WHERE and what else there is, by sqlglot's name for each."""

    tree: exp.Select = field(compare=False)
    items: tuple[Item, ...] = ()
    distinct: Part | None = None
    clauses: Mapping[str, Part] = field(default_factory=dict)
    joins: tuple[Join, ...] = ()
    derived: tuple[Derived, ...] = ()


@dataclass(frozen=True)
class Operator(Part):
    """UNION and its like between two SELECTs. `distinct` tells that it drops rows that repeat."""

    kind: str
    distinct: bool


@dataclass(frozen=True)
class Cte(Part):
    """A CTE from its name to its closing parenthesis; `opening` is behind the other one."""

    name: str
    opening: int
    query: Query
    has_columns: bool = False


@dataclass(frozen=True)
class Query(Part):
    """A query: its CTEs, and the SELECTs that its set operators join. `with_` is the word, `body` where the first
    SELECT begins. `arms` is empty where they are more than plain SELECTs (VALUES, further parentheses)."""

    body: int
    ctes: tuple[Cte, ...] = ()
    arms: tuple[Select, ...] = ()
    operators: tuple[Operator, ...] = ()
    with_: Part | None = None
    recursive: bool = False

    def queries(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Query]]:
        """This query and all in it, each with its path: the names of the CTEs and the aliases of the subqueries in FROM
        that lead to it."""
        for cte in self.ctes:
            yield from cte.query.queries((*path, cte.name.casefold()))
        for arm in self.arms:
            for derived in arm.derived:
                yield from derived.query.queries((*path, derived.alias.casefold()))
        yield path, self


@dataclass(frozen=True)
class Outline:
    """A text of SQL, its `tokens` and its `tree` (whose identifiers and literals know their places), and its parts."""

    text: str
    tokens: tuple[Token, ...]
    tree: exp.Query
    query: Query

    @cached_property
    def tables(self) -> tuple[exp.Table, ...]:
        """Every table that the query names."""
        return tuple(self.tree.find_all(exp.Table))


def outline(text: str, dialect: str) -> Outline:
    """The parts of a query. Raises OutlineError.

    >>> found = outline("with a as (select 1 as x) select x from a join b using (x)", "duckdb")
    >>> found.query.ctes[0].name, [item.name for item in found.query.arms[0].items], len(found.query.arms[0].joins)
    ('a', ['x'], 1)
    """
    try:
        tokens = tuple(sqlglot.tokenize(text, dialect=dialect or None))
        while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
            tokens = tokens[:-1]
        return _Reader(text, dialect, tokens).outline()
    except (SqlglotError, RecursionError, IndexError) as error:
        raise OutlineError(f"The SQL cannot be parsed as {dialect or 'SQL'}: {str(error).splitlines()[0]}") from error


class _Reader:
    def __init__(self, text: str, dialect: str, tokens: tuple[Token, ...]) -> None:
        self._text = text
        self._dialect = dialect
        self._tokens = tokens
        self._match: dict[int, int] = {}
        stack: list[int] = []
        for place, token in enumerate(tokens):
            if token.token_type in _OPENING:
                stack.append(place)
            elif token.token_type in _CLOSING:
                if not stack:
                    raise OutlineError("The SQL has a parenthesis that nothing opens.")
                self._match[stack.pop()] = place
        if stack:
            raise OutlineError("The SQL has a parenthesis that nothing closes.")

    def outline(self) -> Outline:
        if not self._tokens:
            raise OutlineError("There is no SQL.")
        tree = self._parsed(0, len(self._tokens))
        if not isinstance(tree, exp.Query):
            raise OutlineError("The SQL is not one SELECT.")
        return Outline(self._text, self._tokens, tree, self._query(0, len(self._tokens)))

    def _parsed(self, first: int, last: int) -> exp.Expr:
        start, end = self._tokens[first].start, self._tokens[last - 1].end + 1
        found = sqlglot.parse(" " * start + self._text[start:end], dialect=self._dialect or None)
        statements = [one for one in found if one is not None and not isinstance(one, exp.Semicolon)]
        if len(statements) != 1:
            raise OutlineError("The SQL is not one SELECT.")
        return statements[0]

    def _type(self, place: int) -> TokenType | None:
        return self._tokens[place].token_type if place < len(self._tokens) else None

    def _part(self, first: int, last: int) -> Part:
        return Part(self._tokens[first].start, self._tokens[last - 1].end + 1)

    def _top(self, first: int, last: int) -> Iterator[int]:
        """The places from `first` to before `last` that no parenthesis encloses; of parentheses the opening ones."""
        place = first
        while place < last:
            yield place
            place = self._match.get(place, place) + 1

    def _query(self, first: int, last: int) -> Query:
        whole = self._part(first, last)
        place, ctes, with_, recursive = first, [], None, False
        if self._type(place) is TokenType.WITH:
            with_ = self._part(place, place + 1)
            place += 1
            if self._type(place) is TokenType.RECURSIVE:
                recursive, place = True, place + 1
            while True:
                cte, place = self._cte(place)
                ctes.append(cte)
                if self._type(place) is not TokenType.COMMA:
                    break
                place += 1
        arms, operators = self._arms(place, last)
        return Query(whole.start, whole.end, self._tokens[place].start, tuple(ctes), arms, operators, with_, recursive)

    def _cte(self, place: int) -> tuple[Cte, int]:
        first, name = place, self._tokens[place].text
        place += 1
        has_columns = self._type(place) is TokenType.L_PAREN
        if has_columns:
            place = self._match[place] + 1
        while self._type(place) is not TokenType.L_PAREN:  # AS, NOT, MATERIALIZED
            place += 1
            if place - first > 6:
                raise OutlineError(f"The CTE {name} is not laid out as one.")
        closing = self._match[place]
        query = self._query(place + 1, closing)
        part = self._part(first, closing + 1)
        return Cte(part.start, part.end, name, self._tokens[place].end + 1, query, has_columns), closing + 1

    def _arms(self, first: int, last: int) -> tuple[tuple[Select, ...], tuple[Operator, ...]]:
        cuts, operators = [], []
        for place in self._top(first, last):
            if self._type(place) not in _OPERATORS or place == first:
                continue
            if self._type(place) is TokenType.EXCEPT and self._type(place + 1) is TokenType.L_PAREN:
                inner = self._type(place + 2)
                if inner not in (TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN):
                    continue  # `* except (...)`
            kind, end = self._tokens[place].text.casefold(), place + 1
            distinct = self._type(end) is not TokenType.ALL
            if self._type(end) in (TokenType.ALL, TokenType.DISTINCT):
                end += 1
            cuts.append((place, end))
            part = self._part(place, end)
            operators.append(Operator(part.start, part.end, kind, distinct))
        starts = [first, *(end for _, end in cuts)]
        ends = [*(place for place, _ in cuts), last]
        if any(self._type(start) is not TokenType.SELECT for start in starts):
            return (), tuple(operators)
        return tuple(self._select(*span) for span in zip(starts, ends, strict=True)), tuple(operators)

    def _select(self, first: int, last: int) -> Select:
        tree = self._parsed(first, last)
        if not isinstance(tree, exp.Select):
            raise OutlineError("A part of the query is not one SELECT.")
        place, distinct = first + 1, None
        if self._type(place) is TokenType.DISTINCT:
            place += 1
            if self._type(place) is TokenType.ON:
                place = self._match[place + 1] + 1
            else:
                distinct = self._part(place - 1, place)
        marks = [at for at in self._top(place, last) if self._begins_clause(at)]
        bounds = [*marks, last]
        clauses: dict[str, Part] = {}
        joins: tuple[Join, ...] = ()
        derived: list[Derived] = []
        for start, end in zip(marks, bounds[1:], strict=True):
            name = _CLAUSES[self._tokens[start].token_type]
            if name == "from":
                at = self._joins_at(start, end)
                pieces = list(pairwise([*at, end]))
                trees = tree.args.get("joins") or []
                if len(trees) == len(pieces):
                    joins = tuple(
                        Join(**vars(self._part(*piece)), tree=one) for piece, one in zip(pieces, trees, strict=True)
                    )
                derived = list(self._derived(start, end))
                clauses[name] = self._part(start, at[0] if at else end)
            else:
                clauses[name] = self._part(start, end)
        items = self._items(place, bounds[0], tree)
        part = self._part(first, last)
        _check(tree, clauses)
        return Select(part.start, part.end, tree, items, distinct, clauses, joins, tuple(derived))

    def _begins_clause(self, place: int) -> bool:
        kind = self._type(place)
        if kind not in _CLAUSES:
            return False
        return not (kind is TokenType.FROM and self._type(place - 1) is TokenType.DISTINCT)  # IS DISTINCT FROM

    def _items(self, first: int, last: int, tree: exp.Select) -> tuple[Item, ...]:
        commas = [place for place in self._top(first, last) if self._type(place) is TokenType.COMMA]
        starts, ends = [first, *(comma + 1 for comma in commas)], [*commas, last]
        pieces = [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]
        if len(pieces) != len(tree.expressions):
            raise OutlineError("The columns of a SELECT cannot be told apart.")
        return tuple(
            Item(**vars(self._part(*piece)), tree=one) for piece, one in zip(pieces, tree.expressions, strict=True)
        )

    def _joins_at(self, first: int, last: int) -> list[int]:
        found = []
        for place in self._top(first, last):
            if self._type(place) is TokenType.JOIN:
                while self._tokens[place - 1].text.casefold() in _BEFORE_JOIN:
                    place -= 1
                found.append(place)
        return found

    def _derived(self, first: int, last: int) -> Iterator[Derived]:
        for place in self._top(first, last):
            if self._type(place) is not TokenType.L_PAREN or self._type(place - 1) not in (
                TokenType.FROM,
                TokenType.JOIN,
            ):
                continue
            if self._type(place + 1) not in (TokenType.SELECT, TokenType.WITH):
                continue
            closing = self._match[place]
            end = closing + 1
            if self._type(end) is TokenType.ALIAS:
                end += 1
            if end >= last or self._tokens[end].token_type not in (TokenType.VAR, TokenType.IDENTIFIER):
                continue
            if self._type(end + 1) is TokenType.L_PAREN:
                continue  # names of columns
            part, query = self._part(place, end + 1), self._query(place + 1, closing)
            opening, behind = self._tokens[place].start, self._tokens[closing].end + 1
            yield Derived(part.start, part.end, opening, behind, self._tokens[end].text, query)


def _check(tree: exp.Select, clauses: Mapping[str, Part]) -> None:
    """Raises OutlineError where the tokens say something else than the tree."""
    for name in ("from_", "where", "group", "having", "qualify", "order"):
        if (tree.args.get(name) is not None) != (name.rstrip("_") in clauses):
            raise OutlineError("The clauses of a SELECT cannot be told apart.")
