"""The guard lets through what is meant, and nothing else."""

from __future__ import annotations

import pytest

from dbt_ai.edits.guard import Meant, is_as_meant, load, renders_as

BEFORE = """\
version: 2
models:
  - name: a
    columns:
      - name: id
        tests: [unique, not_null]
      - name: day
        meta: {since: 2024-01-01, share: 1, on: yes}
  - name: b
"""
AFTER = """\
version: 2
models:
  - name: a
    columns:
      - name: id
        description: Key.
        tests: [unique, not_null]
      - name: new
        description: New.
      - name: day
        meta: {since: 2024-01-01, share: 1, on: yes}
  - name: b
"""
MEANT = [
    Meant(("models", 0, "columns", 0), "description", "Key."),
    Meant(("models", 0), "columns", {"name": "new", "description": "New."}),
]


def passes(after: str) -> bool:
    return is_as_meant(load(BEFORE), load(after), MEANT)


def test_what_is_meant_passes() -> None:
    assert passes(AFTER)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("description: Key.", "description: Kay."),
        ("description: Key.", "description: >\n          Key.\n\n\n          More."),
        ("        description: Key.\n", ""),
        ("description: Key.", "description: Key.\n        meta: {}"),
        ("[unique, not_null]", "[unique]"),
        ("[unique, not_null]", "[not_null, unique]"),
        ("2024-01-01", '"2024-01-01"'),
        ("share: 1,", "share: 1.0,"),
        ("share: 1,", "share: true,"),
        ("on: yes", 'on: "yes"'),
        ("version: 2", "version: 1"),
        ("  - name: b\n", ""),
        ("  - name: b\n", "  - name: b\n    description: Not meant.\n"),
        ("      - name: new\n        description: New.\n", ""),
        ("        description: New.\n", "        description: Old.\n"),
        ("        description: New.\n", "        description: New.\n        tests: []\n"),
        ("      - name: new\n        description: New.\n", "      - name: new\n        description: New.\n" * 2),
    ],
)
def test_anything_else_does_not(old: str, new: str) -> None:
    assert old in AFTER
    assert not passes(AFTER.replace(old, new, 1))


TESTED = """\
version: 2
models:
  - name: a
    tests:
      - house.sums: {of: [x, y], share: 1}
    columns:
      - name: id
        tests: [unique, not_null, {accepted_values: {values: [1, 'no', null]}}]
      - name: day
        meta: {since: 2024-01-01, share: 1, on: yes}
        data_tests:
          - unique:
              description: >
                Says why.
          - relationships: {to: ref('b'), field: id}
  - name: b
unit_tests:
  - name: t
    model: a
    given: []
    expect: {rows: [{id: 1, share: 0.5}]}
"""
TESTS_MEANT = [
    Meant(("models", 0), "tests", {"house.sums": {"of": ["x", "y"], "share": 1}}),
    Meant(("models", 0, "columns", 0), "tests", {"accepted_values": {"values": [1, "no", None]}}),
    Meant(("models", 0, "columns", 1), "data_tests", {"unique": {"description": "Says why."}}),
    Meant(("models", 0, "columns", 1), "data_tests", {"relationships": {"to": "ref('b')", "field": "id"}}),
    Meant((), "unit_tests", {"name": "t", "model": "a", "given": [], "expect": {"rows": [{"id": 1, "share": 0.5}]}}),
]


def passes_tests(after: str) -> bool:
    return is_as_meant(load(BEFORE), load(after), TESTS_MEANT)


def test_tests_that_are_meant_pass() -> None:
    assert passes_tests(TESTED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[unique, not_null, {", "[{"),
        ("[unique, not_null, {", "[unique, {"),
        ("[unique, not_null, {", "[not_null, unique, {"),
        ("[unique, not_null, {", "[unique, not_null, unique, {"),
        ("[1, 'no', null]", "[1, no, null]"),
        ("[1, 'no', null]", "['1', 'no', null]"),
        ("[1, 'no', null]", "[1, 'no']"),
        ("[1, 'no', null]", "['no', 1, null]"),
        ("share: 1}\n    columns", "share: true}\n    columns"),
        ("share: 1}\n    columns", "share: 1.0}\n    columns"),
        ("      - house.sums: {of: [x, y], share: 1}\n", ""),
        ("      - house.sums: {of: [x, y], share: 1}\n", "      - house.sums: {of: [x, y], share: 1}\n" * 2),
        ("house.sums", "house.sum"),
        ("Says why.", "Says how."),
        ("    tests:\n      - house", "    data_tests:\n      - house"),
        ("share: 0.5", "share: '0.5'"),
        ("given: []", "given: null"),
        ("  - name: t\n", "  - name: t\n    description: Not meant.\n"),
        ("unit_tests:\n", "unit_tests:\n  - {name: t, model: a, given: [], expect: {rows: [{id: 1, share: 0.5}]}}\n"),
        ("  - name: b\n", "  - name: b\n    tests: []\n"),
    ],
)
def test_any_other_test_does_not(old: str, new: str) -> None:
    assert TESTED.count(old) == 1
    assert not passes_tests(TESTED.replace(old, new))


def test_a_list_that_lost_all_it_had_does_not_pass() -> None:
    before, after = load("tests: [unique]"), load("tests: [not_null]")
    assert not is_as_meant(before, after, [Meant((), "tests", "not_null")])


def test_columns_in_another_order_do_not_pass() -> None:
    first, rest = AFTER.index("      - name: id"), AFTER.index("      - name: new")
    last, end = AFTER.index("      - name: day"), AFTER.index("  - name: b")
    assert not passes(AFTER[:first] + AFTER[last:end] + AFTER[rest:last] + AFTER[first:rest] + AFTER[end:])


@pytest.mark.parametrize(
    ("written", "text", "right"),
    [
        ("Plain.", "Plain.", True),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}", True),
        ("{{ x }}", "{{ x }}", False),
        ("{% raw %}a{% endraw %}{{ b }}{% raw %}c{% endraw %}", "a{{ b }}c", False),
        ("{# gone #}Text", "Text", False),
    ],
)
def test_live_jinja_never_passes(written: str, text: str, right: bool) -> None:
    assert renders_as(written, text) is right
