"""dbt_project.yml as it is written, for what must be known before dbt has read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from dbt_ai.errors import ProjectError


def read_project_file(root: Path) -> Mapping[str, Any]:
    """The content of `root`'s dbt_project.yml, Jinja unrendered. Raises ProjectError where it is no YAML mapping."""
    path = root / "dbt_project.yml"
    try:
        content = yaml.safe_load(path.read_bytes())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProjectError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise ProjectError(f"{path} is not a project file of dbt.")
    return content
