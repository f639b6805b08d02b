"""Property files in random styles, edited and read again: exactly what was meant has changed, nothing has moved."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbt_ai.edits import apply_plan, normalise, plan_edits, protect
from dbt_ai.edits.reasons import RefusalError
from dbt_ai.values import Edit, PropertyPlace

FILE = "models.yml"
NAMES = [
    "id",
    "order id",
    "ünï",
    "\U0001f389",
    "select",
    "Amount",
    "amount",
    "a.b",
    "x-y",
    "it's",
    "true",
    "7",
    "a: b",
    "#",
]
WORDS = [
    "plain",
    "colon:",
    "#hash",
    "{{ x }}",
    "{%",
    "- dash",
    "'",
    '"',
    "\\",
    "\n",
    "\n\n",
    "  ",
    "*",
    "&",
    "}}",
    "yes",
    "é\U0001f389",
    "%",
]
texts = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map(" ".join),
    st.text(max_size=40),
    st.sampled_from(["A short text.", "A long text that goes on and on, " * 6, "Two.\n\nParagraphs: here."]),
)


@dataclass(frozen=True)
class Style:
    """How a generated file is laid out."""

    offset: int
    step: int
    gap: int
    newline: str
    final: str
    quote: Callable[[str], str]
    flow_columns: bool
    comments: bool
    description: str  # how descriptions that are there look
    after: str  # "name" or "tests": the key that descriptions follow
    version: bool


def double(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


styles = st.builds(
    Style,
    offset=st.sampled_from([0, 2, 4]),
    step=st.sampled_from([2, 3, 4]),
    gap=st.integers(0, 2),
    newline=st.sampled_from(["\n", "\r\n"]),
    final=st.sampled_from(["", "\n", "\n\n\n"]),
    quote=st.sampled_from([double, single]),
    flow_columns=st.booleans(),
    comments=st.booleans(),
    description=st.sampled_from(["plain", "quoted", "|", ">-", ">", "wrapped"]),
    after=st.sampled_from(["name", "tests"]),
    version=st.booleans(),
)


@dataclass(frozen=True)
class Entry:
    """A generated node or column."""

    name: str
    described: bool
    empty_key: bool
    tested: bool
    columns: tuple[Entry, ...] = ()


def entries(columns: st.SearchStrategy[tuple[Entry, ...]], names: list[str]) -> st.SearchStrategy[tuple[Entry, ...]]:
    one = st.builds(Entry, st.sampled_from(names), st.booleans(), st.booleans(), st.booleans(), columns)
    return st.lists(one, max_size=5, unique_by=lambda entry: entry.name).map(tuple)


nodes = entries(entries(st.just(()), NAMES), ["orders", "refunds", "dim customers", "x_y"])


def layout(style: Style, models: tuple[Entry, ...]) -> str:
    """The text of a property file with `models`, written by hand so to speak: no YAML library involved."""
    lines = ["# top of the file"] if style.comments else []
    lines += ["version: 2", ""] if style.version else []
    if models:
        lines += ["models:", *items(style, models, style.offset)]
    lines += [""] * style.gap + ["exposures:", "- name: other  # stays", "  type: dashboard", "  owner: {name: N}"]
    return style.newline.join(lines) + style.final.replace("\n", style.newline)


def items(style: Style, found: tuple[Entry, ...], dash: int) -> list[str]:
    lines: list[str] = []
    for number, entry in enumerate(found):
        lines += [""] * style.gap if number else []
        lines += [" " * dash + "# about the next one"] if style.comments and number % 2 else []
        column = dash + style.step
        keys = [" " * dash + "-" + " " * (style.step - 1) + f"name: {style.quote(entry.name)}"]
        keys[0] += "   # trailing" if style.comments else ""
        tests = [" " * column + "tests:", " " * (column + style.offset) + "- not_null"] if entry.tested else []
        text = described(style, column) if entry.described else []
        if not entry.described and entry.empty_key:
            text = [" " * column + "description:"]
        lines += keys + (text + tests if style.after == "name" else tests + text)
        if entry.columns:
            lines.append(" " * column + "columns:")
            if style.flow_columns:
                for child in entry.columns:
                    extra = ", description: 'is there'" if child.described else ", tests: [unique]"
                    lines.append(f"{' ' * (column + style.offset)}- {{name: {style.quote(child.name)}{extra}}}")
            else:
                lines += items(style, entry.columns, column + style.offset)
    return lines


def described(style: Style, column: int) -> list[str]:
    start, inner = " " * column + "description: ", " " * (column + 2)
    if style.description == "plain":
        return [start + "is there"]
    if style.description == "quoted":
        return [start + style.quote("is there")]
    if style.description == "wrapped":
        return [
            start + "is there and goes on for so long that the people who wrote it",
            inner + "wrapped it, as some do",
        ]
    return [start + style.description, inner + "is there", inner + "on two lines"]


def edits_for(models: tuple[Entry, ...], new: list[str], text: Callable[[], str]) -> list[Edit]:
    """An edit for each gap, for columns that are missing, and for a model that is missing."""
    edits = []
    for model in (*models, Entry("brand_new", False, False, False)):
        place = PropertyPlace(FILE, "models", model.name, file_exists=True)
        if not model.described:
            edits.append(Edit(place, None, text()))
        known = [column.name.casefold() for column in model.columns]
        edits += [Edit(place, column.name, text()) for column in model.columns if not column.described]
        edits += [Edit(place, name, text()) for name in new if name.casefold() not in known]
    return edits


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(style=styles, models=nodes, new=st.lists(st.sampled_from(NAMES), max_size=3, unique=True), data=st.data())
def test_our_own_texts_are_replaced_and_nothing_else(
    style: Style, models: tuple[Entry, ...], new: list[str], data: st.DataObject
) -> None:
    good = texts.filter(writable)
    first = edits_for(models, new, lambda: data.draw(good))
    second = [replace(edit, text=data.draw(good), replaces=edit.text) for edit in first]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / FILE).write_bytes(layout(style, models).encode())
        apply_plan(root, plan_edits(root, first))
        before = (root / FILE).read_bytes().decode()
        plan = plan_edits(root, second)
        apply_plan(root, plan)
        after = (root / FILE).read_bytes().decode()
        again = plan_edits(root, second)
    assert plan.refused == ()
    assert by_name(yaml.safe_load(after + "\n")) == expected(yaml.safe_load(before + "\n"), plan.planned)
    assert comments(after) == comments(before)
    assert after.endswith("\n") == before.endswith("\n")
    assert again.changes == ()


def comments(text: str) -> list[str]:
    return [
        line for line in text.splitlines() if line.lstrip().startswith(("# about", "# top")) or "# trailing" in line
    ]


def writable(text: str) -> bool:
    try:
        return bool(protect(text))
    except RefusalError:
        return False


def expected(before: dict[str, Any], planned: tuple[Edit, ...]) -> dict[str, Any]:
    """The data with the texts of `planned` put in; lists of columns and models by name, for any order."""
    data = by_name(before)
    for edit in planned:
        holder = data.setdefault("models", {}).setdefault(edit.place.name, {"name": edit.place.name})
        if edit.column is not None:
            holder = holder.setdefault("columns", {}).setdefault(edit.column, {"name": edit.column})
        holder["description"] = protect(edit.text)
    return data


def by_name(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: normalise(below) if key == "description" and below else by_name(below) for key, below in value.items()
        }
    if isinstance(value, list) and value and all(isinstance(item, dict) and "name" in item for item in value):
        assert len({item["name"] for item in value}) == len(value)
        return {item["name"]: by_name(item) for item in value}
    return value


def names(data: dict[str, Any]) -> list[str]:
    models = data.get("models") or []
    return [
        n
        for model in models
        for n in (model["name"], *(f"{model['name']}.{c['name']}" for c in model.get("columns") or []))
    ]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(style=styles, models=nodes, new=st.lists(st.sampled_from(NAMES), max_size=3, unique=True), data=st.data())
def test_exactly_what_was_meant_has_changed(
    style: Style, models: tuple[Entry, ...], new: list[str], data: st.DataObject
) -> None:
    before = layout(style, models)
    edits = edits_for(models, new, lambda: data.draw(texts))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / FILE).write_bytes(before.encode())
        plan = plan_edits(root, edits)
        apply_plan(root, plan)
        after = (root / FILE).read_bytes().decode()
        again = plan_edits(root, plan.planned)

    assert [one.edit for one in plan.refused] == [edit for edit in edits if not writable(edit.text)]
    old, loaded = yaml.safe_load(before + "\n"), yaml.safe_load(after + "\n")
    assert by_name(loaded) == expected(old, plan.planned)
    known = set(names(old))
    assert [name for name in names(loaded) if name in known] == names(old), "nothing is reordered"
    characters = iter(after)
    assert all(character in characters for character in before), "text is only added"
    if "\r\n" in before:
        assert "\n" not in after.replace("\r\n", ""), "line ends stay as they are"
    assert after.endswith("\n") == before.endswith("\n"), "the end of the file stays as it is"
    assert (again.changes, again.refused) == ((), ()), "a second run changes nothing"


def layout_with_anchors(uses: list[list[int]], shared_list: bool, merged: bool) -> str:
    """Models whose columns are aliases of the entry that came first; the last model may share the first one's list."""
    lines, seen = ["version: 2", "models:"], set()
    for number, columns in enumerate(uses):
        lines += [f"  - name: m{number}", "    columns:" + (" &all" if shared_list and number == 0 else "")]
        for column in columns:
            if column in seen:
                lines.append(f"      - *c{column}")
            else:
                lines += [f"      - &c{column}", f"        name: c{column}", "        tests: [unique]"]
                seen.add(column)
    if shared_list:
        lines += ["  - name: sharing", "    columns: *all"]
    if merged:
        lines += ["  - name: merging", "    columns:", f"      - <<: *c{uses[0][0]}", "        name: own"]
    return "\n".join(lines) + "\n"


