"""Why a job left a target as it is: stable codes, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "no-text": "No engine at hand could say anything true and useful.",
        "no-sql": "The SQL of the node could not be compiled or parsed.",
        "stale": "What our text rests on has changed.",
    }
)
