"""The engines of a run, as the settings and the environment allow them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dbt_ai.errors import EngineError, UsageError
from dbt_ai.project.settings import Settings

if TYPE_CHECKING:
    from dbt_ai.tasks.asking import Asking, PromptOptions, Tier


def asking_of(settings: Settings, root: Path) -> tuple[Asking | None, tuple[str, ...]]:
    """The engines to ask, cheapest first, None for derived texts only; and what to tell of those that cannot be had.

    Raises UsageError where an engine is asked for by name and cannot be had.
    """
    if settings.engine == "derived":
        return None, ()
    from dbt_ai.tasks.asking import Asking
    from dbt_ai.tasks.sending import send

    tiers, told = _tiers(settings, root)
    if not tiers:
        return None, told
    return Asking(tuple(tiers), _prompts(settings, root), send(settings.concurrency)), told


def _tiers(settings: Settings, root: Path) -> tuple[list[Tier], tuple[str, ...]]:
    from dbt_ai.engines.opening import key_source, open_engine
    from dbt_ai.tasks.asking import Tier

    tiers: list[Tier] = []
    told: tuple[str, ...] = ()
    if settings.engine in ("auto", "student") and settings.student_base_url:
        engine = open_engine(settings.student_model, settings.student_base_url, root, name="student")
        tiers.append(Tier("student", engine, "low"))
    elif settings.engine == "student":
        raise UsageError("There is no student: set student_base_url and student_model to a local server and its model.")
    if settings.engine in ("auto", "reasoning"):
        try:
            engine = open_engine(settings.model, settings.base_url, root)
            tiers += [
                Tier("reasoning", engine, settings.effort),
                Tier("reasoning again", engine, settings.effort, again=True),
            ]
        except EngineError as error:
            if settings.engine == "reasoning":
                raise UsageError(str(error)) from error
            without = "Derived texts only" if not tiers else "No reasoning model"
            if settings.base_url or os.environ.get("OPENAI_BASE_URL") or key_source():
                told = (f"{without}: {error}",)
            else:
                told = (f"{without}, as there is no key for a reasoning model (OPENAI_API_KEY).",)
    return tiers, told


def _prompts(settings: Settings, root: Path) -> PromptOptions:
    from dbt_ai.tasks.asking import PromptOptions

    return PromptOptions(settings.share, _house_style(root, settings.house_style), settings.max_effort)


def _house_style(root: Path, name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return (root / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The house style file {name} cannot be read: {error}.") from error
