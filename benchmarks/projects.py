"""Big dbt projects made by a seed: staging, intermediate models and marts in the shapes that real projects have.

    python -c "from benchmarks.projects import generate; generate(Path('big'), models=1000, columns=12, seed=1)"

writes a dbt project on DuckDB that `dbt parse` accepts, and gives its compiled SQL without running dbt.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

Typed = tuple[tuple[str, str], ...]  # (column, kind); the first column of a relation is its key

DATABASE = "warehouse"
NAME = "generated"
_SQL_TYPES = {
    "key": "bigint",
    "cents": "integer",
    "number": "double",
    "count": "integer",
    "text": "varchar",
    "code": "varchar",
    "time": "timestamp",
    "flag": "boolean",
}
_ENTITIES = (
    "customer",
    "order",
    "invoice",
    "payment",
    "shipment",
    "product",
    "supplier",
    "ticket",
    "session",
    "campaign",
    "contract",
    "employee",
    "store",
    "return",
    "subscription",
    "visit",
    "lead",
    "claim",
    "booking",
    "device",
)
_ATTRIBUTES = (
    ("code", "status kind channel country currency tier region source_system"),
    ("text", "name email city street note label reference title phone"),
    ("time", "created_at updated_at closed_at paid_at shipped_at valid_until"),
    ("cents", "amount_cents tax_cents fee_cents discount_cents cost_cents"),
    ("count", "quantity visits retries items days_open"),
    ("number", "rate score weight latitude longitude share"),
    ("flag", "is_active is_deleted has_consent is_test"),
)


@dataclass(frozen=True)
class GeneratedModel:
    """A source table (`sql` empty) or a model: its SQL with Jinja, its columns, and what it reads."""

    unique_id: str
    name: str
    folder: str
    columns: Typed
    sql: str = ""
    parents: tuple[str, ...] = ()

    @property
    def relation(self) -> tuple[str, str, str]:
        """(database, schema, identifier)."""
        return (DATABASE, "main" if self.sql else "raw", self.name)

    def sql_types(self) -> tuple[tuple[str, str], ...]:
        """(column, DuckDB type) in order."""
        return tuple((name, _SQL_TYPES[kind]) for name, kind in self.columns)


@dataclass(frozen=True)
class GeneratedProject:
    """The sources and models of a generated project, parents before children."""

    folder: Path
    sources: tuple[GeneratedModel, ...]
    models: tuple[GeneratedModel, ...]

    def compiled(self) -> dict[str, str]:
        """Compiled SQL of every model by unique_id, as dbt-duckdb would compile it."""
        names = {f"{{{{ ref('{model.name}') }}}}": model for model in self.models}
        names |= {f"{{{{ source('raw', '{source.name}') }}}}": source for source in self.sources}
        compiled = {}
        for model in self.models:
            sql = model.sql
            for call, target in _calls(model, names):
                sql = sql.replace(call, ".".join(f'"{part}"' for part in target.relation))
            compiled[model.unique_id] = sql
        return compiled

    def source_ddl(self) -> str:
        """SQL that creates the (empty) source tables, so that the project can be built."""
        tables = "\n".join(
            f"create table raw.{source.name} ({', '.join(f'{name} {kind}' for name, kind in source.sql_types())});"
            for source in self.sources
        )
        return f"create schema raw;\n{tables}\n"


def generate(folder: Path, models: int, columns: int, seed: int) -> GeneratedProject:
    """Write a dbt project of `models` models with about `columns` columns each into `folder`, and describe it.

    The same arguments give the same project. A quarter of the models is staging, two fifths intermediate.
    """
    project = plan(folder, models, columns, seed)
    _write(project)
    return project


def plan(folder: Path, models: int, columns: int, seed: int) -> GeneratedProject:
    """The project that `generate` writes, without writing it."""
    chance = random.Random(seed)
    staging = max(2, models // 4)
    intermediate = max(2, models * 2 // 5)
    sources = tuple(_source(chance, number, columns) for number in range(staging))
    made: list[GeneratedModel] = [_staging(chance, source) for source in sources]
    for number in range(max(0, models - staging)):
        layer = "intermediate" if number < intermediate else "marts"
        prefix = "int" if layer == "intermediate" else "mart"
        parents = chance.sample(made[-max(200, staging) :], k=min(len(made), chance.choice((2, 2, 3))))
        shape = chance.choice(_SHAPES if layer == "intermediate" else _MART_SHAPES)
        sql, typed, read = shape(chance, parents, columns)
        name = f"{prefix}_{chance.choice(_ENTITIES)}s_{number}"
        made.append(
            GeneratedModel(f"model.{NAME}.{name}", name, layer, typed, sql, tuple(parent.unique_id for parent in read))
        )
    return GeneratedProject(folder, sources, tuple(made))


def _source(chance: random.Random, number: int, columns: int) -> GeneratedModel:
    entity = _ENTITIES[number % len(_ENTITIES)]
    pool = [(name, kind) for kind, names in _ATTRIBUTES for name in names.split()]
    chosen = chance.sample(pool, k=min(len(pool), max(3, columns - 2)))
    extra = [(f"attribute_{position}", "text") for position in range(max(0, columns - 2 - len(pool)))]
    typed = (("id", "key"), (f"{chance.choice(_ENTITIES)}_id", "key"), *chosen, *extra)
    name = f"{entity}s_{number}"
    return GeneratedModel(f"source.{NAME}.raw.{name}", name, "sources", typed)


def _staging(chance: random.Random, source: GeneratedModel) -> GeneratedModel:
    entity = source.name.rsplit("s_", 1)[0]
    lines: list[str] = []
    typed: list[tuple[str, str]] = []
    for column, kind in source.columns:
        line, name, its_kind = _cleaned(chance, column, kind, entity)
        if name not in (known for known, _ in typed):
            lines.append(line)
            typed.append((name, its_kind))
    sql = (
        f"with source as (\n\n    select * from {{{{ source('raw', '{source.name}') }}}}\n\n),\n\n"
        f"renamed as (\n\n    select\n        {_list(lines, 8)}\n    from source\n\n)\n\nselect * from renamed\n"
    )
    name = f"stg_{source.name}"
    return GeneratedModel(f"model.{NAME}.{name}", name, "staging", tuple(typed), sql, (source.unique_id,))


def _cleaned(chance: random.Random, column: str, kind: str, entity: str) -> tuple[str, str, str]:
    if column == "id":
        return f"id as {entity}_id", f"{entity}_id", "key"
    if kind == "cents":
        name = column.removesuffix("_cents")
        return f"{column} / 100.0 as {name}", name, "number"
    if kind == "time" and chance.random() < 0.5:
        return f"cast({column} as timestamp) as {column}", column, kind
    if kind == "text" and chance.random() < 0.5:
        return f"nullif(trim({column}), '') as {column}", column, kind
    if kind == "code" and chance.random() < 0.5:
        return f"lower({column}) as {column}", column, kind
    if kind == "flag" and chance.random() < 0.5:
        return f"coalesce({column}, false) as {column}", column, kind
    if chance.random() < 0.3:
        return f"{column} as {entity}_{column}", f"{entity}_{column}", kind
    return column, column, kind


Made = tuple[str, Typed, Sequence[GeneratedModel]]


def _joined(chance: random.Random, parents: Sequence[GeneratedModel], columns: int) -> Made:
    """Two or three parents joined on keys, the first one's columns kept."""
    first, *others = parents
    lines = [f"{_alias(0)}.{name}" for name, _ in first.columns[: columns // 2 + 1]]
    typed = list(first.columns[: columns // 2 + 1])
    joins = []
    for position, other in enumerate(others, 1):
        side = chance.choice(("left join", "left join", "inner join"))
        joins.append(
            f"{side} {_imported(position)} as {_alias(position)}\n"
            f"    on {_alias(0)}.{first.columns[0][0]} = {_alias(position)}.{other.columns[0][0]}"
        )
        for name, kind in other.columns[1 : 1 + columns // (2 * len(others))]:
            new = _fresh(f"{_alias(position)}_{name}", typed)
            value = f"{_alias(position)}.{name}"
            lines.append(f"coalesce({value}, 0) as {new}" if kind in ("number", "count") else f"{value} as {new}")
            typed.append((new, kind))
    body = f"select\n    {_list(lines, 4)}\nfrom {_imported(0)} as {_alias(0)}\n" + "\n".join(joins)
    return _with_imports(parents, [("joined", body)]), tuple(typed), parents


def _aggregated(chance: random.Random, parents: Sequence[GeneratedModel], columns: int) -> Made:
    """One parent grouped by a key, joined back to another."""
    fact, dimension = parents[0], parents[1]
    key = fact.columns[min(1, len(fact.columns) - 1)][0]
    lines, typed = [key], [("group_key", "key")]
    for name, kind in fact.columns[2:columns]:
        for function in _AGGREGATES.get(kind, ()):
            new = _fresh(f"{function.split('(')[0]}_{name}", typed)
            lines.append(f"{function.format(name=name)} as {new}")
            typed.append((new, "time" if kind == "time" else "number"))
            if chance.random() < 0.6:
                break
    counted = _fresh("row_count", [*typed, *fact.columns])
    lines.append(f"count(*) as {counted}")
    typed.append((counted, "count"))
    grouped = f"select\n    {_list(lines, 4)}\nfrom {_imported(0)}\ngroup by 1"
    kept = dimension.columns[1:4]
    outer = [f"g.{key} as group_key", *(f"g.{name}" for name, _ in typed[1:])]
    for name, kind in kept:
        new = _fresh(f"dimension_{name}", typed)
        outer.append(f"d.{name} as {new}")
        typed.append((new, kind))
    body = (
        f"select\n    {_list(outer, 4)}\nfrom grouped as g\nleft join {_imported(1)} as d\n"
        f"    on g.{key} = d.{dimension.columns[0][0]}"
    )
    return _with_imports(parents[:2], [("grouped", grouped), ("final", body)]), tuple(typed), parents[:2]


_AGGREGATES = {
    "number": ("sum({name})", "avg({name})", "max({name})"),
    "cents": ("sum({name})", "min({name})"),
    "count": ("sum({name})", "max({name})"),
    "time": ("min({name})", "max({name})"),
    "code": ("count(distinct {name})",),
}


def _latest(chance: random.Random, parents: Sequence[GeneratedModel], columns: int) -> Made:
    """The latest row a key, with the values of the row before."""
    (parent,) = parents[:1]
    key = parent.columns[min(1, len(parent.columns) - 1)][0]
    order = next((name for name, kind in parent.columns if kind == "time"), parent.columns[0][0])
    kept = parent.columns[:columns]
    previous = _fresh(f"previous_{order}", parent.columns)
    recency = _fresh("recency", parent.columns)
    ranked = [
        "*",
        f"row_number() over (partition by {key} order by {order} desc) as {recency}",
        f"lag({order}) over (partition by {key} order by {order}) as {previous}",
    ]
    lines = [*(name for name, _ in kept), previous]
    ctes = [
        ("ranked", f"select\n    {_list(ranked, 4)}\nfrom {_imported(0)}"),
        ("latest", f"select\n    {_list(lines, 4)}\nfrom ranked\nwhere {recency} = 1"),
    ]
    typed = (*kept, (previous, dict(parent.columns)[order]))
    return _with_imports([parent], ctes), typed, [parent]


def _union(chance: random.Random, parents: Sequence[GeneratedModel], columns: int) -> Made:
    """Two parents one below the other, brought to the same columns."""
    left, right = parents[0], parents[1]
    typed: list[tuple[str, str]] = []
    sides: tuple[list[str], list[str]] = ([], [])
    available = list(right.columns)
    for name, kind in left.columns[:columns]:
        twin = next((column for column in available if column[1] == kind), None)
        if twin is not None:
            available.remove(twin)
        sides[0].append(name)
        sides[1].append(f"{twin[0]} as {name}" if twin else f"cast(null as {_SQL_TYPES[kind]}) as {name}")
        typed.append((name, kind))
    origin = _fresh("origin", typed)
    typed.append((origin, "code"))
    body = "\nunion all\n".join(
        f"select\n    {_list([*lines, repr(parent.name) + f' as {origin}'], 4)}\nfrom {_imported(position)}"
        for position, (lines, parent) in enumerate(zip(sides, (left, right), strict=True))
    )
    return _with_imports(parents[:2], [("united", body)]), tuple(typed), parents[:2]


def _banded(chance: random.Random, parents: Sequence[GeneratedModel], columns: int) -> Made:
    """One parent filtered, with bands, ratios and flags worked out."""
    (parent,) = parents[:1]
    lines: list[str] = []
    typed: list[tuple[str, str]] = []
    for name, kind in parent.columns[:columns]:
        lines.append(name)
        typed.append((name, kind))
        if kind in ("number", "count") and chance.random() < 0.6:
            new = _fresh(f"{name}_band", [*typed, *parent.columns])
            lines.append(f"case when {name} > 100 then 'high' when {name} > 10 then 'middle' else 'low' end as {new}")
            typed.append((new, "code"))
        if kind == "time" and chance.random() < 0.5:
            new = _fresh(f"{name}_month", [*typed, *parent.columns])
            lines.append(f"date_trunc('month', {name}) as {new}")
            typed.append((new, "time"))
    condition = f"{parent.columns[0][0]} is not null"
    body = f"select\n    {_list(lines, 4)}\nfrom {_imported(0)}\nwhere {condition}"
    return _with_imports([parent], [("banded", body)]), tuple(typed), [parent]


_SHAPES = (_joined, _aggregated, _latest, _union, _banded)
_MART_SHAPES = (_joined, _joined, _aggregated, _banded)


def _fresh(name: str, taken: Iterable[tuple[str, str]]) -> str:
    """`name`, or with a number behind it where it is taken."""
    names = {known for known, _ in taken}
    return next(new for new in (name, *(f"{name}_{number}" for number in range(2, 10_000))) if new not in names)


def _with_imports(parents: Sequence[GeneratedModel], ctes: Sequence[tuple[str, str]]) -> str:
    imports = [
        f"{_imported(position)} as (\n\n    select * from {{{{ ref('{parent.name}') }}}}\n\n)"
        for position, parent in enumerate(parents)
    ]
    bodies = [f"{name} as (\n\n    {body.replace(chr(10), chr(10) + '    ')}\n\n)" for name, body in ctes]
    return "with " + ",\n\n".join([*imports, *bodies]) + f"\n\nselect * from {ctes[-1][0]}\n"


def _imported(position: int) -> str:
    return f"import_{position}"


def _alias(position: int) -> str:
    return "abc"[position]


def _list(lines: Iterable[str], indent: int) -> str:
    return f",\n{' ' * indent}".join(lines)


def _calls(model: GeneratedModel, names: dict[str, GeneratedModel]) -> Iterable[tuple[str, GeneratedModel]]:
    for parent in model.parents:
        name = parent.rsplit(".", 1)[1]
        call = f"{{{{ source('raw', '{name}') }}}}" if parent.startswith("source.") else f"{{{{ ref('{name}') }}}}"
        yield call, names[call]


def _write(project: GeneratedProject) -> None:
    folder = project.folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dbt_project.yml").write_text(
        f"name: {NAME}\nversion: '1.0'\nprofile: {NAME}\nmodel-paths: [models]\n"
        f"models:\n  {NAME}:\n    +materialized: view\n",
        encoding="utf-8",
    )
    (folder / "profiles.yml").write_text(
        f"{NAME}:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n      path: {DATABASE}.duckdb\n"
        "      threads: 4\n",
        encoding="utf-8",
    )
    for model in project.models:
        path = folder / "models" / model.folder / f"{model.name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(model.sql, encoding="utf-8")
    (folder / "models" / "staging" / "_sources.yml").write_text(_sources_yml(project.sources), encoding="utf-8")
    staging = [model for model in project.models if model.folder == "staging"]
    (folder / "models" / "staging" / "_staging.yml").write_text(_staging_yml(staging), encoding="utf-8")
    (folder / "sources.sql").write_text(project.source_ddl(), encoding="utf-8")


def _sources_yml(sources: Sequence[GeneratedModel]) -> str:
    lines = ["version: 2", "sources:", "  - name: raw", f"    database: {DATABASE}", "    tables:"]
    for source in sources:
        lines += [f"      - name: {source.name}", "        columns:"]
        for name, kind in source.sql_types():
            lines += [f"          - name: {name}", f"            data_type: {kind}"]
    return "\n".join(lines) + "\n"


def _staging_yml(models: Sequence[GeneratedModel]) -> str:
    lines = ["version: 2", "models:"]
    for model in models:
        lines += [
            f"  - name: {model.name}",
            "    columns:",
            f"      - name: {model.columns[0][0]}",
            "        data_tests: [unique, not_null]",
        ]
    return "\n".join(lines) + "\n"
