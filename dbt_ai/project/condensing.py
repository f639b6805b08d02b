"""dbt's long error messages as a sentence or two."""

from __future__ import annotations

import re

_LENGTH = 400


def condense(message: str) -> str:
    """`message` on one line, without terminal colours and dbt's lists of macro calls, cut where it is too long."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", message)
    lines = [line.strip() for line in plain.splitlines()]
    kept = [line for line in lines if line and not line.startswith(">") and set(line) - set("-=^ ")]
    text = re.sub(r"\s+", " ", " ".join(kept))
    text = re.sub(r"^(?:[A-Z]\w+ Error (?!in ))+", "", text)
    return text if len(text) <= _LENGTH else f"{text[: _LENGTH - 4].rstrip()} ..."
