"""Random queries over the tables of the rules' examples, of the kinds that rules change."""

from __future__ import annotations

import random

_INTEGERS = {"t": ("a", "b", "k"), "u": ("k", "b", "n")}


class QueryMaker:
    """Makes one query from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._count = 0

    def query(self) -> str:
        """A query, whose columns are called c0, c1 ..."""
        body = self._query(2, self._one((1, 2, 2, 3)))
        return f"{body} ORDER BY c0" if self._maybe(0.1) else body

    def _query(self, depth: int, width: int) -> str:
        pick = self._random.random()
        if depth > 0 and pick < 0.15:
            operator = self._one(("UNION", "UNION ALL", "UNION ALL", "EXCEPT", "INTERSECT"))
            return f"({self._query(depth - 1, width)}) {operator} ({self._query(depth - 1, width)})"
        if depth > 0 and pick < 0.25:
            name, inner = self._name("q"), self._one((1, 2))
            columns = [f"{name}.c{place}" for place in range(inner)]
            body = f"WITH {name} AS ({self._query(depth - 1, inner)}) "
            return body + self._select(depth - 1, width, (f"{name}", columns))
        return self._select(depth, width, None)

    def _select(self, depth: int, width: int, first: tuple[str, list[str]] | None) -> str:
        sql, columns = first or self._source(depth)
        for _ in range(self._one((0, 1, 1, 2))):
            sql, columns = self._joined(depth, sql, columns)
        where = f" WHERE {self._condition(depth, columns)}" if self._maybe(0.7) else ""
        pick = self._random.random()
        if pick < 0.25:
            keys = [self._one(columns) for _ in range(self._one((1, 1, 2)))]
            outputs = [self._one((self._one(keys), self._aggregate(depth, columns))) for _ in range(width)]
            having = f" HAVING {self._having(keys, columns)}" if self._maybe(0.4) else ""
            return f"SELECT {self._listed(outputs)} FROM {sql}{where} GROUP BY {', '.join(keys)}{having}"
        if pick < 0.32:
            return f"SELECT {self._listed([self._aggregate(depth, columns) for _ in range(width)])} FROM {sql}{where}"
        outputs = [self._value(depth if self._maybe(0.5) else 0, columns) for _ in range(width)]
        tail = ""
        if pick > 0.93:
            window = f"OVER (PARTITION BY {self._one(columns)} ORDER BY {self._one(columns)})"
            tail = f" QUALIFY rank() {window} = 1"
        distinct = "DISTINCT " if self._maybe(0.3) and not tail else ""
        return f"SELECT {distinct}{self._listed(outputs)} FROM {sql}{where}{tail}"

    def _source(self, depth: int) -> tuple[str, list[str]]:
        name = self._name("s")
        if depth > 0 and self._maybe(0.35):
            width = self._one((1, 2, 3))
            order = self._one(("", "", " ORDER BY 1"))
            return f"({self._query(depth - 1, width)}{order}) AS {name}", [f"{name}.c{place}" for place in range(width)]
        table = self._one(("t", "u"))
        return f"{table} AS {name}", [f"{name}.{column}" for column in _INTEGERS[table]]

    def _joined(self, depth: int, sql: str, columns: list[str]) -> tuple[str, list[str]]:
        other, theirs = self._source(depth - 1)
        key = next((column for column in theirs if column.endswith((".k", ".a"))), theirs[0])
        pairs = [f"{self._one(columns)} = {self._one((key, self._one(theirs)))}"]
        pairs += [self._condition(0, [*columns, *theirs])] if self._maybe(0.25) else []
        how = self._one(("JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", ",", "FULL JOIN", "SEMI JOIN", "ANTI JOIN"))
        if how == ",":
            return f"{sql} CROSS JOIN {other}", columns + theirs
        kept = columns if how in ("SEMI JOIN", "ANTI JOIN") else columns + theirs
        return f"{sql} {how} {other} ON {' AND '.join(pairs)}", kept

    def _condition(self, depth: int, columns: list[str]) -> str:
        x, y = self._one(columns), self._one(columns)
        p = [
            f"{x} = {y}",
            f"{x} > {y}",
            f"{x} {self._one(('=', '<>', '<', '<=', '>', '>='))} {self._one('0123')}",
            f"{x} IS NULL",
            f"{x} IS NOT NULL",
            f"{x} BETWEEN {self._one('01')} AND {self._one('23')}",
            f"{x} IN (1, {self._one('23')})",
            f"{x} NOT IN (1, {self._one('23')})",
            f"({x} = 1 OR {x} = 2)",
            f"({x} < 2 AND {x} < 3)",
            f"coalesce({x}, 1) = 1",
            f"coalesce({x} = {y}, FALSE)",
            f"CASE WHEN {x} = {y} THEN TRUE ELSE FALSE END",
            f"({x} = {y}) IS TRUE",
            f"({x} > {y}) = {self._one(('TRUE', 'FALSE'))}",
            f"{x} IS DISTINCT FROM {y}",
            "1 = 1",
        ]
        if self._maybe(0.25):
            a, b = self._condition(0, columns), self._condition(0, columns)
            p = [f"({a} AND {b})", f"({a} OR {b})", f"NOT ({a})", f"NOT ({a} OR {b})", f"(({a} AND {b}) OR {a})"]
            p += [f"(({a} AND {b}) OR ({a} AND {self._condition(0, columns)}))"]
        elif depth > 0 and self._maybe(0.5):
            other, theirs = self._source(0)
            z = self._one(theirs)
            where = self._one(
                ("", f" WHERE {self._condition(0, theirs)}", f" WHERE {z} = {y}", f" WHERE {z} IS NOT NULL")
            )
            distinct = self._one(("", "DISTINCT "))
            p = [f"{x} IN (SELECT {distinct}{z} FROM {other}{where})", f"{x} NOT IN (SELECT {z} FROM {other}{where})"]
            p += [f"{self._one(('', 'NOT '))}EXISTS (SELECT {distinct}{z} FROM {other}{where})"]
            p += [f"{x} = (SELECT max({z}) FROM {other}{where})"]
            p += [f"{x} IN ({self._query(depth - 1, 1)})"]
        return self._one(p)

    def _having(self, keys: list[str], columns: list[str]) -> str:
        return self._one((f"count(*) > {self._one('012')}", f"{self._one(keys)} > 1", f"sum({self._one(columns)}) >= 2",
                          f"count(*) > 0 AND {self._one(keys)} IS NOT NULL"))  # fmt: skip

    def _value(self, depth: int, columns: list[str]) -> str:
        x, y = self._one(columns), self._one(columns)
        if depth <= 0 or self._maybe(0.4):
            return x
        return self._one((
            f"{x} + {y}", f"coalesce({x}, {y})", f"coalesce(coalesce({x}, {y}), 1)", f"nullif({x}, {y})",
            f"CASE WHEN {x} IS NULL THEN {y} ELSE {x} END", f"CASE {x} WHEN 1 THEN {y} ELSE NULL END",
            f"CASE WHEN {self._condition(0, columns)} THEN {x} ELSE CASE WHEN {x} > 1 THEN {y} END END",
            f"if({x} > 1, {x}, {y})", f"CAST({x} AS INTEGER)", "1 + 2", f"CASE WHEN FALSE THEN {x} ELSE {y} END",
            f"({x} + 1) * 2", f"CASE WHEN TRUE THEN {x} ELSE {y} END",
        ))  # fmt: skip

    def _aggregate(self, depth: int, columns: list[str]) -> str:
        x, p = self._one(columns), self._condition(0, columns)
        return self._one((
            "count(*)", "count(1)", f"count({x})", f"sum({x})", f"max(DISTINCT {x})", f"count(DISTINCT {x})",
            f"sum(CASE WHEN {p} THEN {x} END)", f"sum({x}) FILTER (WHERE {p})", f"count(CASE WHEN {p} THEN 1 END)",
        ))  # fmt: skip

    def _listed(self, outputs: list[str]) -> str:
        return ", ".join(f"{output} AS c{place}" for place, output in enumerate(outputs))

    def _name(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def _one(self, options):  # type: ignore[no-untyped-def]
        return self._random.choice(options)

    def _maybe(self, chance: float) -> bool:
        return self._random.random() < chance
