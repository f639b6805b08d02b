"""Who asks what right now, among all threads and processes of one cache: nobody pays for what another one is asking.

A claim is a lock of one byte of a file, at a place that follows from the question. The operating system frees it when
its process ends, however it ends: unlike a row with a time limit, a claim neither outlives `kill -9` nor runs out while
a model still thinks.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

_FIRST_LOOK = 0.02  # seconds until another process is looked at again; doubled each time
_LAST_LOOK = 0.5
_OPEN: dict[Path, Claims] = {}  # POSIX counts such locks by process: one object must know all of a file's
_OPENING = threading.Lock()


def claims_at(path: Path) -> Claims:
    """The claims of the file at `path`, the same object for the whole process."""
    with _OPENING:
        return _OPEN.setdefault(path.resolve(), Claims(path))


class Claims:
    """Held by one thread of one process each. Where the file system knows no locks, threads are told apart only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None  # open while anything is held
        self._held: set[int] = set()
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def hold(self, key: str, check: Callable[[], None]) -> Iterator[None]:
        """Waits until nobody holds `key` (hexadecimal), and holds it. `check` raises where it makes no sense to wait
        any longer; it is called before each look, and after `wake`."""
        place = int(key[:7], 16)  # 28 bits: within what every system can lock
        self._take(place, check)
        try:
            yield
        finally:
            with self._changed:
                self._held.remove(place)
                if self._held:
                    self._lock(place, False)
                elif self._file is not None:
                    os.close(self._file)  # and with it all locks
                    self._file = None
                self._changed.notify_all()

    def wake(self) -> None:
        """Lets everyone who waits check again."""
        with self._changed:
            self._changed.notify_all()

    def _take(self, place: int, check: Callable[[], None]) -> None:
        pause = _FIRST_LOOK
        with self._changed:
            while True:
                check()
                if place not in self._held and self._lock(place, True):
                    self._held.add(place)
                    return
                self._changed.wait(pause)
                pause = min(2 * pause, _LAST_LOOK)

    def _lock(self, place: int, locked: bool) -> bool:
        """False where another process holds the place."""
        if self._file is None:
            try:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            except OSError:
                return True
        if sys.platform == "win32":
            import msvcrt

            os.lseek(self._file, place, os.SEEK_SET)
            try:
                msvcrt.locking(self._file, msvcrt.LK_NBLCK if locked else msvcrt.LK_UNLCK, 1)
            except OSError:
                return False
            return True
        import fcntl

        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB if locked else fcntl.LOCK_UN, 1, place)
        except (BlockingIOError, PermissionError):
            return False
        except OSError:
            return True
        return True
