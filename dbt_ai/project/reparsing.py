"""What dbt reads of a project that has other files than those on disk."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from copy import copy
from pathlib import Path, PurePath
from typing import Any

from dbt_ai.errors import ProjectError
from dbt_ai.project.condensing import condense
from dbt_ai.project.mirror import mirror
from dbt_ai.project.working_directory import working_directory

_PATHS = ("model", "seed", "snapshot", "analysis", "test", "macro", "docs", "function")
_PARSE_CACHE = "partial_parse.msgpack"
_NOT_READ = frozenset({".git", ".dbt_ai", "logs", "target"})
_TARGET = "target"


def manifest_with(config: Any, manifest: Any, files: Mapping[str, bytes | None]) -> Any:
    """dbt's Manifest of the project of `config` (a RuntimeConfig, which dbt has read as `manifest`) as it would be with
    `files`, by their paths from the root, besides its own or instead of them (None: without such a file). Raises
    ProjectError where dbt would not read the project.

    dbt itself parses it, in a folder of links that is gone afterwards; what has not changed it takes from its cache.
    """
    from dbt.adapters.factory import get_adapter
    from dbt.parser.manifest import ManifestLoader

    root = Path(config.project_root)
    left_out = {*_NOT_READ, PurePath(config.target_path).parts[0]}
    with tempfile.TemporaryDirectory(prefix="dbt_ai_") as parent:
        folder = Path(parent).resolve() / root.name
        folder.mkdir()
        mirror(root, folder, _walked(config), files, left_out)
        (folder / _TARGET).mkdir(exist_ok=True)
        cache = Path(config.project_target_path, _PARSE_CACHE)
        if cache.is_file():
            shutil.copy(cache, folder / _TARGET)
        there = copy(config)
        there.project_root, there.target_path, there.dependencies = str(folder), _TARGET, None
        adapter: Any = get_adapter(config)
        try:
            with working_directory(folder):
                return ManifestLoader.get_full_manifest(there)
        except Exception as error:  # of the many kinds that a project's files may make dbt raise
            raise ProjectError(f"dbt cannot read it: {condense(str(error)) or type(error).__name__}") from error
        finally:
            adapter.set_macro_resolver(manifest)


def _walked(config: Any) -> set[str]:
    """The top folders in which dbt looks for files."""
    paths = [path for kind in _PATHS for path in getattr(config, f"{kind}_paths", None) or ()]
    return {parts[0] for path in paths if (parts := PurePath(path).parts)}
