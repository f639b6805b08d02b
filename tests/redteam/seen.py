"""What a played case left behind, for the rules to look at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from tests.redteam.stage import Stage, dbt
from tests.servers.loopback_api import Received

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SECTIONS = ("models", "seeds", "sources", "snapshots", "exposures")


@dataclass(frozen=True)
class Escape:
    """Something that got through: which rule it broke, and how."""

    rule: str
    detail: str


@dataclass(frozen=True)
class Written:
    """A text that the run wrote: where, as the file has it, and as dbt renders it (None: dbt knows no such place)."""

    path: str
    node: str
    column: str | None
    raw: str
    rendered: str | None
    is_of_a_person: bool = False  # the same text, or the same call of doc(), stood in the project before

    @property
    def meant(self) -> str:
        """What a reader should see: the text itself, or what stands inside of its raw block."""
        text = self.raw.strip()
        head, tail = "{% raw %}", "{% endraw %}"
        return text[len(head) : -len(tail)] if text.startswith(head) and text.endswith(tail) else text


@dataclass(frozen=True)
class Seen:
    """Everything that one run did: exit code, output, the requests that reached the right server (`received`) and the
    attacker's (`elsewhere`), its `deeds` outside of the project, files before and after, dbt's manifest afterwards
    (None where no file changed) or dbt's `complaint`, and the report."""

    stage: Stage
    exit: int
    out: str
    err: str
    received: tuple[Received, ...]
    elsewhere: bytes
    deeds: tuple[str, ...]
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    manifest: Any
    complaint: str
    report: Mapping[str, Any] | None

    @cached_property
    def questions(self) -> tuple[list[tuple[str, str]], ...]:
        """The messages of each request to the model, with their roles."""
        asked = (received.messages for received in self.received if received.api != "models")
        return tuple([(role, text or "") for role, text in messages] for messages in asked)

    @cached_property
    def sent(self) -> str:
        """All that reached the right server, as the model reads it and as it was on the wire, without the key's
        header."""
        texts = [text for messages in self.questions for _, text in messages]
        wire = [received.path + "\n" + received.body.decode("utf-8", "replace") for received in self.received]
        return "\n".join([*texts, *wire])

    @cached_property
    def told(self) -> str:
        """What the program itself says to the model, without the model's own turns."""
        ours = ("system", "developer", "user")
        return "\n".join(text for messages in self.questions for role, text in messages if role in ours)

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """The files that are not what they were, new and lost ones among them."""
        paths = sorted(self.before.keys() | self.after.keys())
        return tuple(path for path in paths if self.before.get(path) != self.after.get(path))

    @cached_property
    def property_files(self) -> tuple[str, ...]:
        """Those of the changed files that may change: they are YAML where dbt looks for properties."""
        return tuple(path for path in self.changed if _is_property_file(path))

    @cached_property
    def new_lines(self) -> str:
        """What was written into files, whole."""
        changed = [self.after[path] for path in self.changed if path in self.after]
        return "\n".join(content.decode("utf-8", "replace") for content in changed)

    @cached_property
    def written(self) -> tuple[Written, ...]:
        """The texts in the changed property files that were not there before."""
        return tuple(text for path in self.property_files for text in self._written(path))

    def _written(self, path: str) -> Iterator[Written]:
        before = dict(_texts(load(self.before.get(path, b""))))
        for (node, column), raw in _texts(load(self.after.get(path, b""))):
            if before.get((node, column)) != raw:
                yield Written(path, node, column, raw, self._rendered(node, column), raw.strip() in self._persons)

    @cached_property
    def _persons(self) -> set[str]:
        """The descriptions that stood in the project before."""
        files = (content for path, content in self.before.items() if _is_property_file(path))
        return {raw.strip() for content in files for _, raw in _texts(load(content))}

    def _rendered(self, node: str, column: str | None) -> str | None:
        if self.manifest is None:
            return None
        for found in (*self.manifest.nodes.values(), *self.manifest.sources.values()):
            source = getattr(found, "source_name", None)
            if node != (f"{source}.{found.name}" if source else found.name) or found.resource_type == "test":
                continue
            if column is None:
                return str(found.description)
            of_column = next((c for name, c in found.columns.items() if name == column), None)
            return None if of_column is None else str(of_column.description)
        return None


def _is_property_file(path: str) -> bool:
    folders = ("project/models/", "project/seeds/", "project/snapshots/")
    return path.startswith(folders) and path.endswith((".yml", ".yaml"))


def load(content: bytes) -> Any:
    """The data of a property file, {} for one that is no mapping, or no YAML."""
    try:
        found = yaml.load(content.decode("utf-8", "replace"), LOADER)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _texts(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str | None], str]]:
    """Each description by node and column."""
    for section in SECTIONS:
        for entry in data.get(section) or ():
            tables = entry.get("tables") or () if section == "sources" else ()
            owned = [(entry.get("name"), entry), *((f"{entry.get('name')}.{t.get('name')}", t) for t in tables)]
            for name, holder in owned:
                if holder.get("description"):
                    yield (str(name), None), str(holder["description"])
                for column in holder.get("columns") or ():
                    if column.get("description"):
                        yield (str(name), str(column.get("name"))), str(column["description"])


_PARSED: dict[str, tuple[Any, str]] = {}


def manifest_of(stage: Stage, files: Mapping[str, bytes]) -> tuple[Any, str]:
    """dbt's manifest of the project as it is now, or None and what dbt says against it.

    Many attacks leave the same `files` behind, those without the attack: dbt reads them once.
    """
    digest = hashlib.sha256()
    for path, content in files.items():
        digest.update(f"{path} {len(content)} ".encode() + content)
    key = digest.hexdigest()
    if key not in _PARSED:
        try:
            _PARSED[key] = (dbt(stage.project, "parse"), "")
        except ValueError as error:
            _PARSED[key] = (None, str(error))
    return _PARSED[key]
