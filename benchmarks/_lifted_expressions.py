"""Random expressions, conditions and calls for the queries of `_lifted_queries`."""

from __future__ import annotations

import random
from dataclasses import dataclass

from dbt_ai.sql.values import Relation

RELATIONS = (
    Relation(
        "t",
        (None, None, "t"),
        (("id", "INTEGER"), ("x", "INTEGER"), ("s", "VARCHAR"), ("d", "DATE"), ("b", "BOOLEAN")),
    ),
    Relation("u", (None, None, "u"), (("id", "INTEGER"), ("y", "BIGINT"), ("s", "VARCHAR"), ("m", "DECIMAL(8,2)"))),
    Relation("v", (None, None, "v"), (("k", "INTEGER"), ("l", "INTEGER[]"), ("w", "DOUBLE"), ("d", "DATE"))),
)
_KINDS = {
    "INTEGER": "number",
    "BIGINT": "number",
    "DECIMAL(8,2)": "number",
    "DOUBLE": "number",
    "VARCHAR": "text",
    "DATE": "day",
    "BOOLEAN": "truth",
}
_LITERALS = {
    "number": ("0", "1", "2", "3", "-1", "2.5", "NULL"),
    "text": ("'a'", "'b'", "''", "'ab'", "NULL"),
    "day": ("DATE '2020-01-31'", "DATE '2020-02-01'", "DATE '2020-03-01'"),
    "truth": ("true", "false", "NULL"),
}


@dataclass(frozen=True)
class Column:
    """A column that an expression can use: its SQL and its kind."""

    sql: str
    kind: str


Columns = tuple[Column, ...]


