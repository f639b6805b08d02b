"""A ledger of answers that no model was asked for: what tests/truths says of each column of the integration project,
as the answers to the questions that a reasoning model would be asked.

They take the road of all answers: the questions are exported to a file, the answers imported from one, checked, and
written where they hold. Where a check refuses a text, less is said the next time. The lock file calls the model
`by-hand`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.integration_project import build as integration
from tests.servers.loopback_api import Received, Says, enveloped, filled
from tests.truths.score import load_truths

MODEL = "by-hand"
ROUNDS = 4
OTHERWISE = {  # of what a check refused, as it says no more than the name
    "Name of the station.": "What the station is called in the rental app.",
    "Fee for shipping.": "What the customer pays for the shipping of the order.",
    "When it was ordered.": "Time at which the customer placed the order in the web shop.",
    "When it was paid.": "Time at which the customer made the payment.",
    "Number of the ticket.": "Repair ticket of the workshop that the row is about.",
    "Name of the part.": "What the part is called in the web shop.",
}


def answered_by_hand(folder: Path) -> Path:
    """Builds the integration project in `folder` without its texts, has it documented by hand, and returns its root."""
    root = integration.build(folder / "project")
    integration.strip_descriptions(root)
    asked, answers = folder / "asked.jsonl", folder / "answers.jsonl"
    less: dict[str, str] = {}
    for _ in range(ROUNDS):
        shutil.rmtree(root / ".dbt_ai", ignore_errors=True)  # the questions are the same ones, and answered anew
        _dbtai(root, "--export-requests", str(asked))
        questions = [json.loads(line) for line in asked.read_text(encoding="utf-8").splitlines()]
        answers.write_text("".join(f"{json.dumps(_answer(one, less))}\n" for one in questions), encoding="utf-8")
        told = json.loads(_dbtai(root, "--import-answers", str(answers), "--format", "json"))
        print(json.dumps({"asked": len(questions), **told["summary"]}), file=sys.stderr, flush=True)
        refused = [one["text"] for one in told["outcomes"] if one["outcome"] == "refuted" and one["text"]]
        less |= {text: shorter for text in refused if (shorter := said_with_less(text))}
    return root


def said_with_less(text: str) -> str | None:
    """The text otherwise, or without what a check is likely to have refused: its last part, its unit, its grain; None
    where nothing is left.

    >>> said_with_less("Day of the first rental; NULL for accounts that never rented.")
    'Day of the first rental.'
    >>> said_with_less("Fee in cents, after discount."), said_with_less("Fee after discount.")
    ('Fee, after discount.', None)
    """
    if text in OTHERWISE:
        return OTHERWISE[text]
    no_unit = re.sub(r",? in (?:euros|cents|percent|metres|minutes)\b", "", text)
    for shorter in (text.rpartition(";")[0], no_unit, text.rpartition(", one row per ")[0]):
        if shorter and shorter != text:
            return shorter.rstrip(".") + "."
    head, found, _ = text.rstrip(".").rpartition(". ")
    return f"{head}." if found else None


def _answer(question: Mapping[str, Any], less: Mapping[str, str]) -> dict[str, Any]:
    """The line of a file of answers, for one of the file of questions."""
    received = Received("POST", question["url"], {}, json.dumps(question["body"]).encode())
    texts = {column: _shortened(text, less) for column, text in _texts(received).items()}
    said = filled(received, lambda name: texts.get(None if name == "model_description" else name.casefold()))
    body = json.loads(enveloped(received, Says(json.dumps(said))).body)
    response = {"status_code": 200, "body": body}
    return {"id": "1", "custom_id": question["custom_id"], "response": response, "error": None}


def _shortened(text: str, less: Mapping[str, str]) -> str:
    while text in less:
        text = less[text]
    return text


def _texts(received: Received) -> Mapping[str | None, str]:
    """The texts of the truth that the question is about: of one name, and with most of its columns."""
    name = re.search(r"^name: (.+)$", received.messages[-1][1], re.MULTILINE)
    assert name is not None
    wanted = set(received.form["properties"].get("columns", {}).get("properties", {}))
    truths: dict[str, dict[str | None, str]] = {}
    for (of, column), truth in load_truths().items():
        if re.sub(r"_v\d+$", "", of.rpartition(".")[2]) == name[1].rpartition(".")[2]:
            truths.setdefault(of, {})[column and column.casefold()] = truth.example
    return max(truths.values(), key=lambda texts: len(wanted & texts.keys()), default={})


def _dbtai(root: Path, *arguments: str) -> str:
    call = ["document", "--profiles-dir", ".", "--engine", "reasoning", *arguments]
    done = subprocess.run(
        [sys.executable, "-c", "from dbt_ai.cli import main; main()", *call],
        cwd=root,
        env={**os.environ, "DBTAI_MODEL": MODEL, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr)
    return done.stdout
