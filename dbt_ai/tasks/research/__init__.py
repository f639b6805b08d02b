"""Research: a model looks things up before it answers, and says of every statement what it rests on.

with open_research(project, gathered.evidence, sharing) as research:
    requests = research.requests(document_request(...))
    ...
    judged = research.judge(unique_id, answer, columns, engine.name, engine.model, checker)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from dbt_ai.checks.reasons import sentence
from dbt_ai.engines.values import Answer, Request
from dbt_ai.evidence.prompt_facts import one_line
from dbt_ai.evidence.research_prompt import Statement, read_statements, research_request
from dbt_ai.evidence.sharing import Sharing
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Project
from dbt_ai.tasks.answers import Judged, judge
from dbt_ai.tasks.apart import Run, run_apart
from dbt_ai.tasks.checking import Checker
from dbt_ai.tasks.research.citations import check_citations
from dbt_ai.tasks.research.neighbourhood import Around, around
from dbt_ai.tasks.research.tools import research_tools
from dbt_ai.values import Citation, Target, Verdict, VerdictKind

__all__ = ["MAX_TOOL_CALLS", "Research", "open_research"]

MAX_TOOL_CALLS = 12  # for one request
MAX_NAMES = 4_000  # characters
_NOT_CITED = Verdict(VerdictKind.UNPROVEN, sentence("not-cited"), "not-cited")


class Research:
    """Research into the nodes of one project. `sharing` says what may be told of each, `run` runs SQL that was checked
    against the data; without it no query is offered."""

    def __init__(
        self, project: Project, evidence: Mapping[str, Evidence], sharing: Mapping[str, Sharing], run: Run | None
    ) -> None:
        self._project, self._evidence, self._sharing, self._run = project, evidence, sharing, run
        self._around: dict[str, Around] = {}

    def requests(self, requests: Sequence[Request], max_tool_calls: int = MAX_TOOL_CALLS) -> list[Request]:
        """The requests that `document_request` made, as research requests about the same."""
        made = []
        for request in requests:
            near = self._near(request.target)
            tools = research_tools(near, self._run)
            sections = [("nodes around", _nodes(near))]
            made.append(research_request(request, near.lines(request.target), sections, tools, max_tool_calls))
        return made

    def judge(
        self, unique_id: str, answer: Answer, columns: Sequence[str], engine: str, model: str, checker: Checker
    ) -> list[Judged]:
        """What may be written of an answer: statements whose evidence holds, and that pass the checks. `columns` are
        those that the requests were made with. Raises EngineError for an answer that cannot be used."""
        near = self._near(unique_id)
        proposed: dict[str | None, str] = {}
        cited: dict[str | None, list[tuple[Statement, list[Citation]]]] = {}
        uncited: dict[str | None, list[str]] = {}
        for column, statements in read_statements(answer, columns).items():
            for statement in statements:
                found = check_citations(statement, Target(unique_id, column), near, answer.tool_calls)
                if found:
                    cited.setdefault(column, []).append((statement, found))
                else:
                    uncited.setdefault(column, []).append(statement.text)
            if column in cited:
                proposed[column] = " ".join(each.text for each, _ in cited[column])
        name = self._project.nodes[unique_id].name
        judged = {each.target.column: each for each in judge(proposed, unique_id, name, engine, model, checker)}
        return [
            _with_evidence(
                judged.get(column, Judged(Target(unique_id, column), None)),
                cited.get(column, ()),
                uncited.get(column, ()),
            )
            for column in dict.fromkeys([*proposed, *uncited])
        ]

    def _near(self, unique_id: str) -> Around:
        known = self._around.get(unique_id)
        if known is None:
            known = self._around[unique_id] = around(self._project, self._evidence, unique_id, self._sharing)
        return known


@contextmanager
def open_research(
    project: Project, evidence: Mapping[str, Evidence], sharing: Mapping[str, Sharing]
) -> Iterator[Research]:
    """Research with queries on the project's DuckDB, each run in a process of its own, which ends with the block."""
    if not any(one.profile for one in evidence.values()):
        yield Research(project, evidence, sharing, None)
        return
    with run_apart(project) as run:
        yield Research(project, evidence, sharing, run)


def _with_evidence(judged: Judged, cited: Sequence[tuple[Statement, list[Citation]]], uncited: Sequence[str]) -> Judged:
    """A judged text with the evidence of what is left of it, and what was not written for lack of evidence."""
    text = judged.text
    if text is not None:
        kept = [citation for statement, found in cited if _is_left(statement, text.text) for citation in found]
        text = replace(text, citations=tuple(dict.fromkeys(kept)))
    return replace(judged, text=text, refused=(*judged.refused, *((each, _NOT_CITED) for each in uncited)))


def _is_left(statement: Statement, text: str) -> bool:
    """Whether a sentence of the statement is in the text."""
    sentences = statement.text.replace("? ", ". ").replace("! ", ". ").split(". ")
    return any(part.strip(" .") and part.strip(" .") in text for part in sentences)


def _nodes(near: Around) -> str:
    """The nodes around with what a query may do with the columns of the nearest ones."""
    asked = {table.unique_id: table for table in near.tables}
    lines = []
    size = 0
    for unique_id, one in near.evidence.items():
        table = asked.get(unique_id)
        columns = "; ".join(f"{column.name} {column.description}" for column in table.columns) if table else ""
        line = f"- {near.name(unique_id)} ({one.resource_type}{'' if table else ', not to be queried'})"
        if columns and size < MAX_NAMES:
            line += f": {one_line(columns, 1_500)}"
        size += len(line)
        lines.append(one_line(line, 1_700))
    return "\n".join(lines)
