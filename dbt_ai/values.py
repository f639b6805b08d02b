"""The words of the road that more than one room uses, as small frozen values.

They hold no behaviour beyond what follows from their own fields, and import no other room.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")  # of thinking, from the least to the most


class VerdictKind(str, Enum):
    """What a check found. Only the first three are ever written."""

    PROVED = "proved"  # follows from the SQL
    BOUNDED = "bounded"  # no counterexample among N generated databases
    HOLDS = "holds"  # true on the data that is there
    REFUTED = "refuted"  # the data or the SQL says otherwise
    UNPROVEN = "unproven"  # could not be decided, with a reason code


@dataclass(frozen=True)
class Verdict:
    """A verdict and what it rests on.

    `reason` is a stable code (see dbt_ai/checks/reasons.py) for REFUTED and UNPROVEN; `detail` one sentence for a
    person; `basis` the SQL or fact it rests on; `rows` the counterexample, as column/value pairs; `where` the place
    it was reached: "sql", "duckdb" (the project's own data), "transpiled" (a copy of another warehouse's in DuckDB), or
    "warehouse" (that warehouse itself).
    """

    kind: VerdictKind
    detail: str = ""
    reason: str | None = None
    basis: str = ""
    rows: tuple[tuple[tuple[str, Any], ...], ...] = ()
    where: str = "sql"

    @property
    def writable(self) -> bool:
        """True when text that rests on this verdict may be written."""
        return self.kind in (VerdictKind.PROVED, VerdictKind.BOUNDED, VerdictKind.HOLDS)


class ClaimKind(str, Enum):
    """What a sentence can assert that a check can decide."""

    UNIQUE = "unique"  # columns
    ROW_PER = "row_per"  # columns: one row per these
    NOT_NULL = "not_null"  # column is never NULL
    NULL_WHEN = "null_when"  # column is NULL exactly/at least when: condition SQL or a join without a match
    ONE_OF = "one_of"  # values
    BETWEEN = "between"  # low, high
    AGGREGATE = "aggregate"  # function, of column
    FROM_COLUMN = "from_column"  # relation, column
    REFERENCES = "references"  # relation, column
    UNIT = "unit"  # unit word
    CONVERSION = "conversion"  # factor
    NAMES = "names"  # a column, model or value that must exist


@dataclass(frozen=True)
class Claim:
    """What a text asserts and can be checked.

    `subject` is the column the claim is about, or None for the relation as a whole. `arguments` depend on `kind`
    (see ClaimKind) and are plain strings or tuples of strings. `text` is the piece of the sentence it was read from.
    """

    kind: ClaimKind
    subject: str | None
    arguments: tuple[tuple[str, Any], ...] = ()
    text: str = ""

    def argument(self, name: str, default: Any = None) -> Any:
        """The argument called `name`, or `default`."""
        return dict(self.arguments).get(name, default)


@dataclass(frozen=True)
class Target:
    """What a proposal is about: a node, or one of its columns. `unique_id` is dbt's."""

    unique_id: str
    column: str | None = None

    def __str__(self) -> str:
        return self.unique_id if self.column is None else f"{self.unique_id}.{self.column}"


@dataclass(frozen=True)
class PropertyPlace:
    """Which place of which property file holds, or should hold, the properties of a node.

    `path` is relative to the project root, with `/`. `section` is the top-level key (`models`, `sources`, `seeds`,
    `snapshots`). For a source `name` is the source's and `table` the table's name. `version` is the model version
    or None. `exists` says whether the file already has an entry for the node; `file_exists` whether there is a file.
    """

    path: str
    section: str
    name: str
    table: str | None = None
    version: str | None = None
    exists: bool = False
    file_exists: bool = False


@dataclass(frozen=True)
class Proposal:
    """A text that somebody proposes for a target, before it is checked.

    `engine` is who proposed it ("derived", "student", "reasoning"), `model` the model's name where one was asked.
    `evidence_hash` is the hash of what the text rests on: when it changes, the text is stale.
    """

    target: Target
    text: str
    engine: str
    model: str | None = None
    evidence_hash: str = ""


@dataclass(frozen=True)
class Edit:
    """One description to be put at one place. `column` None means the node's own description.

    `replaces` is the text that must be there now: None when there must be none. `doc_call` is True where `text` is a
    `{{ doc('...') }}` call that a person wrote upstream: it is written as it stands, never quoted as raw text.
    """

    place: PropertyPlace
    column: str | None
    text: str
    replaces: str | None = None
    doc_call: bool = False

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.place.path


