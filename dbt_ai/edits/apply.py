"""A plan onto disk: everything or nothing."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dbt_ai.edits.files import inside
from dbt_ai.errors import EditError
from dbt_ai.values import FileChange, Plan


@dataclass(frozen=True)
class Staged:
    """A change whose new content lies beside its file, ready to take its place."""

    change: FileChange
    target: Path
    temporary: Path


def apply_plan(root: Path, plan: Plan) -> None:
    """Write all changes of `plan` into the project at `root`, or none of them.

    Raises EditError, with every file as it was, where a file has changed since the plan, is gone, is read-only, lies
    outside the project, or cannot be written.
    """
    changes = [change for change in plan.changes if change.before != change.after]
    paths = [change.path for change in changes]
    if len(set(paths)) != len(paths):
        raise EditError("The plan names a file twice; nothing was written.")
    targets = [_checked(root, change) for change in changes]
    made = _make_folders(targets)
    staged: list[Staged] = []
    try:
        for change, target in zip(changes, targets, strict=True):
            staged.append(_stage(change, target))
        _replace_all(root, staged)
    except BaseException:
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise
    finally:
        for one in staged:
            with contextlib.suppress(OSError):
                one.temporary.unlink()


def _checked(root: Path, change: FileChange) -> Path:
    """The real file of `change`, which is as the plan knows it and can be written."""
    target = inside(root, change.path)
    if target.is_symlink():
        target = target.resolve()
    current = _read(change.path, target)
    if current != change.before:
        if change.before is not None and current is None:
            raise EditError(f"{change.path} is not there any more; nothing was written. Run again.")
        raise EditError(f"{change.path} has changed since the plan was made; nothing was written. Run again.")
    if current is not None and not (os.access(target, os.W_OK) and target.stat().st_mode & 0o222):
        raise EditError(f"{change.path} is read-only; nothing was written. Make it writable and run again.")
    folder = target.parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK) or not folder.stat().st_mode & 0o222:
        raise EditError(f"The folder of {change.path} cannot be written to; nothing was written.")
    return target


def _read(path: str, target: Path) -> bytes | None:
    if not target.exists():
        return None
    if not target.is_file():
        raise EditError(f"{path} is not a regular file; nothing was written.")
    try:
        return target.read_bytes()
    except OSError as error:
        raise EditError(f"{path} cannot be read ({error.strerror}); nothing was written.") from error


def _make_folders(targets: Sequence[Path]) -> list[Path]:
    """Make the missing folders of `targets`; returns those made, outermost first."""
    made: list[Path] = []
    for target in targets:
        missing = [folder for folder in (target.parent, *target.parent.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir()
            made.append(folder)
    return made


def _stage(change: FileChange, target: Path) -> Staged:
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    except OSError as error:
        raise EditError(f"{change.path} cannot be written ({error.strerror}); nothing was written.") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(change.after)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(stat.S_IMODE(target.stat().st_mode) if change.before is not None else 0o666 & ~_umask())
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise EditError(f"{change.path} cannot be written ({error.strerror}); nothing was written.") from error
    return Staged(change, target, temporary)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _replace_all(root: Path, staged: Sequence[Staged]) -> None:
    done: list[Staged] = []
    try:
        for one in staged:
            _checked(root, one.change)  # again, as late as can be
            os.replace(one.temporary, one.target)
            done.append(one)
    except BaseException as error:
        for one in reversed(done):
            _undo(one)
        if isinstance(error, OSError):
            name = staged[len(done)].change.path
            raise EditError(f"{name} cannot be written ({error.strerror}); nothing was written.") from error
        raise
    _sync_folders({one.target.parent for one in done})


def _undo(one: Staged) -> None:
    if one.change.before is None:
        one.target.unlink()
        return
    back = _stage(FileChange(one.change.path, one.change.after, one.change.before), one.target)
    os.replace(back.temporary, one.target)


def _sync_folders(folders: set[Path]) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):  # Windows opens no folders
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