@settings(max_examples=100, deadline=None)
@given(
    uses=st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True), min_size=1, max_size=4),
    shared_list=st.booleans(),
    merged=st.booleans(),
    data=st.data(),
)
def test_an_anchor_is_edited_only_where_the_text_is_meant_for_every_use(
    uses: list[list[int]], shared_list: bool, merged: bool, data: st.DataObject
) -> None:
    before = layout_with_anchors(uses, shared_list, merged)
    places = [
        (model["name"], column["name"]) for model in yaml.safe_load(before)["models"] for column in model["columns"]
    ]
    places += [(model, "new") for model in dict.fromkeys(model for model, _ in places)]
    wanted = data.draw(st.lists(st.sampled_from(places), unique=True, max_size=len(places)))
    edits = [
        Edit(
            PropertyPlace(FILE, "models", model, file_exists=True), column, data.draw(st.sampled_from(["One.", "Two."]))
        )
        for model, column in wanted
    ]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / FILE).write_bytes(before.encode())
        plan = plan_edits(root, edits)
        apply_plan(root, plan)
        after = (root / FILE).read_bytes().decode()
    old, loaded = yaml.safe_load(before), yaml.safe_load(after)
    assert by_name(json.loads(json.dumps(loaded))) == expected(json.loads(json.dumps(old)), plan.planned)
    assert {one.reason for one in plan.refused} <= {"shared-anchor"}
    alone = [edit for edit in edits if f"*{edit.column}" not in before]
    if not shared_list and not merged:
        assert all(edit in plan.planned for edit in alone), "what nothing shares is written"


def test_a_new_column_of_a_shared_list_is_written_beside_one_that_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(layout_with_anchors([[0]], True, True).encode())
    places = [("sharing", "new"), ("m0", "c0"), ("sharing", "c0"), ("m0", "new")]
    edits = [Edit(PropertyPlace(FILE, "models", model, file_exists=True), column, "One.") for model, column in places]
    assert {one.edit.column for one in plan_edits(tmp_path, edits).refused} == {"c0"}
