"""Why a data test was not written, or could not be run: stable codes, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "test-fails": "Rows of the data break a test that should hold by more than the data.",
        "test-name-taken": "The project has a generic test of that name that says something else.",
        "unknown-test": "The data test is of a kind that cannot be run here.",
    }
)
