"""The adapters that come with the package, one for each student that was taught."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def starter_for(name: str) -> Path | None:
    """The GGUF file of the starter adapter for the student called `name`; None where there is none."""
    found = Path(str(files("dbt_ai"))) / "engines" / "local" / "adapters" / f"{name}-starter.gguf"
    return found if found.is_file() else None
