"""A copy of a dbt project without the tests that people wrote, and what these were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

KEYS = ("data_tests", "tests", "unit_tests")


def strip_tests(root: Path) -> None:
    """Removes every data test and unit test of the property files below `root`, and the singular tests. Generic tests
    and all else stay. The files are written anew: comments and style are lost, which no figure here rests on."""
    for path in [*root.rglob("*.yml"), *root.rglob("*.yaml")]:
        relative = path.relative_to(root)
        if path.name in ("dbt_project.yml", "profiles.yml", "packages.yml") or relative.parts[0] in ("target", "logs"):
            continue
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            path.write_text(yaml.safe_dump(_stripped(content), sort_keys=False, allow_unicode=True), encoding="utf-8")
    for path in singular_tests(root):
        path.unlink()


def singular_tests(root: Path) -> Iterator[Path]:
    """The files of singular tests."""
    yield from (path for path in (root / "tests").rglob("*.sql") if "generic" not in path.relative_to(root).parts)


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(below) for key, below in value.items() if key not in KEYS}
    return [_stripped(below) for below in value] if isinstance(value, list) else value
