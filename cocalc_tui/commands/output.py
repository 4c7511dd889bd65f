"""Writing what commands produce, without overwriting what somebody else wrote."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path

from cocalc_tui.errors import Refused, UsageError

MARK = "cocalc-tui"
HEAD = 2000  # characters


def write_out(path: str | None, text: str, *, force: bool, mode: int = 0o644) -> None:
    """To standard output (no path, or -), or atomically to a file.

    Raises `UsageError` where a file is there that this tool did not write: it lacks the line that names us.
    """
    if path in (None, "-"):
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    target = Path(str(path))
    if target.is_dir():
        raise UsageError(f"{path} is a folder", "Name a file.")
    if target.exists() and not force and not _ours(target, text):
        raise UsageError(f"{path} exists and was not written by cocalc-tui", "Add --force to overwrite it.")
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"there is no folder {target.parent}", "Name a folder that is there.") from error
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


def no_output() -> None:
    """Lets everything that is still printed disappear."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def data_on_stdout(*, text: bool) -> None:
    """Text shows what the terminal has no sign for as `?`; JSON and files are UTF-8 wherever they go."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        if text:
            sys.stdout.reconfigure(errors="replace")
        else:
            sys.stdout.reconfigure(encoding="utf-8")


def _ours(path: Path, text: str) -> bool:
    """Whether a file is an older edition of the text: both have the line by which this tool names itself."""
    mark = next((line for line in text[:HEAD].splitlines() if MARK in line), None)
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return mark is not None and mark in file.read(HEAD).splitlines()
    except OSError:
        return False
