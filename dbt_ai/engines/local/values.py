"""What is served on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Weights:
    """The GGUF file of a model, that of an adapter or None, and the memory that they take; `plain_only` as of
    catalog.Student."""

    model: Path
    adapter: Path | None
    memory_mb: int
    plain_only: bool = False
