"""On ordinary SQL our edges are those of sqlglot's own lineage in batch, over queries that hypothesis makes up."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp
from sqlglot.lineage import lineage as sqlglot_lineage

from dbt_ai.sql.lineage import trace
from dbt_ai.sql.query import parse_query
from dbt_ai.sql.values import Relation

TABLES = {"t": ("a", "b", "c"), "u": ("a", "d", "e"), "v": ("f", "g")}
RELATIONS = [
    Relation(name, ("db", "main", name), tuple((column, "int") for column in columns))
    for name, columns in TABLES.items()
]
SCHEMA = {"db": {"main": {name: dict.fromkeys(columns, "int") for name, columns in TABLES.items()}}}

Sources = list[tuple[str, tuple[str, ...]]]  # what a FROM clause may name, with its columns


def of_sqlglot(sql: str) -> set[tuple[str, str, str]]:
    """(output column, table, column) of the leaves of sqlglot's lineage."""
    return {
        (column, leaf.expression.name, leaf.name.rsplit(".", 1)[-1])
        for column, root in sqlglot_lineage(None, sql, schema=SCHEMA, dialect="duckdb", trim_selects=False).items()
        for leaf in root.walk()
        if not leaf.downstream and isinstance(leaf.expression, exp.Table)
    }


def of_ours(sql: str) -> set[tuple[str, str, str]]:
    traced = trace(parse_query(sql, "duckdb", RELATIONS))
    assert traced.unresolved == ()
    return {(edge.column, edge.source.relation, edge.source.column) for edge in traced.edges if edge.column != "*"}


@st.composite
def expressions(draw: st.DrawFn, columns: list[str], depth: int = 2) -> str:
    """A scalar expression over `columns`, which are qualified."""
    if depth == 0:
        return draw(st.sampled_from([*columns, "1", "'x'"]))
    inner = expressions(columns, depth - 1)
    return draw(
        st.one_of(
            inner,
            st.builds("({} + {})".format, inner, inner),
            st.builds("coalesce({}, {})".format, inner, inner),
            st.builds("cast({} as bigint)".format, inner),
            st.builds("case when {} > 0 then {} else {} end".format, inner, inner, inner),
            st.builds("row_number() over (partition by {} order by {})".format, inner, inner),
            st.builds("lag({}) over (order by {})".format, inner, inner),
        )
    )


@st.composite
def selects(draw: st.DrawFn, sources: Sources, width: int) -> str:
    """A SELECT of `width` columns named k0, k1, ... from one or two of the sources."""
    chosen = draw(st.lists(st.sampled_from(sources), min_size=1, max_size=2))
    aliases = [f"x{position}" for position in range(len(chosen))]
    columns = [f"{alias}.{column}" for alias, (_, names) in zip(aliases, chosen, strict=True) for column in names]
    first = f"{chosen[0][0]} as x0"
    joins = ""
    if len(chosen) == 2:
        kind = draw(st.sampled_from(["join", "left join", "full join"]))
        left, right = f"x0.{chosen[0][1][0]}", f"x1.{chosen[1][1][0]}"
        joins = f" {kind} {chosen[1][0]} as x1 on {left} = {right}"
    where = draw(st.sampled_from(["", f" where {columns[0]} > 1"]))
    shape = draw(st.sampled_from(["plain", "plain", "grouped", "subquery"]))
    if shape == "grouped":
        functions = [
            f"{draw(st.sampled_from(['sum', 'max', 'count']))}({draw(st.sampled_from(columns))})"
            for _ in range(1, width)
        ]
        values = [columns[-1], *functions]
        tail = f"{where} group by {columns[-1]}"
    elif shape == "subquery":
        values = [draw(expressions(columns)) for _ in range(width - 1)]
        values.append(f"(select max(z.f) from db.main.v as z where z.g = {columns[0]})")
        tail = where
    else:
        values = [draw(expressions(columns)) for _ in range(width)]
        tail = where
    listed = ", ".join(f"{value} as k{position}" for position, value in enumerate(values))
    return f"select {listed} from {first}{joins}{tail}"


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Up to three CTEs, each over tables and earlier CTEs, a union now and then, a star now and then."""
    sources: Sources = [(f"db.main.{name}", columns) for name, columns in TABLES.items()]
    ctes = []
    for number in range(draw(st.integers(0, 3))):
        width = draw(st.integers(1, 3))
        body = draw(selects(sources, width))
        if draw(st.booleans()):
            body += f" union all {draw(selects(sources, width))}"
        ctes.append(f"c{number} as ({body})")
        sources = [*sources, (f"c{number}", tuple(f"k{position}" for position in range(width)))]
    head = f"with {', '.join(ctes)} " if ctes else ""
    if draw(st.booleans()):
        return f"{head}select * from {sources[-1][0]} as s"
    return head + draw(selects(sources, draw(st.integers(1, 4))))


@settings(max_examples=150, deadline=None)
@given(queries())
def test_the_same_edges(sql: str) -> None:
    assert of_ours(sql) == of_sqlglot(sql)
