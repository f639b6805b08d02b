"""Property files on disk: read into text and tree, with a clear word for each that cannot be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

import yaml

from dbt_ai.edits.habits import Habits, read_habits
from dbt_ai.edits.reasons import RefusalError
from dbt_ai.edits.tree import Mapping, MultipleDocumentsError, UndefinedAliasError, count_uses, parse
from dbt_ai.errors import EditError, ProjectError

BOM = "\ufeff"
MOST_SIBLINGS = 200  # property files looked at for the habits of a new one


@dataclass(frozen=True)
class PropertyFile:
    """One property file. `text` is without its byte order mark; `uses` as tree.count_uses tells; `before` is None
    where there is no file yet."""

    path: str
    before: bytes | None
    text: str
    root: Mapping | None
    habits: Habits
    uses: dict[int, int]

    def encode(self, text: str) -> bytes:
        """`text` as the bytes of this file."""
        marked = self.before is not None and self.before.startswith(BOM.encode())
        return (BOM + text if marked else text).encode()


def inside(root: Path, path: str) -> Path:
    """The file at `path` of the project. Raises EditError where that lies outside, also through a symlink."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or PureWindowsPath(path).drive or "\\" in path or ".." in pure.parts:
        raise EditError(f"{path} lies outside the project {root}; nothing is written there.")
    real = (root / path).resolve()
    if not real.is_relative_to(root.resolve()):
        raise EditError(f"{path} leads out of the project {root} through a symlink; nothing is written there.")
    return root / path


def read_property_file(root: Path, path: str, siblings: dict[Path, Habits | None]) -> PropertyFile:
    """The property file at `path` of the project at `root`, an empty one in its siblings' habits where there is none.

    `siblings` remembers the habits of folders from one call to the next. Raises ProjectError for broken YAML and
    RefusalError for files that are not edited.
    """
    try:
        file = inside(root, path)
    except EditError as error:
        raise RefusalError("outside-project") from error
    if not file.exists() and not file.is_symlink():
        return PropertyFile(path, None, "", None, _siblings_habits(root, file.parent, siblings), {})
    if not file.is_file():
        raise RefusalError("not-a-file")
    try:
        before = file.read_bytes()
    except OSError as error:
        raise ProjectError(f"{path} cannot be read ({error.strerror}); check its permissions.") from error
    read = _parse(path, before)
    return read if read.text.strip() else replace(read, habits=_siblings_habits(root, file.parent, siblings))


def _parse(path: str, before: bytes) -> PropertyFile:
    try:
        text = before.decode().removeprefix(BOM)
    except UnicodeDecodeError as error:
        raise RefusalError("not-utf-8") from error
    try:
        root = parse(text)
        yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except MultipleDocumentsError as error:
        raise RefusalError("multiple-documents") from error
    except UndefinedAliasError as error:
        raise ProjectError(f"{path} is not valid YAML: line {error.line}: {error}. Mend it and run again.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}: " if mark else ""
        problem = error.problem or error.context
        raise ProjectError(f"{path} is not valid YAML: {line}{problem}. Mend it and run again.") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ProjectError(f"{path} is not valid YAML: {str(error).splitlines()[0]}. Mend it and run again.") from error
    except RecursionError as error:
        raise RefusalError("unusual-layout") from error
    if root is not None and not isinstance(root, Mapping):
        raise ProjectError(f"{path} is not a property file: line 1: a mapping is expected. Mend it and run again.")
    try:
        uses = count_uses(root)
    except RecursionError as error:
        raise RefusalError("recursive-alias") from error
    return PropertyFile(path, before, text, root, read_habits(text, root), uses)


def _siblings_habits(root: Path, folder: Path, known: dict[Path, Habits | None]) -> Habits:
    """The habits of the property file nearest to a new one in `folder`: there, else in the folder above, and so on."""
    while folder != root.parent and root in (folder, *folder.parents):
        if folder not in known:
            pattern = "*.y*ml" if folder == root else "**/*.y*ml"
            found = sorted(folder.glob(pattern), key=lambda f: (len(f.parts), f.as_posix()))[:MOST_SIBLINGS]
            known[folder] = next((habits for habits in map(_habits_of, found) if habits is not None), None)
        habits = known[folder]
        if habits is not None:
            return habits
        folder = folder.parent
    return Habits(version_line=True)


def _habits_of(file: Path) -> Habits | None:
    if file.name == "dbt_project.yml" or not file.is_file():
        return None
    try:
        read = _parse(file.name, file.read_bytes())
    except (OSError, ProjectError, RefusalError):
        return None
    sections = ("models", "sources", "seeds", "snapshots")
    return read.habits if read.root is not None and any(read.root.all(key) for key in sections) else None
