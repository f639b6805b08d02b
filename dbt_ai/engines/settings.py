"""Which model answers, where it is, and the key that it asks for. The key lives in the client only."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.local.values import Weights

OPENAI_BASE_URL = "https://api.openai.com/v1"
NAMES_OF_SERVERS = ("DBTAI_BASE_URL", "DBTAI_STUDENT_BASE_URL", "OPENAI_BASE_URL")  # variables of the environment
NO_KEY = "not-needed"  # what a server on this machine is sent: the client insists on some key


@dataclass(frozen=True)
class EngineSettings:
    """How to reach a model. No field holds a key.

    `base_url` None means OPENAI_BASE_URL of the environment, else OpenAI itself. `effort` is what a task puts into its
    requests: the engine sends the effort that each request carries. `timeout_seconds` bounds one attempt, `retries`
    the attempts after the first that the server may have worked on. `api` is what a server is asked through first,
    "responses" or "chat", None to choose by the base URL. `name` is what answers and reports call the engine.
    `offline` refuses every server that is not on this machine. `local` are weights that are served from this process
    instead.
    """

    model: str
    base_url: str | None = None
    effort: str = "low"
    timeout_seconds: float = 600.0
    retries: int = 2
    api: str | None = None
    name: str = "reasoning"
    offline: bool = False
    local: Weights | None = None

    def resolved_base_url(self, environ: Mapping[str, str] = os.environ) -> str:
        """The base URL without a slash at its end. Raises EngineUnavailable where it is not an HTTP address."""
        url = (self.base_url or environ.get("OPENAI_BASE_URL") or OPENAI_BASE_URL).rstrip("/")
        if _host(url) is None:
            raise EngineUnavailable(
                f"The base URL {shown_url(url)!r} is not an address that starts with http:// or https://: correct it."
            )
        return url


def read_key(base_url: str, environ: Mapping[str, str] = os.environ) -> str:
    """The key for the server at `base_url`: DBTAI_API_KEY, else the file DBTAI_API_KEY_FILE, else OPENAI_API_KEY.

    A base URL that came with a project's files must not be able to collect a key: OPENAI_API_KEY is given to OpenAI and
    to OPENAI_BASE_URL only, the others also to servers on this machine and to those that the environment names. A
    server on this machine needs none. Raises EngineUnavailable where there is no usable key.
    """
    ours = environ.get("DBTAI_API_KEY") or environ.get("DBTAI_API_KEY_FILE")
    if ours and not _may_have_ours(base_url, environ):
        raise EngineUnavailable(
            f"Your key is given to no server that only the project's files name. If you trust {shown_url(base_url)}, "
            "set DBTAI_BASE_URL to it, or DBTAI_STUDENT_BASE_URL for the student."
        )
    if environ.get("DBTAI_API_KEY"):
        return _usable(environ["DBTAI_API_KEY"], "DBTAI_API_KEY")
    if environ.get("DBTAI_API_KEY_FILE"):
        return _key_from_file(Path(environ["DBTAI_API_KEY_FILE"]))
    openai_may_have_it = may_have_openais(base_url, environ)
    if openai_may_have_it and environ.get("OPENAI_API_KEY"):
        return _usable(environ["OPENAI_API_KEY"], "OPENAI_API_KEY")
    if is_loopback(base_url):
        return NO_KEY
    names = "OPENAI_API_KEY or DBTAI_API_KEY" if openai_may_have_it else "DBTAI_API_KEY"
    raise EngineUnavailable(
        f"There is no key for {shown_url(base_url)}: set {names}, or DBTAI_API_KEY_FILE to the path of a file that "
        "holds it."
    )


def may_have_openais(base_url: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the server may have what the environment says for OpenAI: it is OpenAI's, or the one that the
    environment names in its place. A base URL that came with a project's files is neither."""
    return is_openai(base_url) or base_url == environ.get("OPENAI_BASE_URL", "").rstrip("/")


def _may_have_ours(base_url: str, environ: Mapping[str, str]) -> bool:
    named = (environ.get(name, "").rstrip("/") for name in NAMES_OF_SERVERS)
    return is_openai(base_url) or is_loopback(base_url) or base_url in named


def is_loopback(base_url: str) -> bool:
    """Whether the server is on this machine."""
    host = _host(base_url) or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_openai(base_url: str) -> bool:
    """Whether the server is OpenAI's own, over TLS."""
    host = _host(base_url) or ""
    return base_url.startswith("https://") and (host == "api.openai.com" or host.endswith(".api.openai.com"))


def is_azure(base_url: str) -> bool:
    """Whether the server is one of Azure's, over TLS."""
    host = _host(base_url) or ""
    return base_url.startswith("https://") and host.endswith((".openai.azure.com", ".services.ai.azure.com"))


def is_classic_azure(base_url: str) -> bool:
    """Whether this is the address of one deployment, as Azure had them before its v1 API: the key has a header of its
    own there, and the version of the API stands in the query."""
    return "/openai/deployments/" in base_url


def shown_url(base_url: str) -> str:
    """The URL as a message may show it: without user, password and query."""
    try:
        parts = urlsplit(base_url)
    except ValueError:
        return "(unreadable)"
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        return parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return None


def _key_from_file(path: Path) -> str:
    try:
        key = path.expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise EngineUnavailable(f"The key file {path} (DBTAI_API_KEY_FILE) cannot be read: {why}.") from None
    return _usable(key, f"the file {path}")


def _usable(key: str, where: str) -> str:
    # checked here, because an HTTP client would quote a key that no header can carry in its error
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise EngineUnavailable(f"The key in {where} is empty or has characters that no key has: put it there again.")
    return key
