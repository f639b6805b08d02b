"""Tests with random values, put into property files in random styles, read back: the same values of the same types."""

from __future__ import annotations

import copy
import datetime
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbt_ai.edits import apply_plan, plan_edits
from dbt_ai.edits.scalars import scalar
from dbt_ai.values import AnyEdit, Edit, PropertyPlace, TestEdit, UnitTestEdit
from tests.edits.test_round_trip import FILE, NAMES, WORDS, Entry, Style, comments, layout, nodes, styles

COLUMNS = [name for name in NAMES if name != "Amount"]
LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])]
words = [word for word in WORDS if "{" not in word]
texts = st.one_of(
    st.sampled_from(
        ["", "yes", "No", "null", "~", "1", "1_0", "0o7", "0x1F", "1e3", "1:30", ".5", "2024-01-01", "=", "<<"]
    ),
    st.lists(st.sampled_from(words), min_size=1, max_size=6).map(" ".join),
    st.text(max_size=12),
)
safe_texts = texts.filter(lambda text: not ("{" in text or "(" in text or "\r" in text or text.endswith("\n")))
scalars = st.one_of(
    safe_texts,
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.dates(),
    st.datetimes().map(lambda moment: moment.replace(fold=0)),
)
values = st.recursive(
    scalars,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(safe_texts, below, max_size=3),
    max_leaves=8,
)


