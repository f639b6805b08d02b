"""Which models a branch adds, removes and changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dbt_ai.project.values import Node, Project
from dbt_ai.reviews import ChangeKind

_WORD = re.compile(r"\w+")
_TOLD_CONFIG = (
    "materialized", "incremental_strategy", "unique_key", "on_schema_change", "full_refresh", "database", "schema",
    "alias", "strategy", "updated_at", "check_cols", "pre-hook", "post-hook", "contract", "access", "partition_by",
    "cluster_by",
)  # fmt: skip
"""Settings that change what is built, or where."""


@dataclass(frozen=True)
class ChangedNode:
    """A model or snapshot of the root project: its unique_id, what is done with it, and the settings that differ."""

    unique_id: str
    change: ChangeKind
    config: tuple[tuple[str, str, str], ...] = ()


def changed_nodes(before: Project, after: Project) -> list[ChangedNode]:
    """The models and snapshots that are not as they were: their own text, a macro that they call, or their settings.

    What their SQL comes to may still be the same: that shows when it is compiled.
    """
    ours, theirs = (_own(project) for project in (before, after))
    macros = _changed_macros(before, after)
    found = [ChangedNode(u, ChangeKind.NEW) for u in theirs if u not in ours]
    found += [ChangedNode(u, ChangeKind.REMOVED) for u in ours if u not in theirs]
    for unique_id in ours.keys() & theirs.keys():
        old, new = ours[unique_id], theirs[unique_id]
        config = _config(old, new)
        called = not macros.isdisjoint(_WORD.findall(new.raw_code))
        if config or called or old.raw_code != new.raw_code:
            found.append(ChangedNode(unique_id, ChangeKind.CHANGED, config))
    return sorted(found, key=lambda one: one.unique_id)


def _own(project: Project) -> Mapping[str, Node]:
    return {
        unique_id: node
        for unique_id, node in project.nodes.items()
        if node.package_name == project.name and node.resource_type in ("model", "snapshot")
    }


def _changed_macros(before: Project, after: Project) -> set[str]:
    """The names of the macros that are not the same, and of all that call one of these."""
    old, new = ({(m.package_name, m.name): m.sql for m in project.macro_sql} for project in (before, after))
    changed = {key[1] for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    words = {name: set(_WORD.findall(sql)) for (_, name), sql in new.items()}
    more = set(changed)
    while more:
        more = {name for name, called in words.items() if name not in changed and not more.isdisjoint(called)}
        changed |= more
    return changed


def _config(old: Node, new: Node) -> tuple[tuple[str, str, str], ...]:
    told = [
        (name, _said(old.config.get(name)), _said(new.config.get(name)))
        for name in _TOLD_CONFIG
        if old.config.get(name) != new.config.get(name)
    ]
    if old.relation != new.relation and not told:
        told.append(("relation", ".".join(filter(None, old.relation)), ".".join(filter(None, new.relation))))
    return tuple(told)


def _said(value: Any) -> str:
    return "none" if value is None or value == [] else str(value)
