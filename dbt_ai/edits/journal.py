"""The journal of a write: a run that is killed in the middle leaves all of its files written, or none.

Before the first byte is written, the journal names every file with its old content and the hash of its new one. It is
removed when all files have their new content. A journal that is left over belongs to a run that was killed: the next
one puts every file back that still is as that run wrote it. The lock on it tells a run that is alive from one that is
not, and lets runs write one after the other.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import stat
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dbt_ai.edits.paths import inside
from dbt_ai.errors import EditError

FILE = ".dbt_ai/writing.json"
BESIDE = ".dbt_ai.writing.json"  # where the folder of that one is in the way or may not be written to
FORMAT = 1


@dataclass(frozen=True)
class Entry:
    """One file that is written: its path in the project, its old content (None: there was none), the new one's hash."""

    path: str
    before: bytes | None
    after: str


@dataclass(frozen=True)
class Record:
    """What one run writes. `token` is part of the names of its temporary files, `folders` are those that it makes."""

    token: str
    folders: tuple[str, ...]
    entries: tuple[Entry, ...]

    def temporary(self, file: Path) -> Path:
        """Where the new content of `file` lies before it takes its place."""
        return file.with_name(f".{file.name}.{self.token}.tmp")


def digest(content: bytes) -> str:
    """The hash by which a journal knows a content."""
    return hashlib.sha256(content).hexdigest()


def new_token() -> str:
    """A token that no other run has."""
    return secrets.token_hex(8)


def recover(root: Path) -> None:
    """Undo what a run that was killed left half written in the project at `root`; nothing where none did.

    A run that is writing right now is left alone. Raises EditError for a file that cannot be put back.
    """
    for name in (FILE, BESIDE):
        if (root / name).exists():
            with journal(root, wait=False, name=name):
                pass


@contextlib.contextmanager
def journal(root: Path, wait: bool = True, name: str | None = None) -> Iterator[Journal | None]:
    """The journal of the project at `root`, to be held while files are written; None where another run has it and
    `wait` is False. What an earlier run left half written is undone first. `name` is the file, None to choose one that
    can be written. Raises EditError as `recover` does."""
    name = name or _name(root)
    file = inside(root, name)
    try:
        handle = _lock(file, wait)
    except OSError as error:
        raise EditError(f"{name} cannot be written ({error.strerror}); nothing was written.") from error
    if handle is None:
        yield None
        return
    held = Journal(root, file, handle)
    try:
        held.undo()
        yield held
        held.done = True
    finally:
        if held.done and os.name == "posix":
            file.unlink(missing_ok=True)
        os.close(handle)
        if held.done and os.name != "posix":  # elsewhere no file is removed while it is open
            with contextlib.suppress(OSError):
                file.unlink()


def _name(root: Path) -> str:
    folder = (root / FILE).parent
    with contextlib.suppress(OSError):
        folder.mkdir(exist_ok=True)
    return FILE if folder.is_dir() and os.access(folder, os.W_OK) else BESIDE


class Journal:
    """A journal that this run holds. `done` says that nothing is left to be undone."""

    def __init__(self, root: Path, file: Path, handle: int) -> None:
        self._root = root
        self._file = file
        self._handle = handle
        self.done = True

    def write(self, record: Record) -> None:
        """Name what will be written, before anything is. Raises OSError."""
        files = [
            [one.path, None if one.before is None else b64encode(one.before).decode(), one.after]
            for one in record.entries
        ]
        data = {"format": FORMAT, "token": record.token, "folders": record.folders, "files": files}
        self.done = False
        _write(self._handle, json.dumps(data).encode())
        sync_folder(self._file.parent)
        sync_folder(self._root)

    def undo(self) -> None:
        """Put back what the journal names. Raises EditError where that fails; the next run then tries again."""
        record = _parse(_read(self._handle))
        self.done = record is None  # a journal that was cut off names nothing that was begun
        if record is not None:
            roll_back(self._root, record)
            self.done = True


def roll_back(root: Path, record: Record) -> None:
    """Give every file of `record` its old content back that has the new one, and remove what else the run made.

    Where all have the new one nothing is undone: that run was finished. A file with any other content is a person's by
    now and stays. Raises EditError for a file that cannot be put back.
    """
    files = [(one, inside(root, one.path)) for one in record.entries]
    written = [_has(file, one.after) for one, file in files]
    for (one, file), is_written in reversed(list(zip(files, written, strict=True))):
        try:
            if is_written and not all(written):
                _put_back(one, file, record.temporary(file))
            record.temporary(file).unlink(missing_ok=True)
        except OSError as error:
            raise EditError(
                f"A run was stopped while it wrote, and {one.path} cannot be put back ({error.strerror}); make it "
                "writable and run again."
            ) from error
    for name in reversed(record.folders):
        with contextlib.suppress(OSError):  # not empty, or never made
            inside(root, name).rmdir()
    for folder in {file.parent for _, file in files}:
        sync_folder(folder)


def _has(file: Path, expected: str) -> bool:
    try:
        return digest(file.read_bytes()) == expected
    except OSError:
        return False


def _put_back(entry: Entry, file: Path, temporary: Path) -> None:
    if entry.before is None:
        file.unlink()
        return
    stage(temporary, entry.before, stat.S_IMODE(file.stat().st_mode))
    os.replace(temporary, file)


def stage(temporary: Path, content: bytes, mode: int) -> None:
    """Write `content` to a temporary file, onto the disk. Raises OSError."""
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.chmod(mode)


def sync_folder(folder: Path) -> None:
    """Bring what was renamed in `folder` onto the disk, where the system can."""
    with contextlib.suppress(OSError):  # Windows opens no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _parse(content: bytes) -> Record | None:
    """The record in a journal, None where it holds none that was written to its end."""
    try:
        data = json.loads(content)
        if data["format"] != FORMAT or not re.fullmatch(r"[0-9a-f]{16}", data["token"]):
            return None
        entries = [
            Entry(str(path), None if before is None else b64decode(before), str(after))
            for path, before, after in data["files"]
        ]
        return Record(data["token"], tuple(map(str, data["folders"])), tuple(entries))
    except (ValueError, KeyError, TypeError):
        return None


def _read(handle: int) -> bytes:
    os.lseek(handle, 0, os.SEEK_SET)
    pieces = []
    while piece := os.read(handle, 1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def _write(handle: int, content: bytes) -> None:
    os.lseek(handle, 0, os.SEEK_SET)
    os.ftruncate(handle, 0)
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]
    os.fsync(handle)


def _lock(file: Path, wait: bool) -> int | None:
    """An open handle of `file` that no other run has; None where one has it and `wait` is False."""
    while True:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            if not _take(handle, wait):
                os.close(handle)
                return None
            if os.path.samestat(os.fstat(handle), file.stat()):
                return handle
        except FileNotFoundError:
            pass  # the run that had it has removed it
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _take(handle: int, wait: bool) -> bool:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, 1 << 30, os.SEEK_SET)  # behind the content: a locked byte cannot be read
        try:
            msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True
