"""The docs cannot lie: pages follow from the code, and real output follows the JSON schema."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dbt_ai.project.settings import Settings
from dbt_ai.values import OutcomeKind, VerdictKind
from docs.build import pages
from tests.cli.doors import command_line, dbt, dbtai
from tests.tasks.reviewing.branches import edit, start

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCHEMA = json.loads((DOCS / "json-schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", pages())
def test_the_page_is_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], "run `python docs/build.py`"


def test_links_lead_somewhere() -> None:
    for page in [*DOCS.glob("*.md"), *DOCS.parent.glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            assert link.startswith("https://") or (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_setting_is_described() -> None:
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    for setting in fields(Settings):
        assert f"| `{setting.name}` | `DBTAI_{setting.name.upper()}` |" in page


def test_the_schema_knows_every_outcome_and_verdict() -> None:
    defs = SCHEMA["$defs"]
    assert defs["outcome"]["properties"]["outcome"]["enum"] == [kind.value for kind in OutcomeKind]
    assert defs["verdict"]["properties"]["verdict"]["enum"] == [kind.value for kind in VerdictKind]


def test_every_field_is_described() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for entry in SCHEMA["$defs"].values():
        assert entry["additionalProperties"] is False
        assert set(entry["required"]) == set(entry["properties"])
        assert all(field.get("description") for field in entry["properties"].values())


def test_what_document_prints_follows_the_schema(bakery: Path) -> None:
    (bakery / "models/marts/odd.sql").write_text("select 1 as a, , from where", encoding="utf-8")
    staging = bakery / "models/staging/_staging.yml"
    text = staging.read_text(encoding="utf-8")
    staging.write_text(text.replace("Number printed on the bag.", "One of 'a' or 'b'."), encoding="utf-8")
    first = follows("document", command_line(bakery, format="json").stdout)
    assert {outcome["outcome"] for outcome in first["outcomes"]} >= {"written", "kept", "gap", "failed"}
    assert first["findings"]
    orders = bakery / "models/marts/orders.sql"
    orders.write_text(orders.read_text(encoding="utf-8").replace("sum(line_total)", "max(line_total)"))
    second = follows("document", command_line(bakery, format="json", check=True).stdout)
    assert {outcome["outcome"] for outcome in second["outcomes"]} >= {"stale", "current"}


def test_what_lineage_prints_follows_the_schema(bakery: Path) -> None:
    printed = dbtai(bakery, "lineage", "orders.order_total", "--format", "json").stdout
    path = follows("lineage", printed)
    assert path["upstream"]
    assert path["downstream"]
    operation = ("run-operation", "ai_lineage", "--args", "{column: orders.order_total, format: json}")
    assert dbt(bakery, "-q", *operation).stdout == printed


def test_what_profile_prints_follows_the_schema(bakery: Path) -> None:
    profiles = follows("profiles", dbtai(bakery, "profile", "--format", "json").stdout)
    assert len(profiles["profiles"]) == 8
    assert any(profile["findings"] for profile in profiles["profiles"])


def follows(name: str, printed: str) -> Any:
    content = json.loads(printed)
    Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{name}"}]}).validate(content)
    return content


def test_what_review_prints_follows_the_schema(bakery: Path) -> None:
    start(bakery)
    edit(bakery, {"models/staging/stg_orders.sql": [[",\n    state as order_state", ""]]})
    edit(
        bakery,
        {"models/marts/members.sql": [[">= 3", "> 3"], ["with coll", "{{ config(materialized='view') }}with coll"]]},
    )
    done = dbtai(bakery, "review", "--base", "main", "--format", "json")
    assert done.returncode == 1, done.stderr
    said = follows("review", done.stdout)
    operation = ("run-operation", "ai_review", "--args", "{base: main, format: json}")
    assert dbt(bakery, "-q", *operation).stdout == done.stdout
    assert said["summary"]["failing"] == ["broken-model", "broken-test"]
    allowed = dbtai(bakery, "review", "--base", "main", "--fail-on", "nothing", "--no-suggestions")
    assert allowed.returncode == 0, allowed.stderr
    unknown = dbtai(bakery, "review", "--base", "main", "--fail-on", "everything")
    assert unknown.returncode == 2
    assert "'everything'" in unknown.stderr
