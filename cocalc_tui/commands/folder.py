"""Writing a folder of exported files, without touching a folder that somebody else made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cocalc_tui.commands.output import MARK, write_out
from cocalc_tui.errors import Refused, UsageError

SIGN = "README.md"
OWN = ("namespace.yaml", "claims.yaml", "objects.yaml", "prepare.sh", ".gitignore")
"""Files that an earlier export may have had and a later one has not."""


def write_folder(path: str, files: Mapping[str, str], *, force: bool) -> None:
    """Each file atomically. Raises `UsageError` where the folder is not one that this tool wrote."""
    if path == "-":
        raise UsageError("this export is a folder, not one text", "Name a folder: --out DIR")
    folder = Path(path)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{path} is a file", "Name a folder.")
    try:
        if folder.is_dir() and any(folder.iterdir()) and not force and not _made(folder / SIGN):
            raise UsageError(
                f"the folder {path} was not written by cocalc-tui", "Add --force to overwrite what it holds."
            )
        folder.mkdir(exist_ok=True)
    except FileNotFoundError as error:
        raise UsageError(f"there is no folder {folder.parent}", "Name a folder that is there.") from error
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}", "Name a folder that can be written.") from error
    for name in [name for name in files if name != SIGN] + [SIGN]:
        mode = 0o755 if name.endswith(".sh") else 0o644
        write_out(str(folder / name), files[name], force=True, mode=mode)
    for name in OWN:
        if name not in files and _made(folder / name):
            (folder / name).unlink()


def _made(path: Path) -> bool:
    """Whether one of the first two lines says that this tool made the file."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return any(f"Made by {MARK}" in file.readline(200) for _ in range(2))
    except OSError:
        return False
