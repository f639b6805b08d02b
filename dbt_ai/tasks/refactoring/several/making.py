"""What rules for several files find, made one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from dbt_ai.project.values import Node, Project, ProjectReader
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.tasks.refactoring.several.proving import prove_files
from dbt_ai.tasks.refactoring.several.values import Draft, FilesChange, FilesProof
from dbt_ai.tasks.refactoring.values import Known


@dataclass(frozen=True)
class Models:
    """The models that a run may change, and what rules may know of them. `known` is what they know of one model,
    `put_back` tells that somebody has put a change of a model back, which is named by its rule and its place,
    `compiled` gives the SQL of a model as it was before the run, those in `tested` have unit tests, and `closed` has
    the reason codes of those that nobody changes. In `memory` rules keep what they know from one change to the next."""

    reader: ProjectReader
    nodes: Sequence[Node]
    draft: Draft
    known: Callable[[Node], Known]
    put_back: Callable[[Node, str, str], bool]
    goal: str | None = None
    compiled: Callable[[Node], str | None] = lambda node: None
    tested: frozenset[str] = frozenset()
    closed: Mapping[str, str] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        """The project as it is on disk."""
        return self.reader.project

    def text(self, node: Node) -> str:
        """The text of a model as it is by now."""
        if node.package_name != self.project.name:
            return node.raw_code
        return self.draft.text(node.original_file_path) or ""


@dataclass(frozen=True)
class FilesLeft:
    """What a rule found and leaves as it is, in the model `unique_id`, with a reason code."""

    rule: str
    unique_id: str
    place: str
    sentence: str
    reason: str


FilesRule: TypeAlias = "Callable[[Models], Iterator[FilesChange | FilesLeft]]"


@dataclass(frozen=True)
class MadeFiles:
    """What came of the rules: the draft after all changes that are made, every change that was tried with its proof,
    what was left, and the changes that somebody has put back."""

    draft: Draft
    tried: Sequence[tuple[FilesChange, FilesProof]] = ()
    left: Sequence[FilesLeft] = ()
    kept: Sequence[FilesChange] = ()


def make_files(
    relations: Mapping[str, Relation],
    models: Models,
    rules: Sequence[FilesRule],
    progress: Progress = nothing,
) -> MadeFiles:
    """Makes what the rules find, one change after the other: each that is proved is in the draft of the next."""
    run = _Run(models.reader, relations, models, progress)
    for rule in rules:
        while run.once(rule):
            pass
    return MadeFiles(run.models.draft, run.tried, tuple(run.left.values()), tuple(run.kept.values()))


def name_of(rule: str, place: str) -> str:
    """What the lock file calls a change."""
    return f"{rule}:{hashlib.sha256(place.encode()).hexdigest()[:16]}"


@dataclass
class _Run:
    reader: ProjectReader
    relations: Mapping[str, Relation]
    models: Models
    progress: Progress
    tried: list[tuple[FilesChange, FilesProof]] = field(default_factory=list)
    left: dict[tuple[str, str, str], FilesLeft] = field(default_factory=dict)
    kept: dict[tuple[str, str], FilesChange] = field(default_factory=dict)
    _done: set[tuple[str, str]] = field(default_factory=set)

    def once(self, rule: FilesRule) -> bool:
        """Tries the first change of a rule that was not tried; tells whether there was one."""
        for found in rule(self.models):
            if isinstance(found, FilesLeft):
                self.left[(found.rule, found.unique_id, found.place)] = found
                continue
            key = (found.rule, found.place)
            if key in self._done:
                continue
            self._done.add(key)
            if any(self.models.put_back(node, *key) for node in self.models.nodes if _changes(found, node)):
                self.kept[key] = found
                continue
            self.progress(f"Proving {found.rule}", len(self._done), len(self._done))
            if found.prove is not None:
                found, proof = found.prove(self.reader, self.relations, self.models.draft)
            else:
                proof = prove_files(self.reader, self.relations, self.models.draft, found)
            self.tried.append((found, proof))
            if proof.same:
                self.models = replace(self.models, draft=self.models.draft.with_change(found))
            return True
        return False


def _changes(change: FilesChange, node: Node) -> bool:
    return node.original_file_path in change.files
