"""Background runs of the Responses API: the server thinks on while nobody is connected, and is asked now and then.

A run is known by its number, which is kept beside the project until the request it belongs to is answered: a second run
of this program picks up what the first one left. OpenAI keeps the answer of a run for some minutes only, unless it is
told to store it; so it is, and is told to delete it when it was read.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from dbt_ai.engines import outcomes
from dbt_ai.engines.connection import Connection, Reply
from dbt_ai.engines.servers import Servers, is_run

_UNDER_WAY = ("queued", "in_progress")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 15.0  # seconds between two looks
_LONGEST_RUN = 4 * 3600.0  # seconds
_PATIENCE = 10  # looks in a row that fail


class Background:
    """Starts and follows background runs, and leaves other requests as they are. Safe for many threads."""

    def __init__(self, servers: Servers, stopped: threading.Event) -> None:
        self._servers = servers
        self._stopped = stopped

    def replay(self, body: Mapping[str, Any]) -> Reply | None:
        """The reply to `body` that an earlier run has read and paid for; None where there is none."""
        known = self._known(body)
        return Reply(body=known["body"]) if isinstance(known.get("body"), Mapping) else None

    def start(self, connection: Connection, path: str, most_bytes: int, body: Mapping[str, Any]) -> Reply:
        """The server's reply to `body`, or, where an earlier run of this program has asked already, one that says that
        the server still works on it."""
        if "id" in (known := self._known(body)):
            return Reply(body={"id": known["id"], "status": _UNDER_WAY[0]})
        reply = connection.exchange("post", path, most_bytes, body)
        if self.is_under_way(body, reply):
            self._servers.keep_run(run_key(body), {"id": reply.body["id"]})
        return reply

    def _known(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return (self._servers.run(run_key(body)) if body.get("background") else None) or {}

    def is_under_way(self, body: Mapping[str, Any], reply: Reply) -> bool:
        """Whether the server still works on the run."""
        return bool(body.get("background")) and isinstance(reply.body, Mapping) and _works(reply.body)

    def follow(self, connection: Connection, most_bytes: int, body: Mapping[str, Any], reply: Reply) -> Reply:
        """The reply with the run's end. One without a body where the server cannot be asked any more, or the run takes
        too long: it is then left running, and known to the next one."""
        pause, failed, number, received = _FIRST_PAUSE, 0, reply.body["id"], reply.received_bytes
        until = time.monotonic() + _LONGEST_RUN
        while not self._stopped.wait(pause):
            pause = min(_LONGEST_PAUSE, pause * 1.5)
            seen = connection.exchange("get", f"/responses/{number}", most_bytes)
            received += seen.received_bytes
            failed = 0 if seen.outcome == "" else failed + 1
            if seen.refusal is not None and seen.refusal.status == 404:
                self._servers.drop_run(run_key(body))
                return Reply(outcomes.SERVER_ERROR, detail="the background run is gone", received_bytes=received)
            if seen.outcome == "" and not (isinstance(seen.body, Mapping) and _works(seen.body)):
                self._end(run_key(body), number, seen.body)
                connection.exchange("delete", f"/responses/{number}", most_bytes)
                return Reply(body=seen.body, received_bytes=received)
            if failed > _PATIENCE or time.monotonic() > until:
                break
        return Reply(outcomes.LEFT_RUNNING, received_bytes=received)

    def _end(self, key: str, number: str, body: Any) -> None:
        if isinstance(body, Mapping) and body.get("status") in ("completed", "incomplete"):
            self._servers.keep_run(key, {"id": number, "body": body})
        else:
            self._servers.drop_run(key)  # failed or cancelled: to be asked again

    def forget(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        """The request that these belong to is answered, or has failed for good."""
        for body in bodies:
            if body.get("background"):
                self._servers.drop_run(run_key(body))


def run_key(body: Mapping[str, Any]) -> str:
    """What a run is known by: all of the question."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _works(body: Mapping[str, Any]) -> bool:
    return body.get("status") in _UNDER_WAY and is_run(body)
