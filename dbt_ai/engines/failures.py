"""What keeps a request from being answered, as one sentence for a person. Pure."""

from __future__ import annotations

from dbt_ai.engines import outcomes
from dbt_ai.engines.connection import Reply
from dbt_ai.engines.dialects import Refusal, model_missing
from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.reading import shortened
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.errors import EngineError


def failure_of(reply: Reply, settings: EngineSettings, url: str, most_bytes: int) -> EngineError:
    """The error for a reply without a body, as EngineUnavailable where no other request can fare better."""
    if reply.refusal is not None:
        return _refused(reply.refusal, settings, url)
    if reply.outcome == outcomes.TIMED_OUT:
        return EngineError(
            f"{settings.model} at {url} did not answer within {settings.timeout_seconds:g} seconds: run again to go "
            "on, or ask with less effort."
        )
    if reply.outcome == outcomes.LEFT_RUNNING:
        return EngineError(f"{settings.model} still thinks about it in the background: run again to fetch its answer.")
    if reply.outcome == outcomes.UNREACHABLE:
        return EngineUnavailable(
            f"Nobody answers at {url} ({reply.detail}): start the server, or correct the base URL."
        )
    if reply.outcome == outcomes.TOO_LONG:
        return EngineError(f"The server's answer is longer than {most_bytes:,} bytes, and was not read further.")
    if reply.outcome == outcomes.NOT_AN_API:
        return EngineUnavailable(
            "The server answered with a web page instead of JSON: check that the base URL is the API's, and that no "
            "proxy or login page stands in between."
        )
    return EngineError(f"The answer of {url} broke off again and again ({reply.detail}): run again to go on.")


def _refused(refusal: Refusal, settings: EngineSettings, url: str) -> EngineError:
    status, said = refusal.status, shortened(refusal.said)
    if status == 401:
        # not quoted: some servers repeat the key that they refuse
        return EngineUnavailable(f"{url} refuses the key (401): check the key, and that it belongs to this server.")
    if status == 403:
        return EngineUnavailable(f"{url} does not allow this key to use {settings.model} (403): {said}")
    if model_missing(refusal):
        return EngineUnavailable(f"There is no model {settings.model!r} at {url}: choose one that is there.")
    if status in (404, 405):
        return EngineUnavailable(f"{url} is not the address of an API like OpenAI's ({status}): correct the base URL.")
    if status == 402 or refusal.names("insufficient_quota"):
        return EngineUnavailable(f"The account at {url} has no money or quota left ({status}): {said}")
    if status == 429:
        return EngineError(f"{url} is still refusing requests for being too many (429): run again later to go on.")
    if 300 <= status < 400:
        return EngineUnavailable(f"{url} sends requests elsewhere ({status}): give the final base URL.")
    return EngineError(f"{url} answered with an error ({status}): {said}")


def too_long_a_wait(seconds: float, url: str) -> EngineUnavailable:
    """The error for a server that asks to be left alone for longer than a run waits."""
    return EngineUnavailable(f"{url} asks to wait for {seconds:,.0f} seconds: run again after that to go on.")
