"""What the client's exceptions mean: a simpler way to ask, or one sentence for a person. Pure."""

from __future__ import annotations

from dataclasses import replace

from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.reading import shortened
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.wire import Dialect
from dbt_ai.errors import EngineError


class Broken(Exception):
    """The server's answer broke off on its way."""


def simpler(dialect: Dialect, error: Exception) -> Dialect | None:
    """The dialect to go on in, where the error says that the server does not understand this one; else None."""
    import openai

    if isinstance(error, openai.NotFoundError) and dialect.api == "responses" and not _model_missing(error):
        return replace(dialect, api="chat")
    if not isinstance(error, (openai.BadRequestError, openai.UnprocessableEntityError)):
        return None
    told = f"{error.param} {error.message}".casefold()
    if dialect.effort and "reasoning" in told and error.code != "unsupported_value":
        return replace(dialect, effort=False)
    if dialect.schema and any(name in told for name in ("response_format", "json_schema", "text.format", "grammar")):
        return replace(dialect, schema=False)
    return None


def failure_of(error: Exception, settings: EngineSettings, url: str) -> EngineError:
    """One sentence for `error`, as EngineUnavailable where no other request can fare better. Re-raises a defect of
    ours: anything that is neither the client's nor the network's."""
    import openai

    if isinstance(error, Broken):
        return EngineError(f"The answer of {url} broke off twice ({error}): run again to go on.")
    if isinstance(error, openai.APITimeoutError):
        return EngineError(
            f"{settings.model} at {url} did not answer within {settings.timeout_seconds:g} seconds: run again to go "
            "on, or ask with less effort."
        )
    if isinstance(error, openai.APIConnectionError):
        return _no_connection(error, url)
    if not isinstance(error, openai.APIStatusError):
        raise error
    said = shortened(error.message)
    if error.status_code == 401:
        # not quoted: some servers repeat the key that they refuse
        return EngineUnavailable(f"{url} refuses the key (401): check the key, and that it belongs to this server.")
    if error.status_code == 403:
        return EngineUnavailable(f"{url} does not allow this key to use {settings.model} (403): {said}")
    if _model_missing(error):
        return EngineUnavailable(f"There is no model {settings.model!r} at {url}: choose one that is there.")
    if error.status_code == 404:
        return EngineUnavailable(f"{url} is not the address of an API like OpenAI's (404): correct the base URL.")
    if error.code == "insufficient_quota":
        return EngineUnavailable(f"The account at {url} has no money or quota left (429): {said}")
    if error.status_code == 429:
        return EngineError(f"{url} is still refusing requests for being too many (429): run again later to go on.")
    if 300 <= error.status_code < 400:
        return EngineUnavailable(f"{url} sends requests elsewhere ({error.status_code}): give the final base URL.")
    return EngineError(f"{url} answered with an error ({error.status_code}): {said}")


def _model_missing(error: Exception) -> bool:
    import openai

    if not isinstance(error, (openai.NotFoundError, openai.BadRequestError)):
        return False
    told = error.message.casefold()
    missing = any(words in told for words in ("not found", "does not exist", "not exist", "unknown model"))
    return error.code == "model_not_found" or ("model" in told and missing and "<html" not in told)


def _no_connection(error: Exception, url: str) -> EngineError:
    cause = error.__cause__
    if type(cause).__name__ in ("ConnectError", "ConnectTimeout", "UnsupportedProtocol"):
        return EngineUnavailable(
            f"Nobody answers at {url} ({shortened(str(cause))}): start the server, or correct the base URL."
        )
    return EngineError(f"The connection to {url} broke off ({type(cause).__name__}): run again to go on.")