class ExpressionMaker:
    """Makes expressions of a kind from the columns at hand."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._names = 0

    def _table(self, name: str) -> tuple[str, Columns]:
        relation = self._random.choice(RELATIONS)
        columns = tuple(Column(f"{name}.{column}", _KINDS[kind]) for column, kind in relation.columns if kind in _KINDS)
        return f"{relation.key} AS {name}", columns

    def _expression(self, depth: int, columns: Columns, kind: str, plain: bool = False) -> str:
        own = [column.sql for column in columns if column.kind == kind]
        if not own and plain:
            return "2"
        if plain or (own and self._maybe(0.55)):
            return self._pick(own)
        if depth <= 0 or self._maybe(0.3):
            return self._pick(own) if own and self._maybe(0.8) else self._literal(kind)
        a, b = (self._expression(depth - 1, columns, kind) for _ in range(2))
        shared = [
            f"coalesce({a}, {b})",
            f"CASE WHEN {self._condition(depth - 1, columns)} THEN {a} ELSE {b} END",
            f"CASE WHEN {self._condition(0, columns)} THEN {a} END",
            f"nullif({a}, {b})",
        ]
        if kind == "number":
            text = self._expression(0, columns, "text")
            day = self._expression(0, columns, "day")
            shared += [f"({a} + {b})", f"({a} * 2)", f"({a} / 4)", f"length({text})", f"CAST({a} AS DOUBLE)"]
            shared += [f"extract(month FROM CAST({day} AS DATE))", self._scalar_subquery(depth, columns)]
        elif kind == "text":
            shared += [f"upper({a})", f"({a} || 'x')", f"CAST({self._expression(0, columns, 'number')} AS VARCHAR)"]
        elif kind == "day":
            shared += [
                f"CAST(CAST({a} AS DATE) + INTERVAL 1 MONTH AS DATE)",
                f"CAST(date_trunc('month', CAST({a} AS DATE)) AS DATE)",
            ]
        else:
            shared += [f"({self._condition(depth - 1, columns)})"]
        return self._pick(shared)

    def _scalar_subquery(self, depth: int, columns: Columns) -> str:
        name = self._name("i")
        table, own = self._table(name)
        where = self._condition(0, own + columns)
        what = self._pick(("count(*)", "max({})", "sum({})", "min({})", "avg({})")).format(
            self._expression(0, own, "number")
        )
        return f"(SELECT {what} FROM {table} WHERE {where})"

    def _condition(self, depth: int, columns: Columns) -> str:
        kind = self._pick(("number", "number", "text", "day"))
        a, b = (self._expression(depth - 1, columns, kind) for _ in range(2))
        options = [f"{a} {self._pick(('=', '<>', '<', '<=', '>', '>='))} {b}"] * 4
        options += [
            f"{a} IS NULL",
            f"{a} IS NOT NULL",
            f"{a} IN ({b}, {self._literal(kind)})",
            f"{a} IS DISTINCT FROM {b}",
        ]
        if kind == "text":
            options += [f"{a} LIKE 'a%'", f"{a} NOT IN ('a', 'b')"]
        if kind == "number":
            options.append(f"{a} BETWEEN 0 AND {b}")
        if depth > 0:
            options += [self._subquery_condition(depth, columns) for _ in range(3)]
            left, right = (self._condition(depth - 1, columns) for _ in range(2))
            options += [f"({left} {self._pick(('AND', 'OR'))} {right})", f"NOT ({left})"]
        return self._pick(options)

    def _subquery_condition(self, depth: int, columns: Columns) -> str:
        name = self._name("i")
        table, own = self._table(name)
        column = self._expression(0, own, "number", plain=True)
        where = f" WHERE {self._condition(depth - 1, own + columns)}" if self._maybe(0.7) else ""
        a = self._expression(0, columns, "number")
        rows = f"SELECT {column} FROM {table}{where}"
        return self._pick(
            (
                f"EXISTS ({rows})",
                f"NOT EXISTS ({rows})",
                f"{a} IN ({rows})",
                f"{a} NOT IN ({rows})",
                f"{a} {self._pick(('>', '<=', '='))} ANY ({rows})",
                f"{a} {self._pick(('<', '>=', '<>'))} ALL ({rows})",
                f"{a} >= ({rows} ORDER BY 1 LIMIT 1)",
            )
        )

    def _aggregate(self, depth: int, columns: Columns, kind: str) -> str:
        a = self._expression(depth - 1, columns, kind)
        options = [
            f"max({a})",
            f"min({a})",
            f"first({a})",
            f"any_value({a})",
            f"arg_max({a}, {self._expression(0, columns, 'day')})",
        ]
        if kind == "number":
            any_kind = self._expression(0, columns, self._pick(("text", "day", "number")))
            options += [
                "count(*)",
                f"count({any_kind})",
                f"count(DISTINCT {any_kind})",
                f"sum({a})",
                f"avg({a})",
                f"sum(DISTINCT {a})",
            ]
            options += [
                f"len(list({a} ORDER BY {any_kind}))",
                f"median({a})",
                f"sum({a}) FILTER (WHERE {self._condition(0, columns)})",
            ]
        elif kind == "text":
            options += [f"string_agg({a}, ',')", f"string_agg(DISTINCT {a}, '|')", f"mode({a})"]
        elif kind == "truth":
            options = [f"bool_and({a})", f"bool_or({a})", f"count(*) > {self._pick('012')}"]
        return self._pick(options)

    def _window(self, columns: Columns, kind: str, named: bool) -> str:
        a = self._expression(0, columns, kind)
        order = (
            f"ORDER BY {self._expression(0, columns, self._pick(('number', 'day', 'text')))} {self._pick(('', 'DESC'))}"
        )
        partition = (
            f"PARTITION BY {self._expression(0, columns, self._pick(('number', 'text')))} " if self._maybe(0.6) else ""
        )
        over = "OVER w" if named and self._maybe(0.6) else f"OVER ({partition}{order})"
        frame = self._pick(
            (
                "ROWS BETWEEN 1 PRECEDING AND CURRENT ROW",
                "GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
                "ROWS UNBOUNDED PRECEDING",
            )
        )
        framed = f"OVER ({partition}{order} {frame})"
        options = [
            f"lag({a}) {over}",
            f"lead({a}, 1) {over}",
            f"first_value({a}) {over}",
            f"last_value({a}) {framed}",
            f"max({a}) {framed}",
        ]
        if kind == "number":
            options += [
                f"row_number() {over}",
                f"rank() {over}",
                f"dense_rank() {over}",
                f"ntile(2) {over}",
                f"count(*) {framed}",
            ]
            options += [f"sum({a}) {framed}", f"row_number() {over}", f"sum({a}) OVER ({partition})"]
        if kind == "truth":
            options = [f"{self._window(columns, 'number', named)} > 1"]
        return self._pick(options)

    def _listed(self, parts: list[str]) -> str:
        return ", ".join(f"{part} AS c{place}" for place, part in enumerate(parts))

    def _literal(self, kind: str) -> str:
        literal = self._pick(_LITERALS[kind])
        types = {"number": "INTEGER", "text": "VARCHAR", "day": "DATE", "truth": "BOOLEAN"}
        return f"CAST(NULL AS {types[kind]})" if literal == "NULL" else literal

    def _name(self, letter: str) -> str:
        self._names += 1
        return f"{letter}{self._names}"

    def _pick(self, options: tuple[str, ...] | list[str] | str) -> str:
        return self._random.choice(options)

    def _maybe(self, chance: float) -> bool:
        return self._random.random() < chance
