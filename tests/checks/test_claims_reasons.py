"""The table of reason codes: every code that is given is in it, every code in it is given, and the page is current."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dbt_ai.checks
import dbt_ai.tasks
from dbt_ai.checks.reasons import GROUPS, REASONS, sentence

ROOM = Path(dbt_ai.checks.__file__).parent
TASKS = Path(dbt_ai.tasks.__file__).parent
# What is decided where the evidence is at hand, and said in the words of this table.
JUDGING = (ROOM / "substance.py", TASKS / "answers.py", TASKS / "checking.py", TASKS / "research/__init__.py")


def _given() -> set[str]:
    files = [*(ROOM / "claims").glob("*.py"), ROOM / "text_guard.py"]
    text = "\n".join(path.read_text("utf-8") for path in files)
    judging = "\n".join(path.read_text("utf-8") for path in JUDGING)
    return (
        set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', text))
        | ({"instructions", "placeholder", "markup", "orphans"} & set(re.findall(r'"(\w+)"', text)))
        | set(re.findall(r'(?:return|_refused\(|sentence\(|else) ?"([a-z]+(?:-[a-z]+)*)"', judging))
    )


@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_code_is_given_somewhere_and_has_one_sentence(code: str) -> None:
    assert code in _given()
    assert re.fullmatch(r"[A-Z][^.]*\.", sentence(code))


def test_a_code_stands_in_one_group_only() -> None:
    assert sum(len(group) for group in GROUPS.values()) == len(REASONS)


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        sentence("no-such-code")
