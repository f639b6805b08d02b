"""Questions that are not sent: an estimate, a file with requests, and a file with answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.cli.doors import Done, dbt, dbtai, files
from tests.servers.loopback_api import LoopbackAPI, filled

TEXT = "Day on which the member placed the order."
NO_KEY = dict.fromkeys(("OPENAI_API_KEY", "DBTAI_API_KEY", "DBTAI_BASE_URL", "OPENAI_BASE_URL"), "")


def with_server(api: LoopbackAPI) -> dict[str, str]:
    return {**NO_KEY, "DBTAI_BASE_URL": api.base_url, "DBTAI_MODEL": "played"}


def answered(requests: Path, answers: Path) -> None:
    """Answers a file of requests as a batch would: TEXT for `ordered_on`, null for all else."""
    lines = []
    for line in requests.read_text(encoding="utf-8").splitlines():
        request = json.loads(line)
        content = json.dumps(_filled(request["body"]["text"]["format"]["schema"]))
        message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": content}]}
        usage = {"input_tokens": 1_000, "output_tokens": 100}
        body = {"object": "response", "status": "completed", "output": [message], "usage": usage}
        response = {"status_code": 200, "request_id": "r", "body": body}
        lines.append(json.dumps({"id": "b", "custom_id": request["custom_id"], "response": response, "error": None}))
    answers.write_text("\n".join(reversed(lines)) + "\n", encoding="utf-8")


def _filled(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _filled(below) if below.get("type") == "object" else (TEXT if name == "ordered_on" else None)
        for name, below in schema["properties"].items()
    }


def test_a_dry_run_sends_nothing_and_says_what_it_would_cost(bakery: Path) -> None:
    before = files(bakery)
    with LoopbackAPI() as api:
        done = dbtai(bakery, "document", "--dry-run", environment=with_server(api))
        assert api.received == []
    assert done.returncode == 0, done.stderr
    said = r"Would ask played \d+ questions: about [\d,]+ tokens in and [\d,]+ out, at no cost\."
    assert re.search(said, done.stderr)
    assert done.stdout.startswith("--- a/")
    assert files(bakery) == before


def test_requests_leave_as_a_file_and_answers_come_back_without_key_or_network(bakery: Path, tmp_path: Path) -> None:
    before = files(bakery)
    requests, answers = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    done = dbtai(bakery, "document", "-s", "orders", "--export-requests", str(requests), environment=NO_KEY)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "1 request was written" in done.stdout
    assert files(bakery) == before, "exporting writes nothing into the project"
    [line] = [json.loads(line) for line in requests.read_text(encoding="utf-8").splitlines()]
    assert (line["method"], line["url"], line["body"]["store"]) == ("POST", "/v1/responses", False)
    answered(requests, answers)
    done = dbtai(bakery, "document", "-s", "orders", "--import-answers", str(answers), environment=NO_KEY)
    assert done.returncode == 0, done.stderr
    assert "1 answer was stored." in done.stdout
    assert TEXT in (bakery / "models/marts/_marts.yml").read_text(encoding="utf-8")
    ledger = dbtai(bakery, "ledger", "--format", "json", environment=NO_KEY)
    assert '"batch"' in ledger.stdout


def test_answers_are_imported_inside_dbt(bakery: Path, tmp_path: Path) -> None:
    requests, answers = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    arguments = {"select": "orders", "export_requests": str(requests)}
    exported = dbt(bakery, "-q", "run-operation", "ai_document", "--args", json.dumps(arguments), environment=NO_KEY)
    assert exported.returncode == 0, exported.stdout + exported.stderr
    answered(requests, answers)
    arguments = {"select": "orders", "import_answers": str(answers)}
    done = dbt(bakery, "-q", "run-operation", "ai_document", "--args", json.dumps(arguments), environment=NO_KEY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert TEXT in (bakery / "models/marts/_marts.yml").read_text(encoding="utf-8")


def test_a_file_that_answers_something_else_is_told(bakery: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.jsonl"
    answers.write_text('{"custom_id": "abc", "response": {"status_code": 200, "body": {}}}\nnot JSON\n')
    done = dbtai(bakery, "document", "-s", "orders", "--import-answers", str(answers), environment=NO_KEY)
    assert done.returncode == 0, done.stderr
    assert "1 line of no question that is known here" in done.stdout
    assert "answers.jsonl, line 2, is not a JSON object." in done.stdout
    assert "1 question is still open" in done.stdout


def test_what_would_be_sent_is_shown_and_then_sent_exactly_so(bakery: Path) -> None:
    before = files(bakery)
    with LoopbackAPI(lambda received: filled(received, lambda name: None)) as api:
        arguments = ("document", "-s", "orders", "--effort", "low")
        shown = dbtai(bakery, *arguments, "--show-prompts", "--format", "json", environment=with_server(api))
        assert (shown.returncode, shown.stderr, api.received) == (0, "", [])
        assert files(bakery) == before
        dbtai(bakery, *arguments, environment=with_server(api))
        assert [request["body"] for request in json.loads(shown.stdout)["requests"]] == [r.json for r in api.received]
        text = dbtai(bakery, "document", "-s", "orders", "--show-prompts", environment=NO_KEY)
    assert text.stdout.startswith("To gpt-6-luna: 1 request, ")
    assert "BEGIN compiled SQL" in text.stdout


def test_options_that_cannot_be_meant_together_are_refused(bakery: Path) -> None:
    done = dbtai(bakery, "document", "--show-prompts", "--dry-run", environment=NO_KEY)
    assert_one_sentence(done, "show-prompts writes nothing into the project as it is")
    done = dbtai(bakery, "document", "--engine", "derived", "--export-requests", "x.jsonl", environment=NO_KEY)
    assert_one_sentence(done, "With --engine derived nobody is asked")
    assert not (bakery / "x.jsonl").exists()


def assert_one_sentence(done: Done, words: str) -> None:
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
