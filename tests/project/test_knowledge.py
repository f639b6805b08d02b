"""What is known of relations, on projects made of plain values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dbt_ai.project.knowledge import know, relations_of
from dbt_ai.project.values import Column, DataTest, Node, Project
from dbt_ai.sql.values import ColumnRef, ForeignKey, Relation


def node(unique_id: str, **fields: Any) -> Node:
    kind, *_, name = unique_id.split(".")
    known: dict[str, Any] = {
        "resource_type": kind,
        "name": name,
        "package_name": "shop",
        "original_file_path": f"models/{name}.sql",
        "relation": ("db", "main", name),
    }
    return Node(unique_id=unique_id, **(known | fields))


def project(*nodes: Node, root: Path = Path(), **fields: Any) -> Project:
    known: dict[str, Any] = {"adapter_type": "duckdb", "dialect": "duckdb"}
    return Project(
        root=root,
        name="shop",
        target_name="dev",
        dbt_version="1.11.0",
        nodes={its.unique_id: its for its in nodes},
        **(known | fields),
    )


RAW = "source.shop.raw.orders"
STAGED = "model.shop.stg_orders"
MART = "model.shop.orders"
SQL = {STAGED: "select id as order_id, amount from db.main.orders", MART: "select * from db.main.stg_orders"}


def chain(**fields: Any) -> Project:
    return project(node(MART, depends_on=(STAGED,)), node(STAGED, depends_on=(RAW,)), node(RAW), **fields)


def relation(it: Project, key: str = MART, compiled: dict[str, str] | None = None, **more: Any) -> Relation:
    return relations_of(it, compiled or {}, **more)[key]


def test_columns_of_a_projection_flow_down_the_dag() -> None:
    known = know(chain(), SQL)
    assert known.relations[MART].columns == (("order_id", None), ("amount", None))
    assert known.relations[MART].columns_from == "projection"
    assert known.relations[RAW].columns_from == "unknown"
    assert not known.relations[RAW].complete
    assert [edge.source for edge in known.lineages[MART].edges] == [
        ColumnRef(STAGED, "order_id"),
        ColumnRef(STAGED, "amount"),
    ]


def test_the_catalog_gives_types_and_spelling() -> None:
    it = chain(catalog_columns={STAGED: (("ORDER_ID", "BIGINT"), ("AMOUNT", "DOUBLE"))})
    known = relation(it, STAGED, SQL)
    assert known.columns == (("ORDER_ID", "BIGINT"), ("AMOUNT", "DOUBLE"))
    assert known.columns_from == "catalog"


def test_a_catalog_from_before_the_last_change_gives_way_to_the_sql() -> None:
    it = chain(catalog_columns={STAGED: (("old", "INT"), ("amount", "DOUBLE"))})
    known = relation(it, STAGED, SQL)
    assert known.columns == (("order_id", None), ("amount", "DOUBLE"))
    assert known.columns_from == "projection"


def test_the_warehouse_is_asked_where_there_is_no_catalog() -> None:
    known = relation(chain(), RAW, warehouse_columns={RAW: (("id", "BIGINT"),)})
    assert (known.columns, known.columns_from, known.complete) == ((("id", "BIGINT"),), "warehouse", True)


def test_a_property_file_may_leave_columns_out() -> None:
    columns = (Column("id", data_type="bigint"),)
    known = relation(project(node(RAW, columns=columns)), RAW)
    assert (known.columns, known.columns_from, known.complete) == ((("id", "bigint"),), "properties", False)


def test_a_contract_names_every_column() -> None:
    columns = (Column("id", data_type="bigint"),)
    assert relation(project(node(MART, columns=columns, contract_enforced=True))).complete


def test_a_seed_has_the_columns_of_its_header(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "codes.csv").write_bytes('\ufeffid;"Full, name"\r\n1;x\r\n'.encode())
    seed = node(
        "seed.shop.codes",
        original_file_path="seeds/codes.csv",
        language="csv",
        config={"delimiter": ";", "column_types": {"ID": "bigint"}},
    )
    known = relation(project(seed, root=tmp_path), "seed.shop.codes")
    assert known.columns == (("id", "bigint"), ("Full, name", None))
    assert known.columns_from == "seed"


def test_a_seed_whose_file_is_gone_is_not_known(tmp_path: Path) -> None:
    known = relation(project(node("seed.shop.codes", original_file_path="no.csv"), root=tmp_path), "seed.shop.codes")
    assert (known.columns, known.complete) == ((), False)


def test_a_snapshot_adds_its_own_columns_and_its_key_is_not_unique() -> None:
    snapshot = node(
        "snapshot.shop.history", depends_on=(RAW,), unique_key=("id",), config={"hard_deletes": "new_record"}
    )
    known = relation(
        project(node(RAW), snapshot), snapshot.unique_id, {snapshot.unique_id: "select id from db.main.orders"}
    )
    assert [name for name, _ in known.columns] == [
        "id",
        "dbt_scd_id",
        "dbt_updated_at",
        "dbt_valid_from",
        "dbt_valid_to",
        "dbt_is_deleted",
    ]
    assert known.unique_keys == ()


def test_an_ephemeral_parent_is_read_through() -> None:
    ephemeral = node(STAGED, depends_on=(RAW,), materialized="ephemeral")
    sql = f"with __dbt__cte__stg_orders as ({SQL[STAGED]}) select order_id from __dbt__cte__stg_orders"
    known = know(project(node(RAW), ephemeral, node(MART, depends_on=(STAGED,))), {MART: sql})
    assert [edge.source for edge in known.lineages[MART].edges] == [ColumnRef(RAW, "id")]


def test_sql_that_does_not_parse_is_told_and_the_rest_goes_on() -> None:
    known = know(chain(), SQL | {STAGED: "select from where"})
    assert known.lineages[STAGED].columns == ()
    assert known.lineages[STAGED].unresolved[0].startswith("The SQL cannot be parsed as duckdb: ")
    assert MART in known.lineages


# --- tests, constraints


CUSTOMERS = "model.shop.customers"
COLUMNS = {"catalog_columns": {MART: (("Order_Id", None), ("customer_id", None), ("status", None))}}


def with_test(kind: str, column: str | None = None, **fields: Any) -> Relation:
    test = DataTest(f"test.{kind}", kind, MART, column, **fields)
    return relation(project(node(MART), node(CUSTOMERS), data_tests=(test,), **COLUMNS))


def test_a_unique_test_is_a_key_in_the_relations_own_spelling() -> None:
    assert with_test("unique", "order_id").unique_keys == (("Order_Id",),)


@pytest.mark.parametrize(
    "fields",
    [{"where": "status = 'x'"}, {"enabled": False}, {"severity": "warn"}, {"arguments": {"where": "1 = 1"}}],
    ids=str,
)
def test_a_test_that_does_not_bind_every_row_says_nothing(fields: dict[str, Any]) -> None:
    assert with_test("unique", "order_id", **fields).unique_keys == ()


def test_a_unique_test_of_an_expression_is_no_key() -> None:
    assert with_test("unique", "order_id || status").unique_keys == ()


def test_a_test_of_another_package_with_the_same_name_says_nothing() -> None:
    assert with_test("ours.unique", "order_id").unique_keys == ()


def test_unique_together() -> None:
    arguments = {"combination_of_columns": ["ORDER_ID", "status"]}
    found = with_test("dbt_utils.unique_combination_of_columns", arguments=arguments)
    assert found.unique_keys == (("Order_Id", "status"),)


def test_not_null_and_accepted_values() -> None:
    assert with_test("not_null", "status").not_null == {"status"}
    assert with_test("accepted_values", "status", arguments={"values": ["a", 2]}).domains == (("status", ("a", "2")),)


@pytest.mark.parametrize("to", ["ref('customers')", "{{ ref('shop', 'customers') }}", '"db"."main"."customers"'])
def test_relationships_refer_to_the_other_node(to: str) -> None:
    found = with_test("relationships", "customer_id", arguments={"to": to, "field": "id"})
    assert found.foreign_keys == (ForeignKey(("customer_id",), (ColumnRef(CUSTOMERS, "id"),)),)


def test_relationships_to_a_source_and_to_a_version() -> None:
    versions = [
        node(f"model.shop.clients.v{number}", name="clients", version=str(number), latest_version="2")
        for number in (1, 2)
    ]
    source = node(RAW, name="orders", source_name="raw")

    def target(to: str) -> str:
        test = DataTest("t", "relationships", MART, "customer_id", arguments={"to": to, "field": "id"})
        it = project(node(MART), source, *versions, data_tests=(test,), **COLUMNS)
        return relation(it).foreign_keys[0].references[0].relation

    assert target("source('raw', 'orders')") == RAW
    assert target("ref('clients', v=1)") == "model.shop.clients.v1"
    assert target("ref('clients')") == "model.shop.clients.v2"


CONSTRAINTS = (
    {"type": "primary_key", "columns": ["order_id"]},
    {"type": "not_null", "column": "status"},
    {"type": "foreign_key", "columns": ["customer_id"], "to": "ref('customers')", "to_columns": ["id"]},
)


def constrained(**fields: Any) -> Relation:
    enforced = fields.pop("contract_enforced", True)
    it = node(MART, constraints=CONSTRAINTS, contract_enforced=enforced)
    return relation(project(it, node(CUSTOMERS), **COLUMNS, **fields))


def test_constraints_hold_where_the_warehouse_enforces_them() -> None:
    found = constrained()
    assert found.unique_keys == (("Order_Id",),)
    assert found.not_null == {"Order_Id", "status"}
    assert found.foreign_keys == (ForeignKey(("customer_id",), (ColumnRef(CUSTOMERS, "id"),)),)


def test_elsewhere_only_not_null_holds() -> None:
    found = constrained(adapter_type="snowflake", dialect="snowflake")
    assert (found.unique_keys, found.foreign_keys, found.not_null) == ((), (), {"status"})


def test_without_an_enforced_contract_dbt_builds_no_constraint() -> None:
    assert constrained(contract_enforced=False).not_null == frozenset()
