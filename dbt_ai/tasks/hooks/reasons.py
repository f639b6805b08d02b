"""What hooks find: stable codes, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "undescribed": "A model or a column that the change touches has no description.",
        "placeholder-text": "The description stands for a missing one, such as TODO or N/A.",
        "empty-block": "The description is a doc block that is empty, or stands for a missing text.",
        "no-block": "The description names a doc block that does not exist.",
        "stale-text": "The change alters what a text of ours rests on, and the text is the same.",
        "untested-grain": "No test says what a row is, though the SQL says it.",
        "lost-test": "The change takes away the test of what a row is, or the last test of a model.",
        "doubled-test": "A model has the same test twice.",
        "cannot-fail": "No row could make the test fail.",
        "no-column": "The property file names a column that the SQL does not have.",
        "no-model": "A model, seed, snapshot or source is named that does not exist.",
        "live-jinja": "A text of ours holds Jinja that dbt would run.",
        "broken-file": "The file cannot be read.",
    }
)
