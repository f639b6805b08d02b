"""A model's SQL as dbt renders it in a unit test, where a CTE stands in the place of each relation.

It is done in the text, token by token: what a rendering through a tree would put right, such as a column that is
qualified by the name of a table that is not there any more, has to fail here as it fails there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlglot.dialects.dialect import Dialect
from sqlglot.tokenizer_core import TokenType

from dbt_ai.project.values import Node
from dbt_ai.sql.query import Parts

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

CTE = "__dbt__cte__"
_SPANS = {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}


def cte_of(node: Node) -> str:
    """The name of the CTE that dbt puts in the place of a node: of a model it is made of its alias."""
    return CTE + (f"{node.source_name}__{node.name}" if node.resource_type == "source" else node.relation[2])


def tokens_of(sql: str) -> Sequence[Token]:
    """The tokens of DuckDB's SQL. Raises sqlglot's TokenError."""
    return Dialect.get_or_raise("duckdb").tokenize(sql)


def without_ephemeral(sql: str) -> str:
    """Compiled SQL without the CTEs that dbt put before it, which hold the SQL of ephemeral models.

    >>> without_ephemeral("with __dbt__cte__a as (select (1) as x), b as (select 2) select * from __dbt__cte__a, b")
    'with b as (select 2) select * from __dbt__cte__a, b'
    >>> without_ephemeral("with __dbt__cte__a as (select 1 as x) select * from __dbt__cte__a")
    'select * from __dbt__cte__a'
    """
    tokens = tokens_of(sql)
    if not tokens or tokens[0].token_type is not TokenType.WITH:
        return sql
    first = 2 if len(tokens) > 1 and tokens[1].token_type is TokenType.RECURSIVE else 1
    place, more = first, True
    while more and place < len(tokens) and tokens[place].text.startswith(CTE):
        place = _after_parentheses(tokens, place + 2)
        more = place < len(tokens) and tokens[place].token_type is TokenType.COMMA
        place += more
    if place == first:
        return sql
    rest = sql[tokens[place].start :]
    return sql[: tokens[first].start] + rest if more else sql[: tokens[0].start] + rest


def on_inputs(sql: str, ctes: Mapping[Parts, str]) -> str:
    """`sql` with the name of a CTE in the place of each relation, whose parts are as in compiled SQL.

    >>> on_inputs('select o.id from "shop"."main"."orders" as o', {("shop", "main", "orders"): "__dbt__cte__orders"})
    'select o.id from __dbt__cte__orders as o'
    """
    names = {tuple(part.casefold() for part in parts if part): name for parts, name in ctes.items()}
    tokens = tokens_of(sql)
    pieces, done, place = list[str](), 0, 0
    while place < len(tokens):
        chain = _chain(tokens, place)
        found = next((size for size in (3, 2) if len(chain) >= size and chain[:size] in names), 0)
        if found:
            last = tokens[place + 2 * (found - 1)]
            pieces += [sql[done : tokens[place].start], names[chain[:found]]]
            done = last.end + 1
        place += max(2 * len(chain) - 1, 1)
    return "".join([*pieces, sql[done:]])


def with_ctes(sql: str, ctes: Sequence[tuple[str, str]]) -> str:
    """`sql` with (name, SQL) pairs put before it as dbt does.

    >>> with_ctes("with a as (select 1) select * from a, b", [("b", "select 2")])
    'with b as (select 2), a as (select 1) select * from a, b'
    """
    listed = ", ".join(f"{name} as ({text})" for name, text in ctes)
    tokens = tokens_of(sql)
    if not ctes or not tokens:
        return sql
    if tokens[0].token_type is not TokenType.WITH:
        return f"{sql[: tokens[0].start]}with {listed} {sql[tokens[0].start :]}"
    recursive = len(tokens) > 1 and tokens[1].token_type is TokenType.RECURSIVE
    place = tokens[1 if recursive else 0].end + 1
    return f"{sql[:place]} {listed},{sql[place:]}"


def _after_parentheses(tokens: Sequence[Token], place: int) -> int:
    depth = 0
    for number in range(place, len(tokens)):
        depth += _SPANS.get(tokens[number].token_type, 0)
        if depth == 0:
            return number + 1
    return len(tokens)


def _chain(tokens: Sequence[Token], place: int) -> tuple[str, ...]:
    """The names, in lower case, of a dotted name that begins at `place`."""
    names: list[str] = []
    while place < len(tokens) and tokens[place].token_type not in (TokenType.STRING, TokenType.NUMBER, TokenType.DOT):
        names.append(tokens[place].text.casefold())
        if place + 1 >= len(tokens) or tokens[place + 1].token_type is not TokenType.DOT:
            break
        place += 2
    return tuple(names)
