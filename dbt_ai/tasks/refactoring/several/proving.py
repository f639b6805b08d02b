"""Whether every model that a change of several files touches gives the same rows: dbt reads the project with all files
of the change, and compiles each model there and here."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from dbt_ai.errors import ProjectError
from dbt_ai.project.project_file import read_project_file
from dbt_ai.project.seed_files import read_seed
from dbt_ai.project.values import Node, ProjectReader
from dbt_ai.sql.islands import Islands, JinjaError, read_islands
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.refactoring.proving import Decide, Prover, WithFiles, from_worst, same_rows
from dbt_ai.tasks.refactoring.refusing import reason_for_branches, reason_for_hooks, reason_for_sql
from dbt_ai.tasks.refactoring.several.allowing import (
    Reason,
    new_nodes,
    reason_for_macros,
    reason_for_new,
    reason_for_project,
)
from dbt_ai.tasks.refactoring.several.inlining import NewRelation, inlined, seed_sql
from dbt_ai.tasks.refactoring.several.new_tests import failing_test
from dbt_ai.tasks.refactoring.several.values import Draft, FilesChange, FilesProof
from dbt_ai.tasks.refactoring.worlds import World, in_world, worlds_of
from dbt_ai.values import Plan, Verdict, VerdictKind


def prove_files(
    reader: ProjectReader,
    relations: Mapping[str, Relation],
    draft: Draft,
    change: FilesChange,
    decide: Decide | None = None,
) -> FilesProof:
    """Whether `change` keeps the rows of all models when it is made after what `draft` has already. `relations` are
    those of the project whose columns are known; `decide` is as of `Prover`. Nothing is written; raises
    ProjectError for a property file of broken YAML."""
    root = reader.project.root
    plan = draft.with_change(change).plan(root)
    refusal = next((one for one in plan.refused if one.edit.path in change.files or one.edit in change.edits), None)
    if refusal is not None:
        return FilesProof(Verdict(VerdictKind.UNPROVEN, refusal.detail, refusal.reason), plan=plan)
    try:
        changed = reader.with_files({one.path: one.after for one in plan.changes})
    except ProjectError as error:
        return FilesProof(Verdict(VerdictKind.UNPROVEN, str(error), "not-compiled"), plan=plan)
    proof = _Proof(reader, changed, relations, draft, change, decide)
    reason = proof.reason()
    if reason is not None:
        return FilesProof(Verdict(VerdictKind.UNPROVEN, reason[1], reason[0]), plan=plan)
    failing = failing_test(reader.project, changed)
    if failing is not None:
        return FilesProof(Verdict(VerdictKind.REFUTED, failing, "test-fails", where="duckdb"), plan=plan)
    return proof.proved(plan)


@dataclass
class _Proof:
    """A change, and the project with it (`changed`). `new` are the relations that only that project has."""

    reader: ProjectReader
    changed: ProjectReader
    relations: Mapping[str, Relation]
    draft: Draft
    change: FilesChange
    decide: Decide | None = None
    _nodes: Sequence[Node] = ()
    _texts: Mapping[str, str] = field(default_factory=dict)
    _seeds: Mapping[str, str] = field(default_factory=dict)
    _in_world: dict[tuple[tuple[str, str], ...], Sequence[NewRelation] | None] = field(default_factory=dict)

    def reason(self) -> Reason | None:
        """Why the change cannot be proved, before any SQL is compared."""
        before, after = self.reader.project, self.changed.project
        folders = read_project_file(before.root).get("macro-paths") or ["macros"]
        reason = reason_for_project(before, after) or reason_for_macros(self.change.files, folders)
        self._nodes = new_nodes(before, after)
        compiled = self.changed.compile([node.unique_id for node in self._nodes])
        for node in self._nodes:
            sql = compiled[node.unique_id].sql if node.unique_id in compiled else None
            reason = reason or reason_for_new(node, sql, before.dialect)
            if node.materialized == "ephemeral" and len(worlds_of(read_islands(node.raw_code))) > 1:
                reason = reason or ("new-node", f"{node.name} is ephemeral and has conditions")
        self._texts = {node.unique_id: node.raw_code for node in self._nodes if node.resource_type == "model"}
        try:
            self._seeds = {n.unique_id: self._seed_sql(n) for n in self._nodes if n.resource_type == "seed"}
        except ProjectError as error:
            reason = reason or ("not-compiled", str(error))
        return reason or self._reason_for_files()

    def _reason_for_files(self) -> Reason | None:
        """Why a file that is there may not be changed: it is no model's, or a model is left as it is."""
        project = self.reader.project
        there = {*self.draft.before, *self.draft.files, *self.change.replaces}
        for path in self.change.files:
            if path not in there or PurePosixPath(path).suffix in (".yml", ".yaml"):
                continue  # the project is the same with a property file, see reason_for_project
            node = self._model(path)
            if node is None or path not in self.draft.before:
                return "other-file", path
            sql = self.reader.compile([node.unique_id])[node.unique_id].sql
            if sql is None:
                return "no-sql", path
            try:
                islands = read_islands(self._before(path))
                read_islands(self.change.files[path])
            except JinjaError as error:
                return "jinja-too-much", f"{path}: {error}"
            why = reason_for_branches(islands) or reason_for_hooks(node) or reason_for_sql(sql, project.dialect)
            if why is not None:
                return why
        return None

    def proved(self, plan: Plan) -> FilesProof:
        """The verdicts of all models whose text changes, as far as they are the same."""
        in_duckdb = InDuckDB(self.reader.project)
        verdicts: dict[str, Verdict] = {}
        for path, text in self.change.files.items():
            node = self._model(path)
            if node is None or path not in self.draft.before or text == self._before(path):
                continue
            prover = Prover(self.reader, node, self.relations, in_duckdb, self._with_files(node), self.decide)
            names = prover.named(self._before(path)) + prover.named(text)
            verdicts[node.unique_id] = prover.compare(self._before(path), text, names)
            if not same_rows(verdicts[node.unique_id]):
                break
        if not verdicts:
            return FilesProof(Verdict(VerdictKind.UNPROVEN, "No model changes.", "no-model"), plan=plan)
        return FilesProof(from_worst(verdicts.values()), verdicts, plan)

    def _model(self, path: str) -> Node | None:
        project = self.reader.project
        found = [
            node
            for node in project.nodes.values()
            if node.original_file_path == path and node.package_name == project.name and node.language == "sql"
        ]
        return found[0] if len(found) == 1 and found[0].resource_type == "model" else None

    def _before(self, path: str) -> str:
        """The text on disk: that of the draft may need files that the project does not have yet."""
        return self.draft.with_change(self.change).before[path]

    def _with_files(self, node: Node) -> WithFiles:
        others = [read_islands(text) for text in self._texts.values()]

        def compiled(text: str, world: World, reads: Sequence[str], incremental: bool) -> str | None:
            all_reads = (*reads, *(one.unique_id for one in self._nodes))
            sql = self.changed.compile_text(node.unique_id, text, all_reads, incremental=incremental).sql
            new = self._new(world)
            return inlined(sql, new, self.reader.project.dialect) if sql and sql.strip() and new is not None else None

        return WithFiles(compiled, others)

    def _new(self, world: World) -> Sequence[NewRelation] | None:
        """The new relations as they are in a world; None where one of them cannot be compiled in it."""
        key = tuple(sorted(world.items()))
        if key not in self._in_world:
            self._in_world[key] = self._compiled_new(world)
        return self._in_world[key]

    def _compiled_new(self, world: World) -> Sequence[NewRelation] | None:
        found = []
        reads = [*self.reader.project.nodes, *(node.unique_id for node in self._nodes)] if world else []
        for node in self._nodes:
            sql: str | None
            if node.unique_id in self._seeds:
                sql = self._seeds[node.unique_id]
            else:
                islands: Islands = read_islands(self._texts[node.unique_id])
                sql = self.changed.compile_text(node.unique_id, in_world(islands, world), reads).sql
            if not sql or not sql.strip():
                return None
            found.append(NewRelation(node, sql))
        return found

    def _seed_sql(self, node: Node) -> str:
        with tempfile.TemporaryDirectory(prefix="dbt_ai_") as folder:
            path = Path(folder, "seed.csv")
            path.write_text(
                self.draft.with_change(self.change).files.get(node.original_file_path, ""), encoding="utf-8", newline=""
            )
            return seed_sql(read_seed(path, node))
