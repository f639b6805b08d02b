"""The words of proposing data tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from dbt_ai.values import Target


class Basis(str, Enum):
    """What a proposed test rests on. A test that fails is a mistake where it rests on DATA or on the word of an ENGINE,
    and a finding else."""

    SQL = "sql"  # the SQL of the node, of its parents or of those that read it
    TESTS = "tests"  # a test of a parent
    DOCS = "docs"  # what a person wrote of it
    DATA = "data"  # the rows that are there, and nothing else
    ENGINE = "engine"  # a model's word, and rows that do not contradict it


class Role(str, Enum):
    """What a test is for, which decides whether it counts against the few that a node gets."""

    KEY = "key"  # what a row is: always written
    REFERENCE = "reference"  # a key of another relation: written where it notices something
    OTHER = "other"


@dataclass(frozen=True)
class Candidate:
    """A data test that somebody could want.

    `kind` is a generic test by its bare name ("accepted_range", whichever package the project has it from), or
    "singular", whose arguments are `name` and `sql`, with {model} for the relation and {other} for `references`, the
    other node, which a relationships test has, too. `arguments` are the test's own. `why` is one sentence. `alarm`
    bounds the chance that the test fails on further rows that are like those that are there (see overfitting.py): 0
    where it does not rest on the data alone. `engine` is who proposed it.
    """

    target: Target
    kind: str
    basis: Basis
    why: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    role: Role = Role.OTHER
    references: str | None = None
    alarm: float = 0.0
    engine: str = "derived"

    @property
    def believed(self) -> bool:
        """Whether it rests on more than the rows that are there: then rows that break it are a finding."""
        return self.basis not in (Basis.DATA, Basis.ENGINE)

    @property
    def shown(self) -> str:
        """The test in one line, as a person would say it."""
        if self.kind == "singular":
            return str(self.arguments["name"])
        given = []
        for name, value in self.arguments.items():
            listed = isinstance(value, list | tuple)
            given.append(f"{name}: {', '.join(str(one) for one in value) if listed else value}")
        return f"{self.kind} ({'; '.join(given)})" if given else self.kind
