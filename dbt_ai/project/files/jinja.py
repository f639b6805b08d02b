"""What the Jinja of a model calls: its configuration, and the nodes that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from dbt_ai.project.calls import REF, SOURCE
from dbt_ai.sql.islands.reading import IslandKind, Islands

_CONFIG = re.compile(r"\{\{-?\s*config\s*\(")


@dataclass(frozen=True)
class Named:
    """A node that a text names by `ref` or `source`, at `offset`. `package` is the first argument of a ref with two, or
    the source of a table."""

    kind: str
    name: str
    package: str | None = None
    version: str | None = None
    offset: int = 0


def config_of(islands: Islands) -> Mapping[str, Any]:
    """The plain values that a model's `config(...)` sets."""
    found: dict[str, Any] = {}
    for island in islands.islands:
        written = islands.written(island)
        if not _CONFIG.match(written):
            continue
        try:
            calls = list(_environment().parse(written).find_all(nodes.Call))
        except TemplateSyntaxError:
            continue
        for keyword in calls[0].kwargs if calls else ():
            try:
                found[keyword.key] = keyword.value.as_const()
            except nodes.Impossible:
                continue
    return found


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment()


def nodes_named(islands: Islands) -> Iterator[Named]:
    """The nodes that the Jinja of a model names in plain texts, those in comments of Jinja apart."""
    quiet = [block for block in islands.blocks if block.name == "raw"]
    for island in islands.islands:
        if island.kind is IslandKind.COMMENT or any(one.start < island.start < one.end for one in quiet):
            continue
        yield from named_in(islands.written(island), island.start)


def named_in(text: str, offset: int = 0) -> Iterator[Named]:
    """The nodes that a piece of Jinja, or an argument of a data test, names."""
    for found in REF.finditer(text):
        yield Named("ref", found["name"], found["package"], found["version"], offset + found.start())
    for found in SOURCE.finditer(text):
        yield Named("source", found["table"], found["source"], None, offset + found.start())
