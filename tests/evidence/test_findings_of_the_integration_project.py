"""What the data of the integration project shows: each trap that only data reveals is found, and nothing else is.

The relations are looked at bare, as the warehouse has them: no tests, no SQL, no descriptions help.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_ai.checks.sandbox import open_database
from dbt_ai.evidence.findings import FindingContext, examine
from dbt_ai.evidence.profile import profile_relation, warehouse_columns
from dbt_ai.sql.values import Relation

LOOKED_AT = (
    "stg_app__accounts",
    "stg_app__bikes",
    "stg_app__rentals",
    "stg_app__riders",
    "stg_app__stations",
    "stg_crm__contacts",
    "stg_pos__tickets",
    "stg_pos__payments",
    "stg_shop__orders",
    "stg_shop__order_items",
    "int_payments__unioned",
    "dim_bikes",
    "fct_payments",
)
# relation, code, first column. `determined-by` says more than there are traps: what it says is true, and told once.
EXPECTED = {
    ("stg_app__accounts", "load-date", "created_at"),
    ("stg_app__bikes", "determined-by", "model_name"),
    ("stg_app__rentals", "orphans", "bike_id"),
    ("stg_app__rentals", "nulls-since", "distance_m"),
    ("stg_app__rentals", "value-set-changed", "rental_status"),
    ("stg_app__rentals", "constant", "currency"),
    ("stg_app__rentals", "always-equal", "billing_station_id"),
    ("stg_app__stations", "constant", "city"),
    ("stg_crm__contacts", "duplicate-id", "contact_id"),
    ("stg_pos__tickets", "duplicate-id", "ticket_no"),
    ("stg_shop__orders", "orphans", "account_id"),
    ("int_payments__unioned", "branch-scale", "amount"),
    ("dim_bikes", "determined-by", "status_label"),
    ("dim_bikes", "determined-by", "is_rentable"),
    ("fct_payments", "duplicate-id", "payment_id"),
    ("fct_payments", "branch-scale", "raw_amount"),
}


@pytest.fixture(scope="module")
def sentences(built_integration_project: Path) -> dict[tuple[str, str, str], str]:
    """The sentence of each finding by relation, code and column."""
    found = {}
    path = built_integration_project / "wheelhouse.duckdb"
    with open_database(path, "wheelhouse") as sandbox:
        names = sandbox.run(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal UNION ALL "
            "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal"
        )
        relations = {f"{s}.{n}": Relation(f"{s}.{n}", ("wheelhouse", s, n)) for s, n in names}
        assert set(warehouse_columns(sandbox.connection, relations.values())) == set(relations)
        profiles = {key: profile_relation(sandbox.connection, relation) for key, relation in relations.items()}
        context = FindingContext(relations=relations, profiles=profiles)
        for key, relation in relations.items():
            if relation.parts[2] in LOOKED_AT:
                examination = examine(sandbox.connection, relation, profiles[key], context)
                assert examination.notices == ()
                for finding in examination.findings:
                    found[(relation.parts[2], finding.code, finding.columns[0])] = finding.sentence
    return found


def test_each_trap_that_only_data_shows_is_found_and_nothing_else(sentences: dict[tuple[str, str, str], str]) -> None:
    assert set(sentences) - EXPECTED - {key for key in sentences if key[1] == "filled-when"} == set()
    assert EXPECTED - set(sentences) == set()


def test_sentences_say_what_is_so(sentences: dict[tuple[str, str, str], str]) -> None:
    assert sentences["stg_app__rentals", "nulls-since", "distance_m"].startswith(
        "`distance_m` is always NULL after 2024-02-29 (by `started_at"
    )
    changed = sentences["stg_app__rentals", "value-set-changed", "rental_status"]
    assert "'closed' and 'open' are not seen after 2023-12-31" in changed
    assert (
        "about 100 times as large where `source_system` is 'workshop'"
        in (sentences["int_payments__unioned", "branch-scale", "amount"])
    )
    assert "never before `signed_up_at`" in sentences["stg_app__accounts", "load-date", "created_at"]


def test_no_person_is_named(sentences: dict[tuple[str, str, str], str]) -> None:
    assert not any("@" in sentence for sentence in sentences.values())
