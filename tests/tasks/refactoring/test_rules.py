"""Every file of rules/ is a rule: texts over the tables below, each with what becomes of it.

-- before: a note
the text of a model's file

-- after
the text with all that the rule proposes made

-- left: reason-code, ...
(in the place of `-- after`: what the rule finds and leaves)

-- stays
(the same: the rule finds nothing)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment
from sqlglot import exp

from dbt_ai.sql.facts import facts_of
from dbt_ai.sql.islands import spliced
from dbt_ai.sql.outline import OutlineError, outline
from dbt_ai.sql.query import parse_query
from dbt_ai.sql.values import QueryFacts, Relation
from dbt_ai.tasks.refactoring.constants import rows_of
from dbt_ai.tasks.refactoring.proving import compared
from dbt_ai.tasks.refactoring.reading import read_model
from dbt_ai.tasks.refactoring.rules import RULES
from dbt_ai.tasks.refactoring.values import Change, Known, Left, ModelText, Reference
from tests.tasks.refactoring import dbt_utils

FOLDER = Path(__file__).parent / "rules"
INSTALLED = "{# dbt_utils #}"  # in texts of projects that have it
ENTRY = re.compile(r"^-- (before|after|left|stays)(?:: (.*))?\n", re.MULTILINE)
OF_NAME = {rule.__name__: rule for rule in RULES}
FILES = sorted(FOLDER.glob("*.sql"))


def table(called: str, key: tuple[str, ...], **columns: str) -> Relation:
    keys = (key,) if key else ()
    return Relation(called, (None, None, called), tuple(columns.items()), "catalog", True, keys, frozenset(key))


TABLES = (
    table("crates", ("crate_id",), **dbt_utils.COLUMNS["crates"]),
    table("weights", (), **dbt_utils.COLUMNS["weights"]),
    table("pickers", ("picker_id",), picker_id="INTEGER", name="VARCHAR", team="VARCHAR"),
    table("returns", ("return_id",), return_id="INTEGER", crate_id="INTEGER", kg="INTEGER", day="DATE"),
    table("shifts", ("day", "picker_id"), day="DATE", picker_id="INTEGER", hours="INTEGER"),
    table("events", (), day="DATE", kind="VARCHAR"),
)


def rendered(text: str, **variables: Any) -> str:
    """A text as dbt would compile it."""
    known: Mapping[str, Any] = {
        "ref": lambda name: name,
        "source": lambda source, name: name,
        "config": lambda **settings: "",
        "var": lambda name, default=None: variables.get(name, default),
        "is_incremental": lambda: False,
        "count_rows": lambda name: f"(select count(*) from {name})",
        "dbt_utils": dbt_utils,
    }
    return Environment(extensions=["jinja2.ext.do"]).from_string(text).render(**known)


def known(text: str) -> Known:
    def reference(found: exp.Table) -> Reference | None:
        if found.db != "raw":
            return None
        reason = {"returns": "circular-reference"}.get(found.name)
        return Reference(f"model.{found.name}", f"ref('{found.name}')", reason)

    compiled = None
    with suppress(OutlineError):
        compiled = outline(rendered(text), "duckdb")
    macros = frozenset(f"dbt_utils.{name}" for name in dir(dbt_utils)) if INSTALLED in text else frozenset()

    def facts(sql: str) -> QueryFacts:
        return facts_of(parse_query(sql, "duckdb", TABLES))

    return Known("duckdb", TABLES, compiled, facts, reference, macros=macros, rows=rows_of)


def entries(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """(note, text, what becomes of it, the text or the codes)."""
    _, *parts = ENTRY.split(path.read_text(encoding="utf-8"))
    found = list(zip(parts[0::3], parts[1::3], parts[2::3], strict=True))
    for (kind, note, text), (then, codes, after) in zip(found[0::2], found[1::2], strict=True):
        assert kind == "before", f"{path.name}: {kind} without a text before"
        yield note or "", text.strip("\n") + "\n", then, (codes or "") if then == "left" else after.strip("\n") + "\n"


CASES = [(path.stem, *entry) for path in FILES for entry in entries(path)]


@cache
def read(text: str) -> ModelText:
    model = read_model(text, known(text))
    assert isinstance(model, ModelText), model
    return model


@pytest.mark.parametrize(("name", "note", "text", "then", "expected"), CASES, ids=[f"{c[0]}: {c[1]}" for c in CASES])
def test_what_becomes_of_a_text(name: str, note: str, text: str, then: str, expected: str) -> None:
    found = list(OF_NAME[name](read(text)))
    changes = [one for one in found if isinstance(one, Change)]
    left = [one.reason for one in found if isinstance(one, Left)]
    if then == "left":
        assert (left, changes) == (expected.split(", "), [])
        return
    after = spliced(read(text).islands, [splice for change in changes for splice in change.splices])
    assert after == (text if then == "stays" else expected)
    assert (then == "stays") == (not changes)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("name", "text", "after"),
    [(name, text, after) for name, _, text, then, after in CASES if then == "after"],
    ids=[f"{c[0]}: {c[1]}" for c in CASES if c[3] == "after"],
)
def test_line_ends_stay(name: str, text: str, after: str, newline: str) -> None:
    model = read(text.replace("\n", newline))
    splices = [splice for one in OF_NAME[name](model) if isinstance(one, Change) for splice in one.splices]
    assert spliced(model.islands, splices) == after.replace("\n", newline)


@pytest.mark.parametrize(
    ("text", "after"),
    [(text, after) for _, _, text, then, after in CASES if then == "after"],
    ids=[f"{c[0]}: {c[1]}" for c in CASES if c[3] == "after"],
)
def test_the_rows_are_the_same(text: str, after: str) -> None:
    tables = [replace(one, parts=(None, "raw", one.parts[2])) for one in TABLES] if "raw" in text else TABLES
    left, right = rendered(text), rendered(after)
    if "raw" in text:
        right = re.sub(r"\b(from|join) (crates|pickers)\b", r"\1 raw.\2", right)
    found = compared(left, right, tables, 300)
    assert found.same, found


def test_every_rule_has_a_file() -> None:
    assert {path.stem for path in FILES} == set(OF_NAME)


def test_a_second_look_finds_nothing_more() -> None:
    for name, note, _, then, after in CASES:
        if then == "after":
            again = [one for one in OF_NAME[name](read(after)) if isinstance(one, Change)]
            assert again == [], f"{name}: {note}"
