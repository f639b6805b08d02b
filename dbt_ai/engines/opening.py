"""The reasoning engine of a project, as the settings and the environment allow it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dbt_ai.engines.cache import AnswerStore, CachedEngine
from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings, is_openai, read_key, shown_url
from dbt_ai.engines.values import Engine

DEFAULT_MODEL = "gpt-5-mini"  # of OpenAI's; other servers have other models
CACHE = Path(".dbt_ai") / "answers.sqlite"


def open_engine(
    model: str | None,
    base_url: str | None,
    root: Path,
    environ: Mapping[str, str] = os.environ,
    *,
    name: str = "reasoning",
) -> Engine:
    """The model at `base_url`, with the answers of earlier runs in `.dbt_ai/` of the project at `root`.

    Asks nobody anything. Raises EngineUnavailable where there is no key, or no model is named for a server that is not
    OpenAI's, and CacheError where the cache cannot be opened.
    """
    settings = EngineSettings(model=model or DEFAULT_MODEL, base_url=base_url, name=name)
    url = settings.resolved_base_url(environ)
    read_key(url, environ)
    if model is None and not is_openai(url):
        raise EngineUnavailable(
            f"No model is named for {shown_url(url)}: set DBTAI_MODEL, or `model` in dbt_ai.yml, to one that is there."
        )
    return CachedEngine(OpenAIEngine(settings, environ), AnswerStore(root / CACHE))


def key_source(environ: Mapping[str, str] = os.environ) -> str | None:
    """The name of the environment variable that a key would be taken from, None where none is set."""
    names = ("DBTAI_API_KEY", "DBTAI_API_KEY_FILE", "OPENAI_API_KEY")
    return next((name for name in names if environ.get(name)), None)
