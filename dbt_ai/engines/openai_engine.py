"""Any model behind OpenAI's API or one that looks like it.

The code runs here; the model runs where the base URL points to. OpenAI and Azure are asked through Responses, every
other server through Chat Completions, and whichever of the two a server does not have is left for the other. What else
a server turns out not to understand is left out from then on. The answer is read within bounds, in bytes and seconds,
and follows the schema or is refused: the model is told once what was wrong.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import replace

from dbt_ai.engines.attempts import Attempts
from dbt_ai.engines.connection import Connection
from dbt_ai.engines.conversation import Conversation, Server
from dbt_ai.engines.dialects import Dialect, first_dialect
from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.probing import Probing
from dbt_ai.engines.servers import Servers
from dbt_ai.engines.settings import EngineSettings, is_azure, is_classic_azure, is_loopback, is_openai, shown_url
from dbt_ai.engines.throttle import Throttle
from dbt_ai.engines.values import Answer, Meter, Request
from dbt_ai.errors import EngineError

MOST_CONCURRENT = 64  # requests, where nobody says how many


class OpenAIEngine:
    """An Engine that asks one model. Safe for several threads; the connection is made at the first question.

    `meter` is asked before and told after every HTTP request, `throttle` says when its turn is, `servers` remembers
    what a server understands.

    >>> engine = OpenAIEngine(EngineSettings(model="gpt-5-mini"))
    >>> engine
    OpenAIEngine('gpt-5-mini')
    """

    def __init__(
        self,
        settings: EngineSettings,
        environ: Mapping[str, str] = os.environ,
        *,
        meter: Meter | None = None,
        throttle: Throttle | None = None,
        servers: Servers | None = None,
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._servers = servers or Servers()
        self._attempts = Attempts(settings, meter, throttle or Throttle(MOST_CONCURRENT), self._servers)
        self._lock = threading.Lock()
        self._server: Server | None = None

    def __repr__(self) -> str:
        return f"OpenAIEngine({self.model!r})"

    @property
    def name(self) -> str:
        return self._settings.name

    @property
    def model(self) -> str:
        return self._settings.model

    def stop(self, why: EngineError) -> None:
        """Nothing is sent any more: `why` is raised instead, in every thread that waits, too. What is under way goes
        on to its end; a background run is left to a later run of this program."""
        self._attempts.stop(why)

    def answer(self, request: Request) -> Answer:
        """The answer, validated against the request's schema.

        Raises EngineUnavailable where asking again or asking something else is useless, EngineError where this one
        request failed.
        """
        conversation = Conversation(request, self._settings, self._connected(), self._attempts)
        started = time.monotonic()
        content = conversation.content()
        cost = replace(conversation.cost, seconds=time.monotonic() - started)
        return Answer(content, self.name, self.model, cost, tool_calls=tuple(conversation.used))

    def _connected(self) -> Server:
        with self._lock:
            if self._server is None:
                base_url = self._settings.resolved_base_url(self._environ)
                url = shown_url(base_url)
                if self._settings.offline and not is_loopback(base_url):
                    raise EngineUnavailable(
                        f"{url} is not on this machine, and offline is set: name a server that is, or allow to go out."
                    )
                self._server = Server(Connection(self._settings, base_url, self._environ), self._probing(base_url), url)
            return self._server

    def _probing(self, base_url: str) -> Probing:
        def learn(dialect: Dialect) -> None:
            self._servers.learn(base_url, self.model, dialect)

        known = self._servers.dialect(base_url, self.model)
        return Probing(usual_dialect(self._settings, base_url), known, learn)


def usual_dialect(settings: EngineSettings, base_url: str) -> Dialect:
    """How a server that nobody asked before is spoken to first."""
    at_openai = is_openai(base_url) or is_azure(base_url)
    if is_classic_azure(base_url):
        return first_dialect("chat", at_openai=True)
    return first_dialect(settings.api or ("responses" if at_openai else "chat"), at_openai)
