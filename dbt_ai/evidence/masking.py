"""Personal values and secrets in texts that people wrote: comments, literals and descriptions may hold them, too."""

from __future__ import annotations

import re
import unicodedata

from dbt_ai.evidence.privacy import personal_value

MASK = "[masked]"

# What may be personal is found broadly here, and judged by `personal_value`, which knows check digits.
_CANDIDATES = re.compile(
    r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"  # e-mail
    r"|(?<![\w.-])\d(?:[ -]?\d){12,18}(?!\w|[.-]\w)"  # payment card
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"  # bank account
    r"|(?<![\w.-])\d{3}-\d{2}-\d{4}(?!\w|[.-]\w)"  # social security
    r"|(?<![\w.])\+\d{1,3}(?:[ .-]?\(?\d{2,4}\)?){2,5}(?!\w)"  # telephone
    r"|(?<![\w.-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w|[.-]\w)"
    r"|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\w)"  # IP address
)
_SECRETS = re.compile(
    # by their prefixes, and never a plain identifier: `sk_customer_id` is a surrogate key
    r"\bsk-(?=[\w-]{0,100}\d)[\w-]{16,}|\b[spr]k_(?:live|test)_\w{8,}"
    r"|\b(?:ghp|gho|ghs|ghu|ghr|npm|hf)_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}|\bglpat-[\w-]{16,}"
    r"|\bxox[abeoprs]-[\w-]{10,}|\bdapi[0-9a-f]{32}|\bpypi-[\w-]{30,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\bAIza[\w-]{30,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)"
    r"|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"
)
_ASSIGNED = re.compile(
    r"""(?i)\b(pass(?:word|wd)|pwd|secret|token|api_?key)(\s*[:=]\s*)"""
    r"""(?:'[^'\n]{6,}'|"?(?=[^\s'",;().]{0,100}\d)[^\s'",;().]{8,}"?)"""
)


def masked(text: str) -> str:
    """`text` without e-mail addresses, card, bank, phone and identity numbers, IP addresses, keys and passwords.

    >>> masked("-- ask ada@example.org, card 4111 1111 1111 1111, about orders 12")
    '-- ask [masked], card [masked], about orders 12'
    """
    text = _SECRETS.sub(MASK, text)
    text = _ASSIGNED.sub(rf"\1\2{MASK}", text)
    return _CANDIDATES.sub(lambda found: MASK if personal_value(found[0]) else found[0], text)


def visible(text: str) -> str:
    """`text` masked, and without characters that nobody sees: they can hide instructions, or turn a line around."""
    if not text.isprintable():
        text = "".join(c for c in text if c.isprintable() or c in "\n\t" or unicodedata.category(c) == "Zs")
    return masked(text)
