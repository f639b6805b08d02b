"""The shop as a live dbt has it, converted to our values."""

from __future__ import annotations

import shutil
import socket
import threading
from pathlib import Path

import duckdb
import pytest

from dbt_ai.project.live import LiveReader
from dbt_ai.project.opening import open_project
from dbt_ai.project.values import DataTest, DuckDBTarget, Node
from dbt_ai.values import PropertyPlace
from tests.project.shop import dbt


def node(live: LiveReader, unique_id: str) -> Node:
    return live.project.nodes[unique_id]


def test_the_project(live: LiveReader, built: Path) -> None:
    project = live.project
    assert (project.name, project.adapter_type, project.dialect) == ("shop", "duckdb", "duckdb")
    assert (project.target_name, project.read_from, project.arguments_property) == ("dev", "dbt", True)
    assert project.root == built
    assert project.target_path == built / "target"
    assert project.duckdb == DuckDBTarget(
        path=str((built / "shop.duckdb").resolve()), database="shop", settings={"TimeZone": "UTC"}
    )


def test_every_kind_of_node_is_there(live: LiveReader) -> None:
    kinds = {uid: (node.resource_type, node.language, node.materialized) for uid, node in live.project.nodes.items()}
    assert kinds == {
        "model.shop.stg_customers": ("model", "sql", "view"),
        "model.shop.stg_orders": ("model", "sql", "ephemeral"),
        "model.shop.customers": ("model", "sql", "table"),
        "model.shop.daily": ("model", "sql", "incremental"),
        "model.shop.statuses": ("model", "sql", "table"),
        "model.shop.orders.v1": ("model", "sql", "table"),
        "model.shop.orders.v2": ("model", "sql", "table"),
        "model.shop.scores": ("model", "python", "table"),
        "model.toolbox.calendar": ("model", "sql", "view"),
        "seed.shop.raw_customers": ("seed", "csv", "seed"),
        "seed.shop.raw_orders": ("seed", "csv", "seed"),
        "snapshot.shop.customers_history": ("snapshot", "sql", "snapshot"),
        "source.shop.till.raw_orders": ("source", "sql", ""),
        "source.shop.till.raw_refunds": ("source", "sql", ""),
    }
    assert [node.unique_id for node in live.project.disabled] == ["model.shop.retired"]


def test_relations(live: LiveReader) -> None:
    assert node(live, "model.shop.orders.v2").relation == ("shop", "main", "orders_v2")
    assert node(live, "source.shop.till.raw_orders").relation == ("shop", "main_raw", "raw_orders")


def test_nodes_of_packages_and_disabled_ones_are_never_edited(live: LiveReader) -> None:
    calendar = node(live, "model.toolbox.calendar")
    assert (calendar.editable, calendar.place, calendar.description) == (False, None, "Days.")
    retired = live.project.disabled[0]
    assert (retired.editable, retired.enabled, retired.place) == (False, False, None)


def test_descriptions_are_there_as_rendered_and_as_written(live: LiveReader) -> None:
    customers = node(live, "model.shop.stg_customers")
    assert customers.description == "A customer of the shop."
    assert customers.raw_description == "{{ doc('customer') }}"
    column = customers.column("CUSTOMER_ID")
    assert column is not None
    assert (column.description, column.raw_description) == ("", "{{ doc('nothing') }}")
    name = customers.column("name")
    assert name is not None
    assert name.raw_description == ""
    assert node(live, "model.shop.daily").raw_description is None


def test_versions_have_their_own_columns(live: LiveReader) -> None:
    first, second = node(live, "model.shop.orders.v1"), node(live, "model.shop.orders.v2")
    assert [column.name for column in first.columns] == ["order_id", "amount"]
    assert {column.name: column.raw_description for column in second.columns} == {
        "order_id": "Number of the order.",
        "total": "Order value.",
    }
    assert (second.version, second.latest_version) == ("2", "2")
    assert second.raw_description == "One row per order."
    assert second.place == PropertyPlace(
        "models/marts/orders.yml", "models", "orders", version="2", exists=True, file_exists=True
    )


def test_keys_constraints_tags_and_meta(live: LiveReader) -> None:
    customers = node(live, "model.shop.customers")
    assert customers.tags == ("finance",)
    assert customers.meta == {"owner": "sales"}
    assert [(one["type"], one["column"]) for one in customers.constraints] == [("not_null", "customer_id")]
    assert customers.contract_enforced is False
    assert node(live, "model.shop.daily").unique_key == ("customer_id", "day")
    assert node(live, "snapshot.shop.customers_history").unique_key == ("id",)


def test_data_tests(live: LiveReader) -> None:
    tests = {(one.kind, one.node, one.column): one for one in live.project.data_tests}
    assert set(tests) == {
        ("unique", "model.shop.stg_customers", "customer_id"),
        ("not_null", "model.shop.stg_customers", "customer_id"),
        ("toolbox.longer_than", "model.shop.stg_customers", "name"),
        ("unique", "source.shop.till.raw_orders", "id"),
        ("singular", "model.shop.customers", None),
    }
    longer = tests["toolbox.longer_than", "model.shop.stg_customers", "name"]
    assert longer == DataTest(
        longer.unique_id,
        longer.kind,
        longer.node,
        "name",
        {"length": 1},
        severity="warn",
        where="name is not null",
        reads=("model.shop.stg_customers",),
    )


