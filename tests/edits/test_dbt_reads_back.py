"""What was written comes back from a real `dbt parse` as it was meant."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ai.edits import apply_plan, normalise, plan_edits
from dbt_ai.values import Edit, PropertyPlace
from tests.edits.shapes_reader import SHAPES, read_edits

DBT = "from dbt.cli.main import cli; cli()"
TEXTS = [
    "Plain words.",
    "A colon: here, and 'both' kinds of \"quotes\".",
    "A hash # that is no comment.",
    "Renders {{ this }} and {{ env_var('HOME') }}.",
    "{{ doc('greeting') }}",
    "{% set x = 1 %}{% for y in z %}",
    "{# a comment of Jinja",
    "Closing only: }} %} #}",
    "{%- raw -%} is not opened by the text",
    "Party \U0001f389 and family \U0001f468\u200d\U0001f469\u200d\U0001f467.",
    "First paragraph.\n\n- a list\n- of {{ two }}\n\n    code # here\n\nLast.",
    "C:\\temp\\new, ^\\d+$ and \\{{ x }}",
    "- leading dash",
    "* leading star",
    "& leading ampersand",
    "! leading bang",
    "% leading percent",
    "@ leading at",
    "` leading tick",
    "| leading pipe",
    "> leading angle",
    "? leading question",
    "[leading bracket",
    "{leading brace",
    "  spaces around and a line with two trailing  \nwhich is a break in Markdown  ",
    "long " * 600,
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u202eoverride\u202c",
    "tab\tinside\n\ttab ahead",
    "separator\u2028and\x85next line",
    "bell\x07 and escape\x1b[31m",
    "yes",
    "No",
    "null",
    "~",
    "12",
    "1_000",
    "0o17",
    "1:30",
    "2024-02-30",
    "=",
    "<<",
    "---",
    "...",
    "ends with a colon:",
    "ends with a backslash\\",
    "'",
    '"',
    "\ufeffmark",
]
STYLES = {
    "plain.yml": "version: 2\nmodels:\n- name: plain\n",
    "quoted.yml": "version: 2\r\n\r\nmodels:\r\n  - name: 'quoted'\r\n    meta: {why: 'x'}\r\n    columns:\r\n"
    "      - name: 'a'\r\n        description: 'One.'\r\n",
    "flow.yml": "version: 2\nmodels: [{name: flow, columns: [{name: a, description: One.}]}]\n",
    "folded.yml": "version: 2\nmodels:\n  - name: folded\n    columns:\n"
    + "".join(f"      - name: z{n}\n        description: >\n          Folded\n          text {n}.\n" for n in range(3)),
    "literal.yml": "version: 2\nmodels:\n  - name: literal\n    columns:\n"
    + "".join(f"      - name: z{n}\n        description: |\n          Text {n}.\n" for n in range(3)),
}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The manifest of a project with each text at a column of a model in each style, and in a new file."""
    root = tmp_path_factory.mktemp("project")
    (root / "models").mkdir()
    (root / "dbt_project.yml").write_text(
        "name: p\nversion: '1.0'\nprofile: p\nflags: {send_anonymous_usage_stats: false}\n"
    )
    (root / "profiles.yml").write_text("p: {target: t, outputs: {t: {type: duckdb, path: ':memory:'}}}\n")
    (root / "models" / "docs.md").write_text("{% docs greeting %}Hello{% enddocs %}\n")
    edits = []
    for file, content in {**STYLES, "fresh.yml": ""}.items():
        name = file.removesuffix(".yml")
        (root / "models" / f"{name}.sql").write_text("select 1 as c0")
        if content:
            (root / "models" / file).write_bytes(content.encode())
        place = PropertyPlace(f"models/{file}", "models", name, file_exists=bool(content))
        edits.append(Edit(place, None, TEXTS[3]))
        edits += [Edit(place, f"c{number}", text) for number, text in enumerate(TEXTS)]
    edits += _versioned_model(root)
    plan = plan_edits(root, edits)
    assert plan.refused == ()
    apply_plan(root, plan)
    assert plan_edits(root, edits).changes == ()
    done = subprocess.run(
        [sys.executable, "-c", DBT, "parse", "--no-partial-parse", "--profiles-dir", "."],
        cwd=root,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "DBTAI_DISABLE": "1", "PYTHONUTF8": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    loaded = json.loads((root / "target" / "manifest.json").read_bytes())
    return {node["unique_id"].partition("p.")[2]: node for node in loaded["nodes"].values()}


def _versioned_model(root: Path) -> list[Edit]:
    """The shape of that name, as models of the project."""
    shape = SHAPES / "versioned_model"
    (root / "models" / "dim.yml").write_bytes((shape / "before.yml").read_bytes())
    for version in (1, 2):
        (root / "models" / f"dim_v{version}.sql").write_text("select 1 as id")
    edits, _ = read_edits(shape / "edits.yml")
    return [replace(edit, place=replace(edit.place, path="models/dim.yml")) for edit in edits]


def test_each_version_of_a_model_reads_its_own_texts(manifest: dict[str, dict[str, object]]) -> None:
    read = {}
    for version in ("v1", "v2"):
        node = manifest[f"dim.{version}"]
        columns = node["columns"]
        assert isinstance(columns, dict)
        texts = {name: column["description"] for name, column in columns.items()}
        read[version] = (node["description"], texts, {column["data_type"] for column in columns.values()})
    assert read == {
        "v1": ("One row per thing.", {"id": "Key.", "old": "Only in version 1."}, {"int", None}),
        "v2": (
            "One row per thing, history left out.",
            {"id": "Key.", "new": "Only in version 2.", "newer": "Not listed yet."},
            {"int", None},
        ),
    }


@pytest.mark.parametrize("name", [*(file.removesuffix(".yml") for file in STYLES), "fresh"])
def test_every_text_comes_back_from_dbt_as_it_was_meant(manifest: dict[str, dict[str, object]], name: str) -> None:
    node = manifest[name]
    assert normalise(str(node["description"])) == normalise(TEXTS[3])
    columns = node["columns"]
    assert isinstance(columns, dict)
    read = {column: normalise(entry["description"]) for column, entry in columns.items() if column.startswith("c")}
    assert read == {f"c{number}": normalise(text) for number, text in enumerate(TEXTS)}
