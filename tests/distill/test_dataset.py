"""What a student is taught, and what it is not."""

from __future__ import annotations

from dbt_ai.distill.dataset import TIMES, DataSet, data_set
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


def asked(number: int, column: str, text: str, *, teacher: str = "case", group: str | None = None) -> Pair:
    return Pair(
        group or f"model {number}",
        "computed",
        "Describe.",
        f"model: m{number}\ncolumn: {column}",
        answer_text(text),
        teacher,
    )


def test_what_is_nearly_the_same_is_taught_once_by_the_better_teacher() -> None:
    one = asked(1, "weight", "Weight of the parcel in kilograms, without the packing.", teacher="large-1")
    two = asked(2, "weight", "Weight of the parcel in kilograms without packing.", teacher="person")
    other = asked(3, "mass", "Weight of the parcel in kilograms, without the packing.", teacher="large-1")
    more = [asked(number, "id", f"Number {number} of its kind, and {number} else.") for number in range(10, 20)]
    found = data_set([one, two, other, *more])
    both = {*found.train, *found.held_out}
    assert two in both
    assert other in both
    assert one not in both
    assert dict(found.dropped) == {"nearly the same": 1}


def test_a_correction_is_seen_more_often_and_counts_once() -> None:
    pairs = [pair(number) for number in range(100)]
    corrected = Pair("model 2", "computed", "Describe.", "column x", answer_text("What it is."), "correction")
    found = data_set([*pairs, corrected])
    assert corrected not in found.held_out
    assert found.train.count(corrected) == TIMES
    assert found.taught + len(found.held_out) == 101
    assert found.card()["teachers"] == {"case": 100, "correction": 1}


def test_a_correction_comes_before_the_text_that_it_corrected() -> None:
    ours = asked(1, "weight", "Weight.", teacher="large-1")
    theirs = asked(1, "weight", "Weight of the parcel in kilograms.", teacher="correction")
    found = data_set([ours, theirs])
    assert {pair.text for pair in (*found.train, *found.held_out)} == {theirs.text}


def test_few_models_are_held_out_too() -> None:
    for names in ("abcdef", "ghijkl", "mnopqr"):
        pairs = [pair(number, group=names[number % 6]) for number in range(240)]
        found = data_set(pairs)
        assert 20 <= len(found.held_out) <= 120
        assert not {one.group for one in found.train} & {one.group for one in found.held_out}
