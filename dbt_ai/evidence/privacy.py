"""What may leave the machine of what the data says.

At `statistics`, the default, no cell value does, except values that say nothing of a person: few distinct ones, short,
each in several rows, in a column that is not personal. At `nothing` no statistics leave either. At `samples` further
values and exact ranges may; those of personal columns never.
"""

from __future__ import annotations

import ipaddress
import math
import re
import unicodedata
from collections.abc import Iterable
from enum import Enum
from typing import Any

from dbt_ai.evidence.values import ColumnProfile, Profile
from dbt_ai.values import Finding


class Share(str, Enum):
    """How much of the data an engine may see."""

    NOTHING = "nothing"
    STATISTICS = "statistics"
    SAMPLES = "samples"


MAX_VALUES = 20  # more distinct values are no closed set
MAX_VALUE_LENGTH = 40
MIN_ROWS_PER_VALUE = 5  # a value of fewer rows may point at somebody

_CARD = "a payment card or bank account"
_PERSON = (
    r"(customer|client|user|contact|employee|person|patient|student|owner|author|guest|member|driver|staff|lead)s?"
)
_BY_NAME: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(rf"(^|_)({words})(_|$)"))
    for reason, words in (
        ("a secret", r"password|passwd|pwd|secret|token|api_?key|private_?key|credentials?|salt|otp|pin"),
        ("an e-mail address", r"e_?mails?|e_?mail_?addr(ess)?|emailaddress"),
        ("a phone number", r"(tele)?phones?|phone_?(number|no)|mobile|cell_?phone|fax|msisdn|whatsapp"),
        (
            "a person's name",
            r"(first|last|middle|given|family|full|maiden|nick|sur|legal)_?names?|fore_?name|fname|lname|"
            rf"user_?name|login|signature|{_PERSON}_(full_)?name|{_PERSON}name",
        ),
        ("a date of birth", r"birth_?(date|day|place)?|date_of_birth|dob|born|birthdate|age"),
        (
            "a national identity number",
            r"ssn|social_security(_(number|no))?|national_id|passport(_(number|no))?|nino|nhs_number|"
            r"tax_?(payer)?_?(id|number)|tin|cpf|dni|nif|bsn|pesel|personnummer|drivers?_licen[cs]e(_(number|no))?",
        ),
        (
            _CARD,
            r"iban|bic|swift|(credit_?|debit_?)?card_?(number|no|num|pan|holder)|pan|cvv2?|cvc|"
            r"(bank_?)?account_?(number|no)|routing_number|sort_code",
        ),
        ("an IP address or device", r"ip|ip_?addr(ess)?|ipv[46]|mac_?addr(ess)?|user_?agent|device_?id|imei|idfa|gaid"),
        (
            "a postal address",
            r"street(_?(name|address|1|2))?|address(_?(line)?_?[123])?|addr[12]?|(home|billing|shipping|mailing|"
            r"postal)_?address|house_?(number|no)|zip|zip_?code|post(al)?_?code|postcode",
        ),
        ("a location", r"lat|lng|lon|latitude|longitude|geo_?(point|location)|coordinates|gps"),
        ("health or private life", r"diagnos[ie]s|gender|sex|religion|ethnicity|race|disability|salary|wage"),
        ("free text that people wrote", r"comments?|notes?|message|body|remarks?|feedback|bio|transcript"),
    )
)

