"""Whole files: new ones (singular tests, macros), of which one that is there stays as it is, and new text for the SQL
of a model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

from dbt_ai.edits.paths import inside
from dbt_ai.edits.reasons import RefusalError, refusal
from dbt_ai.errors import EditError, ProjectError
from dbt_ai.values import FileChange, FileEdit, Refusal, SqlEdit


def plan_files(
    root: Path, edits: Sequence[FileEdit | SqlEdit], taken: Collection[str]
) -> tuple[list[FileChange], list[FileEdit | SqlEdit], list[Refusal]]:
    """The changes that make the files of `edits` in the project at `root`, the edits that are planned, those refused.

    A file that has its text already is planned without a change; `taken` are the paths that other edits write.
    """
    texts: dict[str, set[str]] = {}
    for edit in edits:
        texts.setdefault(_path(edit), set()).add(edit.text)
    changes: dict[str, FileChange] = {}
    planned: list[FileEdit | SqlEdit] = []
    refused: list[Refusal] = []
    for edit in edits:
        path = _path(edit)
        try:
            if len(texts[path]) > 1 or path in taken:
                raise RefusalError("file-twice")
            change = _change(root, path, edit)
        except RefusalError as error:
            refused.append(refusal(edit, error.reason))
            continue
        planned.append(edit)
        if change is not None:
            changes[path] = change
    return list(changes.values()), planned, refused


def _path(edit: FileEdit | SqlEdit) -> str:
    return PurePosixPath(edit.path).as_posix()


def _change(root: Path, path: str, edit: FileEdit | SqlEdit) -> FileChange | None:
    """The change that makes the file, None where it is there. Raises RefusalError where another one is."""
    text = edit.text
    if not text.strip():
        raise RefusalError("empty-text")
    try:
        file = inside(root, path)
        after = text.encode("utf-8")
    except EditError as error:
        raise RefusalError("outside-project") from error
    except UnicodeEncodeError as error:
        raise RefusalError("invalid-text") from error
    if not file.exists() and not file.is_symlink():
        if isinstance(edit, SqlEdit):
            raise RefusalError("file-missing")
        if not next(folder for folder in file.parents if folder.exists()).is_dir():
            raise RefusalError("not-a-file")
        return FileChange(path, None, after)
    if not file.is_file():
        raise RefusalError("not-a-file")
    try:
        before = file.read_bytes()
    except OSError as error:
        raise ProjectError(f"{path} cannot be read ({error.strerror}); check its permissions.") from error
    if isinstance(edit, SqlEdit):
        if before != edit.replaces.encode("utf-8", "surrogatepass"):
            raise RefusalError("file-changed")
        return FileChange(path, before, after) if before != after else None
    if before.replace(b"\r\n", b"\n") != after.replace(b"\r\n", b"\n"):  # git may have changed the line ends
        raise RefusalError("file-exists")
    return None
