"""What the small classifier proposes: for a model in DuckDB by its rule, and for a real project by the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from dbt_ai.checks.sandbox import open_memory
from dbt_ai.distill.classifier.applying import Classifier, Label
from dbt_ai.tasks.testing import overfitting
from dbt_ai.tasks.testing.classified import classified, proposals_of
from dbt_ai.tasks.testing.project_tests import ProjectTests
from dbt_ai.tasks.testing.values import Basis, Candidate, Role
from tests.cli.doors import dbtai
from tests.tasks.testing.test_rules import short, subject_of

SURE = 4.0  # added to -2: 0.88
CLASSIFIER = Classifier(
    {"key": Label(-2.0, {"last word: id": SURE}), "category": Label(-2.0, {"last word: species": SURE})},
    {
        "unique": Label(-2.0, {"first column": SURE}),
        "not_null": Label(-2.0, {"last word: weight": SURE}),
        "accepted_values": Label(-2.0, {"last word: species": SURE}),
        "accepted_range": Label(-2.0, {"last word: weight": SURE}),
    },
)
ANIMALS: dict[str, Any] = {
    "raw": {
        "animals": "select 'A' || i as tag, ['dog', 'cat'][1 + i % 2] as species, ['ann', 'bob'][1 + i % 2] as keeper, "
        "i * 1.5 as grams from range(60) t(i)"
    },
    "sql": "select tag, species, keeper, grams / 1000 as weight from animals where grams >= 0",
}


def proposed(case: dict[str, object], classifier: Classifier = CLASSIFIER) -> list[Candidate]:
    return list(proposals_of(subject_of(case), classifier))


def test_what_it_holds_worth_trying_is_proposed_where_the_rows_are_so() -> None:
    found = proposed(ANIMALS)
    assert sorted(map(short, found)) == [
        "species accepted_values cat, dog",
        "tag unique",
        "weight accepted_range 0",
        "weight not_null",
    ]
    assert {one.engine for one in found} == {"classifier"}
    assert {one.basis for one in found} == {Basis.ENGINE}
    assert (
        next(one.why for one in found if one.kind == "unique") == "Columns like this one often have it: first column."
    )


def test_what_the_rows_contradict_is_not() -> None:
    case = {**ANIMALS, "sql": "select species, tag, nullif(grams, 3) / 1000 as weight from animals where grams >= 0"}
    assert sorted(map(short, proposed(case))) == ["species accepted_values cat, dog", "weight accepted_range 0"]


def test_the_less_it_is_sure_the_more_rows_it_takes() -> None:
    unsure = replace(CLASSIFIER, tests={"unique": Label(-2.0, {"first column": 2.1}, 0.5)})
    for rows in (6, 200):
        case = {
            **ANIMALS,
            "sql": f"select tag, species, grams / 1000 as weight from animals where grams < {rows * 1.5}",
        }
        (sure,) = (one for one in proposed(case) if one.kind == "unique")
        (less,) = proposed(case, unsure)
        assert overfitting.of_uniqueness(min(rows, 60), law=overfitting.NAMED) <= sure.alarm < less.alarm
    assert less.alarm < overfitting.MAX_ALARM


def test_nothing_is_proposed_for_what_has_no_rows_or_is_no_model() -> None:
    assert proposed({**ANIMALS, "sql": f"{ANIMALS['sql']} and grams > 1000"}) == []
    subject = subject_of(ANIMALS)
    source = replace(subject, node=replace(subject.node, resource_type="source"))
    assert list(proposals_of(source, CLASSIFIER)) == []


def test_of_what_is_known_only_what_nobody_believes_is_tried_again() -> None:
    subject = subject_of(ANIMALS)
    node = subject.node.unique_id
    tag = next(one for one in proposed(ANIMALS) if one.kind == "unique")
    believed, feared = (replace(tag, engine="derived", role=Role.KEY, alarm=alarm) for alarm in (0.0, 0.5))
    with open_memory(["shop"]) as sandbox:
        for name, sql in (*ANIMALS["raw"].items(), ("made", ANIMALS["sql"])):
            sandbox.connection.execute(f"CREATE TABLE {name} AS {sql}")
        tests = ProjectTests(subject.project, subject.evidence)
        for known, engine in ((believed, "derived"), (feared, "classifier")):
            found = classified({node: subject}, {node: (known,)}, tests, sandbox, CLASSIFIER)
            (unique,) = (one for one in found.candidates[node] if one.kind == "unique")
            assert (unique.engine, unique.role) == (engine, Role.KEY)
            assert found.totals.accepted == len([one for one in found.candidates[node] if one.engine == "classifier"])
            assert (found.totals.tried, found.totals.refuted) == (3 + (engine == "classifier"), 0)


def test_the_command_asks_it_and_needs_no_student(bakery: Path) -> None:
    found = {}
    for engine in ("derived", "student"):
        done = dbtai(bakery, "test", "--engine", engine, "--format", "json", "--check")
        assert done.returncode == 1, done.stderr  # there are tests to write
        found[engine] = json.loads(done.stdout)
    assert found["derived"]["tiers"] == []
    assert [tier["name"] for tier in found["student"]["tiers"]] == ["derived", "classifier"]
    written = {
        engine: [(one["node"], one["column"], one["text"]) for one in report["outcomes"] if one["outcome"] == "written"]
        for engine, report in found.items()
    }
    assert len(written["student"]) == len(set(written["student"]))
    assert {one["engine"] for one in found["student"]["outcomes"] if one["outcome"] == "written"} <= {
        "derived",
        "classifier",
    }


def test_questions_for_a_student_cannot_be_exported_where_there_is_none(bakery: Path) -> None:
    done = dbtai(bakery, "test", "--engine", "student", "--show-prompts")
    assert done.returncode == 2
    assert "There is no student" in done.stderr