# `email_sent_at`, `is_email_confirmed` and `message_count` tell of a personal thing without holding it.
_ABOUT = re.compile(r"^(is|has|was|num|n|count|number_of)_|_(count|counts|flag|at|on|date|enabled|verified|sent|type)$")
_IDENTIFIER = re.compile(r"(^|_)(id|ids|uuid|guid|key|sk|pk|hash)$")  # names a row, which may be somebody's
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"\+\d[\d\s().-]{6,}\d|\(\d{2,4}\)[\s\d.-]{5,}|\d{3}[-.\s]\d{3}[-.\s]\d{4}")
_SSN = re.compile(r"\d{3}-\d{2}-\d{4}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_STREET = re.compile(
    r"\d+[a-z]?\s+\S.*\b(st|street|ave|avenue|rd|road|blvd|boulevard|lane|ln|drive|dr|court|ct|way|place|pl)\b|"
    r"\S+(stra(ss|ß)e|weg|gasse|platz|allee|laan|straat)\s*\d+|\b(rue|calle|via|avenida)\s+\S+.*\d",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_\-+/=]{20,}")
_DIGITS = re.compile(r"[\d\s-]{13,23}")


def personal(column_name: str, profile: ColumnProfile | None = None) -> str | None:
    """What personal thing a column seems to hold, by its name or by what its values look like; None for none.

    >>> personal("customer_email"), personal("order_total")
    ('an e-mail address', None)
    """
    words = _words(column_name)
    about = _ABOUT.search(words) is not None
    for named, pattern in _BY_NAME:
        if pattern.search(words) and (not about or named == "a date of birth"):
            return named
    if profile is None:
        return None
    values = [value for value, _ in profile.top_values] + [v for v in (profile.minimum, profile.maximum) if v]
    found = [reason for value in values if (reason := personal_value(value))]
    if found and set(found) == {_CARD} and len(found) * 2 < len(values):
        return None  # one long number in ten has a right check digit by chance
    # One address among a thousand words is enough to keep the column at home.
    return max(set(found), key=lambda reason: (found.count(reason), reason)) if found else None


def personal_value(value: str) -> str | None:
    """What personal thing one value looks like; None for none.

    >>> personal_value("ada@example.org"), personal_value("4111 1111 1111 1111"), personal_value("shipped")
    ('an e-mail address', 'a payment card or bank account', None)
    """
    stripped = value.strip()
    compact = re.sub(r"[\s-]", "", stripped)
    if _EMAIL.search(stripped):
        return "an e-mail address"
    if _SSN.fullmatch(stripped):
        return "a national identity number"
    if (
        _DIGITS.fullmatch(stripped)
        and 13 <= len(compact) <= 19
        and compact[0] in "23456"
        and len(set(compact)) > 1
        and _luhn(compact)
    ):
        return _CARD
    if _IBAN.fullmatch(compact.upper()) and _mod97(compact.upper()):
        return _CARD
    if _is_ip(stripped):
        return "an IP address or device"
    if _PHONE.fullmatch(stripped):
        return "a phone number"
    if _STREET.search(stripped):
        return "a postal address"
    if _TOKEN.fullmatch(stripped) and not stripped.isalpha():
        return "a secret"
    return None


def may_share(value: str, count: int, column: ColumnProfile) -> bool:
    """Whether a value that `count` rows of `column` have says nothing of a person and so may be shown to an engine."""
    return (
        count >= MIN_ROWS_PER_VALUE
        and column.distinct <= MAX_VALUES
        and len(value) <= MAX_VALUE_LENGTH
        and _plain(value)
        and not _IDENTIFIER.search(_words(column.name))
        and personal_value(value) is None
        and personal(column.name, column) is None
    )


def visible_values(column: ColumnProfile, share: Share) -> tuple[tuple[str, int], ...]:
    """The values of `column`, with their counts, that an engine may see."""
    if share is Share.NOTHING or personal(column.name, column):
        return ()
    if share is Share.SAMPLES:
        return tuple((v, n) for v, n in column.top_values if len(v) <= MAX_VALUE_LENGTH * 2 and _plain(v))
    return tuple((value, count) for value, count in column.top_values if may_share(value, count, column))


