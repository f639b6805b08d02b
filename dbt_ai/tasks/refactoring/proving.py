"""Whether a model with another text gives the same rows: both texts are compiled by dbt, in every way in which the
model runs, and compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dbt_ai.checks.equivalence import Equivalence, equivalent
from dbt_ai.checks.equivalence.stored import on_stored_rows
from dbt_ai.checks.lifted import TableRows
from dbt_ai.checks.lifted.values import Outcome
from dbt_ai.errors import WarehouseError
from dbt_ai.project.values import Node, ProjectReader
from dbt_ai.sql.islands import Islands, read_islands
from dbt_ai.sql.transpiling import Untranslatable, differently_made
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.data import open_data
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.refactoring.constants import rows_of, without_constants
from dbt_ai.tasks.refactoring.worlds import World, in_world, worlds_of
from dbt_ai.values import Verdict, VerdictKind

_WORD = re.compile(r"\w+")
_COUNT = 3000
_SECONDS = 20.0
_ORDER = (VerdictKind.UNPROVEN, VerdictKind.REFUTED, VerdictKind.HOLDS, VerdictKind.BOUNDED, VerdictKind.PROVED)
"""From the worst; what holds on the data that is there is not enough to write."""

Decide = Callable[..., Equivalence]
Distinguish = Callable[[Equivalence, str, str, Sequence[Relation]], Equivalence]


def unchanged(found: Equivalence, left: str, right: str, relations: Sequence[Relation]) -> Equivalence:
    """Looks no further."""
    return found


@dataclass(frozen=True)
class WithFiles:
    """How new texts are compiled that need more files than the project has: by `compile`, as `Prover.compiled` does, in
    a world of conditions. `files` are those other files whose Jinja has conditions."""

    compile: Callable[[str, World, Sequence[str], bool], str | None]
    files: Sequence[Islands] = ()


@dataclass
class Prover:
    """Proves changes of one model. `relations` are those of the project whose columns are known, with DuckDB's types.
    SQL of another warehouse is compared as `in_duckdb` translates it, and in its own words where DuckDB cannot tell.
    `decide` says whether two queries are the same, also on the rows that are there: None to find it out here.
    `distinguish` may look further for a database that tells apart what nothing has told apart so far. Within
    `tolerance` floating point numbers are the same; `decide` and `distinguish` have it of their own."""

    reader: ProjectReader
    node: Node
    relations: Mapping[str, Relation]
    in_duckdb: InDuckDB
    with_files: WithFiles | None = None
    decide: Decide | None = None
    distinguish: Distinguish = unchanged
    tolerance: float | None = None
    _compiled: dict[tuple[str, bool], str | None] = field(default_factory=dict)

    def compiled(self, text: str, reads: Sequence[str] = (), *, incremental: bool = False) -> str | None:
        """The SQL of the model with `text` in its file; None where dbt cannot compile it."""
        key = (text, incremental)
        if key not in self._compiled:
            found = self.reader.compile_text(self.node.unique_id, text, reads, incremental=incremental)
            self._compiled[key] = found.sql if found.sql and found.sql.strip() else None
        return self._compiled[key]

    def compare(self, before: str, after: str, reads: Sequence[str]) -> Verdict:
        """Whether the model gives the same with the text `after` as with `before`: the worst verdict of all the ways in
        which it runs. A way in which it could not run before does not count."""
        old, new = read_islands(before), read_islands(after)
        found: list[Equivalence] = []
        seen: set[tuple[str, str]] = set()
        others = self.with_files.files if self.with_files else ()
        # A small change is about one condition at a time; the text of an engine can be about several.
        for world in worlds_of(old, new, *others, together=self.decide is not None):
            read = (*reads, *self.named(before)) if world else reads  # dbt saw those of the branch that was taken
            for incremental in (False, True) if self.node.materialized == "incremental" else (False,):
                left = self.compiled(in_world(old, world), read, incremental=incremental)
                if left is None:
                    continue
                right = self._compiled_new(in_world(new, world), world, read, incremental)
                if right is None:
                    return Verdict(VerdictKind.UNPROVEN, "dbt cannot compile it.", "not-compiled")
                if (left, right) not in seen:
                    seen.add((left, right))
                    one = self._equivalent(left, right)
                    if not one.same and world and self._equivalent(left, left).reason == "query-failed":
                        continue  # conditions that cannot be so at once
                    found.append(one)
                    if not one.same:
                        return self._told([one])
        if not found:
            return Verdict(VerdictKind.UNPROVEN, "dbt cannot compile it.", "not-compiled")
        return self._told(found)

    def ways(self, before: str, after: str) -> list[tuple[str, str]]:
        """The SQL of the model with either text, as it runs today, of texts that were compared."""
        later = (False, True) if self.node.materialized == "incremental" else (False,)
        pairs = [(self.compiled(before, incremental=one), self.compiled(after, incremental=one)) for one in later]
        return [(_bare(left), _bare(right)) for left, right in pairs if left and right]

    def _compiled_new(self, text: str, world: World, reads: Sequence[str], incremental: bool) -> str | None:
        if self.with_files is None:
            return self.compiled(text, reads, incremental=incremental)
        return self.with_files.compile(text, world, reads, incremental)

    def named(self, text: str) -> tuple[str, ...]:
        """The nodes whose names stand in the text."""
        words = set(_WORD.findall(text))
        return tuple(u for u, node in self.reader.project.nodes.items() if node.name in words)

    def _equivalent(self, left: str, right: str) -> Equivalence:
        read = (left + " " + right).casefold()
        relations = [one for one in self.relations.values() if one.parts[2].casefold() in read]
        try:
            ours, theirs = (self.in_duckdb.sql(_bare(sql)) for sql in (left, right))
            if self.decide is None:
                found = compared(ours, theirs, relations, tolerance=self.tolerance)
                found = self._on_data(found, ours, theirs, relations)
            else:
                found = self.decide(ours, theirs, relations, count=_COUNT, seconds=_SECONDS)
            found = self.distinguish(found, ours, theirs, relations)
            piece = self._piece(left, right, found)
        except Untranslatable as why:
            return Equivalence(VerdictKind.UNPROVEN, "not-translated", str(why))
        return found if piece is None else Equivalence(VerdictKind.UNPROVEN, "engines-differ", f"`{piece}`")

    def _piece(self, left: str, right: str, found: Equivalence) -> str | None:
        """What only one of two queries has, where DuckDB finds them the same and the warehouse may not."""
        if not found.same or not self.in_duckdb.is_translated:
            return None
        return differently_made(left, right, self.reader.project.dialect, found.verdict is VerdictKind.PROVED)

    def _told(self, found: Sequence[Equivalence]) -> Verdict:
        verdict = verdict_of(found)
        if not self.in_duckdb.is_translated:
            return verdict
        if verdict.reason in ("not-translated", "engines-differ"):
            return replace(verdict, where="transpiled")
        detail = f"{verdict.detail} (In DuckDB, on SQL translated from {self.reader.project.dialect}.)"
        return replace(verdict, where="transpiled", detail=detail)

    def _on_data(self, found: Equivalence, left: str, right: str, relations: Sequence[Relation]) -> Equivalence:
        """The verdict with what the project's own rows say. The rows themselves stay where they are: a verdict may be
        told to an engine."""
        if found.verdict in (VerdictKind.PROVED, VerdictKind.REFUTED) or self.in_duckdb.is_translated:
            return found
        try:
            with open_data(self.reader.project) as (sandbox, _):
                if sandbox is None:
                    return found
                return on_stored_rows(
                    found, left, right, relations, sandbox.connection, seconds=_SECONDS, tolerance=self.tolerance
                )
        except WarehouseError:  # somebody writes to the database
            return found


def compared(
    left: str,
    right: str,
    relations: Sequence[Relation],
    count: int = _COUNT,
    *,
    ordered: bool = True,
    tolerance: float | None = None,
) -> Equivalence:
    """Whether two queries are the same. What reads no table and is the same in both, a proof need not understand."""
    ours, theirs = rows_of(left), rows_of(right)
    if ours is not None and theirs is not None and ours.same(theirs):
        return Equivalence(
            VerdictKind.PROVED, "same-rows", f"Both read no table, and give the same {len(ours.rows)} rows."
        )
    limits: dict[str, Any] = {"ordered": ordered, "count": count, "seconds": _SECONDS, "tolerance": tolerance}
    constant = without_constants(left, right)
    if constant is not None:
        old, new, more = constant
        found = equivalent(old, new, [*relations, *more], **limits)
        if found.same:
            return found  # else it may differ only where those tables have other rows than they do
    return equivalent(left, right, relations, **limits)


def _bare(sql: str) -> str:
    return sql.strip().rstrip(";")


def same_rows(verdict: Verdict) -> bool:
    """Whether SQL may be written that rests on this verdict: that it holds on the data which is there is not enough."""
    return verdict.kind in (VerdictKind.PROVED, VerdictKind.BOUNDED)


def from_worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of several verdicts."""
    return min(verdicts, key=lambda verdict: _ORDER.index(verdict.kind))


