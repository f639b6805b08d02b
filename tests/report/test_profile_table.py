"""The table and the JSON of a profile."""

from __future__ import annotations

import io
import json

from rich.console import Console

from dbt_ai.evidence.values import ColumnProfile, Profile
from dbt_ai.report.profile_table import profile_to_json, render_profile
from dbt_ai.values import Finding, Target

PROFILE = Profile(
    "model.shop.orders",
    1200,
    (
        ColumnProfile("order_id", "BIGINT", 1200, 0, 1200, minimum="1", maximum="1200", mean=600.5),
        ColumnProfile("status", "VARCHAR", 1200, 5, 2, top_values=(("paid", 1000), ("open", 195))),
        ColumnProfile("code", "VARCHAR", 1200, 0, 900, distinct_approximate=True, pattern="AA-99"),
        ColumnProfile("evil\x1b[2J", "VARCHAR", 1200, 1200, 0),
    ),
)
FINDING = Finding(
    "orphans", Target("model.shop.orders", "customer_id"), "3 of 9 values are not there.", "SELECT 1", ("customer_id",)
)


def printed(profile: Profile, *findings: Finding) -> str:
    file = io.StringIO()
    Console(file=file, width=160, color_system=None).print(render_profile(profile, findings))
    return file.getvalue()


def test_table_has_a_line_a_column_and_the_findings_below() -> None:
    lines = [[cell.strip() for cell in line.split("│")] for line in printed(PROFILE, FINDING).splitlines()]
    cells = {line[1]: line[2:-1] for line in lines if len(line) == 8}
    assert cells["order_id"] == ["BIGINT", "", "unique", "1 … 1200", ""]
    assert cells["status"] == ["VARCHAR", "< 1 %", "2", "", "paid (1,000), open (195)"]
    assert cells["code"] == ["VARCHAR", "", "~900", "", "AA-99"]
    assert lines[0] == ["model.shop.orders: 1,200 rows"]
    assert lines[-1] == ["orphans  3 of 9 values are not there."]


def test_data_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in printed(PROFILE)


def test_sample_is_said() -> None:
    assert "1,200 rows, of which 100 were looked at" in printed(Profile("x", 1200, (), sampled=100))


def test_json_holds_everything_and_is_json() -> None:
    told = profile_to_json(PROFILE, [FINDING])
    assert json.loads(json.dumps(told)) == told
    assert told["schema_version"] == 1
    assert [column["name"] for column in told["columns"]] == ["order_id", "status", "code", "evil\x1b[2J"]
    assert told["columns"][1]["top_values"][0] == {"value": "paid", "rows": 1000}
    assert told["findings"] == [
        {
            "code": "orphans",
            "target": "model.shop.orders.customer_id",
            "columns": ["customer_id"],
            "sentence": "3 of 9 values are not there.",
            "sql": "SELECT 1",
            "numbers": {},
        }
    ]
