"""Decides whether a proposed text may be looked at as a description at all, before any claim in it is checked."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from dbt_ai.checks.reasons import REASONS
from dbt_ai.values import Verdict, VerdictKind

_JINJA = re.compile(r"\{[{%#]|[%#}]\}")
_BREAKS = re.compile(r"[\t\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_FENCE = re.compile(r"^\s*```.*$|```", re.MULTILINE)
# A tag that is not closed counts too: a browser closes it where it finds the next `>` of the page.
_TAG = re.compile(r"</?[A-Za-z!?]|&(?:#x?[0-9A-Fa-f]+|[a-z]{2,8});")
_LINK = re.compile(
    r"!?\[[^\]]*\]\s*\([^)]*\)|\[[^\]]+\]:\s*\S+|\[[^\]]+\]\s*\[|\b\w{2,12}://\S"
    r"|\b(?:javascript|vbscript|mailto)\s*:|\bdata:\w+/|\bwww\.\S|[\w.+-]@[\w-]+\.\w",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^\s{0,3}(?:#{1,6}\s|={3,}\s*$|-{3,}\s*$|\|.*\|\s*$|>\s)", re.MULTILINE)
_INSTRUCTIONS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|prompts?|guidelines"
    r"|everything|you were told)\b"
    r"|\b(?:ignore|disregard|forget) (?:all |the |any |your )*(?:previous|prior|above|earlier)\b"
    r"|\b(?:system prompt|you are (?:now )?(?:an?|the) (?:assistant|ai|language model|helpful)|(?:as|am) an ai\b"
    r"|as a (?:large )?language model|do not tell the user|new instructions?:|(?:begin"
    r"|end) (?:of )?(?:system|instructions|prompt))"
    r"|<\|[a-z_]+\|>",
    re.IGNORECASE | re.DOTALL,
)
_TURN = re.compile(r"(?:^|[.!?;]\s)\s*(?:system|assistant|user|human)\s*:", re.IGNORECASE | re.MULTILINE)
# "Ignore the instructions" in the languages that most models obey: verbs, and what is to be ignored.
_VERBS = (
    r"\b(?:ignorier|vergiss|missachte|ignore[zr]?\b|oublie|ignora|olvid|esquec|esqueç|dimentica|negeer|vergeet|zignoruj"
    r"|yoksay|unut)|игнорируй|забудь|忽略|无视|無視|忘记|忘れ|무시|잊어|تجاهل|अनदेखा|नज़रअंदाज़"
)
_ORDERS = (
    r"anweisung|instruc|instru[çk]|istruzion|consigne|opdracht|polece|talimat|инструкц|указани|指令|指示|提示词|命令|지시|명령"
    r"|تعليمات|निर्देश"
)
_FOREIGN = re.compile(
    rf"(?:{_VERBS}).{{0,40}}(?:{_ORDERS})|(?:{_ORDERS}).{{0,20}}(?:{_VERBS})", re.IGNORECASE | re.DOTALL
)
_COMMAND = re.compile(
    r"\b(?:pip3?|npm|yarn|brew|conda|gem|cargo|apt|apt-get|yum|dnf|choco|winget)\s+(?:install|add)\b|\bsudo\s+\w"
    r"|\brm\s+-\w*[rf]|\b(?:curl|wget)\s+(?:-\w|\S+\.\w)|\|\s*(?:ba|z)?sh\b|\bpowershell\b|\bInvoke-\w+",
    re.IGNORECASE,
)
# Cyrillic letters that look like Latin ones; Greek ones stand beside Latin in units such as μg.
_LOOK_ALIKE = re.compile(r"[A-Za-z][\u0400-\u052f\u0530-\u058f]|[\u0400-\u052f\u0530-\u058f][A-Za-z]")
# drawn as nothing, though Unicode calls them letters, marks or symbols
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_MARK = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARKS = re.compile(rf"({_MARK}{{3}}){_MARK}+")  # more accents than any language puts on one letter
_MISSING = (
    r"^(?:n/?a|none|null|todo|tbd|tba|fixme|xxx+|unknown|description|column|field|value"
    r"|no description(?: available)?|not available|lorem ipsum.*|[.\-–—?_]+)[.!]?$"
    r"|\b(?:todo|fixme|tbd)\b\s*(?:[:(]|$)|\bunknown column\b|\bplaceholder (?:text|description)\b|\blorem ipsum\b"
)
_STANDS_FOR_NONE = re.compile(_MISSING, re.IGNORECASE)
_PLACEHOLDER = re.compile(
    _MISSING + r"|^(?:this|the) (?:column|field) (?:contains|stores|holds|represents|is used to|is for)\b"
    r"|^(?:this|the) (?:\w+ )?(?:model|table|view|seed|source|dataset) (?:contains|stores|holds|provides|represents)"
    r" (?:\w+ ){0,2}(?:information|data|details)\b"
    r"|\b(?:i (?:cannot|can't|can not|could not|do not|don't|am unable|am not able|apologi[sz]e)"
    r"|i'm (?:sorry|unable|not sure))\b"
    r"|^(?:sorry|unfortunately|certainly|sure|of course|here is|here's|here are)\b"
    r"|\b(?:not enough|insufficient) (?:information|context)\b|\bas (?:the|its"
    r"|the column'?s?) name (?:suggests|implies|indicates)\b"
    r"|\b(?:the )?(?:meaning|purpose) (?:is|of this \w+ is) (?:unclear|unknown|not (?:clear|known))\b",
    re.IGNORECASE,
)
_RUN = 10  # words
# Words that add nothing to a name they stand around.
_EMPTY_TEXT = """
a an the this that of for in on to from with by is are was it its and s each every given associated related respective
corresponding column field value values data information record row table model which as has have when
"""
EMPTY_WORDS = frozenset(_EMPTY_TEXT.split())
_SPELLED = {
    **{
        "id": "identifier",
        "ids": "identifier",
        "identifiers": "identifier",
        "num": "number",
        "no": "number",
        "nr": "number",
    },
    **{"qty": "quantity", "amt": "amount", "desc": "description", "ts": "timestamp", "dt": "date", "addr": "address"},
    **{
        "cust": "customer",
        "prod": "product",
        "cnt": "count",
        "avg": "average",
        "pct": "percent",
        "percentage": "percent",
    },
    **{"min": "minimum", "max": "maximum", "src": "source", "org": "organization", "dept": "department"},
}


def clean_text(text: str, max_length: int, name: str | None = None, min_length: int = 3) -> str | Verdict:
    """The text as it may go on to the checks, or a REFUTED verdict that says why it may not.

    Taken out: control, bidirectional and other invisible characters, and blanks around lines. Refused: live Jinja,
    headings, HTML, links, text that addresses a reader as a prompt would, text that stands for a missing one, text
    outside the length bounds, and text that says no more than `name` does.

    >>> clean_text("Date the order was\\u202e placed. ", 200, "ordered_at")
    'Date the order was placed.'
    >>> clean_text("The customer id.", 200, "customer_id").reason
    'restates-name'
    """
    cleaned = _without_invisible(text)
    folded = unicodedata.normalize("NFKC", cleaned)
    if not min_length <= len(cleaned) <= max_length:
        return _refused("bad-length", f"It has {len(cleaned)} characters; {min_length} to {max_length} are allowed.")
    if _JINJA.search(folded):
        return _refused("live-jinja")
    if _LINK.search(folded) or _HEADING.search(folded) or _FENCE.search(folded):
        return _refused("markup")
    reason = "instructions" if _TURN.search(folded) else hostile(cleaned)
    if reason is not None:
        return _refused(reason)
    if _PLACEHOLDER.search(folded.strip()):
        return _refused("placeholder")
    if name is not None and restates_name(cleaned, name):
        return _refused("restates-name", f"It says no more than the name {name!r}.")
    return cleaned


def is_placeholder(text: str) -> bool:
    """Whether a text, a person's too, stands for one that is missing.

    >>> is_placeholder("TODO: ask finance"), is_placeholder("Orders that are still to do."), is_placeholder("n/a")
    (True, False, True)
    """
    return _STANDS_FOR_NONE.search(unicodedata.normalize("NFKC", text).strip()) is not None


def hostile(text: str) -> str | None:
    """Why nobody's docs should hold a text, whoever composed it: the reason code, None for a harmless one.

    Derived texts quote values of the data and literals of the SQL, and a stranger may have chosen these.

    >>> hostile("One of 'open' or '<img src=x onerror=alert(1)>'."), hostile("One of 'open' or 'closed'.")
    ('markup', None)
    """
    folded = unicodedata.normalize("NFKC", text)
    if _TAG.search(folded):
        return "markup"
    if any(pattern.search(folded) for pattern in (_INSTRUCTIONS, _FOREIGN, _COMMAND)):
        return "instructions"
    return "look-alikes" if _LOOK_ALIKE.search(folded) else None


def repeats(text: str, told: str) -> bool:
    """Whether a text hands on what a model was told about its task: ten words of `told` in a row.

    >>> repeats("Say only what the evidence in front of you shows, and nothing else.", "Say only what the evidence in "
    ... "front of you shows, and leave out the rest.")
    True
    """
    words = _plain_words(text)
    return any(words[start : start + _RUN] in _runs(told) for start in range(len(words) - _RUN + 1))


@lru_cache(maxsize=8)
def _runs(told: str) -> frozenset[tuple[str, ...]]:
    words = _plain_words(told)
    return frozenset(words[start : start + _RUN] for start in range(len(words) - _RUN + 1))


def _plain_words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def restates_name(text: str, name: str) -> bool:
    """Whether every word of the text that means something is in the name, plural, case and abbreviations aside.

    >>> restates_name("Status of the status", "status"), restates_name("Status of the order", "status")
    (True, False)
    """
    words = _words(text)
    return bool(words) and words <= _words(name) and "`" not in text


def _words(text: str) -> set[str]:
    import inflection

    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", re.sub(r"['’]s\b", " ", text))
    found = (word.lower() for word in re.findall(r"[^\W_]+", spaced))
    spelled = (_SPELLED.get(word, word) for word in found if word not in EMPTY_WORDS)
    words = {inflection.singularize(_SPELLED.get(word, word)) for word in spelled}
    # "ordered at" restates ordered_at, although "at" alone would mean nothing.
    return words - {"at", "date", "time"} or words


def _without_invisible(text: str) -> str:
    text = _BREAKS.sub(" ", text.replace("\r\n", "\n"))
    kept = (char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    seen = _MARKS.sub(r"\1", _BLANK.sub("", "".join(kept)))
    lines = [re.sub(r"[^\S\n]+", " ", line).strip() for line in seen.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _refused(reason: str, detail: str = "") -> Verdict:
    return Verdict(VerdictKind.REFUTED, detail or REASONS[reason], reason, where="text")
