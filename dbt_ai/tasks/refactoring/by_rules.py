"""What rules make of each model: its file is read, small changes are proposed, and those that are proved are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dbt_ai.edits.lock import TestEntry
from dbt_ai.project.values import Node, Project, ProjectReader
from dbt_ai.sql.islands import JinjaError, read_islands
from dbt_ai.sql.query import QueryError, parse_query
from dbt_ai.sql.transpiling import Untranslatable
from dbt_ai.sql.values import QueryFacts, Relation
from dbt_ai.tasks.gathering import Scope
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.refactoring.constants import Rows, rows_of
from dbt_ai.tasks.refactoring.elsewhere import other_columns
from dbt_ai.tasks.refactoring.proving import Distinguish, Prover
from dbt_ai.tasks.refactoring.reading import read_model
from dbt_ai.tasks.refactoring.referencing import references_of
from dbt_ai.tasks.refactoring.refusing import reason_for_branches, reason_for_hooks, reason_for_sql
from dbt_ai.tasks.refactoring.remembering import KIND
from dbt_ai.tasks.refactoring.several.making import name_of
from dbt_ai.tasks.refactoring.trying import Refactored, propose, refactor_text
from dbt_ai.tasks.refactoring.values import Change, Known
from dbt_ai.values import Verdict, VerdictKind

_ASKING = frozenset({"dbt_utils.star", "dbt_utils.union_relations"})  # the warehouse, for columns


@dataclass(frozen=True)
class Found:
    """What came of one model: its text before, and what was made of it; or a reason code why nothing was. `ways` are
    its SQL before and after, as it runs today; `known` is there where an engine may be asked for more, and `closed` is
    the reason code of a model that nobody changes, and of which rules had nothing to say."""

    before: str = ""
    refactored: Refactored | None = None
    reason: str | None = None
    detail: str = ""
    ways: Sequence[tuple[str, str]] = ()
    known: Known | None = None
    closed: str | None = None


@dataclass(frozen=True)
class Rules:
    """What the rules of one run know: the compiled SQL in `scope`, the `relations` whose columns are known, the changes
    that the lock file has, the goal. Within `tolerance` floating point numbers are the same."""

    reader: ProjectReader
    scope: Scope
    relations: Mapping[str, Relation]
    in_duckdb: InDuckDB
    remembered: Sequence[TestEntry]
    goal: str | None = None
    tolerance: float | None = None

    def refactored(self, node: Node, text: str, distinguish: Distinguish) -> Found:
        """What comes of a model with `text` in its file; `distinguish` is as of `Prover`."""
        project = self.reader.project
        sql = self.scope.sql.get(node.unique_id)
        if sql is None:
            return Found(reason="no-sql", detail=self.scope.failures.get(node.unique_id, ""))
        try:
            islands = read_islands(text)
        except JinjaError as error:
            return Found(reason="jinja-too-much", detail=str(error))
        known = self.known(node)
        model = read_model(text, known)
        if isinstance(model, str):
            return Found(reason="jinja-too-much") if islands.islands else Found(reason="no-sql", detail=model)
        why = reason_for_branches(islands) or reason_for_hooks(node) or reason_for_sql(sql, project.dialect)
        if why is not None:
            if propose(text, known):
                return Found(text, reason=why[0], detail=why[1])
            return Found(text, Refactored(text), closed=why[0])
        prover = Prover(
            self.reader, node, self.relations, self.in_duckdb, distinguish=distinguish, tolerance=self.tolerance
        )
        old = {one.arguments for one in self.remembered if (one.unique_id, one.test) == (node.unique_id, KIND)}
        refactored = refactor_text(text, known, prover, lambda change: name_of(change.rule, change.place) in old)
        ways = prover.ways(text, refactored.text) if refactored.text != text else ()
        return Found(text, refactored, ways=ways, known=known)

    def known(self, node: Node) -> Known:
        """What rules know when they look at a model."""
        project = self.reader.project
        return Known(
            project.dialect,
            tuple(self.relations.values()),
            facts=self._facts,
            reference=references_of(project, node),
            goal=self.goal,
            macros=self._macros(node),
            rows=self._rows,
        )

    def _facts(self, sql: str) -> QueryFacts | None:
        from dbt_ai.sql.facts import facts_of

        try:
            return facts_of(parse_query(sql, self.reader.project.dialect, tuple(self.relations.values())))
        except QueryError:
            return None

    def _rows(self, sql: str) -> Rows | None:
        try:
            return rows_of(self.in_duckdb.sql(sql))
        except Untranslatable:
            return None

    def _macros(self, node: Node) -> frozenset[str]:
        """The macros of packages that the model may call: in its unit tests there are no relations to be asked for."""
        macros = self.reader.project.macros
        if self.goal is None or _ASKING.isdisjoint(macros) or not self.reader.unit_tests([node.unique_id]):
            return macros
        return macros - _ASKING


def read_file(project: Project, node: Node) -> Found:
    """The text of a model's file, or why it is left as it is."""
    if node.package_name != project.name:
        return Found(reason="package-model", detail=node.package_name)
    if node.language != "sql":
        return Found(reason="python-model")
    file = project.root / node.original_file_path
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return Found(reason="file-differs", detail=str(error))
    inside = file.resolve().is_relative_to(project.root.resolve())
    if not inside or text.strip() != node.raw_code.strip():
        return Found(reason="file-differs")
    return Found(text)


def written_out(project: Project, node: Node, text: str) -> Iterator[str]:
    """The nodes whose relations the text has written out."""
    known = Known(project.dialect, reference=references_of(project, node))
    for found in propose(text, known):
        if isinstance(found, Change):
            yield from found.reads


def agreed_there(reader: ProjectReader, found: Mapping[str, Found]) -> dict[str, Found]:
    """What was found, without what the warehouse itself says no to."""
    told = other_columns(reader, {unique_id: one.ways for unique_id, one in found.items() if one.ways})
    asked = dict(found)
    for unique_id, sentence in told.items():
        verdict = Verdict(VerdictKind.UNPROVEN, sentence, "other-columns-there", where="warehouse")
        asked[unique_id] = replace(found[unique_id], refactored=_unwritten(found[unique_id], verdict))
    return asked


def _unwritten(found: Found, verdict: Verdict) -> Refactored | None:
    if found.refactored is None:
        return None
    tried = (replace(one, verdict=verdict) if one.written else one for one in found.refactored.tried)
    return replace(found.refactored, text=found.before, tried=tuple(tried))


def measured(project: Project, found: Mapping[str, Found]) -> Mapping[str, Found]:
    """What was found, with the rows that each change spares the warehouse."""
    from dbt_ai.tasks.refactoring.measuring import with_rows

    counted = with_rows(project, {u: one.refactored for u, one in found.items() if one.refactored is not None})
    return {u: replace(one, refactored=counted.get(u)) for u, one in found.items()}
