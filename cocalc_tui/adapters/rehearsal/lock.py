"""One process at a time changes a rehearsal's state."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType


class FileLock:
    """An advisory lock on a file, taken again by its holder without waiting.

    Held for the few milliseconds of one change, so that waiting for it needs no patience. Where the folder
    cannot be written nothing can be kept, and there is nothing to guard.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1
        self._depth = 0

    def __enter__(self) -> None:
        self._depth += 1
        if self._depth > 1:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        except OSError:
            self._close()

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._depth -= 1
        if not self._depth:
            self._close()

    def _close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
