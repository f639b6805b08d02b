"""Which adapter a project uses, as far as files tell."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import yaml

_HEAD = 8192  # bytes; a manifest's metadata comes first


def adapter_of(root: Path, profile: str | None) -> str:
    """The adapter's name ("snowflake"), from the project's profiles.yml, the last manifest, or the user's profiles.yml;
    empty where none of them says it in a plain text."""
    own = _of_profile(root / "profiles.yml", profile)
    if own:
        return own
    try:
        with (root / "target" / "manifest.json").open("rb") as file:
            found = re.search(rb'"adapter_type":\s*"(\w+)"', file.read(_HEAD))
    except OSError:
        found = None
    if found is not None:
        return found[1].decode()
    folder = Path(os.environ.get("DBT_PROFILES_DIR") or Path.home() / ".dbt")
    return _of_profile(folder / "profiles.yml", profile)


def _of_profile(path: Path, profile: str | None) -> str:
    try:
        data = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        outputs = data[profile]["outputs"]
        target = data[profile].get("target")
        chosen = outputs[target] if target in outputs else next(iter(outputs.values()))
        kind = chosen["type"] if isinstance(chosen, Mapping) else ""
    except (OSError, yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError, StopIteration):
        return ""
    return kind if isinstance(kind, str) and re.fullmatch(r"\w+", kind) else ""
