"""What a student is taught, and what it is not."""

from __future__ import annotations

from dbt_ai.distill.dataset import DataSet, data_set
from dbt_ai.distill.pairs import Pair, answer_text


def pair(number: int, *, text: str | None = None, kind: str = "computed", group: str | None = None) -> Pair:
    answer = answer_text(text or f"Number {number} of its kind.")
    return Pair(group or f"model {number // 5}", kind, "Describe.", f"column {number}", answer)


def test_the_two_parts_share_no_model_and_are_the_same_each_time() -> None:
    pairs = [pair(number) for number in range(1000)]
    found = data_set(pairs)
    assert found == data_set(list(pairs))
    assert len(found.train) + len(found.held_out) == 1000
    assert 40 < len(found.held_out) < 200
    assert not {one.group for one in found.train} & {one.group for one in found.held_out}


def test_repetitions_and_personal_data_are_left_out() -> None:
    pairs = [pair(1), pair(1, text="Again."), pair(2, text="Ask ada@example.org."), pair(3)]
    pairs += [pair(number, text="Time of the last change.") for number in range(10, 40)]
    found = data_set(pairs)
    assert dict(found.dropped) == {"asked twice": 1, "personal": 1, "answer repeats": 18}


def test_a_kind_that_is_everywhere_is_cut() -> None:
    pairs = [pair(number, kind="pass-through") for number in range(1000)]
    pairs += [pair(number, kind="windowed") for number in range(2000, 2060)]
    pairs += [pair(number, kind="aggregated") for number in range(3000, 3060)]
    found = data_set(pairs)
    kinds = found.card()["kinds"]
    assert isinstance(kinds, dict)
    assert kinds == {"pass-through": 560, "windowed": 60, "aggregated": 60}
    assert dict(found.dropped) == {"too many of a kind": 440}


def test_nothing_is_a_data_set_too() -> None:
    assert data_set([]) == DataSet((), ())
