"""What a review may find: stable codes, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "broken-model": "A model that ran before the change does not run after it.",
        "broken-test": "A data test looks at a column that is gone.",
        "does-not-compile": "dbt compiled the model before the change and does not after it.",
        "result-changed": "The model gives other rows than before on the same input.",
        "result-changed-without-test": "The model gives other rows than before, and no test of it is new or changed.",
        "column-removed": "A column is gone, or has another name.",
        "not-compared": "Whether the model gives the same as before could not be decided.",
        "stale-column": "A property file describes a column that is gone.",
        "missing-doc": "A changed model has texts missing that can be written.",
        "stale-doc": "What our text rests on has changed.",
        "missing-test": "A changed model lacks a test that its SQL and data imply.",
    }
)
DEFAULT = ("broken-model", "broken-test", "does-not-compile")
"""What fails a build where no policy says otherwise."""
