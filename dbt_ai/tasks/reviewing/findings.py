"""What the checks of a review decided, as findings."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from dbt_ai.project.changes import FileOfBase
from dbt_ai.reviews import ChangeKind, ReviewedModel, ReviewFinding
from dbt_ai.sql.transpiling import Untranslatable
from dbt_ai.sql.values import same_name
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.reviewing.comparing import cannot_run
from dbt_ai.tasks.reviewing.pairs import Side, bare
from dbt_ai.values import VerdictKind


def findings_of(old: Side, new: Side, model: ReviewedModel, changed: int | None) -> Iterator[ReviewFinding]:
    """What a check decided of one model, the file of which is another one from line `changed` on."""

    def finding(code: str, sentence: str, path: str = model.path, line: int | None = changed) -> ReviewFinding:
        return ReviewFinding(code, sentence, model.unique_id, path, line)

    name, verdict = model.name, model.compared.verdict
    if model.change is ChangeKind.NEW:
        yield from _does_not_run(new, model)
    if verdict is not None and verdict.reason == "not-compiled" and model.unique_id not in new.scope.sql:
        yield finding("does-not-compile", f"{name} does not compile any more. {verdict.detail}")
    elif verdict is not None and verdict.kind is VerdictKind.REFUTED:
        yield finding("result-changed", f"{name} gives other rows than before on the same input.")
        if not _tested_anew(old, new, model.unique_id):
            yield finding(
                "result-changed-without-test",
                f"{name} gives other rows than before, and no test of it was added or changed.",
            )
    elif verdict is not None and verdict.kind is VerdictKind.UNPROVEN:
        yield finding("not-compared", f"Whether {name} gives the same as before is not known: {verdict.detail}")
    for column in model.compared.columns.gone:
        yield finding("column-removed", f"{name} has no column {column} any more.")
    for one in model.affected:
        if one.broken is not None:
            path = new.nodes[one.unique_id].original_file_path
            told = f"{one.name} does not run after the change of {name}: {one.broken}"
            yield finding("broken-model", told, path, None)
    yield from _left_behind(new, model)


def _left_behind(new: Side, model: ReviewedModel) -> Iterator[ReviewFinding]:
    """Tests and texts of columns that are gone."""
    node = new.nodes.get(model.unique_id)
    if node is None:
        return
    gone = model.compared.columns.gone
    path = node.patch_path or (node.place.path if node.place is not None else model.path)
    for test in new.reader.project.data_tests:
        of_this = test.enabled and test.node == model.unique_id
        if of_this and test.column and any(same_name(test.column, one) for one in gone):
            told = f"The test {test.kind} of {model.name}.{test.column} looks at a column that is gone."
            yield ReviewFinding("broken-test", told, model.unique_id, path)
    for column in node.columns:
        if any(same_name(column.name, one) for one in gone):
            told = f"{path} describes {model.name}.{column.name}, which is gone."
            yield ReviewFinding("stale-column", told, model.unique_id, path)


def _tested_anew(old: Side, new: Side, unique_id: str) -> bool:
    """Whether a test of the model is new or not as it was."""

    def tests(side: Side) -> set[object]:
        data = {
            (test.unique_id, repr(sorted(test.arguments.items(), key=repr)), test.severity, test.where)
            for test in side.reader.project.data_tests
            if test.enabled and (test.node == unique_id or unique_id in test.reads)
        }
        return data | {(one.name, one.sql, repr(one.rows), one.rows_sql) for one in side.reader.unit_tests([unique_id])}

    return bool(tests(new) - tests(old))


def _does_not_run(new: Side, model: ReviewedModel) -> Iterator[ReviewFinding]:
    """A new model that names what is not there."""
    sql, project = new.scope.sql.get(model.unique_id), new.reader.project
    parents = [u for u in new.nodes[model.unique_id].depends_on if u in project.nodes]
    stored = [u for u in parents if project.nodes[u].materialized != "ephemeral"]
    if sql is None or any(u not in new.relations for u in stored):
        return
    try:
        told = cannot_run(InDuckDB(project).sql(bare(sql)), list(new.relations.values()))
    except Untranslatable:
        return
    if told is not None:
        yield ReviewFinding(
            "broken-model", f"{model.name}, which is new, does not run: {told}", model.unique_id, model.path
        )


def first_changed_line(root: Path, file: FileOfBase) -> int | None:
    """The line of the file today where the first change is; None for a file that is new or gone."""
    if file.before is None or not file.is_there:
        return None
    old, new = (text.splitlines() for text in (file.before, (root / file.path).read_bytes()))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    found = next((start for tag, _, _, start, _ in matcher.get_opcodes() if tag != "equal"), None)
    return None if found is None else min(found + 1, max(len(new), 1))
