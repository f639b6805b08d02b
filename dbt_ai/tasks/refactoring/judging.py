"""What becomes of an engine's text of a model: it may stand in a file, gains something, and gives the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.evidence.refactor_prompt import Around, Rewrite
from dbt_ai.evidence.sharing import Sharing
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Node
from dbt_ai.sql.lifting.refusals import refuse
from dbt_ai.sql.lifting.values import Refused
from dbt_ai.tasks.drafting import HumanText
from dbt_ai.tasks.refactoring.elsewhere import other_columns
from dbt_ai.tasks.refactoring.guarding import relations_in, unfit
from dbt_ai.tasks.refactoring.measuring import rows_spared
from dbt_ai.tasks.refactoring.proving import Prover
from dbt_ai.tasks.refactoring.reading import read_model
from dbt_ai.tasks.refactoring.several.proving import prove_files
from dbt_ai.tasks.refactoring.several.values import Draft, FilesChange
from dbt_ai.tasks.refactoring.splitting import bad_names, bad_split, call_of, documented, path_of
from dbt_ai.tasks.refactoring.values import Known, ModelText
from dbt_ai.tasks.refactoring.worth import NotWorth, worth
from dbt_ai.values import Verdict, VerdictKind


@dataclass(frozen=True)
class Question:
    """A model that is asked about. `draft` has the file on disk and as the rules left it, and `text` is the latter with
    `\\n` at the ends of lines; `reads` are the nodes that it reads besides those that it read before. `calls` are the
    calls of ref() and source() that a new text may have; one that is `unit_tested` keeps all that it has. `tells_rows`
    says whether an engine may see the rows of a counterexample, `described` what people wrote of the columns, by name
    in lower case."""

    node: Node
    draft: Draft
    text: str
    reads: tuple[str, ...]
    known: Known
    prover: Prover
    evidence: Evidence
    around: Around
    share: Sharing
    calls: frozenset[str]
    unit_tested: bool = False
    tells_rows: bool = True
    described: Mapping[str, HumanText] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """An engine's answer about a model with its verdict, and what it gains: a `change` that is written where it is the
    same."""

    rewrite: Rewrite
    engine: str
    verdict: Verdict
    gain: str = ""
    change: FilesChange | None = None

    @property
    def written(self) -> bool:
        """Whether the change is made."""
        return self.change is not None and self.verdict.kind in (VerdictKind.PROVED, VerdictKind.BOUNDED)


def judge(question: Question, rewrite: Rewrite, engine: str, goal: str) -> Judged:
    """An answer, looked at from the cheapest check to the dearest. What may not stand in a file is not compiled."""
    text, known = rewrite.text, question.known

    def no(reason: str, detail: str) -> Judged:
        return Judged(rewrite, engine, Verdict(VerdictKind.UNPROVEN, detail, reason))

    if (why := bad_names(question.prover.reader.project, question.node, rewrite)) is not None:
        return no("bad-name", why)
    calls = question.calls | {call_of(model) for model in rewrite.models}
    found = unfit(question.text, [text, *(model.text for model in rewrite.models)], calls, known.dialect)
    if found is not None:
        return no(found.reason, found.detail)
    if question.unit_tested and relations_in(text) != relations_in(question.text):
        return no("unit-tested", "It reads other relations than before.")
    old, new = read_model(question.text, known), read_model(text, known)
    if not isinstance(new, ModelText) or not isinstance(old, ModelText):
        return no("not-one-select", new if isinstance(new, str) else "")
    problem = bad_split(old, rewrite, known) if goal == "split" else _compiled_problem(question, text)
    if problem is not None:
        return no(*problem)
    left, right = (question.prover.compiled(each, question.reads) or "" for each in (question.text, text))
    try:
        gain = worth(goal, old.outline, new.outline, left, right, known.dialect)
    except NotWorth as error:
        return no("no-gain", str(error))
    judged = Judged(rewrite, engine, Verdict(VerdictKind.UNPROVEN), gain, change_of(question, rewrite, goal))
    judged = replace(judged, verdict=_verdict(question, judged, goal))
    if goal != "cheaper" or not judged.written:
        return judged
    # Only now: it reads no other relation, and gives the same rows.
    there = not question.prover.in_duckdb.is_translated
    less = rows_spared(question.prover.reader.project, left, right) if there else None
    if less is not None and less < 0:
        return no("no-gain", f"It reads {-less:,} rows more than before on the data that is there.")
    if not gain and not less:
        return no("no-gain", "It costs as much as before, as far as can be counted and measured.")
    told = [clause for clause in (gain, f"{less:,} rows read less" if less else "") if clause]
    return replace(judged, gain="; ".join(told))


def change_of(question: Question, rewrite: Rewrite, goal: str) -> FilesChange:
    """The files that an answer is."""
    path = question.node.original_file_path
    as_left = question.draft.text(path) or ""
    files = {path: _as_in(as_left, rewrite.text)}
    files |= {path_of(question.node, model): _as_in(as_left, model.text) for model in rewrite.models}
    edits = tuple(documented(question.node, rewrite, question.known, question.described))
    return FilesChange(goal, question.node.unique_id, rewrite.why, files, edits=edits)


def _verdict(question: Question, judged: Judged, goal: str) -> Verdict:
    prover, text = question.prover, judged.rewrite.text
    assert judged.change is not None
    if goal == "split":
        return prove_files(prover.reader, prover.relations, question.draft, judged.change, prover.decide).verdict
    verdict = prover.compare(question.text, text, question.reads)
    if verdict.writable and prover.in_duckdb.is_translated:
        for why in other_columns(prover.reader, {question.node.unique_id: prover.ways(question.text, text)}).values():
            return Verdict(VerdictKind.UNPROVEN, why, "other-columns-there", where="warehouse")
    return verdict


def _as_in(before: str, text: str) -> str:
    """A text with the line ends, and the end, of the one before."""
    text = text.rstrip() + before[len(before.rstrip()) :].replace("\r\n", "\n")
    return text.replace("\n", "\r\n") if "\r\n" in before else text


def refusal_of(sql: str, dialect: str) -> tuple[str, str] | None:
    """The reason code and the piece of SQL, where a query is none that could be tried on generated databases."""
    try:
        refuse(sqlglot.parse_one(sql, dialect=dialect or None))
    except Refused as refused:
        return refused.reason, refused.detail
    except (SqlglotError, RecursionError):
        return "no-sql", ""
    return None


def _compiled_problem(question: Question, text: str) -> tuple[str, str] | None:
    """Why the compiled SQL of a text is none to be run, before anybody runs it."""
    dialect = question.known.dialect
    for incremental in (False, True) if question.node.materialized == "incremental" else (False,):
        left, right = (
            question.prover.compiled(each, question.reads, incremental=incremental) for each in (question.text, text)
        )
        if left is None:
            continue
        if right is None:
            return "not-compiled", ""
        refused = refusal_of(right, dialect)
        if refused is not None:
            return refused
        others = set(_tables(right, dialect)) - set(_tables(left, dialect))
        if others:
            return "other-relations", f"It reads {min(others)}."
    return None


def _tables(sql: str, dialect: str) -> Iterator[str]:
    """The relations that a query reads, as it names them."""
    tree = sqlglot.parse_one(sql, dialect=dialect or None)
    ctes = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        name = ".".join(part.name for part in table.parts).casefold()
        if name not in ctes:
            yield name
