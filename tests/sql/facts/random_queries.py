"""Random SELECTs over three small tables, with random rows that keep what is declared of the tables.

What is declared is what dbt tests declare: `unique` counts no NULLs, `not_null` and `accepted_values` as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random

import duckdb

from dbt_ai.sql.values import Relation

RELATIONS = (
    Relation(
        key="model.a",
        parts=(None, None, "a"),
        columns=(("id", "INTEGER"), ("k", "INTEGER"), ("g", "VARCHAR"), ("n", "INTEGER"), ("w", "INTEGER")),
        unique_keys=(("id",), ("w",)),
        not_null=frozenset({"id"}),
        domains=(("g", ("x", "y", "z")),),
    ),
    Relation(
        key="model.b",
        parts=(None, None, "b"),
        columns=(("id", "INTEGER"), ("line", "INTEGER"), ("a_id", "INTEGER"), ("v", "INTEGER"), ("s", "VARCHAR")),
        unique_keys=(("id", "line"),),
        not_null=frozenset({"id", "line", "v"}),
    ),
    Relation(
        key="model.c",
        parts=(None, None, "c"),
        columns=(("k", "INTEGER"), ("label", "VARCHAR"), ("p", "INTEGER")),
        unique_keys=(("k",), ("label", "p")),
        not_null=frozenset({"label"}),
        domains=(("label", ("one", "two", "none")),),
    ),
)


def database(seed: int) -> duckdb.DuckDBPyConnection:
    """A database with the three tables, its rows drawn from few values so that they meet and repeat."""
    random = Random(seed)
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("create table a (id integer, k integer, g varchar, n integer, w integer)")
    connection.execute("create table b (id integer, line integer, a_id integer, v integer, s varchar)")
    connection.execute("create table c (k integer, label varchar, p integer)")

    def maybe(values: list[object]) -> object:
        return random.choice([*values, None])

    for id_ in random.sample(range(6), random.choice([0, 1, 3, 5])):
        w = id_ + 10 if random.random() < 0.5 else None
        row = [id_, maybe([0, 1, 2]), maybe(["x", "y", "z"]), maybe([-1, 0, 5]), w]
        connection.execute("insert into a values (?, ?, ?, ?, ?)", row)
    pairs = [(i, j) for i in range(4) for j in range(3)]
    for id_, line in random.sample(pairs, random.choice([0, 1, 4, 8])):
        row = [id_, line, maybe([0, 1, 2, 3]), random.choice([0, 1, 7]), maybe(["x", "p", ""])]
        connection.execute("insert into b values (?, ?, ?, ?, ?)", row)
    labelled: set[tuple[object, object]] = set()
    for k in [*random.sample(range(4), random.choice([0, 2, 4])), None, None][: random.choice([1, 3, 6])]:
        label, p = random.choice(["one", "two", "none"]), maybe([0, 1])
        if p is None or (label, p) not in labelled:
            labelled.add((label, p))
            connection.execute("insert into c values (?, ?, ?)", [k, label, p])
    return connection


@dataclass
class Shape:
    """What a generated query has, for checks that hold for some of them only."""

    sql: str = ""
    used: set[str] = field(default_factory=set)


_Columns = list[tuple[str, str]]  # (name, "int" | "text" | "bool")


class Generator:
    """Writes one random query."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.shape = Shape()
        self.coalesced: _Columns = []  # what the last full join ties together
        self.tied: list[str] = []  # conditions that tie entries of FROM, for WHERE
        self.tables: dict[str, _Columns] = {
            relation.parts[2]: [(n, "int" if t == "INTEGER" else "text") for n, t in relation.columns]
            for relation in RELATIONS
        }

    def query(self) -> Shape:
        """A SELECT after up to four CTEs, each over tables and the CTEs before it."""
        ctes = []
        for number in range(self.random.choice([0, 1, 1, 2, 3, 4])):
            sql, columns = self._body()
            name = f"q{number}"
            ctes.append(f"{name} as ({sql})")
            self.tables[name] = columns
        body, _ = self._body()
        self.shape.sql = (f"with {', '.join(ctes)} " if ctes else "") + body
        return self.shape

    def _body(self) -> tuple[str, _Columns]:
        roll = self.random.random()
        if roll < 0.12:
            return self._set_operation()
        return self._select()

    def _set_operation(self) -> tuple[str, _Columns]:
        self.shape.used.add("set")
        kinds = [self.random.choice(["int", "int", "text"]) for _ in range(self.random.choice([1, 2, 3]))]
        tagged = self.random.random() < 0.5
        branches = []
        for number in range(self.random.choice([2, 2, 3])):
            tag = f"'t{number}' as tag, " if tagged else ""
            branches.append(self._simple(kinds, tag))
        word = self.random.choice([" union all ", " union all ", " union ", " except ", " intersect "])
        columns = ([("tag", "text")] if tagged else []) + [(f"u{i}", kind) for i, kind in enumerate(kinds)]
        return word.join(branches), columns

    def _simple(self, kinds: list[str], tag: str) -> str:
        table = self.random.choice(list(self.tables))
        columns = [("s." + name, kind) for name, kind in self.tables[table]]
        shown = ", ".join(f"{self._column(columns, kind)} as u{i}" for i, kind in enumerate(kinds))
        where = f" where {self._condition(columns)}" if self.random.random() < 0.3 else ""
        group = " group by all" if self.random.random() < 0.3 else ""
        return f"select {tag}{shown} from {table} as s{where}{group}"

    def _select(self) -> tuple[str, _Columns]:
        self.tied = []
        self.coalesced = []
        from_, columns = self._from()
        tied = [condition for condition in self.tied if all(f"s{n}." not in condition for n in self._gone(from_))]
        if self.random.random() < 0.45:
            tied.append(self._conjunction(columns))
        where = f" where {' and '.join(tied)}" if tied else ""
        roll = self.random.random()
        if roll < 0.3:
            head, tail, shown = self._grouped(columns)
        else:
            head, tail, shown = self._plain(columns, last=roll > 0.9)
        sql = f"select {head} from {from_}{where}{tail}"
        if self.random.random() < 0.04:
            self.shape.used.add("limit")
            sql += f" limit {self.random.choice([1, 1, 2])}"
        return sql, shown

    def _from(self) -> tuple[str, _Columns]:
        first = self.random.choice(list(self.tables))
        sql, columns = self._entry(first, 0)
        for number in range(1, 1 + self.random.choice([0, 0, 1, 1, 2, 3])):
            self.shape.used.add("join")
            table = self.random.choice(list(self.tables))
            entry, mine = self._entry(table, number)
            word = self.random.choice(
                ["left join"] * 6
                + ["join"] * 5
                + ["full join", "full join", "right join", "cross join", "semi join", "anti join"]
            )
            shared = {name.partition(".")[2] for name, _ in mine} & {name.partition(".")[2] for name, _ in columns}
            roll = self.random.random()
            if word == "cross join":
                sql += f" cross join {entry}"
                if roll < 0.7:
                    self.tied.append(self._on(columns, mine))
            elif roll < 0.06 and shared and number == 1 and word in ("left join", "join", "full join"):
                sql += f" {word} {entry} using ({self.random.choice(sorted(shared))})"
            elif roll < 0.08 and word in ("left join", "join"):
                sql += f" {self.random.choice(['natural', 'positional'])} join {entry}"
            elif roll < 0.1 and word in ("left join", "join"):
                sql += f" asof {word} {entry} on {self._column(columns, 'int')} >= {self._column(mine, 'int')}"
            else:
                if word == "full join" and roll < 0.7:
                    on = self._full_on(columns, mine)
                else:
                    on = self._on(columns, mine)
                sql += f" {word} {entry} on {on}"
            if word not in ("semi join", "anti join"):
                columns = columns + mine
        return sql, columns

    @staticmethod
    def _gone(from_: str) -> list[str]:
        """The entries of FROM that no other clause may name."""
        return re.findall(r"(?:semi|anti) join .*? as s(\d) on", from_)

    def _entry(self, table: str, number: int) -> tuple[str, _Columns]:
        """One entry of FROM: a table, or a derived table over it, as s<number>."""
        names = self.tables[table]
        if self.random.random() < 0.85:
            return f"{table} as s{number}", [(f"s{number}.{name}", kind) for name, kind in names]
        inner = [(f"d.{name}", kind) for name, kind in names]
        kept = self.random.sample(inner, self.random.randint(1, len(inner)))
        shown = ", ".join(name for name, _ in kept)
        extra = ", row_number() over (partition by " + self._column(inner, "int") + " order by 1) as rn"
        ranked = self.random.random() < 0.4
        sql = f"(select {shown}{extra if ranked else ''} from {table} as d) as s{number}"
        columns = [(f"s{number}.{name[2:]}", kind) for name, kind in kept]
        if ranked:
            self.tied.append(f"s{number}.rn = 1")
        return sql, [*columns, (f"s{number}.rn", "int")] if ranked else columns

    def _full_on(self, left: _Columns, right: _Columns) -> str:
        """Pairs that are equal, their coalesced values being left for the SELECT list."""
        parts = []
        self.coalesced = []
        for _ in range(self.random.choice([1, 1, 2])):
            one, other = self._key(left), self._key(right)
            parts.append(f"{one} = {other}")
            pair = [one, other] if self.random.random() < 0.7 else [other, one]
            self.coalesced.append((f"coalesce({', '.join(pair)})", "int"))
        return " and ".join(parts)

    def _key(self, columns: _Columns) -> str:
        keys = [name for name, kind in columns if kind == "int" and name.endswith((".id", ".k", ".line", ".x0"))]
        return self.random.choice(keys) if keys else self._column(columns, "int")

    def _on(self, left: _Columns, right: _Columns) -> str:
        parts = []
        for _ in range(self.random.choice([1, 1, 1, 2])):
            kind = self.random.choice(["int", "int", "text"])
            pair = [self._column(left, kind), self._column(right, kind)]
            keys = [name for name, _ in right if name.endswith((".id", ".k", ".line"))]
            if kind == "int" and keys and self.random.random() < 0.6:
                pair[1] = self.random.choice(keys)
            self.random.shuffle(pair)
            parts.append(" = ".join(pair))
        if self.random.random() < 0.25:
            parts.append(self._condition(self.random.choice([left, right])))
        return (" and " if self.random.random() < 0.95 else " or ").join(parts)

    def _plain(self, columns: _Columns, last: bool) -> tuple[str, str, _Columns]:
        shown: _Columns = []
        parts = []
        for number, coalesced in enumerate(self.coalesced, start=20):
            parts.append(f"{coalesced[0]} as x{number}")
            shown.append((f"x{number}", coalesced[1]))
        for number in range(self.random.choice([2, 3, 4, 5])):
            kind = self.random.choice(["int", "int", "text", "bool"])
            if self.random.random() < 0.6 and kind != "bool":
                sql = self._column(columns, kind)
            elif self.random.random() < 0.04:
                kind, sql = "int", f"unnest([{self._column(columns, 'int')}, 4])"
            elif self.random.random() < 0.15:
                kind, sql = "text", self._surrogate(columns)
            elif self.random.random() < 0.3:
                self.shape.used.add("window")
                kind, sql = "int", self._window(columns)
            else:
                sql = self._expression(columns, kind, 2)
            parts.append(f"{sql} as x{number}")
            shown.append((f"x{number}", kind))
        head = ", ".join(parts)
        tail = ""
        if self.random.random() < 0.12:
            self.shape.used.add("distinct")
            head = "distinct " + head
        elif self.random.random() < 0.05:
            self.shape.used.add("distinct")
            head = f"distinct on ({self._column(columns, 'int')}) " + head
        if self.random.random() < 0.15:
            self.shape.used.add("window")
            partition = ", ".join(self._column(columns, "int") for _ in range(self.random.choice([1, 2])))
            order = self._column(columns, "int")
            window = f"partition by {partition} order by {order}"
            tail = f" qualify row_number() over ({window}) = 1"
            if self.random.random() < 0.2:
                tail = f" window win as ({window}) qualify row_number() over win = 1"
            if self.random.random() < 0.3:
                tail += f" and {self._condition(columns)}"
        return head, tail, shown

    def _grouped(self, columns: _Columns) -> tuple[str, str, _Columns]:
        self.shape.used.add("group")
        keys: _Columns = []
        for _ in range(self.random.choice([0, 1, 1, 2, 3])):
            kind = self.random.choice(["int", "int", "text"])
            simple = self.random.random() < 0.8
            keys.append((self._column(columns, kind) if simple else self._expression(columns, kind, 1), kind))
        keys = [key for key in keys if not key[0].lstrip("-(").rstrip(")").isdigit() and "'" not in key[0][:1]]
        shown: _Columns = []
        parts = []
        for number, (sql, kind) in enumerate(keys):
            if self.random.random() < 0.85:
                parts.append(f"{sql} as x{number}")
                shown.append((f"x{number}", kind))
        for number in range(10, 10 + self.random.choice([1, 2, 3])):
            kind, sql = self._aggregate(columns)
            parts.append(f"{sql} as x{number}")
            shown.append((f"x{number}", kind))
        tail = " group by " + ", ".join(sql for sql, _ in keys) if keys else ""
        if keys and self.random.random() < 0.15:
            tail = " group by all"
        if keys and self.random.random() < 0.05:
            tail = " group by rollup (" + ", ".join(sql for sql, _ in keys) + ")"
        if self.random.random() < 0.2:
            having = self.random.choice(["count(*) > 1", f"sum({self._column(columns, 'int')}) >= 0"])
            if keys and self.random.random() < 0.4:
                having = f"{keys[0][0]} is not null"
            tail += f" having {having}"
        self.random.shuffle(parts)
        kinds = dict(shown)
        names = [part.rpartition(" as ")[2] for part in parts]
        return ", ".join(parts), tail, [(name, kinds[name]) for name in names]

    def _aggregate(self, columns: _Columns) -> tuple[str, str]:
        argument = self._expression(columns, "int", 1) if self.random.random() < 0.4 else self._column(columns, "int")
        condition = self._condition(columns)
        forms = [
            ("int", "count(*)"), ("int", f"count({argument})"), ("int", f"count(distinct {argument})"),
            ("int", f"sum({argument})::integer"), ("int", f"min({argument})"), ("int", f"max({argument})"),
            ("int", f"coalesce(sum({argument}), 0)::integer"),
            ("int", f"sum(case when {condition} then {argument} end)::integer"),
            ("int", f"sum(case when {condition} then {argument} else 0 end)::integer"),
            ("int", f"count(case when {condition} then 1 end)"),
            ("int", f"max({argument}) filter (where {condition})"),
            ("int", f"count(*) filter (where {condition})"), ("int", f"count_if({condition})::integer"),
            ("bool", f"bool_or({condition})"), ("text", f"min({self._column(columns, 'text')})"),
            ("int", f"(sum({argument}) / nullif(count({argument}), 0))::integer"),
            ("text", f"max(case when {condition} then 'hit' else 'miss' end)"),
            ("int", f"any_value({argument})"),
        ]  # fmt: skip
        return self.random.choice(forms)

    def _surrogate(self, columns: _Columns) -> str:
        """What dbt_utils.generate_surrogate_key compiles to."""
        names = [self._column(columns, "int") for _ in range(self.random.choice([1, 2, 3]))]
        parts = [f"coalesce(cast({name} as TEXT), '_dbt_utils_surrogate_key_null_')" for name in names]
        return "md5(cast(" + " || '-' || ".join(parts) + " as TEXT))"

    def _window(self, columns: _Columns) -> str:
        partition = f"partition by {self._column(columns, 'int')}" if self.random.random() < 0.6 else ""
        order = f"order by {self._column(columns, 'int')}"
        argument = self._column(columns, "int")
        return self.random.choice(
            [
                f"row_number() over ({partition} {order})", f"row_number() over ({partition} {order})",
                f"rank() over ({partition} {order})", f"lag({argument}) over ({partition} {order})",
                f"lead({argument}, 1, 0) over ({partition} {order})",
                f"first_value({argument}) over ({partition} {order})",
                f"last_value({argument}) over ({partition} {order})",
                f"sum({argument}) over ({partition} {order})::integer", f"max({argument}) over ({partition})",
                f"sum({argument}) over ({partition} {order} rows between 2 preceding and 1 preceding)::integer",
                f"min({argument}) over ({partition} {order} rows between unbounded preceding and current row)",
                f"count({argument}) over ({partition} {order})",
                "row_number() over ()",
            ]
        )  # fmt: skip

    def _column(self, columns: _Columns, kind: str) -> str:
        fitting = [name for name, its in columns if its == kind]
        if fitting:
            return self.random.choice(fitting)
        return {"int": "1", "text": "'x'", "bool": "true"}[kind]

    def _expression(self, columns: _Columns, kind: str, depth: int) -> str:
        def sub(of: str = kind) -> str:
            if depth <= 0 or self.random.random() < 0.4:
                return self._column(columns, of)
            return self._expression(columns, of, depth - 1)

        if kind == "bool":
            return "(" + self._condition(columns) + ")"
        forms = [
            f"coalesce({sub()}, {sub()})",
            f"case when {self._condition(columns)} then {sub()} else {sub()} end",
            f"case when {self._condition(columns)} then {sub()} end",
            f"nullif({sub()}, {sub()})",
            f"if({self._condition(columns)}, {sub()}, {sub()})",
        ]
        column = self._column(columns, kind)
        forms.append(f"case when {column} is null then {sub()} else {column} end")
        forms.append(f"case when {column} is not null then {column} else {sub()} end")
        if kind == "int":
            forms += [
                f"({sub()} + {sub()})", f"abs({sub()})", f"cast({sub()} as integer)", f"({sub()} * 2)",
                f"coalesce({sub()}, 0)", "3", f"(-({sub()}))", f"greatest({sub()}, {sub()})",
                f"cast({sub()} / 2 as integer)", f"round({sub()}, {sub()}::integer)::integer",
                f"year(date '2020-01-01' + to_days({sub()}))", f"year(date '2020-01-01' + interval ({sub()}) day)",
                f"try_cast({sub('text')} as integer)",
            ]  # fmt: skip
        else:
            forms += [f"lower({sub()})", f"coalesce({sub()}, 'none')", "'lit'", f"({sub()} || 'q')",
                      f"case when {self._condition(columns)} then 'in' else 'out' end",
                      f"case {column} when 'x' then 'ex' when 'y' then 'why' end",
                      f"concat({sub()}, {sub()})", f"cast({sub('int')} as varchar)"]  # fmt: skip
        return self.random.choice(forms)

    def _conjunction(self, columns: _Columns) -> str:
        return " and ".join(self._condition(columns) for _ in range(self.random.choice([1, 1, 2])))

    def _condition(self, columns: _Columns, depth: int = 1) -> str:
        number, text = self._column(columns, "int"), self._column(columns, "text")
        other = self._column(columns, "int")
        forms = [
            f"{number} is not null", f"{number} is not null", f"{text} is not null", f"{number} is null",
            f"{number} = {self.random.choice([0, 1, 2])}", f"{number} > {other}", f"{number} = {other}",
            f"{text} in ('x', 'one', 'none')", f"{text} = 'x'", f"{text} <> 'y'", f"{number} in (0, 1, 5)",
            f"{number} not in (1, 2)", f"not ({number} > 0)", f"{number} between 0 and {other}",
            f"({number} > 0) is true", f"coalesce({number}, 0) > 0", f"{number} is distinct from {other}",
            f"{text} like '%e%'", f"{number} + {other} > 0", f"not ({number} is null)",
            f"({number} > 1) is not true", f"{number} not in (select k from c where k is not null)",
            f"{number} in (select id from a)", "exists (select 1 from b where b.v = 7)",
        ]  # fmt: skip
        if depth > 0:
            forms += [
                f"({self._condition(columns, depth - 1)} or {self._condition(columns, depth - 1)})",
                f"({self._condition(columns, depth - 1)} and {self._condition(columns, depth - 1)})",
                f"not ({self._condition(columns, depth - 1)} or {self._condition(columns, depth - 1)})",
                f"not ({self._condition(columns, depth - 1)} and {self._condition(columns, depth - 1)})",
            ]
        return self.random.choice(forms)
