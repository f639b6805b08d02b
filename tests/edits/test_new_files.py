"""FileEdit: a new file is made with its folders, one that is there stays as it is, nothing leaves the project.

SqlEdit: a file gets new text where its text is the one that was to be replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dbt_ai.edits import apply_plan, diff_plan, plan_edits
from dbt_ai.errors import EditError
from dbt_ai.values import AnyEdit, Edit, FileEdit, PropertyPlace, SqlEdit, TestEdit, UnitTestEdit

SQL = "select *\nfrom {{ ref('orders') }}\nwhere amount < 0\n"
TEST = FileEdit("tests/orders/no_negative_amount.sql", SQL)


def place(path: str, exists: bool = True) -> PropertyPlace:
    return PropertyPlace(path, "models", "orders", exists=exists, file_exists=exists)


def reasons(root: Path, *edits: AnyEdit) -> list[str]:
    """The reasons for which all of `edits` are refused."""
    plan = plan_edits(root, edits)
    assert (plan.changes, plan.planned) == ((), ())
    return [one.reason for one in plan.refused]


def test_a_new_file_and_its_folders(tmp_path: Path) -> None:
    plan = plan_edits(tmp_path, [TEST, TEST])
    assert (plan.planned, plan.refused, len(plan.changes)) == ((TEST, TEST), (), 1)
    assert not (tmp_path / "tests").exists(), "planning writes nothing"
    apply_plan(tmp_path, plan)
    assert (tmp_path / TEST.path).read_bytes() == SQL.encode()
    again = plan_edits(tmp_path, [TEST])
    assert (again.changes, again.planned, again.refused) == ((), (TEST,), ())


def test_the_same_text_in_other_line_ends_is_there(tmp_path: Path) -> None:
    (tmp_path / "x.sql").write_bytes(SQL.replace("\n", "\r\n").encode())
    plan = plan_edits(tmp_path, [FileEdit("x.sql", SQL)])
    assert (plan.changes, plan.refused, len(plan.planned)) == ((), (), 1)


def test_a_file_with_another_text_stays(tmp_path: Path) -> None:
    (tmp_path / "x.sql").write_text("select 1\n")
    assert reasons(tmp_path, FileEdit("x.sql", SQL)) == ["file-exists"]
    assert reasons(tmp_path, FileEdit("./x.sql", SQL)) == ["file-exists"]


def test_two_texts_for_one_file(tmp_path: Path) -> None:
    assert reasons(tmp_path, FileEdit("x.sql", SQL), FileEdit("./x.sql", "select 2\n")) == ["file-twice"] * 2


def test_a_file_that_other_edits_write(tmp_path: Path) -> None:
    described = Edit(place("models/m.yml", exists=False), None, "Orders.")
    plan = plan_edits(tmp_path, [FileEdit("models/m.yml", "version: 2\n"), described])
    assert [one.reason for one in plan.refused] == ["file-twice"]
    assert plan.planned == (described,)


@pytest.mark.parametrize("path", ["../x.sql", "tests/../../x.sql", "/tmp/x.sql", "C:/x.sql", "tests\\x.sql"])
def test_paths_out_of_the_project(tmp_path: Path, path: str) -> None:
    assert reasons(tmp_path, FileEdit(path, SQL)) == ["outside-project"]


def test_a_symlink_out_of_the_project(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "elsewhere").mkdir()
    try:
        (root / "tests").symlink_to(tmp_path / "elsewhere")
    except OSError:
        pytest.skip("this machine makes no symlinks")
    assert reasons(root, TEST) == ["outside-project"]


@pytest.mark.parametrize("path", ["models", "models/m.sql/x.sql"])
def test_a_path_where_no_file_can_be(tmp_path: Path, path: str) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/m.sql").write_text("select 1\n")
    assert reasons(tmp_path, FileEdit(path, SQL)) == ["not-a-file"]


@pytest.mark.parametrize(("text", "reason"), [("", "empty-text"), (" \n", "empty-text"), ("\ud800", "invalid-text")])
def test_texts_that_make_no_file(tmp_path: Path, text: str, reason: str) -> None:
    assert reasons(tmp_path, FileEdit("x.sql", text)) == [reason]


def test_all_kinds_in_one_plan_are_one_diff_that_git_applies(tmp_path: Path, git: Callable[..., bytes]) -> None:
    (tmp_path / "m.yml").write_text("version: 2\nmodels:\n  - name: orders\n    columns:\n      - name: id\n")
    edits: list[AnyEdit] = [
        TEST,
        TestEdit(place("m.yml"), "id", "unique"),
        Edit(place("m.yml"), "id", "Key."),
        UnitTestEdit("u.yml", {"name": "t", "model": "orders", "given": [], "expect": {"rows": [{"id": 1}]}}),
    ]
    plan = plan_edits(tmp_path, edits)
    assert (plan.planned, plan.refused) == (tuple(edits), ())
    assert [change.path for change in plan.changes] == ["m.yml", TEST.path, "u.yml"]
    git(tmp_path, "apply", "-", stdin=diff_plan(plan).encode())
    assert {path: (tmp_path / path).read_bytes() for path in (TEST.path, "m.yml", "u.yml")} == {
        change.path: change.after for change in plan.changes
    }
    assert diff_plan(plan_edits(tmp_path, edits)) == ""


def test_folders_are_gone_again_where_the_plan_fails(tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text("models:\n  - name: orders\n")
    plan = plan_edits(tmp_path, [TEST, Edit(place("m.yml"), None, "Orders.")])
    (tmp_path / "m.yml").write_text("models:\n  - name: orders # a person was here\n")
    with pytest.raises(EditError, match=r"m\.yml has changed"):
        apply_plan(tmp_path, plan)
    assert [file.name for file in tmp_path.iterdir()] == ["m.yml"]


def test_new_text_for_the_text_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "x.sql").write_bytes(b"\xef\xbb\xbfselect 1\r\n")
    edit = SqlEdit("x.sql", "\ufeffselect 2\r\n", "\ufeffselect 1\r\n")
    apply_plan(tmp_path, plan_edits(tmp_path, [edit]))
    assert (tmp_path / "x.sql").read_bytes() == b"\xef\xbb\xbfselect 2\r\n"
    assert reasons(tmp_path, edit) == ["file-changed"]
    assert (tmp_path / "x.sql").read_bytes() == b"\xef\xbb\xbfselect 2\r\n"


def test_new_text_for_no_file(tmp_path: Path) -> None:
    assert reasons(tmp_path, SqlEdit("x.sql", "select 2\n", "select 1\n")) == ["file-missing"]
    assert reasons(tmp_path, SqlEdit("../x.sql", "select 2\n", "select 1\n")) == ["outside-project"]
    (tmp_path / "folder").mkdir()
    assert reasons(tmp_path, SqlEdit("folder", "select 2\n", "select 1\n")) == ["not-a-file"]


def test_new_text_and_the_same_text(tmp_path: Path) -> None:
    (tmp_path / "x.sql").write_bytes(b"select 1\n")
    edit = SqlEdit("x.sql", "select 1\n", "select 1\n")
    plan = plan_edits(tmp_path, [edit])
    assert (plan.changes, plan.planned) == ((), (edit,))
