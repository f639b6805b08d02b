"""The server's side of batches, through the client: files up, batches made and looked after, files down."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dbt_ai.engines.client import open_client
from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.reading import shortened
from dbt_ai.engines.settings import EngineSettings, is_loopback, read_key, shown_url
from dbt_ai.errors import EngineError

if TYPE_CHECKING:
    from openai import OpenAI

_RETRIES = 2  # by the client: nothing here costs money but a batch, which is made once
Found = TypeVar("Found")


class BatchServer:
    """Raises EngineUnavailable where there is no key or nobody answers, EngineError where the server refuses. Nothing
    of the client's exceptions leaves this file: they know the headers, and the key among them."""

    def __init__(self, settings: EngineSettings, environ: Mapping[str, str] = os.environ) -> None:
        self._settings = settings
        self._environ = environ
        self._open: OpenAI | None = None
        self.base_url = settings.resolved_base_url(environ)
        self.url = shown_url(self.base_url)

    def upload(self, path: Path, name: str) -> str:
        """The server's name for the file, which it is sent as `name`."""
        with path.open("rb") as file:
            found = self._asked(lambda client: client.files.create(file=(name, file), purpose="batch"))
        return str(found.id)

    def create(self, endpoint: str, input_file_id: str) -> Any:
        """A new batch. Asked for once: an answer that is lost on its way may have made one."""
        arguments: Any = {"completion_window": "24h", "endpoint": endpoint, "input_file_id": input_file_id}
        return self._asked(lambda client: client.with_options(max_retries=0).batches.create(**arguments))

    def retrieve(self, id: str) -> Any:
        """The batch as it is now."""
        return self._asked(lambda client: client.batches.retrieve(id))

    def find(self, input_file_id: str, oldest: float) -> Any:
        """The batch of an input file, None where there is none among those made since `oldest`."""

        def found(client: OpenAI) -> Any:
            for batch in client.batches.list(limit=100):  # the newest first
                if batch.input_file_id == input_file_id:
                    return batch
                if batch.created_at < oldest:
                    return None
            return None

        return self._told(found)

    def download(self, file_id: str, path: Path) -> None:
        """Writes a file of the server to `path`."""

        def write(client: OpenAI) -> None:
            with client.files.with_streaming_response.content(file_id) as response:
                response.stream_to_file(path)

        self._told(write)

    def _asked(self, ask: Callable[[OpenAI], Any]) -> Any:
        """An object of the API. Of a web page the client makes a text."""
        found = self._told(ask)
        if isinstance(getattr(found, "id", None), str):
            return found
        raise EngineUnavailable(f"{self.url} has no batches as OpenAI has them: check the base URL.")

    def _told(self, ask: Callable[[OpenAI], Found]) -> Found:
        """What `ask` returns; whatever the client raises becomes one sentence."""
        import openai

        client = self._client()
        failure: EngineError
        try:
            return ask(client)
        except openai.AuthenticationError:
            # not quoted: some servers repeat the key that they refuse
            failure = EngineUnavailable(
                f"{self.url} refuses the key (401): check the key, and that it belongs to this server."
            )
        except openai.APIStatusError as error:
            said = shortened(error.message.replace(client.api_key, "[key]"))
            kind = EngineUnavailable if error.status_code == 403 else EngineError
            failure = kind(f"{self.url} refuses it ({error.status_code}): {said}")
        except openai.APIConnectionError as error:
            cause = shortened(str(error.__cause__ or error))
            failure = EngineUnavailable(f"The connection to {self.url} broke off ({cause}): run again to go on.")
        except Exception as error:
            library = type(error).__module__.partition(".")[0]
            if library not in ("openai", "httpx", "httpx2", "json"):
                raise
            failure = EngineError(f"The answer of {self.url} broke off ({type(error).__name__}): run again to go on.")
        raise failure

    def _client(self) -> OpenAI:
        if self._open is None:
            if self._settings.offline and not is_loopback(self.base_url):
                raise EngineUnavailable(
                    f"{self.url} is not on this machine, and offline is set: name a server that is, or allow to go out."
                )
            key = read_key(self.base_url, self._environ)
            seconds = self._settings.timeout_seconds
            self._open = open_client(self.base_url, key, self._environ, seconds=seconds, retries=_RETRIES)
        return self._open
