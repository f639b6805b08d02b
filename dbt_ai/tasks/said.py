"""What an engine says of its own proposal, as a report may tell it."""

from __future__ import annotations

from dbt_ai.checks.text_guard import clean_text, repeats
from dbt_ai.evidence.masking import masked
from dbt_ai.evidence.prompt_templates import own_words

MAX_WHY = 300  # characters
_UNSAID = "A model proposed it."


def why_as_said(said: str, name: str) -> str:
    """Why something is proposed for the node called `name`, in the engine's words where a person may read them."""
    return in_its_words(said, name, MAX_WHY) or _UNSAID


def in_its_words(said: str, name: str, most: int) -> str | None:
    """What an engine says of `name`, as sentences; None where a person may not read it, or it is too long."""
    cleaned = clean_text(said, most, name)
    if not isinstance(cleaned, str) or masked(cleaned) != cleaned or repeats(cleaned, own_words()):
        return None
    return cleaned if cleaned.endswith((".", "!", "?")) else f"{cleaned}."