def test_the_graph_and_the_exposure(live: LiveReader) -> None:
    graph = live.project.graph()
    assert set(graph.predecessors("model.shop.customers")) == {"model.shop.stg_customers", "model.shop.stg_orders"}
    (exposure,) = live.project.exposures
    assert (exposure.name, exposure.type, exposure.depends_on) == (
        "weekly_sales",
        "dashboard",
        ("model.shop.customers",),
    )


def test_compiling_leaves_out_what_is_no_sql_and_says_what_fails(shop: Path) -> None:
    (shop / "models" / "marts" / "wrong.sql").write_text(
        "select {{ exceptions.raise_compiler_error('no luck') if execute }}"
    )
    reader = open_project(shop)
    compiled = reader.compile([*reader.project.nodes, "model.shop.retired", "model.shop.nowhere", "model.shop.wrong"])
    assert {uid for uid, one in compiled.items() if one.error} == {"model.shop.wrong"}
    assert "no luck" in str(compiled["model.shop.wrong"].error)
    assert "model.shop.scores" not in compiled
    assert "seed.shop.raw_orders" not in compiled
    customers = compiled["model.shop.customers"].sql
    assert customers is not None
    assert "with __dbt__cte__stg_orders as (" in customers
    daily = compiled["model.shop.daily"].sql
    assert daily is not None
    assert "where" not in daily, "an incremental model is compiled as for its first run"


def test_incremental_models_are_compiled_as_of_a_later_run(live: LiveReader) -> None:
    compiled = live.compile_later(["model.shop.daily", "model.shop.customers"])
    assert list(compiled) == ["model.shop.daily"]
    assert "where" in (compiled["model.shop.daily"].sql or "")


def test_compiling_leaves_the_database_to_others(shop: Path) -> None:
    """A model that queries opens the database; a read-only connection of ours must be possible afterwards."""
    reader = open_project(shop)
    assert reader.compile(["model.shop.statuses"])["model.shop.statuses"].error is None
    with duckdb.connect(str(shop / "shop.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from main_raw.raw_orders").fetchone() == (3,)


def test_a_warehouse_that_does_not_answer_is_asked_once(shop: Path) -> None:
    """Each of many models that query would else wait for the same timeout."""
    for name in ("one", "two", "three"):
        shutil.copy(shop / "models" / "marts" / "statuses.sql", shop / "models" / "marts" / f"{name}.sql")
    with socket.create_server(("127.0.0.1", 0)) as server:
        calls = []

        def hang_up() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                calls.append(connection)
                connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        profiles = (shop / "profiles.yml").read_text()
        (shop / "profiles.yml").write_text(
            profiles.replace("port: 1\n", f"port: {server.getsockname()[1]}\n      retries: 0\n")
        )
        reader = open_project(shop, target="postgres")
        compiled = reader.compile([uid for uid in reader.project.nodes if uid.startswith("model.shop.")])
    names = ("one", "two", "three", "statuses")
    assert {uid for uid, one in compiled.items() if one.error} == {f"model.shop.{name}" for name in names}
    assert len({one.error for one in compiled.values() if one.error}) == 1
    assert len(calls) == 1


def test_columns_of_the_catalog(shop: Path) -> None:
    assert dbt(shop, "-q", "docs", "generate").returncode == 0
    columns = open_project(shop).project.catalog_columns
    assert columns["model.shop.orders.v2"] == (("order_id", "INTEGER"), ("total", "DOUBLE"))
    assert columns["source.shop.till.raw_orders"][0] == ("id", "INTEGER")


@pytest.mark.parametrize("value", [True, False])
def test_where_generic_tests_take_their_arguments(shop: Path, value: bool) -> None:
    with (shop / "dbt_project.yml").open("a") as file:
        file.write(f"\nflags:\n  require_generic_test_arguments_property: {str(value).lower()}\n")
    content = (shop / "dbt_project.yml").read_text().replace("flags:\n  send_anonymous_usage_stats: false\n", "")
    (shop / "dbt_project.yml").write_text(content)
    if not value:
        properties = shop / "models" / "staging" / "_staging__models.yml"
        properties.write_text(properties.read_text().replace("arguments:\n                length: 1", "length: 1"))
    assert open_project(shop).project.arguments_property is value


def test_another_text_of_a_model_is_compiled(live: LiveReader) -> None:
    before = live.compile(["model.shop.daily"])["model.shop.daily"]
    text = "\nselect 1 as one from {{ ref('stg_orders') }} {% if is_incremental() %}where true{% endif %}\n"
    reads = ["model.shop.stg_orders"]
    first = live.compile_text("model.shop.daily", text, reads)
    assert first.error is None
    assert first.sql is not None
    assert "__dbt__cte__stg_orders" in first.sql, "an ephemeral parent is written out"
    assert "select 1 as one" in first.sql
    assert "where true" not in first.sql
    later = live.compile_text("model.shop.daily", text, reads, incremental=True)
    assert "where true" in (later.sql or "")
    assert live.compile(["model.shop.daily"])["model.shop.daily"] == before, "the project stays as it is"


def test_another_text_may_read_another_node(live: LiveReader) -> None:
    text = "select * from {{ ref('statuses') }}"
    assert live.compile_text("model.shop.daily", text).sql is None
    found = live.compile_text("model.shop.daily", text, ["model.shop.statuses"])
    assert "statuses" in (found.sql or ""), found.error
