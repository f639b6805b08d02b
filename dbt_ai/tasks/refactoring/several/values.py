"""The words of changes of several files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from dbt_ai.edits import plan_edits
from dbt_ai.project.values import ProjectReader
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.refactoring.proving import same_rows
from dbt_ai.values import AnyEdit, FileEdit, Plan, SqlEdit, Verdict

Prove: TypeAlias = "Callable[[ProjectReader, Mapping[str, Relation], Draft], tuple[FilesChange, FilesProof]]"


@dataclass(frozen=True)
class FilesChange:
    """A change of several files, made as a whole or not at all.

    `files` are the texts of new files and the new texts of those that are there, by their paths from the project's
    root; `replaces` are the texts of those that are there and are no models. `edits` are made of property files
    besides. `rule` and `place` name the change, the same in every run; `sentence` says what is so now. `prove` is the
    proof of a change that is meant to build a model otherwise: it gives the change as it is to be made.
    """

    rule: str
    place: str
    sentence: str
    files: Mapping[str, str]
    replaces: Mapping[str, str] = field(default_factory=dict)
    edits: tuple[AnyEdit, ...] = ()
    prove: Prove | None = field(default=None, compare=False)


@dataclass(frozen=True)
class FilesProof:
    """What came of a change: the `verdicts` of the models that it changes by unique_id, up to the first that is not
    the same, and the worst of them, or why the change cannot be made at all. `plan` has all files of the draft with
    the change."""

    verdict: Verdict
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)

    @property
    def same(self) -> bool:
        """Whether the change may be made: what only holds on the data that is there is not enough."""
        return same_rows(self.verdict)


@dataclass(frozen=True)
class Draft:
    """The files of a project as a run leaves them: `files` are the new texts of all that it makes or changes, by their
    paths, `edits` those of property files. `before` are the texts on disk, as the run has read them, of all files that
    it may change."""

    before: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    edits: tuple[AnyEdit, ...] = ()

    def with_change(self, change: FilesChange) -> Draft:
        """The draft after a change."""
        return Draft({**change.replaces, **self.before}, {**self.files, **change.files}, (*self.edits, *change.edits))

    def text(self, path: str) -> str | None:
        """The text of a file by now; None where the run knows of none."""
        return self.files.get(path, self.before.get(path))

    def plan(self, root: Path) -> Plan:
        """The plan that brings the files of the project at `root` to what the draft says. Raises ProjectError as
        `plan_edits` does."""
        edits: list[AnyEdit] = [
            SqlEdit(path, text, self.before[path]) if path in self.before else FileEdit(path, text)
            for path, text in self.files.items()
        ]
        return plan_edits(root, [*edits, *self.edits])
