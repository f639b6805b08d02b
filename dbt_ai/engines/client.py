"""The client of the `openai` package, opened so that it sends nothing but what is meant for its server."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from dbt_ai.engines.settings import is_classic_azure, is_loopback, may_have_openais

if TYPE_CHECKING:
    from openai import OpenAI

_AZURE_API_VERSION = "2024-10-21"  # where the URL of a deployment names none
_LONGEST_CONNECTING = 15.0  # seconds
_MOST_BYTES_OF_AN_ERROR = 1_000_000
_HEADERS = frozenset(
    {
        *("host", "connection", "accept", "accept-encoding", "user-agent", "authorization", "api-key"),
        *("content-type", "content-length", "transfer-encoding", "x-stainless-raw-response"),
    }
)


def open_client(
    base_url: str, key: str, environ: Mapping[str, str] = os.environ, *, seconds: float, retries: int
) -> OpenAI:
    """The client for the server at `base_url`. Sends nothing yet.

    It follows no redirects, reads errors within bounds, and goes through a proxy only to other machines. What it would
    add from the environment for OpenAI goes to OpenAI and to OPENAI_BASE_URL only.
    """
    import openai  # takes a second, and no run without an engine has to pay for it

    url = urlsplit(base_url)
    query = dict(parse_qsl(url.query))
    arguments: dict[str, Any] = {
        "api_key": key,
        "base_url": url._replace(query="").geturl(),
        "default_query": query,
        "timeout": http_library().Timeout(seconds, connect=min(seconds, _LONGEST_CONNECTING)),
        "max_retries": retries,
        # a redirect would carry the prompt to somebody else; a proxy has no business on this machine
        "http_client": openai.DefaultHttpxClient(
            follow_redirects=False,
            trust_env=not is_loopback(base_url),
            event_hooks={
                "request": [] if may_have_openais(base_url, environ) else [lambda request: _only_ours(request, key)],
                "response": [lambda response: _bound_error(response, seconds)],
            },
        ),
    }
    if is_classic_azure(base_url):
        return openai.AzureOpenAI(api_version=query.get("api-version") or _AZURE_API_VERSION, **arguments)
    return openai.OpenAI(**arguments)


def http_library() -> Any:
    """The HTTP library under the client: httpx2 from its version 3 on, httpx before."""
    import openai

    client = next(base for base in openai.DefaultHttpxClient.__mro__ if base.__name__ == "Client")
    return importlib.import_module(client.__module__.partition(".")[0])


def _only_ours(request: Any, key: str) -> None:
    """The client adds what the environment says for OpenAI: organization, project, OPENAI_CUSTOM_HEADERS, in which
    there may be secrets. They are nobody else's, and must not take the place of the key."""
    for name in set(request.headers) - _HEADERS:
        del request.headers[name]
    if "authorization" in request.headers and not request.url.username:  # whose password the client sends instead
        request.headers["authorization"] = f"Bearer {key}"


def _bound_error(response: Any, seconds: float) -> None:
    """The client reads an error to its end, however long that is: it ends here."""
    if response.status_code < 300:
        return
    stream, deadline = response.stream, time.monotonic() + seconds
    base: Any = http_library().SyncByteStream

    class Bounded(base):  # type: ignore[misc]
        def __iter__(self) -> Iterator[bytes]:
            came = 0
            for chunk in stream:
                came += len(chunk)
                if came > _MOST_BYTES_OF_AN_ERROR or time.monotonic() > deadline:
                    return
                yield chunk

        def close(self) -> None:
            stream.close()

    response.stream = Bounded()
