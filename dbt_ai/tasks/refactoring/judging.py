"""What becomes of an engine's text of a model: it may stand in a file, gains something, and gives the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.evidence.refactor_prompt import Around, Rewrite
from dbt_ai.evidence.sharing import Sharing
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Node
from dbt_ai.sql.islands import read_islands
from dbt_ai.sql.islands.reading import IslandKind
from dbt_ai.sql.lifting.refusals import refuse
from dbt_ai.sql.lifting.values import Refused
from dbt_ai.tasks.refactoring.elsewhere import other_columns
from dbt_ai.tasks.refactoring.guarding import normal_call, unfit
from dbt_ai.tasks.refactoring.proving import Prover
from dbt_ai.tasks.refactoring.reading import read_model
from dbt_ai.tasks.refactoring.values import Known, ModelText
from dbt_ai.tasks.refactoring.worth import NotWorth, worth
from dbt_ai.values import Verdict, VerdictKind


@dataclass(frozen=True)
class Question:
    """A model that is asked about: the `text` of its file after the rules, with `\\n` at the ends of lines, the nodes
    that it `reads` beside those that it read before, and what an engine may be told. `calls` are the calls of ref() and
    source() that a new text may have; one that is `unit_tested` keeps all that it has. `tells_rows` says whether an
    engine may see the rows of a counterexample."""

    node: Node
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


@dataclass(frozen=True)
class Judged:
    """An engine's answer about a model with its verdict, and what it gains; written where it is the same."""

    rewrite: Rewrite
    engine: str
    verdict: Verdict
    gain: str = ""

    @property
    def written(self) -> bool:
        """Whether it is the model's new text."""
        return self.verdict.kind in (VerdictKind.PROVED, VerdictKind.BOUNDED)


def judge(question: Question, rewrite: Rewrite, engine: str, goal: str) -> Judged:
    """An answer, looked at from the cheapest check to the dearest. What may not stand in a file is not compiled."""
    text, dialect = rewrite.text, question.known.dialect

    def no(reason: str, detail: str) -> Judged:
        return Judged(rewrite, engine, Verdict(VerdictKind.UNPROVEN, detail, reason))

    found = unfit(question.text, [text], question.calls, dialect)
    if found is not None:
        return no(found.reason, found.detail)
    if question.unit_tested and relations_in(text) != relations_in(question.text):
        return no("unit-tested", "It reads other relations than before.")
    old, new = read_model(question.text, question.known), read_model(text, question.known)
    if not isinstance(new, ModelText) or not isinstance(old, ModelText):
        return no("not-one-select", new if isinstance(new, str) else "")
    problem = _compiled_problem(question, text)
    if problem is not None:
        return no(*problem)
    left, right = (question.prover.compiled(each, question.reads) or "" for each in (question.text, text))
    try:
        gain = worth(goal, old.outline, new.outline, left, right, dialect)
    except NotWorth as why:
        return no("no-gain", str(why))
    judged = Judged(rewrite, engine, question.prover.compare(question.text, text, question.reads), gain)
    if judged.written and question.prover.in_duckdb.is_translated:
        ways = {question.node.unique_id: question.prover.ways(question.text, text)}
        for sentence in other_columns(question.prover.reader, ways).values():
            return no("other-columns-there", sentence)
    return judged


def relations_in(text: str) -> frozenset[str]:
    """The calls of ref() and source() in a text."""
    islands = read_islands(text)
    written = (islands.written(one) for one in islands.islands if one.kind is IslandKind.EXPRESSION)
    calls = (normal_call(each.strip("{}-+ \n\t")) for each in written)
    return frozenset(call for call in calls if call.startswith(("ref(", "source(")))


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
