"""What the user set: `dbt_ai.yml` at the project's root, then the environment (`DBTAI_*`), then flags."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from dbt_ai.errors import UsageError
from dbt_ai.values import EFFORTS

FILE = "dbt_ai.yml"


@dataclass(frozen=True)
class Settings:
    """`engine` is who may answer ("auto", "derived", "student", "reasoning"), `model` and `base_url` the reasoning
    model and its server, `student_model` and `student_base_url` those of a small one that is asked first. `student` is
    the name of an installed one (None: the one in use; "none": none of them).

    `effort` is how long the reasoning model may think, "auto" to choose by how hard a node is, up to `max_effort`;
    `max_cost` the most a run may cost, in US dollars; `prices` a file with prices of models, `concurrency` how many
    requests are under way at once. `share` says what of the data an engine may see: "nothing", "statistics" or
    "samples"; `offline` refuses every connection that leaves this machine. `house_style` is a file with the words a
    company uses, `prompts` a folder with templates of its own. Files and folders are relative to the project's root.
    `sample_rows` is how many rows of each source are read from a warehouse other than DuckDB, 0 for none at all.
    `refactor_rounds` is how often an engine is asked to rewrite a model at the most. `review_fail_on` are the codes of
    findings that end a review with 1, with commas between them. `hook_docs` is what the hook for docs asks of a model
    that a commit changes: a text for it and for the columns that are "touched", or for all columns ("models"), or for
    it alone ("descriptions").
    """

    engine: str = "auto"
    model: str | None = None
    base_url: str | None = None
    student: str | None = None
    student_model: str | None = None
    student_base_url: str | None = None
    effort: str = "auto"
    max_effort: str = "high"
    max_cost: float | None = None
    prices: str | None = None
    concurrency: int = 8
    share: str = "statistics"
    offline: bool = False
    house_style: str | None = None
    prompts: str | None = None
    sample_rows: int = 10_000
    refactor_rounds: int = 3
    review_fail_on: str | None = None
    hook_docs: str = "touched"


CHOICES: Mapping[str, tuple[str, ...]] = {
    "engine": ("auto", "derived", "student", "reasoning"),
    "effort": ("auto", *EFFORTS, "research"),
    "max_effort": EFFORTS,
    "share": ("nothing", "statistics", "samples"),
    "hook_docs": ("touched", "models", "descriptions"),
}
_NAMES = tuple(field.name for field in fields(Settings))
_YES_OR_NO = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
MAX_CONCURRENCY = 64
MAX_SAMPLE_ROWS = 1_000_000
MAX_ROUNDS = 10


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
    if name == "offline":
        return _yes_or_no(value, place)
    if name in ("max_cost", "concurrency", "sample_rows", "refactor_rounds"):
        return _number(name, value, place)
    if not isinstance(value, str):
        raise UsageError(f"{place}: {name} must be a text, not {value!r}.")
    if name in CHOICES and value not in CHOICES[name]:
        raise UsageError(f"{place}: {name} must be one of {', '.join(CHOICES[name])}, not {value!r}.")
    return value


def _yes_or_no(value: Any, place: str) -> bool:
    found = value if isinstance(value, bool) else _YES_OR_NO.get(str(value).strip().casefold())
    if found is None:
        raise UsageError(f"{place}: offline must be true or false, not {value!r}.")
    return found


def _number(name: str, value: Any, place: str) -> float | int:
    """US dollars, or a whole number of requests, rows or rounds."""
    try:
        number = float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if name == "max_cost":
        if not 0 <= number < float("inf"):
            raise UsageError(f"{place}: max_cost must be an amount in US dollars such as 2.50, not {value!r}.")
        return number
    if name == "sample_rows":
        if not (0 <= number <= MAX_SAMPLE_ROWS and number == int(number)):
            raise UsageError(f"{place}: sample_rows must be a whole number up to {MAX_SAMPLE_ROWS:,}, not {value!r}.")
        return int(number)
    most = MAX_ROUNDS if name == "refactor_rounds" else MAX_CONCURRENCY
    if not (1 <= number <= most and number == int(number)):
        raise UsageError(f"{place}: {name} must be a whole number from 1 to {most}, not {value!r}.")
    return int(number)
