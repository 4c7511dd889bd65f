"""One digest of all files of a chart."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from cocalc_tui.adapters.chart.errors import Unreadable

MOST = 20_000  # files; a chart has tens, a home folder given by mistake has these in no time
NOT_CHART = (".git", "__pycache__")


def digest(folder: Path) -> str:
    """SHA-256 over sorted names and contents. Links count as what they say; values files written into
    the folder (`my-values*`) do not count, or writing them would change what they are made for."""
    total = hashlib.sha256()
    for count, (name, path) in enumerate(sorted(_files(folder)), start=1):
        if count > MOST:
            raise Unreadable(f"{folder} has over {MOST:,} files: it is no chart")
        total.update(name.encode("utf-8", "surrogateescape") + b"\0" + _content(path) + b"\n")
    return total.hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    seen = 0
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in NOT_CHART]
        links = [name for name in folders if Path(root, name).is_symlink()]
        for name in [*files, *links]:
            path = Path(root, name)
            if path.parent == folder and name.startswith("my-values"):
                continue
            seen += 1
            if seen > MOST:
                raise Unreadable(f"{folder} has over {MOST:,} files: it is no chart")
            yield path.relative_to(folder).as_posix(), path


def _content(path: Path) -> bytes:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode) and not path.is_file():
        return str(path.readlink()).encode("utf-8", "surrogateescape")
    if not stat.S_ISREG(path.stat().st_mode):
        return b"neither file nor folder"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def stamp(folder: Path) -> str:
    """What changes when a file of the chart changes: names, sizes, times. Cheaper than the digest."""
    total = hashlib.sha256()
    for name, path in sorted(_files(folder)):
        found = path.lstat()
        total.update(f"{name}\0{found.st_size} {found.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return total.hexdigest()
