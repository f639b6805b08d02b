"""Random queries over three small tables: every construct that is lifted, in every other.

A query is made from the outside in; `columns` are what its sources offer, by type. All randomness is from one seeded
generator, so that a seed stands for a query.
"""

from __future__ import annotations

from benchmarks._lifted_expressions import RELATIONS, Column, Columns, ExpressionMaker

__all__ = ["RELATIONS", "QueryMaker"]


class QueryMaker(ExpressionMaker):
    """Makes one query after the other from one seed."""

    def query(self) -> str:
        """The SQL of a query."""
        self._names = 0
        pick = self._random.random()
        if pick < 0.08:
            return self._recursive()
        if pick < 0.16:
            return self._pivoted()
        body, kinds = self._any_query(self._random.choice((1, 2, 2, 3)), ())
        if self._maybe(0.2):
            terms = ", ".join(str(place + 1) for place in range(len(kinds)))
            body += f" ORDER BY {terms}"
            if self._maybe(0.5):
                body += f" LIMIT {self._random.choice('0123')}"
        return body

    def _any_query(self, depth: int, outer: Columns) -> tuple[str, list[str]]:
        if depth > 1 and self._maybe(0.2):
            return self._set_operation(depth, outer)
        if depth > 1 and self._maybe(0.25):
            return self._with_cte(depth, outer)
        return self._select(depth, outer)

    def _set_operation(self, depth: int, outer: Columns) -> tuple[str, list[str]]:
        left, kinds = self._select(depth - 1, outer)
        right, _ = self._select(depth - 1, outer, kinds)
        operator = self._pick(
            ("UNION", "UNION ALL", "EXCEPT", "EXCEPT ALL", "INTERSECT", "INTERSECT ALL", "UNION ALL BY NAME")
        )
        return f"({left}) {operator} ({right})", kinds

    def _with_cte(self, depth: int, outer: Columns) -> tuple[str, list[str]]:
        name = self._name("q")
        inner, kinds = self._any_query(depth - 1, ())
        columns = tuple(Column(f"{name}.c{place}", kind) for place, kind in enumerate(kinds))
        body, out = self._select(depth - 1, outer, source=(name, columns))
        hint = self._pick(("", "", "MATERIALIZED ", "NOT MATERIALIZED "))
        return f"WITH {name} AS {hint}({inner}) {body}", out

    def _recursive(self) -> str:
        name = self._name("r")
        start = self._pick(("SELECT id, 1 AS n FROM t", "SELECT max(id), 0 FROM u", "SELECT 1, 1"))
        step = self._pick(
            (
                f"SELECT u.y, n + 1 FROM {name} JOIN u ON u.id = {name}.id WHERE n < 4",
                f"SELECT t.x, n + 1 FROM {name}, t WHERE t.id = {name}.id AND n < 3",
                f"SELECT id + 1, n + 1 FROM {name} WHERE n < 4 AND id IN (SELECT id FROM t)",
                f"SELECT id, n + 1 FROM {name} WHERE n < 3 AND EXISTS (SELECT 1 FROM u WHERE u.y > n)",
            )
        )
        union = self._pick(("UNION ALL", "UNION"))
        last = self._pick(
            (
                f"SELECT * FROM {name}",
                f"SELECT n, count(*) FROM {name} GROUP BY n",
                f"SELECT t.s, n FROM t LEFT JOIN {name} ON t.id = {name}.id",
            )
        )
        return f"WITH RECURSIVE {name}(id, n) AS ({start} {union} {step}) {last}"

    def _pivoted(self) -> str:
        aggregate = self._pick(("sum(x)", "count(*)", "max(x)", "min(d)"))
        return self._pick(
            (
                f"SELECT * FROM t PIVOT ({aggregate} FOR s IN ('a', 'b') GROUP BY id)",
                f"SELECT * FROM (SELECT id, s, x, d FROM t) PIVOT ({aggregate} FOR s IN ('a', 'b'))",
                f"PIVOT t ON s IN ('a', '') USING {aggregate} GROUP BY b",
                "SELECT * FROM t UNPIVOT (v FOR k IN (id, x))",
                "UNPIVOT (SELECT s, id, x FROM t) ON id, x INTO NAME k VALUE v",
                "SELECT k, sum(v) FROM (SELECT id, x FROM t) UNPIVOT INCLUDE NULLS (v FOR k IN (id, x)) GROUP BY k",
                "SELECT p.*, u.y FROM (SELECT id, s, x, d FROM t) "
                f"PIVOT ({aggregate} FOR s IN ('a', 'b') GROUP BY id) AS p LEFT JOIN u USING (id)",
            )
        )

    def _select(
        self, depth: int, outer: Columns, kinds: list[str] | None = None, source: tuple[str, Columns] | None = None
    ) -> tuple[str, list[str]]:
        """A SELECT whose columns are called c0, c1, ... and have the `kinds` asked for."""
        tables, columns = self._sources(depth, outer, source)
        where = f" WHERE {self._condition(depth, columns + outer)}" if self._maybe(0.5) else ""
        kinds = kinds or [
            self._pick(("number", "number", "text", "day", "truth")) for _ in range(self._random.randint(1, 3))
        ]
        pick = self._random.random()
        if pick < 0.3:
            return self._grouped(depth, tables, where, columns, outer, kinds), kinds
        if pick < 0.38:
            aggregates = [self._aggregate(depth, columns, kind) for kind in kinds]
            having = f" HAVING {self._aggregate(depth, columns, 'number')} > 0" if self._maybe(0.2) else ""
            return f"SELECT {self._listed(aggregates)} FROM {tables}{where}{having}", kinds
        # Two windows can tell rows apart that are equal in all columns, as nothing settles which is the first in both;
        # so where there are two, no rows are equal.
        several = self._maybe(0.15)
        if several:
            name = self._name("w")
            listed = ", ".join(f"{column.sql} AS k{place}" for place, column in enumerate(columns))
            tables, where = f"(SELECT DISTINCT {listed} FROM {tables}{where}) AS {name}", ""
            columns = tuple(Column(f"{name}.k{place}", column.kind) for place, column in enumerate(columns))
        place_of_one = self._random.randint(0, 2 * len(kinds))
        named = self._maybe(0.2)
        window = "WINDOW w AS (PARTITION BY {} ORDER BY {})".format(
            self._expression(0, columns, "number"), self._expression(0, columns, "day")
        )
        parts = [
            self._window(columns, kind, named)
            if (self._maybe(0.5) if several else place == place_of_one)
            else self._expression(depth, columns + outer, kind)
            for place, kind in enumerate(kinds)
        ]
        distinct = self._pick(("", "", "", "", "DISTINCT ", "ON "))
        tail = f" {window}" if named else ""
        if self._maybe(0.25) if several else place_of_one == len(kinds):
            tail += f" QUALIFY {self._window(columns, 'number', named)} <= 1"
        if distinct == "ON ":
            key = self._expression(0, columns, "number")
            distinct = f"DISTINCT ON ({key}) "
            tail += f" ORDER BY {key}, {self._expression(0, columns, 'text')}" if self._maybe(0.5) else ""
        elif self._maybe(0.15):
            order = f"{len(kinds)}" if distinct else self._expression(0, columns, "number")
            tail += f" ORDER BY {order} {self._pick(('', 'DESC', 'NULLS FIRST'))} LIMIT {self._pick('12')}"
            tail += f" OFFSET {self._pick('12')}" if self._maybe(0.3) else ""
        return f"SELECT {distinct}{self._listed(parts)} FROM {tables}{where}{tail}", kinds

    def _grouped(self, depth: int, tables: str, where: str, columns: Columns, outer: Columns, kinds: list[str]) -> str:
        keys = self._random.randint(1, len(kinds))
        parts = [self._expression(0, columns, kind) for kind in kinds[:keys]]
        parts += [self._aggregate(depth, columns, kind) for kind in kinds[keys:]]
        by = self._pick(
            (
                ", ".join(parts[:keys]),
                ", ".join(str(place + 1) for place in range(keys)),
                "ALL",
                f"ROLLUP ({', '.join(parts[:keys])})",
                f"CUBE ({', '.join(parts[:keys])})",
                f"GROUPING SETS (({parts[0]}), ())",
            )
        )
        if by.startswith("GROUPING"):
            parts[1:keys] = [self._aggregate(depth, columns, kind) for kind in kinds[1:keys]]
        having = f" HAVING {self._aggregate(depth, columns, 'number')} >= 1" if self._maybe(0.25) else ""
        tail = f" ORDER BY {keys}, {len(kinds)} LIMIT 2" if self._maybe(0.1) else ""
        return f"SELECT {self._listed(parts)} FROM {tables}{where} GROUP BY {by}{having}{tail}"

    def _sources(self, depth: int, outer: Columns, source: tuple[str, Columns] | None) -> tuple[str, Columns]:
        sql, columns = source or self._source(depth, outer)
        for _ in range(self._pick((0, 0, 1, 1, 2)) if depth > 0 else 0):
            pick = self._random.random()
            if pick < 0.1:
                name = self._name("e")
                low = self._pick(("1", self._expression(0, columns, "number", plain=True)))
                sql += self._pick(
                    (
                        f", unnest([{low}, {self._expression(0, columns, 'number', plain=True)}]) AS {name}(e)",
                        f" CROSS JOIN generate_series(1, 2) AS {name}(e)",
                    )
                )
                columns += (Column(f"{name}.e", "number"),)
                continue
            if pick < 0.2:
                name = self._name("j")
                inner, kinds = self._select(depth - 1, columns)
                sql += f" {self._pick(('LEFT JOIN', 'JOIN'))} LATERAL ({inner}) AS {name} ON true"
                columns += tuple(Column(f"{name}.c{place}", kind) for place, kind in enumerate(kinds))
                continue
            other, theirs = self._source(depth - 1, outer)
            kind = self._pick(
                ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN", ",", "SEMI JOIN", "ANTI JOIN")
            )
            if kind in ("CROSS JOIN", ","):
                sql += f", {other}" if kind == "," else f" CROSS JOIN {other}"
            else:
                equal = f"{self._expression(0, columns, 'number')} = {self._expression(0, theirs, 'number')}"
                more = f" AND {self._condition(0, columns + theirs)}" if self._maybe(0.3) else ""
                sql += f" {kind} {other} ON {equal}{more}"
            columns += () if kind in ("SEMI JOIN", "ANTI JOIN") else theirs
        return sql, columns

    def _source(self, depth: int, outer: Columns) -> tuple[str, Columns]:
        pick = self._random.random()
        name = self._name("s")
        if pick < 0.06:
            return f"(VALUES (1, 'a'), (2, NULL), (3, 'b')) AS {name}(n, z)", (
                Column(f"{name}.n", "number"),
                Column(f"{name}.z", "text"),
            )
        if pick < 0.12:
            join = self._pick(("JOIN", "LEFT JOIN", "FULL JOIN", "RIGHT JOIN"))
            on = self._pick(("id", "id, s"))
            kinds = (("id", "number"), ("x", "number"), ("y", "number"), ("d", "day"))
            columns = tuple(Column(f"{name}.{column}", kind) for column, kind in kinds)
            return f"(SELECT id, x, y, d FROM t {join} u USING ({on})) AS {name}", columns
        if depth > 1 and pick < 0.35:
            inner, kinds = self._any_query(depth - 1, ())
            return f"({inner}) AS {name}", tuple(Column(f"{name}.c{place}", kind) for place, kind in enumerate(kinds))
        return self._table(name)
