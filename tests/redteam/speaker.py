"""The compromised model: it says whatever the case wants it to say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.loopback_api import Http, Received, Reply, Says, Script, error, filled, in_turn

_FILE = re.compile(r"BEGIN file (\w+)\n(.*?)END file \1", re.DOTALL)
_OWN_SQL = {"kind": "sql", "node": "orders", "line": 1, "column": None, "query": None}


def script_of(says: tuple[Mapping[str, Any], ...], fill: Callable[[str], str]) -> Script:
    """A script that says each of `says` in turn, the last one for ever. `fill` puts the run's own words into texts."""
    return in_turn(*(_script(said, fill) for said in says))


def expand(value: Any) -> str | None:
    """A text of a case: as it stands, or `{repeat: x, times: n}`, or several of these in a list, joined."""
    if isinstance(value, list):
        return "".join(expand(part) or "" for part in value)
    if isinstance(value, Mapping):
        return str(value["repeat"]) * int(value["times"])
    return None if value is None else str(value)


def _script(said: Mapping[str, Any], fill: Callable[[str], str]) -> Script:
    def text(value: Any) -> str | None:
        expanded = expand(value)
        return None if expanded is None else fill(expanded)

    def script(received: Received) -> Reply:
        if received.api == "models":
            return {}
        if "tests" in said:
            tests = [_test(test, text) for test in said["tests"]]
            return {"tests": tests * said.get("times", 1)}
        if "rewrite" in said:
            return _rewritten(said, received, text)
        if "raw" in said:
            return text(said["raw"]) or ""
        if "calls" in said:
            calls = tuple(
                (name, text(json.dumps(given)) or "") for call in said["calls"] for name, given in call.items()
            )
            return Says(None, calls=calls)
        if "message" in said:
            return _message(received, said["message"])
        if "http" in said:
            return Http(**{**said["http"], "body": (text(said["http"].get("body")) or "").encode("utf-8")})
        answer = _answer(received, {name: text(value) for name, value in said.get("columns", {}).items()})
        every = _stolen(said["steal"], received) if "steal" in said else text(said.get("every"))
        answer = _every(answer, every) if every is not None else answer
        for name, claimed in said.get("statements", {}).items():
            answer["columns"][name] = [{"text": text(claimed), "cites": said.get("cites", [_OWN_SQL])}]
        if "model" in said and "model_description" in answer:
            answer["model_description"] = text(said["model"])
        if "invented" in said:
            answer.setdefault("columns", {}).update({n: text(v) for n, v in said["invented"].items()})
        return {**answer, **said.get("beside", {})}

    return script


def _answer(received: Received, texts: Mapping[str, str | None]) -> dict[str, Any]:
    """The form that was asked for, with these texts where they fit, null or no statement elsewhere."""
    answer = dict(filled(received, lambda name: None))
    if "columns" in answer:
        answer["columns"] = {name: texts.get(name, empty) for name, empty in answer["columns"].items()}
    return answer


def _test(given: Mapping[str, Any], text: Callable[[Any], str | None]) -> dict[str, Any]:
    """A data test with all fields of the form; `values` may be `{repeat: x, times: n}`."""
    values = given.get("values", [])
    if isinstance(values, Mapping):
        values = [str(values["repeat"]) * (n + 1) for n in range(values["times"])]
    empty = {"columns": [], "minimum": None, "maximum": None, "to": None, "total_of": None, "why": "It is so."}
    made = {**empty, **given, "values": [text(value) for value in values]}
    return {**made, "expression": text(given.get("expression")), "why": text(made["why"])}


def _rewritten(said: Mapping[str, Any], received: Received, text: Callable[[Any], str | None]) -> dict[str, Any]:
    """The answer to `dbtai refactor`: the file that was sent, with some texts in the place of others."""
    file = next((found[2] for _, sent in received.messages if (found := _FILE.search(sent or ""))), "")
    for old, new in said["rewrite"]:
        if old not in file:
            raise ValueError(f"{old!r} does not stand in the file that was sent")
        file = file.replace(old, text(new) or "", 1)
    answer: dict[str, Any] = {"sql": file, "why": text(said.get("why", "It is shorter."))}
    if "models" in said:
        answer["models"] = [{**model, "sql": text(model["sql"])} for model in said["models"]]
    return answer


def _every(answer: Mapping[str, Any], text: str) -> dict[str, Any]:
    every: dict[str, Any] = {name: text for name in answer if name == "model_description"}
    if "columns" in answer:
        every["columns"] = {name: said or text for name, said in answer["columns"].items()}
    return {**answer, **every}


def _stolen(pattern: str, received: Received) -> str:
    """What the model was sent and now repeats: the first match of `pattern` in all that it has read."""
    found = re.search(pattern, "\n".join(text for _, text in received.messages), re.DOTALL)
    return found[0] if found else f"Nothing like {pattern} was sent."


def _message(received: Received, message: Mapping[str, Any]) -> Http:
    """A message of Chat Completions as it stands, tool calls and all."""
    if received.api == "responses":
        return error(404, "Not Found")
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "tool_calls"}
    body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "played", "choices": [choice]}
    return Http(body=json.dumps(body).encode())
