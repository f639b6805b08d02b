"""The facts of one SELECT: its clauses in the order in which SQL evaluates them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from sqlglot import exp

from dbt_ai.sql.facts.aggregates import aggregates_in, is_aggregate, repeated_in_rows
from dbt_ai.sql.facts.conditions import conjuncts, not_null_where_true, null_where_columns_are
from dbt_ai.sql.facts.domains import domain_of, literal_text, narrow
from dbt_ai.sql.facts.inline import columns_in, inline, ref_of
from dbt_ai.sql.facts.joins import equate, has_outer_side, join, kind_of, start
from dbt_ai.sql.facts.keys import group_keys, output_keys, row_number_key, single
from dbt_ai.sql.facts.kinds import made_of
from dbt_ai.sql.facts.nullability import nullability_of
from dbt_ai.sql.facts.rows import Result, RowKey, Rows, Source, unwrap
from dbt_ai.sql.facts.types import type_of
from dbt_ai.sql.query import Query
from dbt_ai.sql.values import ColumnFacts, ColumnKind, FilterFact, Key, QueryFacts, same_name

_ROW_MAKING = (exp.Explode, exp.ExplodeOuter, exp.Posexplode, exp.Unnest, exp.Inline, exp.GenerateSeries)
_ROW_MAKING_NAMES = ("unnest", "explode", "flatten", "elements", "each", "series", "to_table", "object_keys", "matches")


def select_facts(select: exp.Select, query: Query, sources: Sequence[tuple[Source, exp.Join | None]]) -> Result:
    """The facts of `select`, whose FROM and JOIN entries are `sources` (the first without a join)."""
    rows = Rows(query, own_names=frozenset(_own_names(select)))
    _from(select, sources, rows)
    _where(select, rows)
    _group(select, rows)
    _having(select, rows)
    _mark_figures(select)
    projections = [unwrap(projection) for projection in select.selects]
    _windows(projections, select, rows)
    _qualify(select, rows)
    return _project(select, projections, sources, rows)


def _mark_figures(select: exp.Select) -> None:
    """Mark every aggregate and window of `select` with the SELECT it belongs to, so that COUNT(*) of one is told apart
    from COUNT(*) of another once both stand in one expression."""
    found = [node for node in select.find_all(exp.AggFunc, exp.Window) if node.parent_select is select]
    if found:
        mark = sha256(select.sql(comments=False).encode()).hexdigest()[:12]
        for node in found:
            node.meta.setdefault("select", mark)


def _from(select: exp.Select, sources: Sequence[tuple[Source, exp.Join | None]], rows: Rows) -> None:
    where = select.args.get("where")
    shared = list(conjuncts(where.this)) if where is not None and not has_outer_side(select) else []
    for index, (source, node) in enumerate(sources):
        if index == 0:
            start(source, rows)
        else:
            join(source, node, shared, rows)
        makes_rows = index == 0 or (node is not None and node.side.upper() == "" and not source.result.grouped)
        if makes_rows:
            rows.filters.extend(source.facts.filters)
        if index == 0 or not source.result.grouped:
            rows.joins.extend(fact for fact in source.facts.joins if fact not in rows.joins)
    if not sources:
        rows.keys = [RowKey(frozenset(), True, "single row")]


def _own_names(select: exp.Select) -> Iterator[str]:
    for projection in select.selects:
        # An alias cannot stand in its own definition: what is called so there is a column, and columns go first.
        names = {column.name for column in projection.find_all(exp.Column)}
        if isinstance(projection, exp.Alias) and projection.alias not in names:
            yield projection.alias


def _where(select: exp.Select, rows: Rows) -> None:
    where = select.args.get("where")
    if where is None:
        return
    for condition in conjuncts(where.this):
        _meet(condition, "where", rows)


def _meet(condition: exp.Expr, clause: str, rows: Rows) -> None:
    expression = inline(condition, rows)
    refs = [c.meta["ref"] for c in expression.find_all(exp.Column) if "ref" in c.meta]
    rows.filters.append(FilterFact(rows.sql(expression), tuple(dict.fromkeys(refs)), clause))
    if condition.find(exp.Subquery, exp.Select) is None:
        narrow(condition, rows)
        equate(condition, rows)
    rows.require(not_null_where_true(condition, rows))


def _group(select: exp.Select, rows: Rows) -> None:
    group = select.args.get("group")
    if group is None:
        having = select.args.get("having")
        parts = [*select.selects, *([having.this] if having is not None else [])]
        if any(True for part in parts for _ in aggregates_in(part)):
            rows.group = ()
            rows.keys = [RowKey(frozenset(), True, "aggregate")]
        elif select.args.get("distinct") is None and _may_be_one_aggregate(select):
            rows.rows_of = None
        return
    rows.grouping_sets = any(group.args.get(key) for key in ("rollup", "cube", "grouping_sets", "totals")) or any(
        isinstance(key, (exp.Rollup, exp.Cube, exp.GroupingSets)) for key in group.expressions
    )
    rows.group = tuple(_group_keys(group, select))
    if rows.grouping_sets or (group.args.get("all") and any(p.is_star for p in select.selects)):
        rows.notes.append("The groups of ROLLUP, CUBE and GROUPING SETS were not looked into.")
        rows.grouping_sets = True
        rows.keys = []
        return
    if group.args.get("all") and not rows.group and not any(True for p in select.selects for _ in aggregates_in(p)):
        rows.keys, rows.rows_of = [], None
        return
    rows.keys = group_keys(rows, "GROUP BY " + ", ".join(rows.sql(inline(key, rows)) for key in rows.group))


def _group_keys(group: exp.Group, select: exp.Select) -> Iterator[exp.Expr]:
    if group.args.get("all"):
        # DuckDB leaves constants out: with nothing else selected it does not group at all.
        keys = [unwrap(p) for p in select.selects if not any(True for _ in aggregates_in(p))]
        yield from (key for key in keys if key.find(exp.Column) is not None)
    by_alias = {p.alias: unwrap(p) for p in select.selects if isinstance(p, exp.Alias)}
    for key in group.expressions:
        key = unwrap(key)
        if isinstance(key, exp.Literal) and not key.is_string and key.this.isdigit():
            index = int(key.this) - 1
            yield unwrap(select.selects[index]) if 0 <= index < len(select.selects) else key
        elif isinstance(key, exp.Column) and not key.table and key.name in by_alias:
            yield by_alias[key.name]
        elif isinstance(key, exp.Tuple):
            yield from (unwrap(part) for part in key.expressions)
        else:
            yield key


def _may_be_one_aggregate(select: exp.Select) -> bool:
    """Whether the SELECT could aggregate all rows by a function that sqlglot does not know as an aggregate."""
    has_unknown = any(projection.find(exp.Anonymous, exp.AnonymousAggFunc) for projection in select.selects)
    return has_unknown and not any(isinstance(unwrap(p), (exp.Column, exp.Star)) for p in select.selects)


def _having(select: exp.Select, rows: Rows) -> None:
    having = select.args.get("having")
    if having is not None:
        for condition in conjuncts(having.this):
            _meet(condition, "having", rows)


def _windows(projections: Sequence[exp.Expr], select: exp.Select, rows: Rows) -> None:
    qualify = select.args.get("qualify")
    found = [p for p in projections if isinstance(p, exp.Window)]
    found += list(qualify.find_all(exp.Window)) if qualify is not None else []
    for window in found:
        key = None if rows.grouping_sets else row_number_key(window, rows)
        if key is not None:
            rows.keys = [*rows.keys, key]


def _qualify(select: exp.Select, rows: Rows) -> None:
    qualify = select.args.get("qualify")
    if qualify is not None:
        rows.before_qualify = rows.snapshot()
        for condition in conjuncts(qualify.this):
            _meet(condition, "qualify", rows)


def _project(
    select: exp.Select,
    projections: Sequence[exp.Expr],
    sources: Sequence[tuple[Source, exp.Join | None]],
    rows: Rows,
) -> Result:
    described = _describing_aliases(rows)
    columns = [_column(select.selects[i].alias_or_name, p, described, rows) for i, p in enumerate(projections)]
    has_star = any(p.is_star or p.find(exp.Columns) is not None for p in select.selects)
    folded = [column.name.casefold() for column in columns]
    names = _single(folded)
    lost = _makes_rows(projections) or bool(select.args.get("laterals")) or bool(select.args.get("connect"))
    if lost:
        rows.keys, rows.rows_of = [], None
        rows.notes.append("A function in the SELECT list can make several rows of one; keys were given up there.")
    rows.pinned |= {rows.element(p) for p in projections if literal_text(p) is not None}
    _distinct(select, projections, has_star, rows)
    keys = output_keys(rows, projections, columns, names)
    single_row = single(rows) or _limit_one(select)
    if single_row:
        keys = []
    grouped = rows.group is not None or (len(sources) > 0 and sources[0][0].result.grouped)
    facts = QueryFacts(
        columns=tuple(_unique_kept(column, keys, single_row, lost) for column in columns if column.name != "*"),
        keys=tuple(keys),
        rows_of=None if rows.group is not None else rows.rows_of,
        grouped_by=_grouped_by(projections, columns, sources, rows),
        filters=tuple(dict.fromkeys(rows.filters)),
        joins=tuple(rows.joins),
        union_of=sources[0][0].facts.union_of if len(sources) == 1 and rows.group is None else (),
        single_row=single_row,
        base_relations=tuple(dict.fromkeys(key for source, _ in sources for key in source.facts.base_relations)),
        notes=tuple(dict.fromkeys([*(n for source, _ in sources for n in source.facts.notes), *rows.notes])),
    )
    passes = sources[0][0].result.open if has_star and len(sources) == 1 and len(projections) == 1 else None
    return Result(
        facts,
        grouped=grouped,
        whole=not lost and _leaves_nothing_out(select, sources),
        complete=not has_star,
        open=passes if rows.group is None else None,
    )


def _leaves_nothing_out(select: exp.Select, sources: Sequence[tuple[Source, exp.Join | None]]) -> bool:
    """Whether every row of the base relations takes part in the rows of `select`."""
    distinct = select.args.get("distinct")
    narrowing = ("where", "having", "qualify", "limit", "offset", "sample", "prewhere", "laterals", "connect")
    return (
        not any(select.args.get(clause) for clause in narrowing)
        and not (distinct is not None and distinct.args.get("on"))
        and all(source.result.whole for source, _ in sources)
        and all(kind_of(node) == "left" for _, node in sources[1:])
    )


def _column(name: str, projection: exp.Expr, described: frozenset[str], rows: Rows) -> ColumnFacts:
    name = rows.query.spell(name)
    if isinstance(projection, exp.Column):
        facts = rows.column_facts(projection)
        if facts is not None:
            return _passed(name, projection, facts, described, rows)
    expression = inline(projection, rows)
    made = made_of(projection, rows)
    subquery = projection.find(exp.Subquery, exp.Select) is not None
    if subquery:
        rows.notes.append(f"The subquery inside column {name} was not looked into.")
    return ColumnFacts(
        name=name,
        kind=made.kind,
        sql=rows.sql(expression),
        sources=columns_in(projection, rows),
        type=type_of(projection, rows),
        aggregate=made.aggregate,
        window=made.window,
        branches=made.branches,
        default_sql=made.default_sql,
        factor=made.factor,
        nullability=nullability_of(projection, rows),
        domain=domain_of(projection, rows),
        repeated=_repeated(projection, rows),
        expression=expression,
    )


def _passed(name: str, column: exp.Column, facts: ColumnFacts, described: frozenset[str], rows: Rows) -> ColumnFacts:
    """The facts of `column` of a source, passed on as `name`."""
    kind = facts.kind
    ref = ref_of(facts)
    if kind in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED):
        same = all(same_name(name, source.column) for source in facts.sources)
        kind = ColumnKind.PASS_THROUGH if same and facts.sources else ColumnKind.RENAMED
    shared = rows.table_of(column) in rows.self_joined
    expression = inline(column, rows) if shared else facts.expression
    if expression is not None and rows.table_of(column) in rows.optional and not null_where_columns_are(expression):
        expression = None
    made = made_of(column, rows)
    return replace(
        facts,
        name=name,
        kind=kind,
        sql=rows.sql(expression) if shared and expression is not None and ref is not None else facts.sql,
        expression=expression,
        default_sql=made.default_sql,
        nullability=nullability_of(column, rows),
        domain=domain_of(column, rows),
        grain_kept=facts.grain_kept and rows.table_of(column) in described,
        repeated=_repeated(column, rows),
    )


def _repeated(projection: exp.Expr, rows: Rows) -> bool | None:
    """Whether joins can repeat the value: an aggregate is one value a group, and so is a group key on its own."""
    if rows.group is None:
        return repeated_in_rows(projection, rows)
    if rows.grouping_sets:
        return None
    return False if len(rows.group) <= 1 or is_aggregate(projection) else None


def _describing_aliases(rows: Rows) -> frozenset[str]:
    """The aliases whose columns still say what they said in their relation: those that no grouping changed, or whose
    key is among the group keys; and of two readings of one relation the first only."""
    aliases = set(rows.sources)
    if rows.group is not None:
        elements = {rows.element(key) for key in rows.group}
        aliases = {
            alias
            for alias, source in rows.sources.items()
            if any(
                key.columns and {source.element(column) for column in key.columns} <= elements
                for key in source.facts.keys
            )
        }
    seen: set[str] = set()
    for alias, source in rows.sources.items():
        if alias in rows.self_joined and seen & set(source.facts.base_relations):
            aliases.discard(alias)
        seen |= set(source.facts.base_relations)
    return frozenset(aliases)


def _unique_kept(column: ColumnFacts, keys: Sequence[Key], single_row: bool, lost: bool) -> ColumnFacts:
    if lost:
        column = replace(column, repeated=None)
    if column.source_unique_kept is None:
        return column
    kept = single_row or any(len(key.columns) == 1 and same_name(key.columns[0], column.name) for key in keys)
    return replace(column, source_unique_kept=kept and column.source_unique_kept)


def _distinct(select: exp.Select, projections: Sequence[exp.Expr], has_star: bool, rows: Rows) -> None:
    distinct = select.args.get("distinct")
    if distinct is None:
        return
    on = distinct.args.get("on")
    keys = on.expressions if isinstance(on, exp.Tuple) else [on] if on is not None else projections
    by_alias = {p.alias: unwrap(p) for p in select.selects if isinstance(p, exp.Alias)}
    # As in ORDER BY, a bare name is an output column first.
    keys = [by_alias.get(k.name, k) if isinstance(k, exp.Column) and not k.table else k for k in map(unwrap, keys)]
    before = _distinct_changes_nothing(projections, rows)
    if on is None and not before:
        rows.rows_of = None
    if on is not None or not has_star:
        basis = "distinct" if on is None else "distinct on"
        rows.keys = [*rows.keys, RowKey(frozenset(rows.element(key) for key in keys), True, basis)]


def _distinct_changes_nothing(projections: Sequence[exp.Expr], rows: Rows) -> bool:
    shown = {rows.element(projection) for projection in projections}
    return any(key.strict and key.elements <= shown for key in rows.keys)


def _limit_one(select: exp.Expr) -> bool:
    limit = select.args.get("limit")
    if not isinstance(limit, exp.Limit) or limit.args.get("limit_options") or limit.args.get("expressions"):
        return False
    value = limit.expression
    return isinstance(value, exp.Literal) and not value.is_string and value.this in ("0", "1")


def _grouped_by(
    projections: Sequence[exp.Expr],
    columns: Sequence[ColumnFacts],
    sources: Sequence[tuple[Source, exp.Join | None]],
    rows: Rows,
) -> tuple[str, ...]:
    """The output columns that carry the group keys of the rows; none where one of them is not shown."""
    if rows.group is not None:
        wanted = [rows.element(key) for key in rows.group]
    elif sources and sources[0][0].result.grouped and rows.keys:
        source = sources[0][0]
        wanted = [source.element(column) for column in source.facts.grouped_by]
    else:
        return ()
    by_element = {rows.element(p): column.name for p, column in reversed(list(zip(projections, columns, strict=True)))}
    names = [by_element.get(element) for element in dict.fromkeys(wanted)]
    return tuple(name for name in names if name) if all(names) else ()


def _makes_rows(projections: Sequence[exp.Expr]) -> bool:
    for projection in projections:
        if projection.find(*_ROW_MAKING) is not None:
            return True
        for call in projection.find_all(exp.Anonymous):
            if any(word in call.name.casefold() for word in _ROW_MAKING_NAMES):
                return True
    return False


def _single(names: Sequence[str]) -> frozenset[str]:
    seen: set[str] = set()
    twice: set[str] = set()
    for name in names:
        (twice if name in seen else seen).add(name)
    return frozenset(seen - twice)
