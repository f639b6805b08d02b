"""What may leave the machine."""

from __future__ import annotations

import json

import pytest

from dbt_ai.evidence.privacy import (
    Share,
    may_share,
    personal,
    personal_value,
    visible_findings,
    visible_profile,
)
from dbt_ai.evidence.values import ColumnProfile, Profile
from dbt_ai.values import Finding, Target


def text_column(name: str, *top_values: tuple[str, int]) -> ColumnProfile:
    rows = sum(count for _, count in top_values)
    values = sorted(value for value, _ in top_values)
    return ColumnProfile(
        name,
        "VARCHAR",
        rows,
        0,
        len(values),
        minimum=values[0],
        maximum=values[-1],
        top_values=top_values,
        all_values=tuple(values),
        min_length=min(map(len, values)),
        max_length=max(map(len, values)),
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("email", "an e-mail address"),
        ("customerEmail", "an e-mail address"),
        ("E-Mail", "an e-mail address"),
        ("contact_phone", "a phone number"),
        ("mobile", "a phone number"),
        ("first_name", "a person's name"),
        ("LastName", "a person's name"),
        ("customer_name", "a person's name"),
        ("user_name", "a person's name"),
        ("date_of_birth", "a date of birth"),
        ("birth_date", "a date of birth"),
        ("ssn", "a national identity number"),
        ("passport_number", "a national identity number"),
        ("iban", "a payment card or bank account"),
        ("card_number", "a payment card or bank account"),
        ("ip_address", "an IP address or device"),
        ("shipping_address", "a postal address"),
        ("street", "a postal address"),
        ("zip_code", "a postal address"),
        ("latitude", "a location"),
        ("password", "a secret"),
        ("api_key", "a secret"),
        ("salary", "health or private life"),
        ("comment", "free text that people wrote"),
    ],
)
def test_personal_by_name(name: str, reason: str) -> None:
    assert personal(name) == reason


@pytest.mark.parametrize(
    "name",
    [
        "order_id",
        "status",
        "product_name",
        "amount",
        "shipped_at",
        "plan_name",
        "email_sent_at",
        "is_email_verified",
        "phone_count",
        "message_count",
        "country",
        "language",
        "page",
        "description",
        "storage_type",
        "tip_amount",
        "streetcar_line",
    ],
)
def test_not_personal_by_name(name: str) -> None:
    assert personal(name) is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("ada@example.org", "an e-mail address"),
        ("Ada <ada.l+x@mail.example.co.uk>", "an e-mail address"),
        ("+49 341 1234567", "a phone number"),
        ("(030) 123-4567", "a phone number"),
        ("555-123-4567", "a phone number"),
        ("4111 1111 1111 1111", "a payment card or bank account"),
        ("5500-0000-0000-0004", "a payment card or bank account"),
        ("DE89 3704 0044 0532 0130 00", "a payment card or bank account"),
        ("GB82WEST12345698765432", "a payment card or bank account"),
        ("192.168.0.1", "an IP address or device"),
        ("2001:db8::1", "an IP address or device"),
        ("078-05-1120", "a national identity number"),
        ("12 Main Street", "a postal address"),
        ("Lindenallee 7", "a postal address"),
        ("sk-proj4Jh7aBcd9EfghIjk2Lmn", "a secret"),
    ],
)
def test_personal_by_content(value: str, reason: str) -> None:
    assert personal_value(value) == reason


@pytest.mark.parametrize(
    "value",
    [
        "shipped",
        "2024-01-05",
        "2024-01-05 10:00:00",
        "10:30",
        "1.5",
        "12345",
        "1700000000000",  # milliseconds of an epoch: the check digit may be right by chance
        "4111 1111 1111 1112",  # wrong check digit
        "DE89 3704 0044 0532 0130 01",
        "v1.2.3",
        "1.2.3",
        "return_pending",
        "Net 30",
        "3:2",
        "AA-9999",
        "urn:order",
        "999-99",
        "international_express_delivery",
    ],
)
def test_not_personal_by_content(value: str) -> None:
    assert personal_value(value) is None


def test_one_address_among_words_keeps_the_column_at_home() -> None:
    column = text_column("source", ("web", 100), ("ada@example.org", 10))
    assert personal("source", column) == "an e-mail address"
    assert not may_share("web", 100, column)


