"""Writing what commands produce, without overwriting what somebody else wrote."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from cocalc_tui.errors import Refused, UsageError

MARK = "cocalc-tui"


def write_out(path: str | None, text: str, *, force: bool, mode: int = 0o644) -> None:
    """To standard output (no path, or -), or atomically to a file.

    Raises `UsageError` where a file is there that this tool did not write (its first lines do not name it).
    """
    if path in (None, "-"):
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    target = Path(str(path))
    if target.is_dir():
        raise UsageError(f"{path} is a folder", "Name a file.")
    if target.exists() and not force and MARK not in _head(target):
        raise UsageError(f"{path} exists and was not written by cocalc-tui", "Add --force to overwrite it.")
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}", "Name a folder that can be written.") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise Refused(
            f"{path}: {error.strerror}; nothing was changed", "Free some room, then try again."
        ) from error
    print(f"wrote {path}", file=sys.stderr)


def _head(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(2000)
    except OSError:
        return ""
