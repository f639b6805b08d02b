"""One HTTP exchange with a server: within bounds of bytes and seconds, told in our own words.

Nothing of the client's exceptions leaves this file: they know the headers, and the key among them.
"""

from __future__ import annotations

import email.utils
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dbt_ai.engines import outcomes
from dbt_ai.engines.client import http_library, open_client
from dbt_ai.engines.dialects import Refusal, refusal_of
from dbt_ai.engines.reading import shortened
from dbt_ai.engines.settings import NO_KEY, EngineSettings, read_key

_STREAMED = {"X-Stainless-Raw-Response": "stream"}  # has the client hand the answer on as it comes
_SHORTEST_SECRET = 10  # characters


@dataclass(frozen=True)
class Reply:
    """What became of one HTTP exchange: a decoded `body`, or a `refusal`, or neither.

    `outcome` is empty where there is a body. Else it is a word of outcomes.py, and `detail` says more, where there is
    more to say. `status` is the HTTP status where one came, `retry_after` how many seconds the server asks to wait.
    """

    outcome: str = ""
    body: Any = None
    refusal: Refusal | None = None
    detail: str = ""
    received_bytes: int = 0
    status: int | None = None
    retry_after: float | None = None


class Connection:
    """The client for one server, and the key that it holds. Safe for many threads, which share its connections.

    Raises EngineUnavailable where there is no key. Nothing is sent before the first `exchange`.
    """

    def __init__(self, settings: EngineSettings, base_url: str, environ: Mapping[str, str] = os.environ) -> None:
        self._seconds = settings.timeout_seconds
        self._key = read_key(base_url, environ)
        # every attempt is ours to count: the client makes one
        self._client: Any = open_client(base_url, self._key, environ, seconds=self._seconds, retries=0)
        self._http = http_library()

    def exchange(self, method: str, path: str, most_bytes: int, body: Mapping[str, Any] | None = None) -> Reply:
        """Sends one request and reads its answer, of which at most `most_bytes` are kept. Raises nothing but defects
        and interruptions."""
        import openai

        deadline = time.monotonic() + self._seconds
        sent: dict[str, Any] = {} if body is None else {"body": body}
        try:
            response = getattr(self._client, method)(path, cast_to=object, options={"headers": _STREAMED}, **sent)
            try:
                return replace(self._read(response, most_bytes, deadline), status=response.status_code)
            finally:
                response.close()
        except openai.APITimeoutError as error:
            unreached = type(error.__cause__).__name__ == "ConnectTimeout"
            return Reply(outcomes.UNREACHABLE if unreached else outcomes.TIMED_OUT, detail="no connection in time")
        except openai.APIConnectionError as error:
            return self._broken(error.__cause__)
        except openai.APIStatusError as error:
            return self._refused(error)
        except self._http.HTTPError as error:  # in the middle of an error's body
            return self._broken(error)

    def without_key(self, text: str) -> str:
        """`text` with the key taken out: some servers repeat what they were sent. Keys such as "ollama", which local
        servers are given because clients insist on one, are no secrets, but words that a text may need."""
        return text if self._key == NO_KEY or len(self._key) < _SHORTEST_SECRET else text.replace(self._key, "[key]")

    def _read(self, response: Any, most_bytes: int, deadline: float) -> Reply:
        body = bytearray()
        broken: Reply | None = None
        try:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > most_bytes:
                    return Reply(outcomes.TOO_LONG, received_bytes=len(body))
                if time.monotonic() > deadline:
                    return Reply(outcomes.TIMED_OUT, received_bytes=len(body))
        except self._http.TimeoutException:
            broken = Reply(outcomes.TIMED_OUT, received_bytes=len(body))
        except self._http.HTTPError as error:
            broken = Reply(outcomes.BROKEN_OFF, detail=type(error).__name__, received_bytes=len(body))
        if "html" in str(response.headers.get("content-type", "")).lower() or body.lstrip()[:1] == b"<":
            return Reply(outcomes.NOT_AN_API, detail="html", received_bytes=len(body))
        try:
            # also where the connection broke: what came may be whole, and it was paid for
            decoded = json.loads(body)
        except (ValueError, RecursionError):
            return broken or Reply(outcomes.BROKEN_OFF, detail="JSON that breaks off", received_bytes=len(body))
        told = decoded.get("error") if isinstance(decoded, dict) else None
        if isinstance(told, str) and "unexpected endpoint" in told.casefold():  # LM Studio says 200 to any address
            return Reply(outcomes.REJECTED, refusal=refusal_of(404, told), received_bytes=len(body))
        return Reply(body=decoded, received_bytes=len(body))

    def _broken(self, cause: BaseException | None) -> Reply:
        name = type(cause).__name__
        if name in ("ConnectError", "ConnectTimeout", "UnsupportedProtocol", "ProxyError"):
            return Reply(outcomes.UNREACHABLE, detail=shortened(self.without_key(str(cause))))
        return Reply(
            outcomes.TIMED_OUT if isinstance(cause, self._http.TimeoutException) else outcomes.BROKEN_OFF, detail=name
        )

    def _refused(self, error: Any) -> Reply:
        refusal = refusal_of(error.status_code, error.body)
        said = self.without_key(refusal.said)
        return Reply(
            outcome_of(refusal),
            refusal=Refusal(refusal.status, said, self.without_key(refusal.told), refusal.code),
            received_bytes=len(error.response.content),
            status=error.status_code,
            retry_after=retry_after(error.response.headers),
        )


def outcome_of(refusal: Refusal) -> str:
    """The word for a refusal by itself, whatever is done about it."""
    status = refusal.status
    if status == 402 or refusal.names("insufficient_quota"):
        return outcomes.OUT_OF_QUOTA
    if status == 429:
        return outcomes.RATE_LIMITED
    if status in (409, 503, 529):
        return outcomes.OVERLOADED
    if status in (401, 403):
        return outcomes.UNAUTHORIZED
    if status == 408:
        return outcomes.TIMED_OUT
    if status < 400:
        return outcomes.NOT_AN_API
    return outcomes.SERVER_ERROR if status >= 500 else outcomes.REJECTED


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks to wait: `retry-after-ms`, else `Retry-After` in seconds or as a date. None where
    it asks for nothing that can be understood.

    >>> retry_after({"retry-after-ms": "1500"}), retry_after({"retry-after": "2"}), retry_after({"retry-after": "soon"})
    (1.5, 2.0, None)
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) / unit
        except (KeyError, ValueError):
            continue
        return seconds if 0 <= seconds < float("inf") else None
    try:
        at = email.utils.parsedate_to_datetime(headers["retry-after"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return max(0.0, at - time.time())
