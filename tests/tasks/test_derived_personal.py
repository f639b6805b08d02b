"""What is said to be personal in `meta` is not written into a description, whoever writes it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.tasks.conftest import Dbtai

VALUES = ("Porto", "Aarhus", "Ghent")


def texts_of(done: subprocess.CompletedProcess[str]) -> list[str]:
    """All that would be written or told and names one of VALUES."""
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    texts = [outcome["text"] for outcome in told["outcomes"]] + [found["sentence"] for found in told["findings"]]
    return [text for text in texts if any(value in text for value in VALUES)]


def test_no_value_of_a_column_that_is_said_to_be_personal_is_written(bakery: Path, dbtai: Dbtai) -> None:
    arguments = ("document", "--engine", "derived", "--dry-run", "--format", "json")
    assert texts_of(dbtai(bakery, *arguments)), "without the word of a person the values are told"
    (bakery / "seeds/personal.yml").write_text(
        "version: 2\nseeds:\n  - name: raw_members\n    columns:\n      - name: city\n"
        "        meta: {dbt_ai: {personal: true}}\n",
        encoding="utf-8",
    )
    assert texts_of(dbtai(bakery, *arguments)) == []
