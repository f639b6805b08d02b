"""What the other jobs would write for the models of a branch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dbt_ai.errors import DbtAiError
from dbt_ai.project.values import Node, ProjectReader, Selection
from dbt_ai.reviews import ReviewFinding, Suggestion
from dbt_ai.tasks.document import DocumentOptions, document
from dbt_ai.tasks.progress import Progress
from dbt_ai.tasks.test import TestOptions, write_data_tests
from dbt_ai.values import OutcomeKind, Report

_CODES = {("document", OutcomeKind.WRITTEN): "missing-doc", ("document", OutcomeKind.STALE): "stale-doc"}
_CODES |= {("test", OutcomeKind.WRITTEN): "missing-test"}
_SENTENCES = {
    "missing-doc": "{name} lacks {count} that can be derived.",
    "stale-doc": "{name} has {count} of ours whose evidence has changed.",
    "missing-test": "{name} lacks {count} that its SQL and data imply.",
}


@dataclass(frozen=True)
class Missing:
    """What is missing, as findings and as diffs that would mend it."""

    findings: tuple[ReviewFinding, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    notices: tuple[str, ...] = ()


def missing(reader: ProjectReader, nodes: Sequence[Node], progress: Progress) -> Missing:
    """Texts and tests that the models lack, by what can be derived: no engine is asked, and nothing is written."""
    if not nodes:
        return Missing()
    selection = Selection(select=tuple(f"path:{node.original_file_path}" for node in nodes))
    jobs: dict[str, Callable[[], Report]] = {
        "document": lambda: document(reader, DocumentOptions(selection, write=False), progress=progress),
        "test": lambda: write_data_tests(reader, TestOptions(selection, write=False), progress),
    }
    reports: list[Report] = []
    notices: list[str] = []
    for name, job in jobs.items():
        try:
            reports.append(job())
        except DbtAiError as error:
            notices.append(f"What `{name}` would write is not known: {error}")
    findings = [finding for report in reports for finding in _findings(report, nodes)]
    suggestions = [
        Suggestion(report.job, report.diff, sum(one.kind is OutcomeKind.WRITTEN for one in report.outcomes))
        for report in reports
        if report.diff
    ]
    notices += [notice for report in reports for notice in report.notices]
    return Missing(tuple(findings), tuple(suggestions), tuple(notices))


def _findings(report: Report, nodes: Sequence[Node]) -> Iterator[ReviewFinding]:
    """One finding a model and code: a reviewer does not want one for each column."""
    for node in nodes:
        found: dict[str, int] = {}
        for outcome in report.outcomes:
            code = _CODES.get((report.job, outcome.kind))
            if code is not None and outcome.target.unique_id == node.unique_id:
                found[code] = found.get(code, 0) + 1
        for code, number in found.items():
            thing = "test" if code == "missing-test" else "text"
            told = _SENTENCES[code].format(name=node.name, count=f"{number} {thing}{'' if number == 1 else 's'}")
            yield ReviewFinding(code, told, node.unique_id, node.patch_path or node.original_file_path)