def visible_profile(profile: Profile | None, share: Share | str = Share.STATISTICS) -> dict[str, Any]:
    """What an engine may see of a profile, ready for JSON; an empty dict at `nothing`.

    Ranges of numbers are rounded to one digit and those of dates to the month, for the largest salary is a cell value.
    """
    share = Share(share)
    if profile is None or share is Share.NOTHING:
        return {}
    visible: dict[str, Any] = {"rows": profile.rows}
    if profile.sampled is not None:
        visible["rows_looked_at"] = profile.sampled
    visible["columns"] = [_visible_column(column, share) for column in profile.columns]
    return visible


def visible_findings(findings: Iterable[Finding], share: Share | str = Share.STATISTICS) -> list[dict[str, Any]]:
    """What an engine may see of findings: their sentences hold only values that `may_share` let pass."""
    if Share(share) is Share.NOTHING:
        return []
    return [{"code": f.code, "columns": list(f.columns), "sentence": f.sentence} for f in findings]


def _visible_column(column: ColumnProfile, share: Share) -> dict[str, Any]:
    visible: dict[str, Any] = {"name": column.name, "type": column.type}
    if column.rows:
        visible["null_share"] = round(column.nulls / column.rows, 4)
    visible["distinct"] = column.distinct
    if column.distinct_approximate:
        visible["distinct_is_approximate"] = True
    if column.rows and column.unique:
        visible["unique"] = True
    reason = personal(column.name, column)
    if reason:
        return {**visible, "values_withheld": f"looks like {reason}"}
    values = visible_values(column, share)
    if values:
        visible["values"] = [{"value": value, "rows": count} for value, count in values]
        shown = {value for value, _ in values}
        visible["values_are_all"] = column.all_values is not None and shown == set(column.all_values)
    for key, bound, up in (("minimum", column.minimum, False), ("maximum", column.maximum, True)):
        shown_bound = bound if share is Share.SAMPLES and bound and _plain(bound) else _coarse(bound, column, up)
        if shown_bound is not None:
            visible[key] = shown_bound
    if column.mean is not None and column.rows - column.nulls >= MIN_ROWS_PER_VALUE:
        visible["mean"] = float(f"{column.mean:.3g}")
    if column.min_length is not None:
        visible["length"] = [column.min_length, column.max_length]
    # A shape says what a code looks like, but one of a single value would spell out its punctuation alone.
    if column.pattern and column.pattern.isascii() and column.distinct > 1:
        visible["pattern"] = column.pattern
    return visible


def _coarse(bound: str | None, column: ColumnProfile, up: bool) -> str | None:
    """A bound told roughly: rounded outwards to one digit, a date to its month; nothing of other types."""
    if bound is None or column.rows - column.nulls < MIN_ROWS_PER_VALUE:
        return None
    kind = column.type.upper()
    if kind.startswith(("DATE", "TIMESTAMP")):
        month = re.match(r"-?\d{4,}-\d{2}", bound)
        return month.group() if month else None
    if kind.startswith(("VARCHAR", "BLOB", "UUID", "ENUM", "INTERVAL", "TIME", "BIT", "BOOL", "JSON")):
        return None
    try:
        number = float(bound)
    except ValueError:
        return None
    if not math.isfinite(number):
        return bound
    if number == 0:
        return "0"
    unit = 10.0 ** math.floor(math.log10(abs(number)))
    rounded = (math.ceil if up else math.floor)(round(number / unit, 6)) * unit
    return f"{rounded:.10g}"


def _words(column_name: str) -> str:
    """snake_case of a name in any style."""
    snake = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", column_name)
    return re.sub(r"[^0-9A-Za-z]+", "_", snake).strip("_").lower()


def _plain(value: str) -> bool:
    """Printable text on one line, without direction marks and without Jinja."""
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for character in value):
        return False
    return not any(mark in value for mark in ("{{", "{%", "{#"))


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _mod97(iban: str) -> bool:
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1


def _is_ip(value: str) -> bool:
    if "." not in value and ":" not in value:
        return False
    try:
        ipaddress.ip_address(value.split("/", maxsplit=1)[0])
    except ValueError:
        return False
    return True
