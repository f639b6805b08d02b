"""What the user set: `dbt_ai.yml` at the project's root, then the environment (`DBTAI_*`), then flags."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from dbt_ai.errors import UsageError

FILE = "dbt_ai.yml"


@dataclass(frozen=True)
class Settings:
    """`engine` is who may answer ("auto", "derived", "reasoning"), `model` and `base_url` the reasoning
    model and its server, `effort` how long it may think.

    `share` says what of the data an engine may see: "nothing", "statistics" or "samples". `house_style` is a file,
    relative to the project's root, with the words a company uses.
    """

    engine: str = "auto"
    model: str | None = None
    base_url: str | None = None
    effort: str = "low"
    share: str = "statistics"
    house_style: str | None = None


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "engine": ("auto", "derived", "reasoning"),
    "effort": ("auto", "none", "minimal", "low", "medium", "high", "xhigh", "max"),
    "share": ("nothing", "statistics", "samples"),
}
_NAMES = tuple(field.name for field in fields(Settings))


def read_settings(
    root: Path, flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """The settings for the project at `root`. A flag that is None was not given; others than settings are ignored.

    Raises UsageError, which names the place, for an unknown key, a wrong type or value, and for a key of an API.
    """
    environment = os.environ if environment is None else environment
    given: dict[str, Any] = {}
    for name, value in _read_file(root / FILE).items():
        given[name] = _checked(name, value, FILE)
    for name in _NAMES:
        variable = f"DBTAI_{name.upper()}"
        if environment.get(variable):
            given[name] = _checked(name, environment[variable], variable)
    for name, value in (flags or {}).items():
        if name in _NAMES and value is not None:
            given[name] = _checked(name, value, f"--{name.replace('_', '-')}")
    return Settings(**given)


def _read_file(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{FILE} cannot be read: {' '.join(str(error).split())}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise UsageError(f"{FILE} must hold settings such as `engine: derived`.")
    return {str(name): value for name, value in content.items()}


def _checked(name: str, value: Any, place: str) -> Any:
    if name not in _NAMES:
        if "key" in name.casefold() or "token" in name.casefold() or "secret" in name.casefold():
            raise UsageError(
                f"{place} must not hold {name}: files are committed. Set OPENAI_API_KEY in the environment."
            )
        raise UsageError(f"{place} has a setting that does not exist, {name}. There are {', '.join(_NAMES)}.")
    if not isinstance(value, str):
        raise UsageError(f"{place}: {name} must be a text, not {value!r}.")
    if name in _CHOICES and value not in _CHOICES[name]:
        raise UsageError(f"{place}: {name} must be one of {', '.join(_CHOICES[name])}, not {value!r}.")
    return value