@dataclass(frozen=True)
class TestEdit:
    """A data test to be added to the list of a node's tests, or of one of its columns (`column`).

    `test` is the item as YAML has it: a name ("unique"), or one name with its arguments and config.
    """

    __test__ = False  # pytest must not collect it

    place: PropertyPlace
    column: str | None
    test: str | Mapping[str, Any]

    @property
    def path(self) -> str:
        """The file that it changes."""
        return self.place.path


@dataclass(frozen=True)
class UnitTestEdit:
    """A unit test to be added to `unit_tests:` of the property file at `path`, as YAML has it: `name`, `model`,
    `given`, `expect` and what else dbt takes."""

    path: str
    unit_test: Mapping[str, Any]


@dataclass(frozen=True)
class MacroEdit:
    """An entry to be added to `macros:` of the property file at `path`, as YAML has it: `name`, `description`,
    `arguments`."""

    path: str
    macro: Mapping[str, Any]


@dataclass(frozen=True)
class FileEdit:
    """A new file with `text`, such as a singular test or a macro. It must not exist."""

    path: str
    text: str


@dataclass(frozen=True)
class SqlEdit:
    """New text for a file of SQL whose text is `replaces`."""

    path: str
    text: str
    replaces: str


AnyEdit = Edit | TestEdit | UnitTestEdit | MacroEdit | FileEdit | SqlEdit


@dataclass(frozen=True)
class Refusal:
    """An edit that could not be planned, with a stable reason code and one sentence."""

    edit: AnyEdit
    reason: str
    detail: str


@dataclass(frozen=True)
class FileChange:
    """The new bytes of one file, made for exactly the old bytes (None: the file must not exist)."""

    path: str
    before: bytes | None
    after: bytes


@dataclass(frozen=True)
class Plan:
    """All file changes of one run, to be applied together or not at all."""

    changes: tuple[FileChange, ...] = ()
    planned: tuple[AnyEdit, ...] = ()
    refused: tuple[Refusal, ...] = ()


class OutcomeKind(str, Enum):
    """What became of a target."""

    WRITTEN = "written"  # or would be, under --dry-run and --check
    KEPT = "kept"  # a person's text, left alone
    CURRENT = "current"  # our text, still true
    STALE = "stale"  # our text, its evidence has changed
    REFUTED = "refuted"  # proposed, and a check said no
    GAP = "gap"  # nothing true could be said by the engines at hand
    REFUSED = "refused"  # true, but could not be edited in safely
    FAILED = "failed"  # the node could not be read: SQL that does not parse, data that cannot be reached


@dataclass(frozen=True)
class Citation:
    """What a text of an engine rests on, as the engine says and as was checked (`verified`).

    `kind` is "sql": `line` of the node's file, or of its compiled SQL where `compiled`; "docs": what a person wrote of
    the node or its `column`; "data": the statistics and findings that the engine was shown; "lineage" of the column;
    "query": `query` is the SQL that the engine asked, `number` its place among its questions, `result` the answer.
    """

    kind: str
    node: str | None = None
    column: str | None = None
    line: int | None = None
    compiled: bool = False
    query: str | None = None
    result: str | None = None
    number: int | None = None
    verified: bool = True

    @property
    def compact(self) -> str:
        """One short text, the same for the same evidence: what the lock file keeps."""
        if self.kind == "query":
            digest = hashlib.sha256((self.query or "").encode()).hexdigest()[:16]
            return f"query:{digest}:{' '.join((self.result or '').split())[:80]}"
        place = str(self.node) if self.column is None else f"{self.node}.{self.column}"
        if self.kind == "sql":
            return f"{self.node}:{'compiled:' if self.compiled else ''}{self.line}"
        return f"{self.kind}:{place}"


@dataclass(frozen=True)
class Outcome:
    """One target, what was proposed for it, what the checks said, where it went: what every report prints."""

    target: Target
    kind: OutcomeKind
    text: str = ""
    engine: str | None = None
    verdicts: tuple[Verdict, ...] = ()
    path: str | None = None
    reason: str | None = None
    detail: str = ""
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Finding:
    """Something about the data or the docs that a person should know, with the query that shows it.

    `code` is stable ("duplicate-id", "orphans", ...); `numbers` are the counts the sentence rests on.
    """

    code: str
    target: Target
    sentence: str
    sql: str = ""
    columns: tuple[str, ...] = ()
    numbers: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class HookFinding:
    """Something in a change that should not be committed as it is: at `line` of the file at `path`, relative to the
    working directory or to the project. `code` is stable, `sentence` says what it is and what to do. `fixed` tells that
    `--fix` has mended it."""

    path: str
    line: int
    code: str
    target: Target
    sentence: str
    fixed: bool = False


