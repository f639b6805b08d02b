"""The truths are about columns that exist, tell good texts from false ones, and miss no column."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.integration_project.build import DATABASE
from tests.truths.score import HERE, Key, Truth, load_truths, main, read_texts, score

TRUTHS = list(load_truths().values())
PARAPHRASES = yaml.safe_load((HERE / "paraphrases.yml").read_text(encoding="utf-8"))
NAIVE = [truth for truth in TRUTHS if truth.naive is not None]

# What the project's own people wrote and the data contradicts. dim_accounts' description stands for both versions.
HUMAN_LIES: set[Key] = {
    ("stg_app__accounts", "email"),
    ("stg_pos__tickets", None),
    ("stg_pos__tickets", "ticket_no"),
    ("dim_accounts_v1", None),
    ("dim_accounts_v2", None),
    ("fct_orders", None),
}


def name(truth: Truth) -> str:
    return f"{truth.model}.{truth.column}"


def all_columns(project: Path) -> dict[str, set[str]]:
    """The columns of every node that has some, named as truths are.

    An ephemeral model leaves no relation behind: its CTE is described.
    """
    manifest = json.loads((project / "target" / "manifest.json").read_text(encoding="utf-8"))
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed", "snapshot")]
    ctes = {cte["id"]: cte["sql"] for node in nodes for cte in node.get("extra_ctes", ())}
    queries = {node["alias"]: f"from {node['schema']}.{node['alias']}" for node in nodes}
    for node in nodes:
        if node["config"]["materialized"] == "ephemeral":
            queries[node["alias"]] = f"with {ctes[node['unique_id']]} from __dbt__cte__{node['alias']}"
    for source in manifest["sources"].values():
        queries[f"{source['source_name']}.{source['name']}"] = f"from {source['schema']}.{source['identifier']}"
    with duckdb.connect(str(project / DATABASE), read_only=True) as connection:
        return {
            name: {column for column, *_ in connection.execute(f"describe {query}").fetchall()}
            for name, query in queries.items()
        }


def test_every_column_of_every_node_has_a_truth_and_no_other(built_integration_project: Path) -> None:
    with_truths: dict[str, set[str]] = {}
    for node, column in load_truths():
        with_truths.setdefault(node, set()).update(() if column is None else {column})
    assert with_truths == all_columns(built_integration_project)


@pytest.mark.parametrize("truth", TRUTHS, ids=name)
def test_the_example_has_every_fact_and_states_nothing_false(truth: Truth) -> None:
    (detail,) = score({(truth.model, truth.column): truth.example}).details
    assert detail.missed == ()
    assert detail.false == ()


@pytest.mark.parametrize("truth", NAIVE, ids=name)
def test_the_naive_text_is_found_to_be_false(truth: Truth) -> None:
    assert truth.naive is not None
    assert score({(truth.model, truth.column): truth.naive}).false


@pytest.mark.parametrize("entry", PARAPHRASES["true"], ids=lambda entry: entry["text"])
def test_a_true_paraphrase_is_not_found_false(entry: dict[str, str]) -> None:
    assert score({(entry["name"], entry["column"]): entry["text"]}).details[0].false == ()


@pytest.mark.parametrize("entry", PARAPHRASES["false"], ids=lambda entry: entry["text"])
def test_a_false_paraphrase_is_found_false(entry: dict[str, str]) -> None:
    assert score({(entry["name"], entry["column"]): entry["text"]}).details[0].false != ()


def test_a_negated_statement_is_not_asserted() -> None:
    fee = ("stg_app__rentals", "fee")
    assert not score({fee: "Fee in euros, not in cents."}).false
    assert not score({fee: "Fee, converted from cents to euros."}).false
    assert score({fee: "Fee, not rounded, in cents."}).false
    assert score({fee: "It is never negative and in cents."}).false


def test_a_restated_name_earns_little_and_an_empty_text_counts_as_none() -> None:
    fee, zone = ("stg_app__rentals", "fee"), ("stg_app__stations", "zone_name")
    summary = score({fee: "The fee.", zone: "  ", ("no_such_model", None): "Text."})
    assert [(detail.column, detail.met, detail.required) for detail in summary.details] == [("fee", 1, 2)]
    assert zone in summary.undocumented
    assert summary.coverage == 0.5


def test_the_projects_own_texts_are_true_but_for_the_known_lies(built_integration_project: Path) -> None:
    summary = score(read_texts(built_integration_project))
    assert {(detail.model, detail.column) for detail in summary.false} == HUMAN_LIES


def test_the_command_prints_the_lies_and_fails(
    built_integration_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(built_integration_project)]) == 1
    printed = capsys.readouterr().out
    assert "stg_pos__tickets.ticket_no: Unique number of the ticket" in printed
    assert f"{len(HUMAN_LIES)} texts false" in printed


def test_against_itself_as_baseline_nothing_is_scored(
    built_integration_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = str(built_integration_project)
    assert main([project, "--baseline", project]) == 0
    assert "0 texts of" in capsys.readouterr().out
