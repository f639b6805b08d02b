"""Property files on disk: read into text and tree, with a clear word for each that cannot be."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from dbt_ai.edits.data_tests import KEYS
from dbt_ai.edits.habits import Habits, read_habits
from dbt_ai.edits.paths import inside
from dbt_ai.edits.reasons import RefusalError
from dbt_ai.edits.tree import Mapping, MultipleDocumentsError, UndefinedAliasError, count_uses, parse
from dbt_ai.errors import EditError, ProjectError

BOM = "\ufeff"
MOST_SIBLINGS = 200  # property files looked at for the habits of a new one
TESTS_KEY = re.compile(r"^[ -]+['\"]?(data_tests|tests)['\"]?\s*:", re.MULTILINE)  # of an entry, in block style


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
    tests_key: str = KEYS[0]  # where new tests go

    def encode(self, text: str) -> bytes:
        """`text` as the bytes of this file."""
        marked = self.before is not None and self.before.startswith(BOM.encode())
        return (BOM + text if marked else text).encode()


def read_property_file(root: Path, path: str, siblings: Siblings) -> PropertyFile:
    """The property file at `path` of the project at `root`, an empty one in its siblings' habits where there is none.

    Raises ProjectError for broken YAML and RefusalError for files that are not edited.
    """
    try:
        file = inside(root, path)
    except EditError as error:
        raise RefusalError("outside-project") from error
    if not file.exists() and not file.is_symlink():
        return PropertyFile(path, None, "", None, siblings.habits(file.parent), {})
    if not file.is_file():
        raise RefusalError("not-a-file")
    try:
        before = file.read_bytes()
    except OSError as error:
        raise ProjectError(f"{path} cannot be read ({error.strerror}); check its permissions.") from error
    read = _parse(path, before)
    return read if read.text.strip() else replace(read, habits=siblings.habits(file.parent))


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


class Siblings:
    """The other property files of the project at `root`, looked at from the nearest to the farthest, each folder once.

    What is asked of a folder is answered by the files in it and below, else by those of the folder above, and so on.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._habits: dict[Path, Habits | None] = {}
        self._keys: dict[Path, str | None] = {}

    def habits(self, folder: Path) -> Habits:
        """The habits of the file nearest to a new one in `folder`."""
        for near in self._up(folder):
            if near not in self._habits:
                found = (habits for habits in map(_habits_of, _files(self._root, near)) if habits is not None)
                self._habits[near] = next(found, None)
            habits = self._habits[near]
            if habits is not None:
                return habits
        return Habits(version_line=True)

    def tests_key(self, folder: Path) -> str | None:
        """The key that most data tests near `folder` stand under, None where there are none."""
        for near in self._up(folder):
            if near not in self._keys:
                self._keys[near] = _tests_key(_files(self._root, near))
            if self._keys[near] is not None:
                return self._keys[near]
        return None

    def _up(self, folder: Path) -> Iterator[Path]:
        while folder != self._root.parent and self._root in (folder, *folder.parents):
            yield folder
            folder = folder.parent


def _files(root: Path, folder: Path) -> list[Path]:
    pattern = "*.y*ml" if folder == root else "**/*.y*ml"
    return sorted(folder.glob(pattern), key=lambda file: (len(file.parts), file.as_posix()))[:MOST_SIBLINGS]


def _tests_key(files: Iterable[Path]) -> str | None:
    counts: Counter[str] = Counter()
    for file in files:
        if file.name != "dbt_project.yml" and file.is_file():
            with contextlib.suppress(OSError):
                counts.update(TESTS_KEY.findall(file.read_bytes().decode("utf-8", "replace")))
    return counts.most_common(1)[0][0] if counts else None


def _habits_of(file: Path) -> Habits | None:
    if file.name == "dbt_project.yml" or not file.is_file():
        return None
    try:
        read = _parse(file.name, file.read_bytes())
    except (OSError, ProjectError, RefusalError):
        return None
    sections = ("models", "sources", "seeds", "snapshots")
    return read.habits if read.root is not None and any(read.root.all(key) for key in sections) else None
