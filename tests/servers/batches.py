"""OpenAI's Batch and Files, as a script for the loopback server.

    played = PlayedBatches()
    with LoopbackAPI(played) as api:
        ...  # submit
        played.status = "completed"
        ...  # collect

`status` is what every batch is in. A batch that is over has lines in its output file and its error file, as `line` says
for each request; `done` is the share of requests that were answered before it ended.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from tests.servers.faults import right
from tests.servers.loopback_api import Http, Received, Reply, Says, enveloped, error

Line = Callable[[Mapping[str, Any], int], Mapping[str, Any]]
COUNTED_AS = {"completed": "completed", "expired": "expired", "cancelled": "cancelled"}


def answered(request: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    """The line of the output file for one of the input file, answered as its schema asks."""
    received = Received("POST", request["url"], {}, json.dumps(request["body"]).encode())
    body = json.loads(enveloped(received, Says(right(received))).body)
    response = {"status_code": 200, "request_id": f"req_{number}", "body": body}
    return {"id": f"batch_req_{number}", "custom_id": request["custom_id"], "response": response, "error": None}


def refused(request: Mapping[str, Any], message: str, status: int = 400) -> Mapping[str, Any]:
    """The line of the error file for a request that the model's server refused."""
    response = {"status_code": status, "request_id": "req_0", "body": {"error": {"message": message, "code": None}}}
    return {"id": "batch_req_0", "custom_id": request["custom_id"], "response": response, "error": None}


def not_reached(request: Mapping[str, Any], status: str) -> Mapping[str, Any]:
    """The line of the error file for a request whose batch ended before its turn."""
    told = {"code": f"batch_{status}", "message": f"This request was not executed before the batch was {status}."}
    return {"id": "batch_req_0", "custom_id": request["custom_id"], "response": None, "error": told}


class PlayedBatches:
    """The server's files and batches. `loses_answers` breaks the connection off after a batch was made."""

    def __init__(self) -> None:
        self.status = "in_progress"
        self.done = 1.0
        self.line: Line = answered
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.loses_answers = False
        self._lock = threading.Lock()

    def __call__(self, received: Received) -> Reply:
        place, _, _ = received.api.partition("?")
        with self._lock:
            if received.method == "POST":
                return self._upload(received) if place == "files" else self._create(received)
            kind, _, rest = place.partition("/")
            name = rest.removesuffix("/content")
            if kind == "files" and name in self.files:
                return Http(body=self.files[name], content_type="application/octet-stream")
            if kind == "batches" and not rest:
                newest = [self._seen(batch) for batch in reversed(self.batches.values())]
                return _json({"object": "list", "data": newest, "has_more": False})
            if kind == "batches" and name in self.batches:
                return _json(self._seen(self.batches[name]))
        return error(404, f"There is no {place}.")

    def _upload(self, received: Received) -> Http:
        boundary = received.headers["content-type"].partition("boundary=")[2].encode()
        parts = [part for part in received.body.split(b"--" + boundary) if b'name="file"' in part]
        content = parts[0].partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
        name = self._file(content)
        about = {"object": "file", "bytes": len(content), "created_at": 4_000_000_000, "filename": "f.jsonl"}
        return _json({"id": name, "purpose": "batch", "status": "processed", **about})

    def _create(self, received: Received) -> Http:
        asked = received.json
        name = f"batch_{len(self.batches) + 1}"
        self.batches[name] = {
            "id": name,
            "object": "batch",
            "endpoint": asked["endpoint"],
            "input_file_id": asked["input_file_id"],
            "completion_window": asked["completion_window"],
            "created_at": 4_000_000_000,
        }
        if self.loses_answers:
            return Http(reset_after=0)
        return _json({**self.batches[name], "status": "validating"})

    def _seen(self, batch: dict[str, Any]) -> dict[str, Any]:
        lines = [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]
        seen: dict[str, Any] = {**batch, "status": self.status}
        if self.status == "failed":
            told = {
                "code": "invalid_json_line",
                "line": 1,
                "message": "This line is no request.",
                "param": None,
            }
            return {**seen, "errors": {"object": "list", "data": [told]}}
        if self.status not in COUNTED_AS:
            return {**seen, "request_counts": {"total": len(lines), "completed": 0, "failed": 0}}
        if "output_file_id" not in batch:
            reached = round(self.done * len(lines))
            ends = [self.line(line, number) for number, line in enumerate(lines[:reached])]
            ends += [not_reached(line, self.status) for line in lines[reached:]]
            good = [end for end in ends if end["response"] and end["response"]["status_code"] == 200]
            bad = [end for end in ends if end not in good]
            batch["output_file_id"] = self._file(_lines(reversed(good))) if good else None
            batch["error_file_id"] = self._file(_lines(bad)) if bad else None
            batch["request_counts"] = {"total": len(lines), "completed": len(good), "failed": len(bad)}
        return {**batch, "status": self.status}

    def _file(self, content: bytes) -> str:
        name = f"file-{len(self.files) + 1}"
        self.files[name] = content
        return name


def _lines(lines: Any) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def _json(content: Mapping[str, Any]) -> Http:
    return Http(body=json.dumps(content).encode())
