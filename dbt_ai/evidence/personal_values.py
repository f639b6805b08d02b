"""Values that say something of a person by what they look like: by their form, and by check digits where there are any.

Check digits of identity numbers are those of python-stdnum. A number in the form that only an identity number has, with
the right check digit, tells alone. Where the form is that of any number, one in ten is right by chance: it takes a
whole column of them.
"""

from __future__ import annotations

import importlib
import ipaddress
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from dbt_ai.evidence.personal_names import ADDRESS, CARD, DEVICE, EMAIL, NATIONAL_ID, PHONE, SECRET
from dbt_ai.evidence.secrets import is_secret

MIN_VALUES = 5  # of a column, before check digits that are right by chance count
_LONGEST = 1_000  # characters of a value that are looked at

_EMAIL = re.compile(r"[^@\s<>()]+@[^@\s.]+(\.[^@\s.]+)*\.[^\W\d_]{2,}")
_PHONE = re.compile(
    r"(tel:)?\+\d[\d\s().-]{6,}\d"  # as it is dialled from abroad
    r"|00[1-9]\d{0,2}[ -/]\d[\d /-]{5,}\d"
    r"|(1[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}|(8[ -]?)?\(\d{2,5}\)[\s\d.-]{5,}\d"
    r"|0\d([ .]\d{2}){4}"  # France
    r"|0[1-9]\d{0,3} ?[ /-] ?\d{2,4}( \d{2,4}){1,3}|0[1-9]\d{1,3} ?[ /-] ?\d{5,8}|0[1-9]\d{1,3}/\d{3,4}-\d{2,4}"
    r"|0[1-9]\d{1,3} / \d{3} \d{5}|0[1-9]-\d{8}|0[1-9]\d?-\d{3,4}-\d{4}"
)
_STREET_WORDS = "st|street|ave|avenue|rd|road|blvd|boulevard|lane|ln|drive|dr|court|ct|way|place|pl"
_STREET = re.compile(
    r"^(c/|calle|rua|via|viale|piazza|corso|avenida|av\.|avda\.?|ul\.|ulica|al\.|plaza|praça|travessa) ?\S.*\d"
    r"|^\d+( ?(bis|ter))?,? (rue|avenue|boulevard|chemin|allée|impasse|quai)\s"
    rf"|^\d+[a-z]?\s+(?!({_STREET_WORDS})\b)\S+(\s\S+){{0,3}}\s({_STREET_WORDS})\b\.?(,| [NSEW]{{1,2}}\b|$)"
    r"|\S+(stra(ss|ß)e|str\.|weg|gasse|platz|allee|ring|ufer|damm|laan|straat|gracht|plein|gatan|vägen|gade|vej|gata|"
    r"veien|tie|katu)\s*\d+\s*[a-z]?\b"
    r"|^(am|an der|im|auf der|in der|zum|zur)\s+([A-ZÄÖÜ]\w+\s+){1,2}\d+\s*[a-z]?$"
    r"|\S+\s(platz|straße|weg|allee|ring|ufer|gate|street|st|road|avenue|ave)\s\d+\s*[a-z]?$"
    r"|\bp\.? ?o\.? ?box \d+|\bpostfach \d+",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d(?:[ -]?\d){11,18}")
_CARD = re.compile(r"(4\d{12}(\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(0[0-5]|[689]\d)\d{11}|35\d{14}|"
                   r"6(011|4[4-9]\d|5\d\d|2\d\d|7\d\d|3\d\d)\d{12}|5[06-8]\d{10,14})")  # fmt: skip
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_MAC = re.compile(r"([0-9a-f]{2}[:-]){5}[0-9a-f]{2}|([0-9a-f]{4}\.){2}[0-9a-f]{4}", re.IGNORECASE)
_BROWSER = re.compile(r"^(Mozilla|Opera|Dalvik)/\d")

# Forms that no other number has: stdnum's module, and how the number is written.
_TELLING: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (module, re.compile(form))
    for module, form in (
        ("br.cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}"),
        ("ar.cuit", r"\d{2}-\d{8}-\d"),
        ("cl.rut", r"\d{1,2}\.\d{3}\.\d{3}-[\dKk]"),
        ("mx.curp", r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d"),
        ("mx.rfc", r"[A-Z]{4}\d{6}[A-Z\d]{3}"),
        ("be.nn", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"),
        ("ch.ssn", r"756\.?\d{4}\.?\d{4}\.?\d{2}"),
        ("es.dni", r"\d{8}-?[A-Z]"),
        ("es.nie", r"[XYZ]-?\d{7}-?[A-Z]"),
        ("pt.cc", r"\d{8} ?\d ?[A-Z\d]{2}\d"),
        ("fr.nir", r"[12] ?\d{2} ?\d{2} ?(\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}"),
        ("it.codicefiscale", r"[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]"),
        ("fi.hetu", r"\d{6}[-+A-FU-Y]\d{3}[\dA-Y]"),
        ("dk.cpr", r"\d{6}-\d{4}"),
        ("se.personnummer", r"(\d{2})?\d{6}[-+]\d{4}|(19|20)\d{10}"),
        ("is_.kennitala", r"\d{6}-\d{4}"),
        ("no.fodselsnummer", r"\d{6} ?\d{5}"),
        ("pl.pesel", r"\d{11}"),
        ("ee.ik", r"[1-8]\d{10}"),
        ("gr.amka", r"\d{11}"),
        ("ro.cnp", r"\d{13}"),
        ("za.idnr", r"\d{10}[01]\d{2}"),
        ("cz.rc", r"\d{6}/\d{3,4}"),
        ("at.vnr", r"\d{4} \d{6}"),
        ("ie.pps", r"\d{7}[A-W][ABW]"),
        ("gb.nhs", r"\d{3} \d{3} \d{4}"),
        ("cn.ric", r"\d{17}[\dX]"),
        ("kr.rrn", r"\d{6}-[1-8]\d{6}"),
        ("my.nric", r"\d{6}-\d{2}-\d{4}"),
        ("th.pin", r"\d-\d{4}-\d{5}-\d{2}-\d"),
        ("pk.cnic", r"\d{5}-\d{7}-\d"),
        ("in_.aadhaar", r"\d{4} \d{4} \d{4}"),
        ("in_.pan", r"[A-Z]{3}P[A-Z]\d{4}[A-Z]"),
    )
)
_BY_FORM = re.compile(r"\d{3}-\d{2}-\d{4}|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]")  # US, GB
TELLING_FORMS = "|".join(f"(?:{form.pattern})" for form in (*(form for _, form in _TELLING), _BY_FORM))
_ANY_TELLING = re.compile(TELLING_FORMS)
# Forms that any number may have: only a column of nothing else tells.
_BY_CHANCE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (module, re.compile(form))
    for module, form in (
        ("nl.bsn", r"\d{9}"),
        ("il.idnr", r"\d{9}"),
        ("ca.sin", r"\d{3}([ -]?)\d{3}\1\d{3}"),
        ("au.tfn", r"\d{3} ?\d{3} ?\d{3}"),
        ("bg.egn", r"\d{10}"),
        ("ua.rntrc", r"\d{10}"),
        ("gb.nhs", r"\d{10}"),
        ("tr.tckimlik", r"\d{11}"),
        ("de.idnr", r"\d{11}"),
        ("hr.oib", r"\d{11}"),
        ("br.cpf", r"\d{11}"),
        ("ru.inn", r"\d{12}"),
        ("in_.aadhaar", r"\d{12}"),
        ("th.pin", r"\d{13}"),
    )
)
_PHONES_BY_CHANCE = (  # of one country each, written without a break
    re.compile(r"01[5-7]\d{8,9}|0[2-9]\d{6,10}"),
    re.compile(r"0[1-9]\d{8}"),
    re.compile(r"[2-9]\d{2}[2-9]\d{6}"),
)


def personal_value(value: str) -> str | None:
    """What personal thing one value looks like; None for none.

    >>> personal_value("ada@example.org"), personal_value("4111 1111 1111 1111"), personal_value("shipped")
    ('an e-mail address', 'a payment card or bank account', None)
    """
    stripped = value.strip()[:_LONGEST]
    if len(stripped) < 5:
        return None
    if "@" in stripped and _EMAIL.search(stripped):
        return EMAIL
    if is_secret(stripped):
        return SECRET
    if not any(character.isdigit() for character in stripped):
        return DEVICE if _MAC.fullmatch(stripped) else None
    compact = re.sub(r"[\s-]", "", stripped)
    if _is_card(stripped, compact) or _is_iban(compact.upper()):
        return CARD
    if _is_ip(stripped) or _MAC.fullmatch(stripped) or _BROWSER.search(stripped):
        return DEVICE
    if _ANY_TELLING.fullmatch(stripped) and _is_national_id(stripped):
        return NATIONAL_ID
    if _PHONE.fullmatch(stripped):
        return PHONE
    return ADDRESS if _STREET.search(stripped) else None


def personal_values(values: Sequence[str]) -> str | None:
    """What personal thing the values of a column look like, taken together; None for none.

    >>> personal_values(["web", "ada@example.org"]), personal_values(["web", "1234567890123"])
    ('an e-mail address', None)
    """
    distinct = sorted({value.strip() for value in values if value.strip()})
    found = [(value, reason) for value in distinct if (reason := personal_value(value))]
    # One number among many may have the right check digit by chance; one address among words has no such excuse.
    telling = [reason for value, reason in found if not value.isdecimal() or len(found) * 2 >= len(distinct)]
    if telling:
        return max(set(telling), key=lambda reason: (telling.count(reason), reason))
    if len(distinct) < MIN_VALUES or _consecutive(distinct):
        return None
    for module, form in _BY_CHANCE:
        if all(form.fullmatch(value) for value in distinct) and all(_valid(module, value) for value in distinct):
            return NATIONAL_ID
    return PHONE if any(all(form.fullmatch(v) for v in distinct) for form in _PHONES_BY_CHANCE) else None


def _is_card(value: str, compact: str) -> bool:
    return bool(_DIGITS.fullmatch(value) and _CARD.fullmatch(compact) and _valid("luhn", compact))


def _is_iban(compact: str) -> bool:
    return _IBAN.fullmatch(compact) is not None and _valid("iban", compact)


def _is_national_id(value: str) -> bool:
    if _BY_FORM.fullmatch(value):
        return True
    return any(form.fullmatch(value) and _valid(module, value) for module, form in _TELLING)


def _is_ip(value: str) -> bool:
    if "." not in value and ":" not in value:
        return False
    host = value.split("/", maxsplit=1)[0]
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return host != "::"


def _consecutive(distinct: Sequence[str]) -> bool:
    """Whether whole numbers lie close together, as those that a sequence hands out and moments of time do."""
    if not all(value.isdecimal() for value in distinct):
        return False
    numbers = [int(value) for value in distinct]
    return max(numbers) - min(numbers) < max(numbers) * 0.01


def _valid(module: str, value: str) -> bool:
    return bool(_checker(module).is_valid(value))


@cache
def _checker(module: str) -> Any:
    return importlib.import_module(f"stdnum.{module}")
