"""Columns and values that say something of a person, by the cases in `personal/`: adding a case is adding a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_ai.evidence.masking import masked
from dbt_ai.evidence.privacy import Share, personal, personal_value, visible_profile, visible_values
from dbt_ai.evidence.values import ColumnProfile, Profile

CASES = Path(__file__).parent / "personal"
NAMES: dict[str, Any] = yaml.safe_load((CASES / "names.yml").read_text(encoding="utf-8"))
VALUES: dict[str, Any] = yaml.safe_load((CASES / "values.yml").read_text(encoding="utf-8"))
PERSONAL_VALUES = [(reason, str(value)) for reason, values in VALUES["personal"].items() for value in values]


def column_of(name: str, values: list[str]) -> ColumnProfile:
    texts = sorted(set(map(str, values)))
    rows = 10 * len(texts)
    top = tuple((text, 10) for text in texts)
    return ColumnProfile(
        name, "VARCHAR", rows, 0, len(texts), False, texts[0], texts[-1], None, top, tuple(texts[:20]), 1, 40
    )


def test_there_are_enough_cases_of_each_kind() -> None:
    assert sum(map(len, NAMES["personal"].values())) >= 150
    assert len(set(NAMES["harmless"])) >= 150
    assert len(PERSONAL_VALUES) >= 150
    assert len(set(map(str, VALUES["harmless"]))) >= 150


@pytest.mark.parametrize("reason", NAMES["personal"])
def test_names_of_columns_that_tell_of_a_person(reason: str) -> None:
    assert {name: personal(str(name)) for name in NAMES["personal"][reason]} == dict.fromkeys(
        NAMES["personal"][reason], reason
    )


def test_names_of_columns_that_do_not() -> None:
    assert {name: found for name in NAMES["harmless"] if (found := personal(name))} == {}


@pytest.mark.parametrize("reason", VALUES["personal"])
def test_values_that_tell_of_a_person(reason: str) -> None:
    values = [str(value) for value in VALUES["personal"][reason]]
    assert {value: personal_value(value) for value in values} == dict.fromkeys(values, reason)


def test_values_that_do_not() -> None:
    assert {value: found for value in map(str, VALUES["harmless"]) if (found := personal_value(value))} == {}


def test_what_is_not_found_is_known() -> None:
    assert [value for value in VALUES["missed"] if personal_value(value)] == []


@pytest.mark.parametrize("case", VALUES["columns"]["personal"], ids=lambda case: str(case["values"][0]))
def test_columns_that_tell_of_a_person_by_all_their_values(case: dict[str, Any]) -> None:
    assert personal(case["name"], column_of(case["name"], case["values"])) == case["kind"]


@pytest.mark.parametrize("case", VALUES["columns"]["harmless"], ids=lambda case: str(case["values"][0]))
def test_columns_of_numbers_that_are_right_by_chance_do_not(case: dict[str, Any]) -> None:
    assert personal(case["name"], column_of(case["name"], case["values"])) is None


@pytest.mark.parametrize("around", ["-- see {} there", "where x = '{}' AND Y", "({})", "{}", "FROM {}, AND"])
def test_what_is_personal_is_masked_in_the_middle_of_a_text(around: str) -> None:
    # an address and the name of a browser have no end in a text
    found = [value for reason, value in PERSONAL_VALUES if reason != "a postal address" and "Mozilla" not in value]
    assert [value for value in found if value in masked(around.format(value))] == []


def test_harmless_values_stay_in_a_text() -> None:
    texts = [f"select '{value}' as a -- {value} here" for value in map(str, VALUES["harmless"])]
    assert [text for text in texts if masked(text) != text] == []


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("where u.first_name = 'Zaphod'", "where u.first_name = '[masked]'"),
        ("where 'Zaphod' <> lower(u.last_name)", "where '[masked]' <> lower(u.last_name)"),
        ("where lower(trim(nachname)) in ('ada', 'it''s')", "where lower(trim(nachname)) in ('[masked]', '[masked]')"),
        ("where \"First Name\" not in ('Ada')", "where \"First Name\" not in ('[masked]')"),
        ("case vorname when 'A' then 1 when 'B' then 2", "case vorname when '[masked]' then 1 when '[masked]' then 2"),
        ("(email)::text = 'somebody'", "(email)::text = '[masked]'"),
        ("where gender = 'f' and status = 'open'", "where gender = 'f' and status = 'open'"),
        ("where email like '%@example.org'", "where email like '%@example.org'"),
        ("where email = '' and a = 'b'", "where email = '' and a = 'b'"),
    ],
)
def test_what_is_compared_with_a_personal_column_is_masked(sql: str, expected: str) -> None:
    assert masked(sql) == expected


def test_a_name_in_a_relation_of_people_is_theirs() -> None:
    column = column_of("name", ["Ada", "Zaphod", "Trillian"])
    (shown,) = visible_profile(Profile("dim_customers", 30, (column,)))["columns"]
    assert shown["values_withheld"] == "looks like a person's name"
    (shown,) = visible_profile(Profile("dim_products", 30, (column,)))["columns"]
    assert len(shown["values"]) == 3


@pytest.mark.parametrize("type_", ["STRUCT(a VARCHAR)", "JSON", "VARCHAR[]", "MAP(VARCHAR, VARCHAR)", "BLOB"])
def test_nested_values_are_never_shown(type_: str) -> None:
    column = ColumnProfile("payload", type_, 20, 0, 2, False, "a", "b", None, (("Zaphod", 10), ("b", 10)))
    assert visible_values(column, Share.SAMPLES) == ()
    assert "Zaphod" not in str(visible_profile(Profile("x", 20, (column,)), "samples"))


def test_free_text_by_its_values_is_never_shown() -> None:
    texts = [f"Zaphod number {n} was here yesterday" for n in range(30)]
    top = tuple((text, 1) for text in texts[:20])
    column = ColumnProfile("about", "VARCHAR", 30, 0, 30, False, texts[0], texts[-1], None, top)
    assert "Zaphod" not in str(visible_profile(Profile("x", 30, (column,)), "samples"))
