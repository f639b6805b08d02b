"""Keys, passwords and tokens: known by their form, or because this process was given them in its environment.

A variable that is named like a secret holds one, whatever it looks like: where its value turns up in a text, in
compiled SQL above all, it is masked letter by letter.
"""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

MIN_LENGTH = 6  # of a value from the environment: a shorter one would be found everywhere
MAX_VALUES = 500
MAX_KEY_FILE = 100_000  # bytes

_NAMED = re.compile(
    r"^DBT_ENV_SECRET_|(^|_)(API_?KEY|KEY|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|SECRET|CREDENTIALS?|PAT)(_\d+)?$",
    re.IGNORECASE,
)
_FORMS = re.compile(
    # by their prefixes, and never a plain identifier: `sk_customer_id` is a surrogate key
    r"\bsk-(?=[\w-]{0,100}\d)[\w-]{16,}|\b[spr]k_(?:live|test)_\w{8,}"
    r"|\b(?:ghp|gho|ghs|ghu|ghr|npm|hf)_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}|\bglpat-[\w-]{16,}"
    r"|\bxox[abeoprs]-[\w-]{10,}|\bdapi[0-9a-f]{32}|\bpypi-[\w-]{30,}|\bdbt[cu]_[\w-]{20,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bSG\.[\w-]{16,}\.[\w-]{16,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}|\$argon2\w{1,2}\$\S{20,}"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)"
    r"|(?<=://)[^\s/@:]{0,100}:[^\s/@]{1,200}(?=@)"
    r"|(?<=AccountKey=)[\w+/=]{20,}|(?<=[?&]sig=)[\w%+/=]{20,}"
)
_ASSIGNED = re.compile(
    r"""(?i)(?<![^\W_])(pass(?:word|wd)?|pwd|secret|token|api_?key|access_?key|account_?key|passwort|kennwort)(\s*[:=]\s*|\s+is\s+)"""
    r"""(?:'[^'\n]{6,}'|"?(?=[^\s'",;().]{0,100}\d)[^\s'",;().]{8,}"?)"""
)
_LONG = re.compile(r"(?<![\w/+=-])[\w/+=-]{20,}(?![\w/+=-])")
_WORDS = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{3,}")


def without_secrets(text: str, mask: str) -> str:
    """`text` with `mask` in the place of every secret.

    >>> without_secrets("token: a1b2c3d4e5, see s3://bucket", "[masked]")
    'token: [masked], see s3://bucket'
    """
    given = _given(len(os.environ))
    if given is not None:
        text = given.sub(lambda _: mask, text)
    text = _ASSIGNED.sub(lambda found: f"{found[1]}{found[2]}{mask}", _FORMS.sub(mask, text))
    return _LONG.sub(lambda found: mask if _random(found[0]) else found[0], text)


def is_secret(value: str) -> bool:
    """Whether there is a secret in `value`."""
    return without_secrets(value, "\x00") != value


def read_environment() -> None:
    """Looks again at what this process was given in its environment. Called before a request is made; in between, only
    variables that are new are noticed, for looking takes longer than masking."""
    _given.cache_clear()


def secrets_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values of variables that are named like secrets, and the key in the key file; the longest first, so that
    one that is part of another does not leave the rest of it behind."""
    found = {value for name, value in environment.items() if _NAMED.search(name)}
    if environment.get("DBTAI_API_KEY_FILE"):
        found.add(_read(environment["DBTAI_API_KEY_FILE"]))
    stripped = {value.strip() for value in found}
    forms = {form for value in stripped for form in (value, quote(value, safe="")) if len(form) >= MIN_LENGTH}
    return tuple(sorted(forms, key=lambda form: (-len(form), form))[:MAX_VALUES])


@lru_cache(maxsize=1)
def _given(_variables: int) -> re.Pattern[str] | None:
    # a password that is a plain word is no part of a longer one: `secret` is not in `secretary`
    values = secrets_of(os.environ)
    parts = [rf"(?<![^\W\d_]){v}(?![^\W\d_])" if v.isalpha() else re.escape(v) for v in values]
    return re.compile("|".join(parts)) if parts else None


def _read(path: str) -> str:
    try:
        with Path(path).expanduser().open("rb") as file:
            return file.read(MAX_KEY_FILE).decode("utf-8", "replace")
    except OSError:
        return ""


def _random(text: str) -> bool:
    """Whether a long run of letters and digits looks drawn by lot: letters and digits take turns all the time, or there
    is much entropy in all kinds of characters, and there are no words."""
    if not any(c.isdigit() for c in text) or not any(c.isalpha() for c in text):
        return False
    turns = sum(a.isdigit() != b.isdigit() for a, b in pairwise(c for c in text if c.isalnum()))
    if turns >= max(6, len(text) * 0.2):
        return True
    in_words = sum(len(word) for word in _WORDS.findall(text))
    counts = Counter(text)
    entropy = -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
    mixed = any(c.islower() for c in text) and any(c.isupper() for c in text)
    return mixed and entropy > 3.6 and in_words < len(text) * 0.5
