"""Names of columns that tell of a person, in the languages and styles that warehouses have them in.

A reason has three lists of patterns: words that tell wherever they stand in a name (`ANYWHERE`), words that mean
something else in the middle of one (`mobile_sessions`, `race_track`) and tell only at its end (`AT_THE_END`), and words
so short or so common that they must be the whole name (`ALONE`). All are matched against `snake_case` without accents;
`#` stands for the word for a number, in any language.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

EMAIL = "an e-mail address"
PHONE = "a phone number"
NAME = "a person's name"
BIRTH = "a date of birth"
NATIONAL_ID = "a national identity number"
CARD = "a payment card or bank account"
DEVICE = "an IP address or device"
ADDRESS = "a postal address"
LOCATION = "a location"
PRIVATE = "health or private life"
FREE_TEXT = "free text that people wrote"
SECRET = "a secret"

_PERSON = """
    customer client user contact employee person patient student owner author guest member driver staff lead recipient
    sender cardholder buyer seller passenger tenant subscriber donor candidate applicant citizen resident teacher doctor
    visitor travell?er borrower beneficiary kunden? mitarbeiter patienten mitglied empfa?enger cliente klient klant kund
"""
_PARTS = {  # of the words below
    "PERSON": rf"(?:(?:{'|'.join(_PERSON.split())})s?)",
    "NAMED": r"(?:(?:first_|last_|full_|given_|family_)?(?:name|naam|nome|nombre|nom|navn|namn))",
    "#": r"(?:_?(?:no|nr|num|number|numbers|nummer|numero|numer))",
}
_ANYWHERE: dict[str, str] = {
    SECRET: r"""
        passwords? passwd pwd passcode secret (api|stripe|encryption|signing)_?key private_?key credentials?
        (access|refresh|session|auth|bearer|api|id)_?token passwort kennwort mot_de_passe contrasena senha
        wachtwoord haslo losenord пароль 密码
    """,
    EMAIL: r"""
        e_?mails?_?\d? e_?mail_?addr(ess)? user_mail e?mail_?adress?e?n? adresse_(e_?)?mail correo courriel
        e_?posta? mail_to correo_personal emailadres e_?postadress sahkoposti\w* почта メール\w* 邮箱
    """,
    PHONE: r"""
        (tele)?phone_?\d? fon_?nummer (nr|numer|cislo)_telefonu telefonszam phone# cell_?phone fax msisdn
        whatsapp \w*telefon[oe]?#? telefoonnummer telephone tel# handy# \w*rufnummer mobil(e|funk)?_?(#|phone)
        (numero_)?celular cellulare puhelin\w* gsm# caller(#|_id) телефон 電話\w* 电话
    """,
    NAME: r"""
        (first|last|middle|given|family|full|maiden|nick|sur|legal|fore|birth)_?names? fname lname PERSON_?NAMED
        NAMED_PERSON user_?name login_?name signature (shipping|billing|ship_to|bill_to|delivery|invoice)_name
        vornamen? nachnamen? familienname ansprechpartner contact_person prenoms? nom_(de_famille|complet)
        nombres?_(completo|y_apellidos?) nome_completo apellidos? sobrenome nome_(da_)?mae nome_(do|del|da)_\w+
        naam_contactpersoon name_(first|last) insured_name cognome voor_?naam achter_?naam imie nazwisko fornavn
        etternavn efternavn fornamn efternamn etunimi sukunimi soyadi? account_holder middle_initial
        display_name имя фамилия 氏名 姓名
    """,
    BIRTH: r"""
        (date|day|place|year)_?of_?birth birth_?(date|dt|day|place|year|month) dob geburts\w* geb_dat(um)?
        naissance(_date)? nacido_el nacimiento fecha_nac nascimento nascita geboorte\w* data_urodzenia
        fodsels?(dato|dag) fodelse(datum|dag) syntyma\w* dogum_tarihi 生年月日 出生日期
    """,
    NATIONAL_ID: r"""
        ssn soc(ial)?_?sec(urity)?#? national_(id|insurance)(#|_code)? nino nhs# aadhaa?r#? adhaar#?
        tax_?(payer)?(#|_?id)
        cpf dni nif curp bsn pesel personn(umme)?r cnp egn svnr sozialvers_?nr fiscal_code cui[lt] voter_id
        personal_?(identity_?)?(#|_?code|_?id) passport(#|_?id) driv(ers?|ing)_?licen[cs]e(#|_?id)?
        fodselsnummer cpr# hetu henkilotunnus
        codice_fiscale numero_(de_)?securite_sociale steuer_?id steueridentifikations\w* steuer_?nummer
        sozialversicherungs\w* (personal)?ausweis# reisepass# f(ue|u)hrerschein# id_?card#? id_number
        identity_(card_)?number identity_document tckn tc_kimlik\w* cedula my_number rodne_cislo (sin|pps|ahv)#
        (rfc|rut|nie|nir)_\w+ burgerservicenummer паспорт 身份证\w* マイナンバー
    """,
    CARD: r"""
        iban ((credit|debit|masked|visa|cc)_?)?card_?(#|pan|holder) credit_?card (cc|visa)# kreditkarten?#?
        konto(nummer|_?nr) bankverbindung bank_?acc(oun)?t(_?(no|number|nr|num|id))?
        acc(oun)?t_?(number|no|nr|num) routing_number card_expir(y|ation) compte_bancaire sort_code cvv2? cvc
        numero_(de_)?(carte|tarjeta|cuenta|compte|cartao) rekeningnummer clabe (card_)?last_?(4|four) blz
        bic_code
    """,
    DEVICE: r"""
        ip_?addr(ess)? ipv[46] ip_?adresse adresse_ip mac_?addr(ess)? user_?agent device_?(id|identifier) imei
        ip_src device_uuid idfa gaid remote_addr advertising_id cookie_id device_fingerprint
    """,
    ADDRESS: r"""
        street_?(name|address|[123]|#) addr(ess)?(_?(line)?_?[123])? house# zip_?(code|cd|4)
        post(al)?_?(code|cd) \w*anschrift \w*strasse haus_?(nummer|nr) plz postleitzahl \w{3,}adresse adresse
        adres direccion domicilio wohnort cod_?postal kotiosoite codigo_postal code_postal endereco logradouro
        bairro indirizzo huisnummer straat(naam)? ulica kod_pocztowy адрес 住所 地址
    """,
    LOCATION: r"""
        latitude? longitude? lat_(lng|lon|long) long?_lat geo_?(point|location|lat|lng|lon) coordinates
        gps_(coordinates|position) home_location breitengrad laengengrad langengrad
    """,
    PRIVATE: r"""
        diagnos[ie]s gender religion ethnicity ethnic_group disability salary wages? geschlecht
        (jahres|monats)?gehalt ehestand bmi salaire marital_status familienstand sexual_orientation
        blood_(type|group) konfession nationality staatsangehorigkeit staatsangehoerigkeit
        (annual|monthly|household|net|gross)_income genre_client
    """,
    FREE_TEXT: r"""
        message_?(body|text) msg_?(body|text) free_?text freitext \w*_transcript
        (answer|review|comments?|feedback|message|note|notes|complaint|request|inquiry)_text \w+_body
        bemerkung(en)? \w*kommentare? notiz(en)? anmerkung(en)? commentaires? remarques? comentarios?
        observacion(es)? opmerking(en)?
    """,
}
_AT_THE_END: dict[str, str] = {
    SECRET: r"token salt otp pin(_?code)?",
    PHONE: r"mobile handy tel movil",
    NAME: r"""
        login (created|updated|modified|approved|assigned|reported|signed)_(by|to) assignee reporter owner
        author sales_?(rep|person) account_manager sachbearbeiter(in)? nickname
    """,
    BIRTH: r"born(_(at|on))? PERSON_age age_(in_)?years alter_jahre",
    NATIONAL_ID: r"tin nir nie rfc rut passport",
    CARD: r"bic swift(_?code)? pan",
    DEVICE: r"ip mac",
    ADDRESS: r"street zip",
    LOCATION: r"lat lng lon gps latitud",
    PRIVATE: r"sex sexe sexo race diagnose",
    FREE_TEXT: r"comments? notes? message remarks? feedback bio transcript",
}
_ALONE: dict[str, str] = {
    NAME: r"nombre nome nom naam navn namn",
    BIRTH: r"age alter",
    ADDRESS: r"calle rue rua via cep address_?line",
    FREE_TEXT: r"body",
}

# `email_sent_at`, `is_email_confirmed` and `message_count` tell of a personal thing without holding it.
_ABOUT = re.compile(
    r"^(is|has|was|num|n|count|number_of|days_since)_|"
    r"_(count|counts|flag|at|on|date|enabled|verified|valid|required|missing|sent|type|opt_in|opt_out|rate|ratio|"
    r"template|orders?|gap|weight|model|version|length|size|volume|index)$"
)
_ROW = re.compile(r"_(id|ids|uuid|guid|key|sk|pk)$")
_NAMES_OF_ROWS = (EMAIL, PHONE, NAME, ADDRESS, FREE_TEXT)  # of these, `message_id` names a row and holds nothing
_FOLDED = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ı": "i", "Ø": "O", "Ł": "L"})


def _any_of(words: str) -> str:
    for name, pattern in _PARTS.items():
        words = words.replace(name, pattern)
    return f"(?:{'|'.join(words.split())})"


def _pattern(reason: str) -> re.Pattern[str]:
    patterns = [rf"(?:^|_){_any_of(_ANYWHERE[reason])}(?:_|$)"]
    if reason in _AT_THE_END:
        patterns.append(rf"(?:^|_){_any_of(_AT_THE_END[reason])}$")
    if reason in _ALONE:
        patterns.append(rf"^{_any_of(_ALONE[reason])}$")
    return re.compile("|".join(patterns))


_PATTERNS = tuple((reason, _pattern(reason)) for reason in _ANYWHERE)
_PEOPLE = re.compile(rf"(?:^|_)(?:{_PARTS['PERSON']}|people|kontakte)(?:_v\d+)?$")


def snake_case(name: str) -> str:
    """A name in any style as snake_case, small and without accents.

    >>> snake_case("kundenEMail"), snake_case("E-Mail"), snake_case("Straße 2")
    ('kunden_email', 'e_mail', 'strasse_2')
    """
    folded = unicodedata.normalize("NFKD", name.translate(_FOLDED))
    plain = unicodedata.normalize("NFC", "".join(c for c in folded if unicodedata.category(c) != "Mn"))
    return re.sub(r"[\W_]+", "_", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)).strip("_").lower()


@lru_cache(maxsize=8192)
def personal_name(column_name: str, relation_name: str = "") -> str | None:
    """What personal thing a column called so holds; None for none. In a relation of people a `name` is a person's.

    >>> personal_name("telNr"), personal_name("email_sent_at"), personal_name("name", "dim_customers")
    ('a phone number', None, "a person's name")
    """
    words = snake_case(column_name)
    about, names_row = _ABOUT.search(words), _ROW.search(words)
    for reason, pattern in _PATTERNS:
        found = pattern.search(words)
        if found is None or (names_row and reason in _NAMES_OF_ROWS):
            continue
        # `date` and `type` are a part of `birth_date` and `blood_type`, and make `email_date` something else
        if about is None or (about.start() > 0 and found.end() == len(words)):
            return reason
    return NAME if words == "name" and _PEOPLE.search(snake_case(relation_name)) else None
