"""Random databases, made by DuckDB itself: a table of plans (one row a database), then one table after the other.

Most databases are poor in values: each has three of its own that most cells take, so that joins find partners, rows
tie and groups have more than one row. `random()` is a real generator (PCG), seeded, and drawn on one thread, so that a
seed stands for the same databases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dbt_ai.checks.lifted.domains import ColumnDomain
from dbt_ai.sql.lifting import DATABASE, MANY
from dbt_ai.sql.names import quoted
from dbt_ai.sql.values import Relation, same_name

NULLS = 0.13
COPIES = 0.08
COPIES_WITHOUT_KEY = 0.3
NEAR = 0.3
FOCUSED = 0.9
WILD = 1 / 64
PLAN = f"{MANY}.main.__plan"
DATABASES = f"{MANY}.main.__dbs"


def wild_of(count: int) -> int:
    """How many of `count` databases, the last ones, have values that make queries fail."""
    return int(count * WILD)


def table(key: str) -> str:
    """The table that holds the rows of all databases for the relation `key`."""
    return f"{MANY}.main.{quoted(key)}"


def random_databases(
    relations: Sequence[Relation],
    domains: Mapping[str, Sequence[ColumnDomain]],
    *,
    seed: int,
    first: int,
    count: int,
    most_rows: int,
    focus: float = 0.0,
) -> Iterator[str]:
    """Statements that add `count` databases from number `first` on to the (existing) tables of `relations`.

    `domains` has the columns of each relation by its key, in order. A table has up to `most_rows` rows, and a few
    copies where no key forbids them. `focus` is the share of the databases in which most cells have a value that
    stands beside their column in a query, so that rows meet many conditions at once.
    """
    yield f"SELECT setseed({(seed * 0.6180339887498949) % 1.0})"
    sizes = [0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, *range(4, most_rows + 1)]
    numbers = ", ".join(
        f"{sizes}[1 + CAST(floor(random() * {len(sizes)}) AS INT)] AS n{i}" for i in range(len(relations))
    )
    yield f"""CREATE OR REPLACE TABLE {PLAN} AS SELECT CAST(i AS INT) AS {DATABASE}, random() AS p1, random() AS p2,
        random() AS p3, i >= {first + count - wild_of(count)} AS wild, {numbers}
        FROM range({first}, {first + count}) AS r(i)"""
    yield f"INSERT INTO {DATABASES} SELECT {DATABASE} FROM {PLAN}"
    ordered, cyclic = parents_first(relations)
    for relation in ordered:
        number = relations.index(relation)
        yield from _rows(relation, domains[relation.key], number, most_rows, ordered, cyclic, focus)
    for _ in range(most_rows * len(relations) if cyclic else 0):  # each round takes a row, or there is none to take
        for relation in relations:
            yield from _drop_orphans(relation, relations, first)


def parents_first(relations: Sequence[Relation]) -> tuple[list[Relation], list[tuple[Relation, int]]]:
    """The relations in an order in which parents come before those that refer to them, and the references (relation,
    place among its foreign keys) that no order allows."""
    waiting, ordered = list(relations), list[Relation]()
    cyclic: list[tuple[Relation, int]] = []
    while waiting:
        done = {relation.key for relation in ordered}
        ready = [one for one in waiting if not {key for key in _parents(one, relations) if key not in done}]
        taken = ready[:1] or waiting[:1]
        for relation in taken:
            for place, foreign in enumerate(relation.foreign_keys):
                parent = foreign.references[0].relation
                if any(parent == other.key for other in relations) and parent not in done:
                    cyclic.append((relation, place))
            waiting.remove(relation)
            ordered.append(relation)
    return ordered, cyclic


def broken_references(relation: Relation, relations: Sequence[Relation]) -> Iterator[str]:
    """For each foreign key of the relation to one of `relations`, the condition for a row `c` that finds no row."""
    known = {other.key: other for other in relations}
    for foreign in relation.foreign_keys:
        parent = known.get(foreign.references[0].relation)
        if parent is not None:
            pairs = list(zip(foreign.columns, (ref.column for ref in foreign.references), strict=True))
            same = " AND ".join(f"p.{quoted(theirs)} = c.{quoted(ours)}" for ours, theirs in pairs)
            filled = " AND ".join(f"c.{quoted(ours)} IS NOT NULL" for ours, _ in pairs)
            rows = f"SELECT 1 FROM {table(parent.key)} AS p WHERE p.{DATABASE} = c.{DATABASE} AND {same}"
            yield f"{filled} AND NOT EXISTS ({rows})"


def _drop_orphans(relation: Relation, relations: Sequence[Relation], first: int) -> Iterator[str]:
    for condition in broken_references(relation, relations):
        yield f"DELETE FROM {table(relation.key)} AS c WHERE {DATABASE} >= {first} AND {condition}"


def _parents(relation: Relation, relations: Sequence[Relation]) -> set[str]:
    known = {other.key for other in relations}
    return {foreign.references[0].relation for foreign in relation.foreign_keys} & known - {relation.key}


def _rows(
    relation: Relation,
    columns: Sequence[ColumnDomain],
    number: int,
    most_rows: int,
    ordered: Sequence[Relation],
    cyclic: Sequence[tuple[Relation, int]],
    focus: float,
) -> Iterator[str]:
    """Statements that fill one table."""
    parents: dict[str, str] = {}  # our column -> the parent's value
    joins, draws, kept = [], [], ["d.r < d.n"]
    for place, foreign in enumerate(relation.foreign_keys):
        parent = next((other for other in ordered if other.key == foreign.references[0].relation), None)
        if parent is None or (relation, place) in cyclic or any(column in parents for column in foreign.columns):
            continue
        nullable = all(_column(columns, column).nullable for column in foreign.columns)
        draws.append(f"random() AS f{place}")
        chosen = f"CASE WHEN d.f{place} < {NULLS if nullable else 0} THEN NULL ELSE"
        joins.append(
            f"""LEFT JOIN (SELECT *, row_number() OVER (PARTITION BY {DATABASE}) AS __n,
            count(*) OVER (PARTITION BY {DATABASE}) AS __of FROM {table(parent.key)}) AS p{place}
            ON p{place}.{DATABASE} = d.{DATABASE}
            AND p{place}.__n = {chosen} 1 + CAST(floor((d.f{place} * 7919) % 1.0 * p{place}.__of) AS INT) END"""
        )
        for ours, theirs in zip(foreign.columns, foreign.references, strict=True):
            parents[ours] = f"p{place}.{quoted(theirs.column)}"
        if not nullable:
            kept.append(f"p{place}.{DATABASE} IS NOT NULL")
    single = dict.fromkeys(key[0].casefold() for key in relation.unique_keys if len(key) == 1)
    alone = {name: place for place, name in enumerate(single)}
    cells = []
    for column in columns:
        cell = parents.get(column.name) or _cell(column, alone.get(column.name.casefold()), focus)
        cells.append(f"{cell} AS {quoted(column.name)}")
    rows = f"""SELECT {", ".join(cells)}, d.{DATABASE} FROM (SELECT p.*, p.n{number} AS n, CAST(r.r AS INT) AS r
        {"".join(f", {draw}" for draw in draws)} FROM {PLAN} AS p, range({most_rows}) AS r(r)
        WHERE r.r < p.n{number}) AS d {" ".join(joins)} WHERE {" AND ".join(kept)}"""
    for key in relation.unique_keys:
        rows = f"SELECT * FROM ({rows}) QUALIFY {unique_condition(key)}"
    yield f"INSERT INTO {table(relation.key)} {rows}"
    first = f"(SELECT min({DATABASE}) FROM {PLAN})"
    keyless = [
        f"({_has_null(key)})" for key in relation.unique_keys
    ]  # such rows may be there twice, as far as is known
    chance = COPIES_WITHOUT_KEY if keyless else COPIES
    yield f"""INSERT INTO {table(relation.key)} SELECT * FROM {table(relation.key)}
        WHERE {" AND ".join([f"random() < {chance}", f"{DATABASE} >= {first}", *keyless])}"""


def unique_condition(key: Sequence[str]) -> str:
    """A QUALIFY condition that keeps one row of each key; rows with a NULL in the key are all kept."""
    names = ", ".join(quoted(column) for column in key)
    return f"{_has_null(key)} OR row_number() OVER (PARTITION BY {DATABASE}, {names}) = 1"


def _has_null(key: Sequence[str]) -> str:
    return " OR ".join(f"{quoted(column)} IS NULL" for column in key)


def _column(columns: Sequence[ColumnDomain], name: str) -> ColumnDomain:
    return next(column for column in columns if same_name(column.name, name))


def _cell(column: ColumnDomain, key: int | None, focus: float) -> str:
    """An expression that draws a value of the column for one row of the plan `d`. `key` is its place among the columns
    that are unique alone: those of one relation must not always have the same value."""
    if not column.values:
        return f"CAST(NULL AS {column.type})"
    values, most = _list(column.values, column.type), len(column.values)
    if key is not None:
        first, turn = (("p1", "p2"), ("p2", "p3"), ("p3", "p1"))[key % 3]
        start = f"CAST(floor(d.{first} * {most}) AS INT)"
        step = f"CASE WHEN d.{turn} < 0.5 THEN d.r ELSE {most * 100} - d.r END"
        cell = f"{values}[1 + ({start} + {step}) % {most}]"
    else:
        place = "[d.p1, d.p1, d.p1, d.p2, d.p2, d.p3, random(), random()][1 + CAST(floor(random() * 8) AS INT)]"
        cell = f"{values}[1 + CAST(floor({place} * {most}) AS INT)]"
        if column.near:
            near = f"{_list(column.near, column.type)}[1 + CAST(floor(random() * {len(column.near)}) AS INT)]"
            chance = f"CASE WHEN (d.p1 * 97) % 1.0 < {focus} THEN {FOCUSED} ELSE {NEAR} END" if focus else str(NEAR)
            cell = f"CASE WHEN random() < {chance} THEN {near} ELSE {cell} END"
    if column.wild:
        wild = f"{_list(column.wild, column.type)}[1 + CAST(floor(random() * {len(column.wild)}) AS INT)]"
        cell = f"CASE WHEN d.wild AND random() < 0.4 THEN {wild} ELSE {cell} END"
    return f"CASE WHEN random() < {NULLS} THEN NULL ELSE {cell} END" if column.nullable else cell


def _list(values: Sequence[str], kind: str) -> str:
    return f"CAST([{', '.join(values)}] AS {kind}[])"
