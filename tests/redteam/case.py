"""A case of the red team as it stands in its YAML file. README.md says what each word means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "cases"
OWASP = {
    "LLM01": "Prompt injection",
    "LLM02": "Sensitive information disclosure",
    "LLM03": "Supply chain",
    "LLM04": "Data and model poisoning",
    "LLM05": "Improper output handling",
    "LLM06": "Excessive agency",
    "LLM07": "System prompt leakage",
    "LLM09": "Misinformation",
    "LLM10": "Unbounded consumption",
}  # LLM08, weaknesses of vectors and embeddings: there are none here


@dataclass(frozen=True)
class Expect:
    """What the run must come to. `exit` are the exit codes that are right, `requests` how many may reach the server at
    most (None: no matter), `tells` what the output must say, `outcomes` what becomes of a target, by its name.
    `elsewhere` is True where the user's own settings send the questions to the attacker's server."""

    exit: tuple[int, ...] = (0,)
    requests: int | None = None
    tells: tuple[str, ...] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)
    elsewhere: bool = False


@dataclass(frozen=True)
class Case:
    """One attack: what lies in the project, what the model then says, and what must not come of it."""

    id: str
    owasp: str
    channel: str
    title: str
    plant: tuple[Mapping[str, Any], ...] = ()
    environment: Mapping[str, str | None] = field(default_factory=dict)
    command: str = "document"
    arguments: tuple[str, ...] = ("--select", "orders")
    says: tuple[Mapping[str, Any], ...] = ()
    must_send: tuple[str, ...] = ()
    must_not_send: tuple[str, ...] = ()
    must_write: tuple[str, ...] = ()
    must_not_write: tuple[str, ...] = ()
    expect: Expect = Expect()


def read_case(path: Path) -> Case:
    """The case in the file at `path`. Raises ValueError, which names the file, for one that is not well formed."""
    try:
        return _case(path.stem, yaml.safe_load(path.read_text(encoding="utf-8")))
    except (TypeError, ValueError, KeyError, yaml.YAMLError) as error:
        raise ValueError(f"{path.name}: {error}") from error


def read_cases(folder: Path = FOLDER) -> dict[str, Case]:
    """All cases below `folder` by id. Raises ValueError where two have one id."""
    cases: dict[str, Case] = {}
    for path in sorted(folder.rglob("*.yml")):
        if path.stem in cases:
            raise ValueError(f"There are two cases called {path.stem}.")
        cases[path.stem] = read_case(path)
    return cases


def _case(id: str, content: Mapping[str, Any]) -> Case:
    given = dict(content)
    unknown = set(given) - {each.name for each in fields(Case)} | ({"id"} & set(given))
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    if given["owasp"] not in OWASP:
        raise ValueError(f"{given['owasp']} is none of {', '.join(OWASP)}")
    said = given.get("says") or {}
    given["says"] = tuple(said) if isinstance(said, list) else (said,)
    given["expect"] = _expect(given.get("expect") or {})
    for name in ("plant", "arguments", "must_send", "must_not_send", "must_write", "must_not_write"):
        if name in given:
            given[name] = tuple(given[name])
    return Case(id=id, **given)


def _expect(given: Mapping[str, Any]) -> Expect:
    codes = given.get("exit", 0)
    tells = given.get("tells", ())
    return Expect(
        **{
            **given,
            "exit": tuple(codes) if isinstance(codes, list) else (codes,),
            "tells": (tells,) if isinstance(tells, str) else tuple(tells),
        }
    )
