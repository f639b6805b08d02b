"""The cases that students are taught with, and those that they are judged by."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from dbt_ai.distill.cases import Case, case_of, read_cases
from dbt_ai.distill.pairs import pairs_of
from dbt_ai.errors import UsageError
from dbt_ai.tasks.evaluating.scoring import Grade, grade

STUDENT = Path(__file__).resolve().parents[2] / "student"
CORPUS = sorted((STUDENT / "corpus").glob("*.jsonl"))
FIXED = STUDENT / "evaluation" / "fixed.jsonl"
TYPES = {
    "key",
    "reference",
    "category",
    "flag",
    "money",
    "count",
    "quantity",
    "ratio",
    "date",
    "timestamp",
    "duration",
    "name",
    "text",
    "contact",
    "place",
    "code",
    "score",
    "json",
    "other",
}
TESTS = {"not_null", "unique", "accepted_values", "relationships", "accepted_range", "not_empty", "before"}
EMPTY_WORDS = re.compile(
    r"^(this|the) (column|field)|^(contains|represents|stores|indicates)\b|\b(probably|might|presumably|likely)\b", re.I
)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@pytest.mark.parametrize("path", [*CORPUS, FIXED], ids=lambda path: path.stem)
def test_every_case_is_a_query_that_runs_and_every_column_of_it_has_an_answer(path: Path) -> None:
    wrong = []
    for line, case in zip(lines(path), read_cases([path]), strict=True):
        with duckdb.connect() as connection:
            for relation in case.relations:
                columns = ", ".join(f'"{name}" {type_}' for name, type_ in relation.columns)
                connection.execute(f'CREATE TABLE "{relation.parts[2]}" ({columns})')
            sql = str(line["sql"])
            connection.execute(sql)
            made = {row[0] for row in connection.execute(f"DESCRIBE ({sql.strip().rstrip(';')})").fetchall()}
        if made != {lesson.column for lesson in case.lessons}:
            wrong.append(f"{case.id}: {made}")
        wrong += [f"{case.id} {column}: {why}" for column, why in _faults(case)]
    assert not wrong


def _faults(case: Case) -> list[tuple[str, str]]:
    found = []
    known = {case.evidence.name, *(lesson.column for lesson in case.lessons)}
    for relation in case.relations:
        known |= {relation.parts[2], *(name for name, _ in relation.columns)}
    told = " ".join([case.evidence.sql or "", *case.evidence.upstream_descriptions.values()]).replace("\\", "")
    data = case.evidence.profile.columns if case.evidence.profile else ()
    known |= {value for column in data for value in column.all_values or ()}
    for lesson in case.lessons:
        if lesson.type not in TYPES or set(lesson.tests) - TESTS:
            found.append((lesson.column, f"{lesson.type} {lesson.tests}"))
        text = lesson.text
        if text is None:
            continue
        if len(text) > 280 or not text.endswith(".") or "\n" in text or "{" in text or EMPTY_WORDS.search(text):
            found.append((lesson.column, text))
        for name in re.findall(r"`([^`]+)`", text):
            if name not in known and name.rpartition(".")[2] not in known and name not in told:
                found.append((lesson.column, f"`{name}` is not in the case"))
    return found


def test_the_corpus_is_large_and_its_answers_are_not_alike() -> None:
    cases = read_cases(CORPUS)
    texts = [lesson.text for case in cases for lesson in case.lessons]
    assert len(texts) >= 3000
    assert 0.08 < texts.count(None) / len(texts) < 0.2
    assert len({case.domain for case in cases}) >= 25
    assert len({case.id for case in cases}) == len(cases)
    assert alike([text for text in texts if text]) / len(texts) < 0.03


def alike(texts: list[str]) -> int:
    """How many texts share most of their word triples with an earlier one."""
    index: dict[tuple[str, ...], list[int]] = {}
    grams: list[set[tuple[str, ...]]] = []
    count = 0
    for number, text in enumerate(texts):
        words = re.findall(r"\w+", re.sub(r"`[^`]*`", "x", text.lower()))
        own = {tuple(words[place : place + 3]) for place in range(len(words) - 2)} or {tuple(words)}
        near = Counter(other for gram in own for other in index.get(gram, ())).most_common(1)
        count += any(shared / len(own | grams[other]) > 0.7 for other, shared in near)
        grams.append(own)
        for gram in own:
            index.setdefault(gram, []).append(number)
    return count


def test_nothing_of_the_fixed_set_is_in_the_corpus() -> None:
    corpus, fixed = read_cases(CORPUS), read_cases([FIXED])
    assert sum(len(case.lessons) for case in fixed) >= 150
    assert not {case.domain for case in corpus} & {case.domain for case in fixed}
    assert not {_normal(case.evidence.sql) for case in corpus} & {_normal(case.evidence.sql) for case in fixed}
    assert not {pair.prompt for pair in pairs_of(corpus)} & {pair.prompt for pair in pairs_of(fixed)}


def _normal(sql: str | None) -> str:
    return re.sub(r"\W+", " ", (sql or "").lower()).strip()


def test_the_patterns_tell_right_from_wrong() -> None:
    lessons = {(case.id, lesson.column): lesson for case in read_cases([FIXED]) for lesson in case.lessons}
    assert [key for key, lesson in lessons.items() if grade(lesson.text, lesson) is not Grade.RIGHT] == []
    right = lines(FIXED.with_name("right.jsonl"))
    found = [grade(str(one["text"]), lessons[str(one["id"]), str(one["column"])]) for one in right]
    assert set(found) == {Grade.RIGHT}
    wrong = [*lines(FIXED.with_name("wrong.jsonl")), *lines(FIXED.with_name("wrong_more.jsonl"))]
    caught = [grade(str(one["text"]), lessons[str(one["id"]), str(one["column"])]) for one in wrong]
    assert Grade.RIGHT not in caught
    assert caught.count(Grade.WRONG) / len(caught) > 0.95


def test_what_is_no_case_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "a/b"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="line 1, is no case"):
        read_cases([path])
    with pytest.raises(KeyError):
        case_of({**lines(FIXED)[0], "answers": {"kg": {"text": None}}})