def verdict_of(found: Sequence[Equivalence]) -> Verdict:
    """The worst of several comparisons as a verdict, with all constraints that they rely on. One that needs a tolerance
    is worse than one that needs none."""
    worst = min(found, key=lambda one: (_ORDER.index(one.verdict), one.tolerance is None))
    rests = tuple(dict.fromkeys(text for one in found for text in one.relies_on))
    detail = worst.detail
    if rests:
        detail = f"{detail} It relies on tests and constraints: {'; '.join(rests)}."
    shown = worst.counterexample
    basis = ""
    if shown is not None:
        basis = "\n".join(shown.statements)
        tables = "; ".join(_table(one) for one in shown.tables)
        before, after = _rows(shown.left), _rows(shown.right)
        detail = f"{worst.detail} The smallest such database: {tables}. It gives {before}, and changed {after}."
    reason = None if worst.same else worst.reason
    return Verdict(worst.verdict, detail, reason, basis, where="duckdb" if worst.databases else "sql")


def _table(table: TableRows) -> str:
    if not table.rows:
        return f"{table.table} is empty"
    return f"{table.table} ({', '.join(table.columns)}) has {_listed(table.rows)}"


def _rows(outcome: Outcome) -> str:
    """What a query gives, for a person."""
    return outcome.error or _listed(outcome.rows) or "no rows"


def _listed(rows: Sequence[Sequence[Any]]) -> str:
    return ", ".join("(" + ", ".join("NULL" if cell is None else str(cell) for cell in row) + ")" for row in rows)
