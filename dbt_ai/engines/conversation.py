"""One question put to a model until it is answered: tools on the way, a second chance, the errors at the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from dbt_ai.engines import outcomes
from dbt_ai.engines.attempts import Attempt, Attempts
from dbt_ai.engines.connection import Connection, Reply
from dbt_ai.engines.dialects import Dialect, simpler
from dbt_ai.engines.failures import failure_of, too_long_a_wait
from dbt_ai.engines.probing import Probing, Talk
from dbt_ai.engines.reading import InvalidAnswer, read_answer
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.talk import NO_COST, Said, Spoken, Turn, Used, sum_of
from dbt_ai.engines.throttle import LONGEST_PAUSE
from dbt_ai.engines.using_tools import use_tools
from dbt_ai.engines.values import Request, ToolCall
from dbt_ai.engines.wire import body_for, read
from dbt_ai.errors import EngineError

_MOST_TOKENS = 64_000  # that an answer which was cut off is asked for again with
_PATHS = {"responses": "/responses", "chat": "/chat/completions"}


@dataclass(frozen=True)
class Server:
    """Where the model is: the connection, what is known of the dialect, and the address as a message may show it."""

    connection: Connection
    probing: Probing
    url: str


class Conversation:
    """The talk about one request. `cost` is that of all its HTTP requests, `used` the tools that were used."""

    def __init__(self, request: Request, settings: EngineSettings, server: Server, attempts: Attempts) -> None:
        self.cost = NO_COST
        self.used: list[ToolCall] = []
        self._request = request
        self._settings = settings
        self._server = server
        self._attempts = attempts
        self._turns: list[Turn] = [Spoken("user", request.prompt)]
        self._left_running = False
        self._bodies: list[Mapping[str, Any]] = []  # of background runs, to be forgotten in the end

    def content(self) -> Mapping[str, Any]:
        """The answer's JSON, validated.

        Raises EngineUnavailable where asking again or asking something else is useless, EngineError where this one
        request failed.
        """
        try:
            content = self._until_answered()
        except EngineError as error:
            told = self._server.connection.without_key(str(error))
            failure = error if told == str(error) else type(error)(told)
        else:
            self._attempts.background.forget(self._bodies)
            self._refuse_the_key(content)
            return content
        if type(failure) is EngineError and not self._left_running:
            # the next run asks anew; where all asking has stopped, it goes on from here
            self._attempts.background.forget(self._bodies)
        raise failure

    def _refuse_the_key(self, content: Mapping[str, Any]) -> None:
        """The server knows the key, and what it answers goes into files, the cache first of all."""
        said = json.dumps([content, [asdict(call) for call in self.used]], ensure_ascii=False)
        if self._server.connection.without_key(said) != said:
            raise EngineError(
                f"The answer of {self._settings.model} quotes your key, and was not used: do not trust this server, "
                "and make another key."
            )

    def _until_answered(self) -> Mapping[str, Any]:
        request, repaired = self._request, False
        for _ in range(request.max_tool_calls + 4):  # a model may call tools that it is no longer offered
            allowed = 0 if repaired else request.max_tool_calls - len(self.used)
            said, dialect = self._ask(request, offers_tools=bool(request.tools) and allowed > 0)
            if said.content is not None:
                return said.content
            if said.outcome == outcomes.CALLED_TOOLS:
                made, results = use_tools(request, said.calls, len(self.used))
                self.used += made
                self._turns.append(Used(said, results))
                continue
            if said.outcome == outcomes.TRUNCATED:
                doubled = request.max_output_tokens * 2
                grows = dialect.tokens_for(doubled) > dialect.tokens_for(request.max_output_tokens)
                if request is self._request and grows and doubled <= _MOST_TOKENS:
                    request = replace(request, max_output_tokens=doubled)
                    continue
            if said.outcome == outcomes.INVALID:
                if repaired:
                    told = f"{self._settings.model} answered twice against the form it was asked for: {said.trouble}."
                    raise EngineError(told)
                repaired = True
                wrong = f"This answer cannot be used: {said.trouble}. "
                wrong += "Give the whole answer again, corrected, as one JSON object."
                # what a server quotes of the key is not sent again
                turns = (("assistant", said.text), ("user", wrong))
                self._turns += [Spoken(role, self._server.connection.without_key(text)) for role, text in turns]
                continue
            raise EngineError(said.trouble)
        raise EngineError(f"{self._settings.model} went on to use tools in place of an answer.")

    def _ask(self, request: Request, offers_tools: bool) -> tuple[Said, Dialect]:
        """What the model says next, in the richest dialect that the server understands, and that dialect."""
        needs = {"tools": offers_tools, "background": request.background}
        failed: Counter[str] = Counter()
        with self._server.probing.talk(frozenset(need for need, is_needed in needs.items() if is_needed)) as talk:
            while True:
                dialect = talk.dialect
                offered = offers_tools and dialect.tools
                body = body_for(self._settings.model, request, self._turns, dialect, offered)
                attempt = self._attempt(request, body, dialect)
                if attempt.said is not None and attempt.outcome != outcomes.SERVER_ERROR:
                    talk.understood()
                    return attempt.said, dialect
                if attempt.outcome == outcomes.NOT_UNDERSTOOD and self._goes_on(talk, attempt.reply, body):
                    continue
                failed[attempt.outcome] += 1
                if not self._attempts.wait(attempt, failed):
                    self._attempts.check()
                    raise self._failure(attempt, request)

    def _attempt(self, request: Request, body: Mapping[str, Any], dialect: Dialect) -> Attempt:
        if body.get("background"):
            self._bodies.append(body)
        attempt = self._attempts.attempt(
            self._server.connection,
            request,
            _PATHS[dialect.api],
            body,
            lambda reply: _read(reply, request, dialect, body),
        )
        self.cost = sum_of(self.cost, attempt.cost)
        self._left_running = attempt.outcome == outcomes.LEFT_RUNNING
        return attempt

    def _goes_on(self, talk: Talk, reply: Reply, body: Mapping[str, Any]) -> bool:
        leaner = None if reply.refusal is None else simpler(talk.dialect, reply.refusal, body)
        return leaner is not None and talk.go_on_in(leaner)

    def _failure(self, attempt: Attempt, request: Request) -> EngineError:
        asked = attempt.reply.retry_after or 0.0
        if asked > LONGEST_PAUSE:
            return too_long_a_wait(asked, self._server.url)
        if attempt.said is not None:
            return EngineError(attempt.said.trouble)
        return failure_of(attempt.reply, self._settings, self._server.url, request.max_output_bytes)


def _read(reply: Reply, request: Request, dialect: Dialect, body: Mapping[str, Any]) -> tuple[str, Said | None]:
    """The outcome of a reply, and what the model said in it."""
    if reply.refusal is not None:
        leaner = simpler(dialect, reply.refusal, body)
        return (reply.outcome if leaner is None else outcomes.NOT_UNDERSTOOD), None
    if reply.outcome:
        return reply.outcome, None
    said = read(reply.body, dialect)
    if said.outcome == outcomes.ANSWERED:
        try:
            said = replace(said, content=read_answer(said.text, request.schema))
        except InvalidAnswer as invalid:
            said = replace(said, outcome=outcomes.INVALID, trouble=str(invalid))
    return said.outcome, said
