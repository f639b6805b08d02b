"""ORDER BY in a CTE or a subquery is dropped, where nothing takes rows by their order or hands the order on."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.outline import Query
from dbt_ai.tasks.refactoring.cutting import InTheWayError, clause_cut
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText, Place

# What may hang on the order in which rows come.
_BY_ORDER = (
    exp.AnyValue, exp.ArgMax, exp.ArgMin, exp.ArrayAgg, exp.ArrayUniqueAgg, exp.Distinct, exp.Fetch, exp.First,
    exp.FirstValue, exp.GroupConcat, exp.JSONArrayAgg, exp.JSONObjectAgg, exp.Last, exp.LastValue, exp.Limit,
    exp.NthValue, exp.Offset, exp.RowNumber, exp.Anonymous,
)  # fmt: skip
_OF_TIES = (exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist)  # the same for rows that are tied


def order_without_effect(model: ModelText) -> Found:
    if not model.is_sure(model.outline.tree) or _takes_by_order(model.outline.tree):
        return
    kept = set(_handing_on(model.outline.query))
    for path, query in model.outline.query.queries():
        if not path or path in kept or len(query.arms) != 1 or "order" not in query.arms[0].clauses:
            continue
        place, where = Place(path), ".".join(path)
        sentence = f"Nothing takes the rows of {place} by their order, so its ORDER BY has no effect."
        try:
            cut = clause_cut(model, query.arms[0].clauses["order"])
            yield Change("order-without-effect", where, sentence, (cut,))
        except InTheWayError as error:
            yield Left("order-without-effect", where, sentence, error.reason)


def _takes_by_order(tree: exp.Expr) -> bool:
    """Whether anything may hang on the order of rows: also a window with an order of its own, which may have ties, but
    for ranks, and figures of whole partitions."""
    for node in tree.find_all(*_BY_ORDER, exp.Window):
        if isinstance(node, exp.Window):
            if (node.args.get("order") or node.args.get("spec")) and not isinstance(node.this, _OF_TIES):
                return True
        elif not isinstance(node, exp.Distinct) or node.args.get("on"):
            return True
    return False


def _handing_on(query: Query) -> list[tuple[str, ...]]:
    """The paths of the queries whose rows are those of the final query, in the same order as far as anybody can say:
    whoever ordered them may have meant the table."""
    ctes = {cte.name.casefold(): cte.query for cte in query.ctes}
    paths: list[tuple[str, ...]] = []
    here, path = query, tuple[str, ...]()
    while len(here.arms) == 1:
        arm = here.arms[0]
        if set(arm.clauses) - {"from", "where", "qualify"} or "from" not in arm.clauses:
            break
        if arm.derived:
            here, path = arm.derived[0].query, (*path, arm.derived[0].alias.casefold())
        else:
            name = arm.tree.args["from_"].this.name.casefold()
            if name not in ctes or path[:1] == (name,):
                break
            here, path = ctes[name], (name,)
        paths.append(path)
        if len(paths) > len(ctes) + 20:
            break
    return paths
