"""The words of a review: what a branch changes, what that does, and what is missing. Small frozen values, as those of
dbt_ai/values.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from dbt_ai.values import Verdict


class ChangeKind(str, Enum):
    """What a branch does with a model."""

    NEW = "new"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class SmallTable:
    """A table of a small database, or what a query gives on it (`name` is "before" or "after" then)."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    error: str | None = None


@dataclass(frozen=True)
class ColumnsChange:
    """What happens to the columns of a model: `renamed` are pairs of names that were shown to have the same values,
    `retyped` a column with its type before and after."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    retyped: tuple[tuple[str, str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.renamed or self.retyped)

    @property
    def gone(self) -> tuple[str, ...]:
        """The names that nobody can read any more."""
        return (*self.removed, *(before for before, _ in self.renamed))


_SAME_COLUMNS = ColumnsChange()


@dataclass(frozen=True)
class Affected:
    """A node below a changed model: which of its `columns` rest on what changes (none: its rows do). `broken` is what
    the database says where it can no longer be run."""

    unique_id: str
    name: str
    columns: tuple[str, ...] = ()
    broken: str | None = None


@dataclass(frozen=True)
class Compared:
    """What becomes of a model's columns and rows.

    `verdict` says whether the columns that are there before and after give the same, on the same input: PROVED,
    BOUNDED, HOLDS, REFUTED (then `tables` is the smallest database that shows it, with `before` and `after` of it) or
    UNPROVEN; None where there is nothing to compare. `changed` are the columns whose values may differ, and
    `other_rows` tells that the rows themselves do. `on_data` counts what differs in the rows that are there today:
    (rows before, rows after, of these only before, only after).
    """

    verdict: Verdict | None = None
    columns: ColumnsChange = _SAME_COLUMNS
    changed: tuple[str, ...] = ()
    other_rows: bool = False
    tables: tuple[SmallTable, ...] = ()
    before: SmallTable | None = None
    after: SmallTable | None = None
    on_data: tuple[int, int, int, int] | None = None


_NOTHING_COMPARED = Compared()


@dataclass(frozen=True)
class ReviewedModel:
    """A model that a branch adds, removes or changes. `config` are settings with their values before and after."""

    unique_id: str
    name: str
    path: str
    change: ChangeKind
    compared: Compared = _NOTHING_COMPARED
    config: tuple[tuple[str, str, str], ...] = ()
    affected: tuple[Affected, ...] = ()
    exposures: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReviewFinding:
    """Something that a reviewer should know. `code` is stable; `line` of the file at `path` counts from 1."""

    code: str
    sentence: str
    unique_id: str
    path: str
    line: int | None = None


@dataclass(frozen=True)
class Suggestion:
    """What the job `job` would write for the nodes of the branch: a unified diff, and how many texts or tests it is."""

    job: str
    diff: str
    count: int


@dataclass(frozen=True)
class Review:
    """What there is to say of a branch. `base` is the commit that it is compared with; `failing` are the codes of the
    policy that were found; `prefix` is the path of the project in its repository."""

    base: str
    models: tuple[ReviewedModel, ...] = ()
    findings: tuple[ReviewFinding, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    notices: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    prefix: str = ""
