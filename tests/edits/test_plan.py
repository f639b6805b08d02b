"""plan_edits on whole projects: what is refused and what is an error, new files, many columns."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from dbt_ai.edits import apply_plan, diff_plan, plan_edits, schema
from dbt_ai.errors import ProjectError
from dbt_ai.values import Edit, FileChange, Plan, PropertyPlace


def edit(path: str, name: str, column: str | None, text: str, section: str = "models", exists: bool = True) -> Edit:
    return Edit(PropertyPlace(path, section, name, exists=exists, file_exists=exists), column, text)


def written(root: Path, *edits: Edit) -> str:
    plan = plan_edits(root, edits)
    assert plan.refused == ()
    apply_plan(root, plan)
    return (root / edits[0].place.path).read_bytes().decode()


BROKEN = [
    (b"models:\n  - name: a\n   columns: []\n", "line 3"),
    (b"models:\n  - name: a\n\tcolumns: []\n", "line 3"),
    (b"models:\n  - name: 'a\n", "line 3"),
    (b"models:\n  - *nothing\n", "line 2"),
    (b"models:\n  - !custom {name: a}\n", "line 2"),
    (b"- name: a\n", "line 1"),
    (b"models: \x07\n", "not valid YAML"),
]


@pytest.mark.parametrize(("content", "words"), BROKEN)
def test_broken_yaml_ends_the_run_naming_file_and_line(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "good.yml").write_text("models:\n  - name: b\n")
    (tmp_path / "broken.yml").write_bytes(content)
    with pytest.raises(ProjectError, match=words) as caught:
        plan_edits(tmp_path, [edit("good.yml", "b", None, "B."), edit("broken.yml", "a", None, "A.")])
    assert str(caught.value).startswith("broken.yml ")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_other_files_go_on_where_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "good.yml").write_text("models:\n  - name: b\n")
    (tmp_path / "two.yml").write_text("models:\n  - name: a\n---\nmodels: []\n")
    gone, outside = edit("gone.yml", "c", None, "C."), edit("../up.yml", "d", None, "D.")
    edits = [edit("two.yml", "a", None, "A."), edit("good.yml", "b", None, "B."), gone, outside]
    plan = plan_edits(tmp_path, edits)
    assert [change.path for change in plan.changes] == ["good.yml"]
    assert plan.planned == (edits[1],)
    assert [(one.edit, one.reason) for one in plan.refused] == [
        (edits[0], "multiple-documents"),
        (gone, "file-missing"),
        (outside, "outside-project"),
    ]


def test_an_alias_that_contains_itself(tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text("models: &m\n  - name: a\n    meta: *m\n")
    (refusal,) = plan_edits(tmp_path, [edit("m.yml", "a", None, "A.")]).refused
    assert refusal.reason == "recursive-alias"


def test_aliases_that_explode(tmp_path: Path) -> None:
    lines = ["x0: &x0 [a, b, c, d, e, f, g, h, i, j]"]
    lines += [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]" for n in range(1, 9)]
    (tmp_path / "m.yml").write_text("\n".join([*lines, "models:", "  - name: a", ""]))
    (refusal,) = plan_edits(tmp_path, [edit("m.yml", "a", None, "A.")]).refused
    assert refusal.reason == "alias-expansion"


def test_a_comment_that_an_edit_would_lose_refuses_it(tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text("models:\n  - name: a\n    description: >  # house rule\n      Ours.\n")
    mine = replace(edit("m.yml", "a", None, "New."), replaces="Ours.")
    assert [one.reason for one in plan_edits(tmp_path, [mine]).refused] == ["unusual-layout"]


def test_different_texts_for_one_place(tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text("models:\n  - name: a\n")
    edits = [edit("m.yml", "a", None, "One."), edit("m.yml", "a", None, "Two.")]
    assert {one.reason for one in plan_edits(tmp_path, edits).refused} == {"conflicting-texts"}
    assert len(plan_edits(tmp_path, [edits[0], edits[0]]).changes) == 1


def test_an_entry_that_should_be_there_but_cannot_be_recognised(tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text("models:\n  - name: \"{{ 'a' }}\"\n")
    (refusal,) = plan_edits(tmp_path, [edit("m.yml", "a", None, "A.")]).refused
    assert refusal.reason == "entry-not-found"


def test_a_doc_call_is_written_as_it_stands_and_nothing_else_passes_for_one(tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text("models:\n  - name: a\n  - name: b\n")
    call = replace(edit("m.yml", "a", None, "{{ doc('orders') }}"), doc_call=True)
    for text in (
        "{{ doc('x') }} {{ env_var('X') }}",
        "{{ doc(env_var('X')) }}",
        "Plain.",
        "{{ doc('a') if doc('b') }}",
    ):
        other = replace(edit("m.yml", "b", None, text), doc_call=True)
        plan = plan_edits(tmp_path, [call, other])
        assert [one.reason for one in plan.refused] == ["not-a-doc-call"]
        assert plan.changes[0].after == b"models:\n  - name: a\n    description: \"{{ doc('orders') }}\"\n  - name: b\n"


@pytest.mark.parametrize("content", [b"models:\r  - name: a\r", b"models:\n  - # why\n    name: a\n...\n"])
def test_odd_but_valid_yaml_is_edited_rightly_or_refused_never_broken(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.yml").write_bytes(content)
    edits = [
        edit("m.yml", "a", None, "A."),
        edit("m.yml", "a", "x", "X."),
        edit("m.yml", "b", None, "B.", exists=False),
    ]
    edits = [replace(one, place=replace(one.place, file_exists=True)) for one in edits]
    plan = plan_edits(tmp_path, edits)
    assert len(plan.planned) + len(plan.refused) == 3
    apply_plan(tmp_path, plan)
    models = yaml.safe_load((tmp_path / "m.yml").read_bytes())["models"]
    written = [model["name"] for model in models if "description" in model]
    assert written == [one.place.name for one in plan.planned if one.column is None]


def test_an_edit_that_dbt_s_schema_forbids_is_refused_and_old_violations_are_not_held_against_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "m.yml").write_text("models:\n  - name: a\n    unheard_of: 1\n")
    plan = plan_edits(tmp_path, [edit("m.yml", "a", None, "A."), edit("m.yml", "g", None, "G.", "groups", False)])
    assert len(plan.changes) == 1
    assert [(one.edit.place.name, one.reason) for one in plan.refused] == [("g", "schema")]


def test_a_new_file_like_its_siblings(tmp_path: Path) -> None:
    (tmp_path / "models/marts").mkdir(parents=True)
    (tmp_path / "models/marts/_orders.yml").write_bytes(
        b"models:\r\n- name: orders\r\n  description: 'Orders.'\r\n  columns:\r\n  - name: id\r\n\r\n  - name: x\r\n"
    )
    edits = [
        edit("models/marts/_refunds.yml", "refunds", column, "A text.", exists=False) for column in (None, "a", "b")
    ]
    assert written(tmp_path, *edits) == (
        "models:\r\n- name: refunds\r\n  description: 'A text.'\r\n  columns:\r\n"
        "  - name: a\r\n    description: 'A text.'\r\n\r\n  - name: b\r\n    description: 'A text.'\r\n"
    )


def test_a_new_file_in_a_project_that_writes_the_version(tmp_path: Path) -> None:
    (tmp_path / "models/staging").mkdir(parents=True)
    (tmp_path / "models/staging/s.yml").write_text("version: 2\n\nmodels:\n    - name: s\n")
    (tmp_path / "dbt_project.yml").write_text("name: p\nmodels:\n  p: {}\n")
    new = edit("models/marts/new.yml", "m", None, "A mart.", exists=False)
    assert written(tmp_path, new) == "version: 2\n\nmodels:\n    - name: m\n      description: A mart.\n"


def test_a_new_file_in_a_project_without_any(tmp_path: Path) -> None:
    new = edit("models/new.yml", "m", "id", "Key.", exists=False)
    expected = "version: 2\n\nmodels:\n  - name: m\n    columns:\n      - name: id\n        description: Key.\n"
    assert written(tmp_path, new) == expected


def test_an_empty_file_is_filled_like_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("version: 2\nmodels:\n- name: s\n")
    (tmp_path / "m.yml").write_bytes(b"")
    assert written(tmp_path, edit("m.yml", "m", None, "M.", exists=False)) == (
        "version: 2\n\nmodels:\n- name: m\n  description: M.\n"
    )


def test_the_diff_of_a_plan_is_the_change(tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text("models:\n  - name: a\n")
    plan = plan_edits(tmp_path, [edit("m.yml", "a", None, "A."), edit("n/new.yml", "b", None, "B.", exists=False)])
    assert diff_plan(plan) == (
        "--- a/m.yml\n+++ b/m.yml\n"
        "@@ -1,2 +1,3 @@\n models:\n   - name: a\n+    description: A.\n"
        "--- /dev/null\n+++ b/n/new.yml\n"
        "@@ -0,0 +1,3 @@\n+models:\n+  - name: b\n+    description: B.\n"
    )


def test_three_thousand_columns_half_of_them_new(tmp_path: Path) -> None:
    listed = "".join(f"      - name: c{number}\n" for number in range(0, 3000, 2))
    (tmp_path / "m.yml").write_text("models:\n  - name: wide\n    columns:\n" + listed)
    edits = [edit("m.yml", "wide", f"c{number}", f"Column {number}.") for number in range(3000)]
    columns = yaml.safe_load(written(tmp_path, *edits))["models"][0]["columns"]
    assert columns == [{"name": f"c{number}", "description": f"Column {number}."} for number in range(3000)]


def test_new_files_under_awkward_names_apply_with_git(tmp_path: Path, git: Callable[..., bytes]) -> None:
    changes = [
        FileChange("models/with space.yml", None, b"a: 1\n"),
        FileChange('models/with "quotes".yml', None, b"no end of line"),
        FileChange("models/\u00fcmlaut.yml", None, "caf\u00e9: \u2028\r\n".encode()),
        FileChange("models/there is.yml", b"a: 1\r\nb: 2", b"a: 1\r\nb: 3\r\n"),
    ]
    (tmp_path / "models").mkdir()
    (tmp_path / "models/there is.yml").write_bytes(b"a: 1\r\nb: 2")
    if sys.platform == "win32":
        changes = [change for change in changes if '"' not in change.path]
    git(tmp_path, "apply", "-", stdin=diff_plan(Plan(changes=tuple(changes))).encode())
    for change in changes:
        assert (tmp_path / change.path).read_bytes() == change.after


def test_a_dbt_without_a_schema_of_property_files_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(package: str) -> Path:
        raise ModuleNotFoundError(package)

    monkeypatch.setattr(schema, "files", missing)
    schema._validator.cache_clear()
    try:
        (tmp_path / "m.yml").write_text("models:\n  - name: a\n")
        assert len(plan_edits(tmp_path, [edit("m.yml", "a", None, "A.")]).changes) == 1
    finally:
        schema._validator.cache_clear()
