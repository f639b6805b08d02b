"""Which model would be asked, where, and with which key: decided without asking anybody, and without the client."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.settings import NAMES_OF_SERVERS, NO_KEY, EngineSettings, is_openai, read_key, shown_url

DEFAULT_MODEL = "gpt-6-luna"  # of OpenAI's; other servers have other models
STUDENT_SECONDS = 120.0  # what takes it longer is better asked of somebody else


def engine_settings(
    model: str | None,
    base_url: str | None,
    environ: Mapping[str, str] = os.environ,
    *,
    name: str = "reasoning",
    offline: bool = False,
    needs_key: bool = True,
) -> EngineSettings:
    """How to reach the model. Asks nobody anything, and writes nothing.

    Raises EngineUnavailable where there is no key and `needs_key`, or no model is named for a server that is not
    OpenAI's.
    """
    settings = EngineSettings(model=model or DEFAULT_MODEL, base_url=base_url, name=name, offline=offline)
    if name == "student":
        settings = replace(settings, timeout_seconds=STUDENT_SECONDS, retries=1)
    url = settings.resolved_base_url(environ)
    if needs_key:
        read_key(url, environ)
    if model is None and not is_openai(url):
        variable = "DBTAI_STUDENT_MODEL" if name == "student" else "DBTAI_MODEL"
        raise EngineUnavailable(
            f"No model is named for {shown_url(url)}: set {variable}, or `{variable[6:].lower()}` in dbt_ai.yml, to "
            "one that is there."
        )
    return settings


def key_source(base_url: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """The name of the environment variable whose key the server at `base_url` would be given, None for no key."""
    for name in ("DBTAI_API_KEY", "DBTAI_API_KEY_FILE", "OPENAI_API_KEY"):
        alone = {each: environ[each] for each in (name, *NAMES_OF_SERVERS) if environ.get(each)}
        try:
            if name in alone and read_key(base_url, alone) != NO_KEY:
                return name
        except EngineUnavailable:
            continue
    return None
