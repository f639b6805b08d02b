"""The small classifier: what it sees, that it says what scikit-learn says, and that its card is true."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_ai.distill.cases import Case, case_of, read_cases
from dbt_ai.distill.classifier import applying, teaching
from dbt_ai.distill.classifier.applying import FILE, Classifier, Label, read_classifier, text_of
from dbt_ai.distill.classifier.features import features_of
from dbt_ai.distill.classifier.scoring import accuracy, f1
from dbt_ai.errors import UsageError

STUDENT = Path(__file__).resolve().parents[2] / "student"
FIXED = STUDENT / "evaluation" / "fixed.jsonl"
ORDERS = {
    "id": "shop/orders",
    "domain": "shop",
    "name": "fct_orders",
    "sql": "select o.id as order_id, o.cust as customer_id, count(l.line_no) as lines, sum(l.cents) / 100 as amount, "
    "case when o.paid then 'paid' else 'open' end as payment_state from raw_orders o "
    "left join raw_lines l on l.order_id = o.id group by o.id, o.cust, o.paid",
    "relations": {
        "raw_orders": {
            "columns": {"id": "integer", "cust": "integer", "paid": "boolean"},
            "unique": [["id"]],
            "not_null": ["id"],
            "references": {"cust": "raw_customers.id"},
        },
        "raw_lines": {"columns": {"line_no": "integer", "order_id": "integer", "cents": "integer"}},
    },
    "answers": {
        name: {"text": None, "type": "other", "tests": []}
        for name in ("order_id", "customer_id", "lines", "amount", "payment_state")
    },
}


@pytest.fixture(scope="module")
def orders() -> Case:
    return case_of(ORDERS)


@pytest.fixture(scope="module")
def few() -> list[Case]:
    """Cases enough to learn something from."""
    return read_cases([STUDENT / "corpus" / f"{name}.jsonl" for name in ("commerce", "logistics", "hr")])


def seen(case: Case, column: str) -> frozenset[str]:
    return features_of(case.evidence, column, {relation.key: relation for relation in case.relations})


@pytest.mark.parametrize(
    ("column", "there", "not_there"),
    [
        ("order_id", {"word: order", "last word: id", "named for the rows", "first column"}, {"made: aggregated"}),
        ("customer_id", {"refers to a key", "last word of its source: cust", "made: renamed"}, {"first column"}),
        ("lines", {"aggregate: count", "never NULL by the SQL", "one word"}, {"NULL by: empty aggregate"}),
        ("amount", {"outermost: div", "inside: sum"}, {"never NULL by the SQL"}),
        ("payment_state", {"values listed in the SQL", "last word: state"}, {"refers to a key"}),
    ],
)
def test_what_is_so_of_a_column(orders: Case, column: str, there: set[str], not_there: set[str]) -> None:
    found = seen(orders, column)
    assert there <= found
    assert not not_there & found


def test_what_is_declared_of_relations_is_seen_where_it_is_declared(orders: Case) -> None:
    bare = teaching.undeclared(orders)
    assert "never NULL by the SQL" in seen(orders, "order_id")
    assert "never NULL by the SQL" not in seen(bare, "order_id")
    assert "refers to a key" not in seen(bare, "customer_id")
    assert {"word: order", "first column"} <= seen(bare, "order_id")


def test_the_type_is_that_of_the_warehouse(orders: Case) -> None:
    types = {one.lesson.column: one.features for one in teaching.examples_of([orders])}
    assert "type: float" in types["amount"]
    assert "type: integer" in types["lines"]


@pytest.fixture(scope="module")
def learnt(few: list[Case]) -> tuple[list[str], dict[tuple[str, str], Any], Classifier, list[teaching.Example]]:
    pytest.importorskip("sklearn")
    examples = teaching.examples_of(few)
    names, estimators = teaching.estimators_of(examples)
    return names, estimators, teaching.learn(examples), examples


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_plain_python_says_what_scikit_learn_says(
    learnt: tuple[list[str], dict[tuple[str, str], Any], Classifier, list[teaching.Example]], data: st.DataObject
) -> None:
    names, estimators, classifier, examples = learnt
    features = data.draw(st.frozensets(st.sampled_from([*names, "word: never seen"]), max_size=25))
    row = teaching.matrix_of(names, [teaching.Example("x", features, examples[0].lesson)])
    for (part, label), estimator in estimators.items():
        plain = getattr(classifier, part)[label].probability(features)
        assert plain == pytest.approx(estimator.predict_proba(row)[0, 1], abs=1e-9)


def test_no_case_is_learnt_from_where_it_is_judged(few: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    examples = teaching.examples_of(few)
    real, judged = teaching.learn, []

    def watched(taught: list[teaching.Example]) -> Classifier:
        judged.append({example.case for example in examples} - {example.case for example in taught})
        return real(taught)

    monkeypatch.setattr(teaching, "learn", watched)
    assert len(teaching.cross_validated(examples)) == len(examples)
    assert sorted(case for apart in judged for case in apart) == sorted({example.case for example in examples})


def test_the_same_cases_teach_the_same_and_the_file_says_it(few: list[Case], tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    path = teaching.teach_into(few[:20], tmp_path / "run")
    text = path.read_text(encoding="utf-8")
    assert text == text_of(teaching.teach(few[:20]))
    again = read_classifier(path)
    assert text_of(again) == text
    assert again.card["columns"] == sum(len(case.lessons) for case in few[:20])
    assert set(again.tests) == set(teaching.KINDS)


def test_its_word_is_explained_by_the_weights_that_were_added() -> None:
    label = Label(-1.0, {"word: id": 2.0, "first column": 1.5, "made: cast": -3.0}, 0.5)
    features = frozenset({"word: id", "first column", "word: other"})
    assert label.deciding(features) == [("word: id", 2.0), ("first column", 1.5)]
    assert label.probability(features) == pytest.approx(1 / (1 + 2.718281828 ** -(2.0 + 1.5 - 1.0)))
    assert Label(-5000.0, {}).probability(features) == 0.0


@given(st.frozensets(st.text(max_size=8), max_size=5), st.floats(-2000, 2000))
def test_a_probability_is_one(features: Collection[str], bias: float) -> None:
    assert 0 <= Label(bias, dict.fromkeys(features, 1.0)).probability(features) <= 1


def test_what_is_no_classifier_is_told(tmp_path: Path) -> None:
    path = tmp_path / "classifier.json"
    with pytest.raises(UsageError, match="is no classifier"):
        read_classifier(path)
    path.write_text('{"types": {"key": {"slope": 1}}, "tests": {}}', encoding="utf-8")
    with pytest.raises(UsageError, match="is no classifier"):
        read_classifier(path)


def test_the_one_in_the_package_is_small_readable_and_better_than_chance_on_what_nobody_learnt_from() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert len(text) < 200_000
    assert text == text_of(read_classifier())
    assert not re.search(r"\d\.\d{4}", json.dumps(json.loads(text)["types"]))
    classifier = read_classifier()
    cases = read_cases([FIXED])
    for given_ in (cases, [teaching.undeclared(case) for case in cases]):
        examples = teaching.examples_of(given_)
        right = [example.lesson.type for example in examples]
        said = [classifier.type_of(example.features)[0] for example in examples]
        assert accuracy(right, said) > 0.75
        for kind, least in (("not_null", 0.8), ("unique", 0.8), ("accepted_range", 0.6)):
            wanted = [kind in example.lesson.tests for example in examples]
            assert f1(wanted, [kind in classifier.tests_of(example.features) for example in examples]) > least


def test_its_card_says_what_it_was_taught_on() -> None:
    card = read_classifier().card
    assert card["cases"] >= 600
    assert set(card["tests"]) == set(read_classifier().tests) == set(teaching.KINDS)
    assert all(figures["precision"] >= teaching.LEAST_PRECISION - 0.001 for figures in card["tests"].values())
    assert {"word: lateness"}.isdisjoint(name for label in read_classifier().types.values() for name in label.weights)


def test_it_needs_no_library_when_it_is_applied() -> None:
    source = Path(applying.__file__).read_text(encoding="utf-8")
    assert not re.search(r"import (numpy|sklearn|scipy)|from (numpy|sklearn|scipy)", source)