@pytest.mark.parametrize(
    ("value", "count", "shared"),
    [
        ("shipped", 5, True),
        ("shipped", 4, False),  # so few rows may be somebody
        ("x" * 40, 50, True),
        ("x" * 41, 50, False),
        ("two\nlines", 50, False),
        ("right\u202eleft", 50, False),
        ("zero\u200bwidth", 50, False),
        ("{{ env_var('X') }}", 50, False),
        ("{% raw %}", 50, False),
        ("", 50, True),
        ("日本", 50, True),
    ],
)
def test_values_that_pass_the_filter(value: str, count: int, shared: bool) -> None:
    column = text_column("status", (value, count), ("other", 100))
    assert may_share(value, count, column) is shared


def test_ids_name_somebody_even_where_they_are_few() -> None:
    column = ColumnProfile("owner_id", "BIGINT", 50, 0, 1, top_values=(("2722259", 50),), all_values=("2722259",))
    assert not may_share("2722259", 50, column)


def test_many_distinct_values_are_no_closed_set() -> None:
    column = ColumnProfile("city", "VARCHAR", 500, 0, 21, top_values=(("Leipzig", 400),))
    assert not may_share("Leipzig", 400, column)


SECRET = "Zaphod"
PROFILE = Profile(
    "model.shop.customers",
    1000,
    (
        ColumnProfile("customer_id", "BIGINT", 1000, 0, 1000, minimum="17", maximum="98765", mean=5000.5),
        text_column("status", ("active", 900), ("closed", 97), (SECRET, 3)),
        ColumnProfile("title", "VARCHAR", 1000, 0, 990, minimum=SECRET, maximum=SECRET, top_values=((SECRET, 9),)),
        text_column("first_name", (SECRET, 600), ("Ada", 400)),
        ColumnProfile("total", "DOUBLE", 1000, 10, 800, minimum="-12345.67", maximum="98765.43", mean=1234.5678),
        ColumnProfile("joined", "DATE", 1000, 0, 700, minimum="2019-03-14", maximum="2024-05-17"),
    ),
)


def columns_at(share: Share | str) -> dict[str, dict[str, object]]:
    return {column["name"]: column for column in visible_profile(PROFILE, share)["columns"]}


def test_nothing_is_nothing() -> None:
    assert visible_profile(PROFILE, "nothing") == {}
    assert visible_profile(None) == {}
    finding = Finding("constant", Target("x", "c"), "`c` is 'EUR' in all 30 rows.")
    assert visible_findings([finding], "nothing") == []


def test_statistics_hold_no_cell_value_but_those_that_pass() -> None:
    sent = json.dumps(visible_profile(PROFILE))
    for cell in (SECRET, "Ada", "98765", "12345", "2019-03-14", "2024-05-17", '"17"'):
        assert cell not in sent, cell
    columns = columns_at("statistics")
    assert columns["status"]["values"] == [{"value": "active", "rows": 900}, {"value": "closed", "rows": 97}]
    assert columns["status"]["values_are_all"] is False
    assert columns["first_name"] == {
        "name": "first_name",
        "type": "VARCHAR",
        "null_share": 0.0,
        "distinct": 2,
        "values_withheld": "looks like a person's name",
    }


def test_ranges_are_told_roughly_and_outwards() -> None:
    columns = columns_at("statistics")
    assert (columns["total"]["minimum"], columns["total"]["maximum"], columns["total"]["mean"]) == (
        "-20000",
        "100000",
        1230.0,
    )
    assert (columns["joined"]["minimum"], columns["joined"]["maximum"]) == ("2019-03", "2024-05")
    assert columns["customer_id"]["unique"] is True


def test_samples_hold_values_and_ranges_but_never_personal_ones() -> None:
    columns = columns_at(Share.SAMPLES)
    assert columns["total"]["maximum"] == "98765.43"
    assert {"value": SECRET, "rows": 3} in columns["status"]["values"]  # type: ignore[operator]
    assert SECRET not in json.dumps(columns["first_name"])


def test_unknown_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="everything"):
        visible_profile(PROFILE, "everything")


def test_findings_go_as_sentences_without_their_sql() -> None:
    finding = Finding("constant", Target("x", "c"), "`c` is 'EUR' in all 30 rows.", "SELECT 1", ("c",), (("rows", 30),))
    assert visible_findings([finding]) == [
        {"code": "constant", "columns": ["c"], "sentence": "`c` is 'EUR' in all 30 rows."}
    ]
