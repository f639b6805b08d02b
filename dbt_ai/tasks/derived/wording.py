"""Small pieces of English that derived sentences are made of."""

from __future__ import annotations

from collections.abc import Sequence


def code(name: str) -> str:
    """`name` as code. Backticks inside are doubled fences, so that Markdown shows them.

    >>> code("order_id")
    '`order_id`'
    >>> code("a`b")
    '`` a`b ``'
    """
    return f"`` {name} ``" if "`" in name else f"`{name}`"


def listed(items: Sequence[str], conjunction: str = "and") -> str:
    """Items as an English list.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "or")
    ('a', 'a and b', 'a, b or c')
    """
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def quoted(value: str) -> str:
    """A value of the data as a reader recognises it: numbers and booleans bare, text in single quotes.

    >>> quoted("42"), quoted("placed"), quoted("o'clock"), quoted("true")
    ('42', "'placed'", '"o\\'clock"', 'true')
    """
    try:
        float(value)
    except ValueError:
        pass
    else:
        return value
    if value.lower() in ("true", "false"):
        return value.lower()
    return f'"{value}"' if "'" in value else f"'{value}'"


def sentence(text: str) -> str:
    """`text` with a capital letter in front (unless it begins with code or a value) and a full stop at its end.

    >>> sentence("sum of `amount`")
    'Sum of `amount`.'
    >>> sentence("`a` minus `b`.")
    '`a` minus `b`.'
    """
    text = text.strip()
    if not text:
        return ""
    first = text[0].upper() + text[1:] if text[0].isalpha() else text
    return first if first.endswith((".", "!", "?")) else first + "."


def possessive(noun: str) -> str:
    """`the order's`, `the address'`.

    >>> possessive("order"), possessive("address")
    ("the order's", "the address'")
    """
    return f"the {noun}'" if noun.endswith("s") else f"the {noun}'s"
