from __future__ import annotations

from dbt_ai.project.column_graph import column_graph, column_path, impact
from dbt_ai.sql.values import ColumnRef, Edge, EdgeKind, Lineage

RAW, STAGED, MART = "source.shop.raw.orders", "model.shop.stg_orders", "model.shop.orders"
LINEAGES = {
    STAGED: Lineage(("Order_Id",), (Edge("Order_Id", ColumnRef(RAW, "id"), EdgeKind.RENAMED),)),
    MART: Lineage(
        ("order_id", "twice"),
        (
            Edge("order_id", ColumnRef(STAGED, "order_id"), EdgeKind.PASS_THROUGH),
            Edge("twice", ColumnRef(STAGED, "order_id"), EdgeKind.COMPUTED),
            Edge("*", ColumnRef(STAGED, "order_id"), EdgeKind.FILTERED_BY),
        ),
    ),
}


def test_a_path_goes_through_names_of_different_case() -> None:
    path = column_path(column_graph(LINEAGES), ColumnRef(MART, "order_id"))
    assert [(step.source.column, step.kind.value) for step in path.upstream] == [
        ("Order_Id", "pass-through"),
        ("id", "renamed"),
    ]
    assert path.downstream == ()


def test_impact_is_nearest_first() -> None:
    reached = impact(column_graph(LINEAGES), ColumnRef(RAW, "id"))
    assert reached == (ColumnRef(STAGED, "Order_Id"), ColumnRef(MART, "order_id"), ColumnRef(MART, "twice"))


def test_conditions_reach_the_rows_of_a_relation_when_asked_for() -> None:
    raw = ColumnRef(RAW, "id")
    assert ColumnRef(MART, "*") not in impact(column_graph(LINEAGES), raw)
    assert ColumnRef(MART, "*") in impact(column_graph(LINEAGES, with_conditions=True), raw)


def test_an_unknown_column_has_no_path() -> None:
    graph = column_graph(LINEAGES)
    assert column_path(graph, ColumnRef(MART, "nope")).upstream == ()
    assert impact(graph, ColumnRef(MART, "nope")) == ()
