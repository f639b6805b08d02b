"""A plan onto disk: everything or nothing, also for a run that is killed."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from dbt_ai.edits.journal import Entry, Record, digest, journal, new_token, recover, roll_back, stage, sync_folder
from dbt_ai.edits.paths import inside
from dbt_ai.errors import EditError
from dbt_ai.values import FileChange, Plan


def apply_plan(root: Path, plan: Plan) -> None:
    """Write all changes of `plan` into the project at `root`, or none of them.

    Raises EditError, with every file as it was, where a file has changed since the plan, is gone, is read-only, lies
    outside the project, or cannot be written.
    """
    recover(root)
    changes = [change for change in plan.changes if change.before != change.after]
    paths = [change.path for change in changes]
    if len(set(paths)) != len(paths):
        raise EditError("The plan names a file twice; nothing was written.")
    if not changes:
        return
    for change in changes:
        _checked(root, change)
    with journal(root) as held:
        if held is None:
            raise EditError("Another run is writing in this project; nothing was written. Run again.")
        targets = [_checked(root, change) for change in changes]
        record = _record(root, changes, targets)
        try:
            held.write(record)
            _write_all(root, changes, targets, record)
        except BaseException as error:
            roll_back(root, record)
            held.done = True
            if isinstance(error, OSError):
                raise EditError(f"The project cannot be written to ({error.strerror}); nothing was written.") from error
            raise


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


def _record(root: Path, changes: Sequence[FileChange], targets: Sequence[Path]) -> Record:
    real = root.resolve()
    missing = {folder for target in targets for folder in target.parents if not folder.exists()}
    return Record(
        new_token(),
        tuple(folder.resolve().relative_to(real).as_posix() for folder in sorted(missing)),
        tuple(
            Entry(target.resolve().relative_to(real).as_posix(), change.before, digest(change.after))
            for change, target in zip(changes, targets, strict=True)
        ),
    )


def _write_all(root: Path, changes: Sequence[FileChange], targets: Sequence[Path], record: Record) -> None:
    """Put every new content beside its file, and then all of them in place."""
    for folder in record.folders:
        (root / folder).mkdir()
    for change, target in zip(changes, targets, strict=True):
        mode = stat.S_IMODE(target.stat().st_mode) if change.before is not None else 0o666 & ~_umask()
        try:
            stage(record.temporary(target), change.after, mode)
        except OSError as error:
            raise _unwritten(change, error) from error
    for change, target in zip(changes, targets, strict=True):
        _checked(root, change)  # again, as late as can be
        try:
            os.replace(record.temporary(target), target)
        except OSError as error:
            raise _unwritten(change, error) from error
    for parent in {folder for target in targets for folder in (target.parent, target.parent.parent)}:
        sync_folder(parent)


def _unwritten(change: FileChange, error: OSError) -> EditError:
    return EditError(f"{change.path} cannot be written ({error.strerror}); nothing was written.")


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