def exact(value: Any) -> str:
    """Equal for values of the same types with the same content."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{exact(key)}: {exact(value[key])}" for key in sorted(value, key=repr)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(exact, value)) + "]"
    return repr(value)


@settings(max_examples=400, deadline=None)
@given(value=scalars, style=st.sampled_from([None, "'", '"']), quote=st.sampled_from(["'", '"']), flow=st.booleans())
def test_a_scalar_is_read_back_as_it_was(value: Any, style: str | None, quote: str, flow: bool) -> None:
    written = scalar(value, style, quote, flow)
    assert "\n" not in written
    text = f"a: [{written}, {{b: {written}}}]\n" if flow else f"a:\n  - {written}\n  - b: {written}\n"
    for loader in LOADERS:
        assert exact(yaml.load(text, loader)) == exact({"a": [value, {"b": value}]})


def edits_for(models: tuple[Entry, ...], data: st.DataObject) -> list[AnyEdit]:
    """Tests of models and columns that are there and that are not, some with descriptions of new columns."""
    edits: list[AnyEdit] = []
    for model in (*models, Entry("brand_new", False, False, False)):
        place = PropertyPlace(FILE, "models", model.name, file_exists=True)
        known = {column.name for column in model.columns}
        for column in (None, *known, *data.draw(st.lists(st.sampled_from(COLUMNS), max_size=2, unique=True))):
            if column is not None and column not in known and column.casefold() in map(str.casefold, known):
                continue
            if column is not None and column not in known and data.draw(st.booleans()):
                edits.append(Edit(place, column, "A text."))
            edits += [TestEdit(place, column, test) for test in drawn_tests(len(edits), data)]
    return edits


def drawn_tests(number: int, data: st.DataObject) -> list[Any]:
    arguments = data.draw(st.dictionaries(st.sampled_from(["a", "values", "to b", "on"]), values, max_size=3))
    own = {f"house.check_{number}": {"arguments": arguments}}
    return data.draw(st.lists(st.sampled_from(["unique", "not_null", own]), max_size=2, unique_by=str))


def expected(before: dict[str, Any], planned: tuple[AnyEdit, ...]) -> dict[str, Any]:
    """The data with the tests and texts of `planned`, put in by the plainest means."""
    data = copy.deepcopy(before)
    key = "tests" if "tests" in str(before).replace("data_tests", "") else "data_tests"
    for edit in planned:
        assert isinstance(edit, (Edit, TestEdit))
        holder = entry(data.setdefault("models", []), edit.place.name)
        if edit.column is not None:
            holder = entry(holder.setdefault("columns", []), edit.column)
        if isinstance(edit, Edit):
            holder["description"] = edit.text
        else:
            items = holder.setdefault(key, [])
            items += [] if edit.test in items else [edit.test]
    return data


def entry(listed: list[dict[str, Any]], name: str) -> dict[str, Any]:
    for one in listed:
        if one["name"] == name:
            return one
    listed.append({"name": name})
    return listed[-1]


def by_name(value: Any) -> Any:
    """Lists of models and columns in the order of their names, descriptions without what block scalars add."""
    if isinstance(value, dict):
        stripped = {"description": value["description"].strip()} if value.get("description") else {}
        lists = {key: by_name(below) for key, below in value.items() if key in ("models", "columns")}
        return {**value, **stripped, **lists}
    if isinstance(value, list):
        return sorted((by_name(one) for one in value), key=lambda one: str(one["name"]))
    return value


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(style=styles, models=nodes, data=st.data())
def test_exactly_the_meant_tests_are_there(style: Style, models: tuple[Entry, ...], data: st.DataObject) -> None:
    models = tuple(model for model in models if not {"Amount"} & {column.name for column in model.columns})
    before = layout(style, models)
    edits = edits_for(models, data)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / FILE).write_bytes(before.encode())
        plan = plan_edits(root, edits)
        apply_plan(root, plan)
        after = (root / FILE).read_bytes().decode()
        again = plan_edits(root, edits)
    assert (plan.refused, plan.planned) == ((), tuple(edits))
    old, new = yaml.safe_load(before + "\n"), yaml.safe_load(after + "\n")
    assert exact(by_name(new)) == exact(by_name(expected(old, plan.planned)))
    assert comments(after) == comments(before)
    characters = iter(after)
    assert all(character in characters for character in before), "text is only added"
    assert ("\r\n" in before) <= ("\n" not in after.replace("\r\n", "")), "line ends stay as they are"
    assert after.endswith("\n") == before.endswith("\n"), "the end of the file stays as it is"
    assert (again.changes, again.refused) == ((), ()), "a second run changes nothing"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    style=styles,
    models=nodes,
    rows=st.lists(st.lists(st.dictionaries(safe_texts, values, max_size=4), max_size=3), min_size=2, max_size=3),
)
def test_exactly_the_meant_unit_tests_are_there(
    style: Style, models: tuple[Entry, ...], rows: list[list[dict[str, Any]]]
) -> None:
    before = layout(style, models)
    *given_rows, expected_rows = rows
    unit_tests = [
        {
            "name": name,
            "model": "orders",
            "given": [{"input": f"ref('m{number}')", "rows": one} for number, one in enumerate(given_rows)],
            "expect": {"rows": expected_rows},
        }
        for name in ("first", "second")
    ]
    edits = [UnitTestEdit(FILE, one) for one in unit_tests]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / FILE).write_bytes(before.encode())
        plan = plan_edits(root, edits)
        apply_plan(root, plan)
        after = (root / FILE).read_bytes().decode()
        again = plan_edits(root, edits)
    assert (plan.refused, plan.planned) == ((), tuple(edits))
    new = yaml.safe_load(after + "\n")
    assert exact(new.pop("unit_tests")) == exact(unit_tests)
    assert exact(new) == exact(yaml.safe_load(before + "\n"))
    assert (again.changes, again.refused) == ((), ()), "a second run changes nothing"
    characters = iter(after)
    assert all(character in characters for character in before), "text is only added"


def test_a_unit_test_is_there_only_with_values_of_the_same_types(tmp_path: Path) -> None:
    def unit_test(value: Any) -> UnitTestEdit:
        return UnitTestEdit(FILE, {"name": "t", "model": "m", "given": [], "expect": {"rows": [{"a": value}]}})

    for there, other in ((float("nan"), None), (1, True), (1.0, 1), ("1", 1)):
        (tmp_path / FILE).unlink(missing_ok=True)
        apply_plan(tmp_path, plan_edits(tmp_path, [unit_test(there)]))
        again = plan_edits(tmp_path, [unit_test(there), unit_test(there)])
        assert (again.changes, again.refused) == ((), ())
        assert [one.reason for one in plan_edits(tmp_path, [unit_test(other)]).refused] == ["unit-test-exists"]


def live(text: str) -> bool:
    return any(mark in text for mark in ("{{", "{%", "{#", "\r")) or text.endswith("\n")


@settings(max_examples=100, deadline=None)
@given(
    text=st.one_of(
        st.lists(st.sampled_from([*WORDS, "{#", "\r", "env_var('X')"]), min_size=1, max_size=5).map(" ".join),
        st.sampled_from(["env_var('X')", " doc( 'x' ) ", "var(1)", "ref('a') ~ var('b')", "source('a', \"{{ x }}\")"]),
    )
)
def test_a_text_that_dbt_would_run_is_refused_wherever_it_stands(text: str) -> None:
    call = text.strip().startswith(("env_var(", "doc(", "var(", "ref(", "source(")) and text.strip().endswith(")")
    call = call and "\n" not in text.strip()
    place = PropertyPlace(FILE, "models", "a", file_exists=True)
    edits: list[AnyEdit] = [
        TestEdit(place, "x", {"accepted_values": {"values": [text]}}),
        TestEdit(place, "y", {"house.check": {"arguments": {"inner": {"deep": [text]}}}}),
        TestEdit(place, "z", {"house.check": {"argument": text}}),
        UnitTestEdit(FILE, {"name": "t", "model": "a", "given": [], "expect": {"rows": [{"a": text}]}}),
    ]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / FILE).write_text("models:\n  - name: a\n")
        plan = plan_edits(root, edits)
    refused = [edit for edit in edits if live(text) or (call and isinstance(edit, TestEdit))]
    assert [one.edit for one in plan.refused] == refused
    assert {one.reason for one in plan.refused} <= {"jinja-value"}


def test_values_that_no_file_can_hold(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("models:\n  - name: a\n")
    place = PropertyPlace(FILE, "models", "a", file_exists=True)
    aware = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    for value in (object(), b"x", {1: "x"}, {"x"}, aware, datetime.time(1)):
        (refusal,) = plan_edits(tmp_path, [TestEdit(place, "x", {"accepted_values": {"values": [value]}})]).refused
        assert refusal.reason == "unwritable-value"
    (refusal,) = plan_edits(tmp_path, [TestEdit(place, "x", {"accepted_values": {"values": ["\ud800"]}})]).refused
    assert refusal.reason == "invalid-text"
