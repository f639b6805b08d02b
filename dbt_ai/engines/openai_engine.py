"""Any model behind OpenAI's API or one that looks like it.

The code runs here; the model runs where the base URL points to. OpenAI is asked through Responses, every other server
through Chat Completions. What a server turns out not to understand is left out from then on. The answer is read
within bounds, in bytes and seconds, and follows the schema or is refused: the model is told once what was wrong.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.failures import Broken, failure_of, simpler
from dbt_ai.engines.reading import InvalidAnswer, read_answer
from dbt_ai.engines.settings import EngineSettings, is_loopback, is_openai, read_key, shown_url
from dbt_ai.engines.values import Answer, Cost, Request
from dbt_ai.engines.wire import Dialect, Said, Turn, arguments, read
from dbt_ai.errors import EngineError

if TYPE_CHECKING:
    from openai import OpenAI

_CHUNK = 65_536


class OpenAIEngine:
    """An Engine that asks one model. Safe for several threads; the connection is made at the first question.

    >>> engine = OpenAIEngine(EngineSettings(model="gpt-5-mini"))
    >>> engine
    OpenAIEngine('gpt-5-mini')
    """

    def __init__(self, settings: EngineSettings, environ: Mapping[str, str] = os.environ) -> None:
        self._settings = settings
        self._environ = environ
        self._dialect: Dialect | None = None
        self._client: OpenAI | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"OpenAIEngine({self.model!r})"

    @property
    def name(self) -> str:
        return self._settings.name

    @property
    def model(self) -> str:
        return self._settings.model

    def answer(self, request: Request) -> Answer:
        """The answer, validated against the request's schema.

        Raises EngineUnavailable where asking again or asking something else is useless, EngineError where this one
        request failed.
        """
        client = self._connected()
        started = time.monotonic()
        said = self._ask(client, request, [("user", request.prompt)])
        content, wrong = _content(said.text, request)
        cost = said.cost
        if content is None:
            quoted = f"This answer cannot be used: {wrong}. Give the whole answer again, corrected, as one JSON object."
            again = self._ask(client, request, [("user", request.prompt), ("assistant", said.text), ("user", quoted)])
            content, wrong = _content(again.text, request)
            cost = _sum(cost, again.cost)
        if content is None:
            told = self._without_key(wrong)
            raise EngineError(f"{self.model} answered twice against the form it was asked for: {told}.")
        return Answer(content, self.name, self.model, replace(cost, seconds=time.monotonic() - started))

    def _ask(self, client: OpenAI, request: Request, turns: Sequence[Turn]) -> Said:
        """What the model says next, in the richest dialect that the server understands."""
        while True:
            dialect = self._dialect or self._first_dialect()
            try:
                return read(self._body(client, dialect, request, turns), dialect)
            except EngineError as error:
                failure = type(error)(self._without_key(f"{error}"))
            except Exception as error:
                leaner = simpler(dialect, error)
                if leaner is not None:
                    self._dialect = leaner
                    continue
                failure = failure_of(error, self._settings, shown_url(self._base_url))
                failure = type(failure)(self._without_key(str(failure)))
            # outside of the handler: the client's exceptions know the headers, and the key among them
            raise failure

    def _body(self, client: OpenAI, dialect: Dialect, request: Request, turns: Sequence[Turn]) -> Any:
        """The decoded body of the server's answer. One that breaks off on the way is asked for a second time."""
        api: Any = client.responses if dialect.api == "responses" else client.chat.completions
        sent = arguments(request, turns, dialect)
        for attempt in (1, 2):
            try:
                with api.with_streaming_response.create(model=self.model, **sent) as response:
                    content_type = str(response.headers.get("content-type", ""))
                    body = self._bytes(response, request.max_output_bytes)
                return _decoded(body, content_type)
            except Broken:
                if attempt == 2:
                    raise
        raise AssertionError("the loop returns or raises")

    def _bytes(self, response: Any, limit: int) -> bytes:
        body = bytearray()
        deadline = time.monotonic() + self._settings.timeout_seconds
        try:
            for chunk in response.iter_bytes(_CHUNK):
                body += chunk
                if len(body) > limit:
                    raise EngineError(f"The server's answer is longer than {limit:,} bytes, and was not read further.")
                if time.monotonic() > deadline:
                    raise EngineError(
                        f"The server's answer did not end within {self._settings.timeout_seconds:g} seconds."
                    )
        except EngineError:
            raise
        except Exception as error:  # the HTTP library's errors, whichever one the client uses
            raise Broken(type(error).__name__) from None
        return bytes(body)

    @property
    def _base_url(self) -> str:
        return self._settings.resolved_base_url(self._environ)

    def _first_dialect(self) -> Dialect:
        api = self._settings.api or ("responses" if is_openai(self._base_url) else "chat")
        return Dialect(api, effort=api == "responses")

    def _connected(self) -> OpenAI:
        with self._lock:
            if self._client is None:
                base_url = self._base_url
                key = read_key(base_url, self._environ)
                import openai  # takes a second, and no run without an engine has to pay for it

                self._client = openai.OpenAI(
                    api_key=key,
                    base_url=base_url,
                    timeout=self._settings.timeout_seconds,
                    max_retries=self._settings.retries,
                    # a redirect would carry the prompt to somebody else; a proxy has no business on this machine
                    http_client=openai.DefaultHttpxClient(follow_redirects=False, trust_env=not is_loopback(base_url)),
                )
            return self._client

    def _without_key(self, text: str) -> str:
        key = self._client.api_key if self._client is not None else ""
        return text.replace(key, "[key]") if key else text


def _content(text: str, request: Request) -> tuple[Mapping[str, Any] | None, str]:
    """The JSON in `text`, or None and what is wrong with it."""
    try:
        return read_answer(text, request.schema), ""
    except InvalidAnswer as invalid:
        return None, str(invalid)


def _decoded(body: bytes, content_type: str) -> Any:
    if "html" in content_type.lower() or body.lstrip()[:1] == b"<":
        raise EngineUnavailable(
            "The server answered with a web page instead of JSON: check that the base URL is the API's, and that no "
            "proxy or login page stands in between."
        )
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Broken("JSON that breaks off") from None


def _sum(first: Cost, second: Cost) -> Cost:
    sums: dict[str, Any] = {}
    for each in fields(Cost):
        known = [value for value in (getattr(first, each.name), getattr(second, each.name)) if value is not None]
        sums[each.name] = sum(known) if known else None
    return replace(first, **sums)