@dataclass(frozen=True)
class TierTotals:
    """What one step of the cascade did: "derived", "student", "reasoning", "reasoning again" for what a check had
    refuted, or "classifier" for data tests. The first four counts are of targets (nodes and columns): `tried`, of these
    `accepted`, `refuted` (by a check) and left `silent` (nothing true could be said).

    `requests` is the number of questions, of these `from_cache` were answered in an earlier run and `failed` not at
    all; `efforts` how many were asked at which effort. Tokens and `usd` are those of this run, `usd` None where no
    price is known.
    """

    name: str
    model: str | None = None
    efforts: tuple[tuple[str, int], ...] = ()
    tried: int = 0
    accepted: int = 0
    refuted: int = 0
    silent: int = 0
    requests: int = 0
    from_cache: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    usd: float | None = 0.0


@dataclass(frozen=True)
class Report:
    """Everything a run of a job has to tell."""

    job: str
    outcomes: tuple[Outcome, ...] = ()
    findings: tuple[Finding, ...] = ()
    notices: tuple[str, ...] = ()  # what could not be seen, in whole sentences
    diff: str = ""
    tiers: tuple[TierTotals, ...] = ()  # in the order in which they were asked
    wrote: bool = False  # False under --dry-run and --check: what is "written" would be
    unfinished: tuple[str, ...] = ()  # what an engine failed to answer, in whole sentences: run again to go on


class MutantKind(str, Enum):
    """What became of a fault that was put into a model's SQL."""

    KILLED = "killed"  # a test fails
    SURVIVED = "survived"  # no test fails, and some rows tell it from the model
    EQUIVALENT = "equivalent"  # no test fails, and no database that was tried tells it from the model
    NOT_REACHED = "not_reached"  # it could not be tried, with a reason code


class TestKind(str, Enum):
    """What a test of a model does for it."""

    __test__ = False  # pytest must not collect it

    KILLS = "kills"
    KILLS_NOTHING = "kills_nothing"
    CANNOT_FAIL = "cannot_fail"  # neither for a fault in the SQL nor for one in the data
    NOT_COUNTED = "not_counted"  # with a reason code


@dataclass(frozen=True)
class JudgedMutant:
    """A fault in a model's SQL and what became of it.

    `line` is that of the model's file, None where it is not known; `diff` the lines that change, empty for one that
    was killed, and `killed_by` the unique_ids of the tests that fail. `rows` counts the rows of today's data that
    differ; of a survivor for which it is 0, `shown_by` has the tables (name, columns, rows) of a small database that
    tells it apart. `verdict` of an equivalent one is "bounded": `detail` says by what.
    """

    operator: str
    sentence: str
    kind: MutantKind
    line: int | None = None
    diff: str = ""
    killed_by: tuple[str, ...] = ()
    rows: int | None = None
    shown_by: tuple[tuple[str, tuple[str, ...], tuple[tuple[Any, ...], ...]], ...] = ()
    verdict: VerdictKind | None = None
    reason: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class JudgedTest:
    """A test of a model: how many mutants it kills, and how many of these no other test does."""

    __test__ = False  # pytest must not collect it

    unique_id: str
    name: str
    kind: TestKind
    is_unit_test: bool = False
    kills: int = 0
    alone: int = 0
    reason: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class MutationScore:
    """One model's mutants, the survivors first, and its tests; or `reason` and `detail`, why it was left out."""

    node: str
    path: str
    mutants: tuple[JudgedMutant, ...] = ()
    tests: tuple[JudgedTest, ...] = ()
    reason: str | None = None
    detail: str = ""
    notices: tuple[str, ...] = ()

    def count(self, kind: MutantKind) -> int:
        """How many mutants it became of."""
        return sum(mutant.kind is kind for mutant in self.mutants)


@dataclass(frozen=True)
class MutationReport:
    """What today's tests notice of faults in the SQL of the selected models."""

    models: tuple[MutationScore, ...] = ()
    notices: tuple[str, ...] = ()
