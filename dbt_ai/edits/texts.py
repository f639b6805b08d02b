"""Texts on their way into a property file: as dbt reads them, protected from Jinja, as YAML scalars."""

from __future__ import annotations

import functools
import hashlib
import re
import textwrap
from dataclasses import dataclass

import yaml

from dbt_ai.edits.reasons import RefusalError
from dbt_ai.edits.tree import Loader

JINJA = re.compile(r"{[{%#]")
DOC_CALL = re.compile(r"""\{\{-?\s*doc\(\s*(?:'[\w.-]+'|"[\w.-]+")(?:\s*,\s*(?:'[\w.-]+'|"[\w.-]+"))?\s*\)\s*-?\}\}""")
RAW = ("{% raw %}", "{% endraw %}")
# what YAML 1.1 cannot hold as it stands, or takes for a line break
ESCAPED = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def normalise(text: str) -> str:
    """`text` as a reader of the docs sees it: no space around it, `\\n` as line end, blank lines empty.

    >>> normalise("One.\\r\\n  \\r\\nTwo.\\n")
    'One.\\n\\nTwo.'
    """
    lines = re.split(r"\r\n|\r|\n", text)
    return "\n".join(line if line.strip() else "" for line in lines).strip()


def text_hash(text: str) -> str:
    """The hash by which the lock file knows a text; what block scalars add or drop around it does not count.

    >>> text_hash("A text.\\n") == text_hash("A text.")
    True
    """
    return hashlib.sha256(normalise(text).encode("utf-8", "surrogatepass")).hexdigest()


def protect(text: str) -> str:
    """`text`, normalised, so that dbt's rendering gives it back: Jinja-looking text goes into a raw block.

    >>> protect("Uses {{ this }}.")
    '{% raw %}Uses {{ this }}.{% endraw %}'
    >>> protect("Uses {this}.")
    'Uses {this}.'

    Raises RefusalError for empty text, text that could end the raw block, and text that UTF-8 cannot hold.
    """
    text = normalise(text)
    if not text:
        raise RefusalError("empty-text")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise RefusalError("invalid-text") from error
    if "endraw" in text:
        raise RefusalError("jinja-raw")
    return text.join(RAW) if JINJA.search(text) else text


def doc_call(text: str) -> str:
    """`text`, normalised, which is one call of dbt's `doc()` and nothing else.

    >>> doc_call("{{ doc('orders') }}")
    "{{ doc('orders') }}"

    Raises RefusalError for anything else.
    """
    text = normalise(text)
    if not DOC_CALL.fullmatch(text):
        raise RefusalError("not-a-doc-call")
    return text


def unprotect(text: str) -> str:
    """What dbt renders from what `protect` wrote; other text comes back normalised."""
    text = normalise(text)
    if text.startswith(RAW[0]) and text.endswith(RAW[1]):
        return text[len(RAW[0]) : -len(RAW[1])]
    return text


@dataclass(frozen=True)
class ScalarHabit:
    """How a file writes a text. `style` as in tree.Scalar; `quote` is what it takes where plain is not possible;
    `header` is that of block scalars (`>-`), `step` the indent of further lines, `width` where they wrap, if at all."""

    style: str | None = None
    quote: str = '"'
    header: str = ""
    step: int = 2
    width: int = 0


# plain in YAML 1.1, but read otherwise by YAML 1.2, or hard to read for a person
AMBIGUOUS = re.compile(r"[^\w(<$\u0080-\U0010ffff]|\d[\d.,:_eExXoO+-]*$|[yYnN]$")


@functools.lru_cache(maxsize=20_000)
def plain_is_safe(text: str, flow: bool = False) -> bool:
    """True where `text` can stand without quotes on one line, by the parser that dbt uses."""
    if "\n" in text or "\t" in text or AMBIGUOUS.match(text) or ESCAPED.search(text):
        return False
    if flow and re.search(r"[][{},:?]", text):  # parsers disagree about some of these
        return False
    probe = f"{{a: {text}, b: 1}}" if flow else f"a:\n  b: {text}\n  c: 1\n"
    try:
        loaded = yaml.load(probe, Loader)
    except (yaml.YAMLError, ValueError):
        return False
    return bool(loaded == ({"a": text, "b": 1} if flow else {"a": {"b": text, "c": 1}}))


def _double_quoted(text: str) -> str:
    def escape(match: re.Match[str]) -> str:
        code = ord(match.group())
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + ESCAPED.sub(escape, text).replace("\n", "\\n").replace("\t", "\\t") + '"'


def quoted(text: str, quote: str) -> str:
    """`text` in quotes, with `quote` where it can hold the text readably.

    >>> print(quoted('the "gross" amount', '"'))
    'the "gross" amount'
    """
    if "\n" in text or "\t" in text or ESCAPED.search(text):
        return _double_quoted(text)
    if quote == "'" or '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return _double_quoted(text)


def one_line(text: str, habit: ScalarHabit, flow: bool = False) -> str:
    """`text` as a scalar on one line, plain where the habit is not to quote and YAML allows it.

    >>> one_line("A text.", ScalarHabit())
    'A text.'
    >>> one_line("A text: quoted.", ScalarHabit())
    '"A text: quoted."'
    >>> one_line("a, b", ScalarHabit(), flow=True)
    '"a, b"'
    """
    if habit.style == '"':
        return _double_quoted(text)
    if habit.style != "'" and plain_is_safe(text, flow):
        return text
    return quoted(text, "'" if habit.style == "'" else habit.quote)


def scalar_lines(text: str, habit: ScalarHabit, column: int) -> list[str]:
    """`text` as the lines of a scalar whose key stands at `column` of a block mapping.

    The first line goes behind the key, the others are indented already.

    >>> scalar_lines("One.\\n\\nTwo.", ScalarHabit(), column=2)
    ['|-', '    One.', '', '    Two.']
    """
    paragraphs = "\n" in text
    if (not paragraphs and habit.style not in ("|", ">")) or "\t" in text or ESCAPED.search(text):
        return _wrapped(one_line(text, habit), habit, column)
    indent = " " * (column + habit.step)
    if paragraphs:
        header = habit.header if habit.style == "|" else "|" + habit.header[1:]
        return [header if len(header) > 1 or habit.style in ("|", ">") else "|-"] + [
            indent + line if line else "" for line in text.split("\n")
        ]
    lines = _wrap(text, habit.width - len(indent)) if habit.style == ">" and habit.width else [text]
    return [habit.header] + [indent + line for line in lines]


def _wrapped(scalar: str, habit: ScalarHabit, column: int) -> list[str]:
    """A flow scalar on the lines that it takes where the file wraps them."""
    if not habit.width or habit.style in ("|", ">"):
        return [scalar]
    key = column + len("description: ")
    first, *_ = _wrap(scalar, habit.width - key)
    rest = scalar[len(first) :].strip()
    if not rest:
        return [scalar]
    indent = " " * (column + habit.step)
    return [first, *(indent + line for line in _wrap(rest, habit.width - len(indent)))]


def _wrap(text: str, width: int) -> list[str]:
    """`text` in lines that YAML folds back into it: it breaks at single spaces only."""
    if re.search(r"\s\s|\\", text):
        return [text]
    return textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False)
