"""What an engine says of its own proposal, as a report may tell it."""

from __future__ import annotations

from dbt_ai.checks.text_guard import clean_text, repeats
from dbt_ai.evidence.masking import masked
from dbt_ai.evidence.prompt_templates import own_words

MAX_WHY = 300  # characters
_UNSAID = "A model proposed it."


def why_as_said(said: str, name: str) -> str:
    """Why something is proposed for the node called `name`, in the engine's words where a person may read them."""
    cleaned = clean_text(said, MAX_WHY, name)
    if not isinstance(cleaned, str) or masked(cleaned) != cleaned or repeats(cleaned, own_words()):
        return _UNSAID
    return cleaned if cleaned.endswith((".", "!", "?")) else f"{cleaned}."
