"""The lock file: sorted, one line an entry, and never misread."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ai.edits import LOCK_FILE, LockEntry, apply_plan, lock_change, read_lock, text_hash
from dbt_ai.errors import ProjectError
from dbt_ai.values import Plan, Target


def entry(unique_id: str, column: str | None = None, text: str = "Text.") -> LockEntry:
    return LockEntry(unique_id, column, text_hash(text), "e" * 8, "derived", None, "proved")


def write(root: Path, *entries: LockEntry, removals: tuple[Target, ...] = ()) -> None:
    change = lock_change(root, entries, removals)
    apply_plan(root, Plan(changes=(change,) if change else ()))


def test_no_lock_file_is_an_empty_one(tmp_path: Path) -> None:
    assert read_lock(tmp_path) == {}
    assert lock_change(tmp_path, []) is None
    assert not (tmp_path / LOCK_FILE).exists()


def test_entries_come_back(tmp_path: Path) -> None:
    entries = [entry("model.p.b", "x"), entry("model.p.a"), entry("model.p.b"), entry("model.p.b", 'é "🎉"\u2028\n')]
    write(tmp_path, *entries)
    assert read_lock(tmp_path) == {one.target: one for one in entries}


def test_citations_come_back_and_an_entry_without_them_keeps_its_bytes(tmp_path: Path) -> None:
    write(tmp_path, entry("model.p.a"))
    before = (tmp_path / LOCK_FILE).read_bytes()
    assert b"citations" not in before
    cited = replace(entry("model.p.b"), citations=("model.p.b:12", "query:0123456789abcdef:count(*) = 0"))
    write(tmp_path, cited)
    assert read_lock(tmp_path) == {Target("model.p.a"): entry("model.p.a"), Target("model.p.b"): cited}
    assert (tmp_path / LOCK_FILE).read_bytes().startswith(before)


@pytest.mark.parametrize("citations", ['"model.p.a:1"', "[1]", "{}"])
def test_citations_that_are_none_are_no_entry(citations: str, tmp_path: Path) -> None:
    write(tmp_path, entry("model.p.a"))
    path = tmp_path / LOCK_FILE
    path.write_text(path.read_text().replace('"proved"}', f'"proved", "citations": {citations}}}'))
    with pytest.raises(ProjectError, match="line 2"):
        read_lock(tmp_path)


def test_one_sorted_line_an_entry_whatever_the_order(tmp_path: Path) -> None:
    write(tmp_path, entry("model.p.b"))
    write(tmp_path, entry("model.p.c"), entry("model.p.a"))
    lines = (tmp_path / LOCK_FILE).read_bytes().decode().split("\n")
    assert lines[0] == '{"dbt_ai.lock": 1}'
    assert [json.loads(line)["unique_id"] for line in lines[1:-1]] == ["model.p.a", "model.p.b", "model.p.c"]
    assert lines[-1] == ""


def test_an_entry_replaces_the_one_of_its_target_and_the_rest_stays(tmp_path: Path) -> None:
    write(tmp_path, entry("model.p.a"), entry("model.p.b"), entry("model.p.c"))
    write(tmp_path, entry("model.p.b", text="New."), removals=(Target("model.p.c"), Target("model.p.unknown")))
    assert read_lock(tmp_path) == {
        Target("model.p.a"): entry("model.p.a"),
        Target("model.p.b"): entry("model.p.b", text="New."),
    }


def test_the_same_entries_change_nothing(tmp_path: Path) -> None:
    write(tmp_path, entry("model.p.a"))
    assert lock_change(tmp_path, [entry("model.p.a")]) is None


def test_crlf_of_a_checkout_on_windows_stays(tmp_path: Path) -> None:
    write(tmp_path, entry("model.p.a"))
    file = tmp_path / LOCK_FILE
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert lock_change(tmp_path, [entry("model.p.a")]) is None


def test_lines_that_a_git_merge_put_in_another_order_are_read(tmp_path: Path) -> None:
    write(tmp_path, entry("model.p.a"), entry("model.p.b"))
    file = tmp_path / LOCK_FILE
    header, *lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([header, header, *reversed(lines), lines[0]]))
    assert set(read_lock(tmp_path)) == {Target("model.p.a"), Target("model.p.b")}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<<<<<<< HEAD\n", "line 1 .*merge conflict"),
        (b'{"dbt_ai.lock": 1}\n{"unique_id": "model.p.a"}\n', "line 2"),
        (b'{"dbt_ai.lock": 1}\n[1]\n', "line 2"),
        (b'{"dbt_ai.lock": 2}\n', "format 2.*upgrade dbtai"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_lock_file_that_cannot_be_read_says_so(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / LOCK_FILE).write_bytes(content)
    with pytest.raises(ProjectError, match=words) as caught:
        read_lock(tmp_path)
    assert "\n" not in str(caught.value)
    with pytest.raises(ProjectError):
        lock_change(tmp_path, [entry("model.p.a")])


def test_two_different_entries_of_one_target_are_no_guess(tmp_path: Path) -> None:
    write(tmp_path, entry("model.p.a"))
    file = tmp_path / LOCK_FILE
    file.write_bytes(file.read_bytes() + file.read_bytes().split(b"\n")[1].replace(b"derived", b"reasoning") + b"\n")
    with pytest.raises(ProjectError, match=r"model\.p\.a is listed twice"):
        read_lock(tmp_path)


def test_the_hash_of_a_text_ignores_what_yaml_adds_around_it() -> None:
    assert text_hash("One.\n\nTwo.") == text_hash("\nOne.\r\n \r\nTwo.\n\n")
    assert text_hash("One. Two.") != text_hash("One.\nTwo.")
    assert text_hash("Text") != text_hash("text")
