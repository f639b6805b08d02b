"""What dbt_project.yml says of a project: which file is what, and how its models are configured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml

from dbt_ai.errors import ProjectError

PROJECT_FILE = "dbt_project.yml"
_DEFAULTS = {"model": "models", "seed": "seeds", "snapshot": "snapshots", "analysis": "analyses", "macro": "macros"}
_SUFFIXES = {".yml": "properties", ".yaml": "properties", ".md": "docs"}
_KINDS = {"model": (".sql", ".py"), "seed": (".csv",), "snapshot": (".sql",), "test": (".sql",)}
_ALL = {*_SUFFIXES, *(suffix for suffixes in _KINDS.values() for suffix in suffixes)}


@dataclass(frozen=True)
class Layout:
    """`name` of the project, its folders by the kind of what is in them ("model", "seed" ...), and the tree of
    configurations of its models. `outside` are folders whose files are not the project's own: packages and artifacts.
    Files and folders are relative to the project, with `/`. `unread` names what is Jinja and so could not be read."""

    name: str
    folders: Mapping[str, tuple[str, ...]]
    models: Mapping[str, Any] = field(default_factory=dict)
    packages: str = "dbt_packages"
    outside: tuple[str, ...] = ()
    profile: str | None = None
    unread: tuple[str, ...] = ()

    def kind(self, path: str) -> str | None:
        """What the file at `path` is: "model", "seed", "snapshot", "test", "properties", "docs" or "project"; None for
        any other."""
        if path == PROJECT_FILE:
            return "project"
        suffix = f".{path.rpartition('.')[2].lower()}"
        if suffix not in _ALL or _below(path, self.outside):
            return None
        if suffix in _SUFFIXES:
            kinds = ("docs", *self.folders) if suffix == ".md" else [kind for kind in self.folders if kind != "docs"]
            return _SUFFIXES[suffix] if any(_below(path, self.folders.get(kind, ())) for kind in kinds) else None
        found = (k for k, suffixes in _KINDS.items() if suffix in suffixes and _below(path, self.folders[k]))
        return next(found, None)

    def configured(self, path: str, key: str) -> Any:
        """What the project says of `key` (`enabled`, `materialized`) for the model at `path`; None for nothing."""
        folder = next((one for one in self.folders["model"] if _below(path, (one,))), "")
        parts = PurePosixPath(path).relative_to(folder).with_suffix("").parts
        level: Any = self.models
        value = None
        for part in ("", self.name, *parts):
            level = level.get(part) if part else level
            if not isinstance(level, Mapping):
                break
            found = (level[name] for name in (f"+{key}", key) if not isinstance(level.get(name, {}), Mapping))
            value = next(found, value)
        return value


def read_layout(content: bytes) -> Layout:
    """The layout that a dbt_project.yml tells. Raises ProjectError where it is no YAML mapping."""
    try:
        data = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError) as error:
        raise ProjectError(f"{PROJECT_FILE} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict):
        raise ProjectError(f"{PROJECT_FILE} is not a project file of dbt.")
    unread: list[str] = []
    folders = {kind: _folders(data, f"{kind}-paths", (name,), unread) for kind, name in _DEFAULTS.items()}
    folders["test"] = _folders(data, "test-paths", ("tests",), unread)
    folders["docs"] = _folders(data, "docs-paths", (), unread)
    packages = str(data.get("packages-install-path") or "dbt_packages")
    target = str(data.get("target-path") or "target")
    models = data.get("models")
    return Layout(
        name=str(data.get("name") or ""),
        folders=folders,
        models=models if isinstance(models, dict) else {},
        packages=packages,
        outside=tuple(one.strip("/") for one in (packages, target, "dbt_packages", "dbt_modules")),
        profile=str(data["profile"]) if data.get("profile") else None,
        unread=tuple(unread),
    )


def _folders(data: Mapping[str, Any], key: str, default: tuple[str, ...], unread: list[str]) -> tuple[str, ...]:
    given = data.get(key)
    if not isinstance(given, list):
        return default
    named = [str(one).removeprefix("./").strip("/") for one in given]
    unread += [
        f"{key} in {PROJECT_FILE} is Jinja ({one}): the folder was not looked at." for one in named if "{" in one
    ]
    return tuple("" if one == "." else one for one in named if "{" not in one)


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(
        not folder or (path.startswith(folder) and path[len(folder) : len(folder) + 1] == "/") for folder in folders
    )
