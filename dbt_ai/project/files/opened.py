"""The projects that files belong to, each as it is with a change and as it was before it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from dbt_ai.errors import ProjectError, UsageError
from dbt_ai.project.files.git import Commit, contents, joined, read_commit, relative
from dbt_ai.project.files.layout import PROJECT_FILE, Layout, read_layout
from dbt_ai.project.files.tree import Tree

_LEFT_OUT = {".git", ".venv", "venv", "node_modules", ".dbt_ai"}


@dataclass(frozen=True)
class Change:
    """A change of one project. `now` are the files with it, `before` those without it. `focus` are the files to look
    at, relative to the project: those that were named, and those that the change has deleted. A named file that the
    change does not touch is looked at as a whole: `before` lacks it. `renamed` is the old path of each that moved."""

    root: Path
    now: Tree
    before: Tree
    focus: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    @cached_property
    def layout(self) -> Layout:
        """The project's layout, as it is now."""
        return self.now.layout


def open_changes(files: Sequence[str], environment: Mapping[str, str] | None = None) -> list[Change]:
    """The change of each project that one of `files` (named as seen from the working directory) belongs to, or that
    has lost files of its own. Files outside of all projects are not looked at. Where none is named, and it is not
    pre-commit that names none, those are that differ from the last commit.

    Raises ProjectError for a dbt_project.yml that cannot be read, and UsageError for a file that is not there.
    """
    here = Path.cwd()
    commit = read_commit(here, environment)
    files = files or _differing(commit, environment)
    deleted = {commit.top / path for path in commit.deleted} if commit is not None else set()
    for file in files:
        if not os.path.lexists(here / file) and Path(os.path.normpath(here / file)).resolve() not in deleted:
            raise UsageError(f"There is no file {file}: name the files that a commit touches, or none for all of them.")
    named: dict[Path, set[str]] = {}
    for file in files:
        path = Path(os.path.normpath(here / file))
        root = _root_of(path, here)
        if root is not None:
            named.setdefault(root, set()).add(path.relative_to(root).as_posix())
    gone = [commit.top / path for path in sorted(commit.deleted)] if commit is not None else []
    for path in gone:
        root = _root_of(path, here)
        if root is not None:
            named.setdefault(root, set())
    return [_opened(root, named[root], commit) for root in sorted(named)]


def _differing(commit: Commit | None, environment: Mapping[str, str] | None) -> list[str]:
    """The files that differ from the last commit, for somebody who names none."""
    if (os.environ if environment is None else environment).get("PRE_COMMIT"):
        return []
    if commit is None:
        raise UsageError("There is no git repository here that could tell what is changed: name the files to look at.")
    return [str(commit.top / path) for path in sorted(commit.changed)]


def _root_of(path: Path, here: Path) -> Path | None:
    """The folder of the nearest dbt_project.yml above a file, which is no package of another project."""
    found = next((folder for folder in path.parents if (folder / PROJECT_FILE).is_file()), None)
    above = next((f for f in found.parents if (f / PROJECT_FILE).is_file()), None) if found is not None else None
    if found is not None and above is not None:
        layout = read_layout((above / PROJECT_FILE).read_bytes())
        inside = found.relative_to(above).as_posix()
        if any(inside.startswith(f"{folder}/") for folder in layout.outside):
            return None
    return found


def _opened(root: Path, named: set[str], commit: Commit | None) -> Change:
    top = commit.top.resolve() if commit is not None else None
    real = root.resolve()
    if commit is None or top is None or not real.is_relative_to(top):
        paths = set(_walked(root))
        layout = read_layout((root / PROJECT_FILE).read_bytes())
        now = Tree(layout, paths, lambda path: _read(root / path))
        return Change(root, now, Tree(layout, paths - named, now.read), _focus(layout, named), notices=layout.unread)
    folder = real.relative_to(top).as_posix()
    inside = {path for name in commit.files if (path := relative(name, folder)) is not None}
    changed = {path for name in commit.changed if (path := relative(name, folder)) is not None}
    deleted = {path for name in commit.deleted if (path := relative(name, folder)) is not None}
    renamed = {
        path: old
        for name, once in commit.renamed.items()
        if (path := relative(name, folder)) is not None and (old := relative(once, folder)) is not None
    }
    layout = read_layout((root / PROJECT_FILE).read_bytes())
    now = Tree(layout, _not_ignored(root, inside), lambda path: _read(root / path))
    asked = sorted(changed | deleted)
    held = contents(commit, [joined(folder, path) for path in asked])
    was = {path: held[joined(folder, path)] for path in asked if joined(folder, path) in held}
    whole = {path for path in named if path not in changed}

    def read_before(path: str) -> bytes | None:
        return was[path] if path in was else now.read(path)

    known = (inside - changed - whole) | was.keys()
    before = Tree(_layout_before(was, layout), _not_ignored(root, known), read_before)
    focus = {*named, *deleted}
    return Change(root, now, before, _focus(layout, focus, before.layout), renamed, layout.unread)


def _layout_before(was: Mapping[str, bytes], layout: Layout) -> Layout:
    try:
        return read_layout(was[PROJECT_FILE]) if PROJECT_FILE in was else layout
    except ProjectError:
        return layout


def _focus(layout: Layout, paths: Iterable[str], before: Layout | None = None) -> tuple[str, ...]:
    return tuple(sorted(p for p in paths if layout.kind(p) or (before is not None and before.kind(p))))


def _not_ignored(root: Path, paths: set[str]) -> set[str]:
    """The files that dbt would read, too: .dbtignore is written as .gitignore is."""
    patterns = _read(root / ".dbtignore")
    if not patterns:
        return paths
    from pathspec import PathSpec

    ignored = PathSpec.from_lines("gitwildmatch", patterns.decode("utf-8", "replace").splitlines())
    return {path for path in paths if not ignored.match_file(path)}


def _walked(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in _LEFT_OUT]
        for name in names:
            yield (Path(folder) / name).relative_to(root).as_posix()


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
