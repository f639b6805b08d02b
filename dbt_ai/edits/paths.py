"""Where in the project a file is."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from dbt_ai.errors import EditError


def inside(root: Path, path: str) -> Path:
    """The file at `path` of the project. Raises EditError where that lies outside, also through a symlink."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or PureWindowsPath(path).drive or "\\" in path or ".." in pure.parts:
        raise EditError(f"{path} lies outside the project {root}; nothing is written there.")
    real = (root / path).resolve()
    if not real.is_relative_to(root.resolve()):
        raise EditError(f"{path} leads out of the project {root} through a symlink; nothing is written there.")
    return root / path
