"""A ledger of answers that people of this house gave: what is true of each column of the integration project
(tests/truths), as the answers to the questions that a reasoning model would be asked.

They take the road of all answers: the questions are exported to a file, the answers imported from one, checked, and
written where they hold. The lock file calls the model `by-hand`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.integration_project import build as integration
from tests.servers.loopback_api import Received, Says, enveloped, filled
from tests.truths.score import load_truths

MODEL = "by-hand"


def answered_by_hand(folder: Path) -> Path:
    """Builds the integration project in `folder` without its texts, has it documented by hand, and returns its root."""
    root = integration.build(folder / "project")
    integration.strip_descriptions(root)
    asked, answers = folder / "asked.jsonl", folder / "answers.jsonl"
    _dbtai(root, "--export-requests", str(asked))
    questions = [json.loads(line) for line in asked.read_text(encoding="utf-8").splitlines()]
    answers.write_text("".join(f"{json.dumps(_answer(question))}\n" for question in questions), encoding="utf-8")
    told = json.loads(_dbtai(root, "--import-answers", str(answers), "--format", "json"))
    print(json.dumps({"asked": len(questions), **told["summary"]}), file=sys.stderr, flush=True)
    return root


def _answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """The line of a file of answers, for one of the file of questions."""
    received = Received("POST", question["url"], {}, json.dumps(question["body"]).encode())
    texts = _texts(received)
    said = filled(received, lambda name: texts.get(None if name == "model_description" else name.casefold()))
    body = json.loads(enveloped(received, Says(json.dumps(said))).body)
    response = {"status_code": 200, "body": body}
    return {"id": "1", "custom_id": question["custom_id"], "response": response, "error": None}


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
