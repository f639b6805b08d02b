"""What the compiled SQL says of a SELECT of the model's text."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.outline import Outline, Query, Select
from dbt_ai.sql.values import QueryFacts
from dbt_ai.tasks.refactoring.values import ModelText, Place


def select_at(model: ModelText, place: Place, arms: int) -> Select | None:
    """The SELECT of the compiled SQL at `place`, of a query that has as many of them; None where it has none such."""
    compiled = model.known.compiled
    query = _query_at(compiled, place.path) if compiled is not None else None
    return query.arms[place.number] if query is not None and len(query.arms) == arms else None


def facts_at(model: ModelText, place: Place, select: Select) -> QueryFacts | None:
    """The facts of a SELECT of the compiled SQL, without the word DISTINCT."""
    compiled = model.known.compiled
    if compiled is None:
        return None
    body = compiled.text[select.start : select.end]
    if select.distinct is not None:
        cut = (select.distinct.start - select.start, select.distinct.end - select.start)
        body = body[: cut[0]] + body[cut[1] :]
    return _facts(model, compiled, place.path, body)


def facts_of_source(model: ModelText, place: Place, source: exp.Expr) -> QueryFacts | None:
    """The facts of what the SELECT at `place` reads from as `source`: a CTE, a subquery, or a relation."""
    compiled = model.known.compiled
    if compiled is None:
        return None
    if isinstance(source, exp.Subquery):
        return _facts(model, compiled, place.path, source.this.sql(model.known.dialect))
    if not isinstance(source, exp.Table):
        return None
    name = exp.Table(this=source.this, db=source.args.get("db"), catalog=source.args.get("catalog"))
    return _facts(model, compiled, place.path, f"select * from {name.sql(model.known.dialect)}")


def columns_of_sources(model: ModelText, place: Place, select: Select) -> list[tuple[exp.Expr, list[str]]] | None:
    """All that the SELECT at `place` reads from, as its compiled SQL has it, with the columns of each; None where they
    are not all known."""
    arms = {path: len(query.arms) for path, query in model.outline.query.queries()}
    compiled = select_at(model, place, arms[place.path])
    if compiled is None or len(compiled.joins) != len(select.joins):
        return None
    from_ = compiled.tree.args.get("from_")
    found: list[tuple[exp.Expr, list[str]]] = []
    for source in [*([from_.this] if from_ is not None else []), *(join.tree.this for join in compiled.joins)]:
        facts = facts_of_source(model, place, source)
        if facts is None or not is_complete(facts):
            return None
        found.append((source, [column.name for column in facts.columns]))
    return found


def is_complete(facts: QueryFacts) -> bool:
    """Whether all columns of a query are known."""
    return bool(facts.columns) and all(column.name != "*" for column in facts.columns)


def is_unique(facts: QueryFacts) -> bool:
    """Whether no two rows of the query are the same."""
    if facts.single_row:
        return True
    for key in facts.keys:
        columns = [facts.column(name) for name in key.columns]
        if not key.nulls_apart or all(column is not None and column.nullability.never for column in columns):
            return True
    return False


def _query_at(compiled: Outline, path: tuple[str, ...]) -> Query | None:
    found = [query for its_path, query in compiled.query.queries() if its_path == path]
    return found[0] if len(found) == 1 else None


def _facts(model: ModelText, compiled: Outline, path: tuple[str, ...], body: str) -> QueryFacts | None:
    """The facts of `body` with the CTEs before it. None where it stands in a query that has CTEs of its own."""
    top = compiled.query
    if top.recursive or any(query.ctes for _, query in top.queries() if query is not top):
        return None
    names = [cte.name.casefold() for cte in top.ctes]
    ctes = top.ctes[: names.index(path[0])] if path and path[0] in names else top.ctes
    head = f"with {compiled.text[ctes[0].start : ctes[-1].end]} " if ctes else ""
    return model.known.facts(head + body)
