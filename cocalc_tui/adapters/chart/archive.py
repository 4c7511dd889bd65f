"""Reads a packed sub-chart without unpacking it."""

from __future__ import annotations

import tarfile
import zlib
from pathlib import Path

from cocalc_tui.adapters.chart.errors import Unreadable

WANTED = ("Chart.yaml", "values.yaml")
LARGEST = 4 << 20  # bytes of one file inside
MOST = 10_000  # files inside


def read_archive(path: Path) -> tuple[str, dict[str, bytes]]:
    """The folder that it unpacks to, and the files of it that tell about values. Raises `Unreadable`."""
    name, files = "", {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for count, member in enumerate(archive):
                top, _, rest = member.name.removeprefix("./").partition("/")
                if count > MOST:
                    raise Unreadable(f"over {MOST:,} files")
                if rest not in WANTED or not member.isfile():
                    continue
                content = archive.extractfile(member)
                if member.size > LARGEST or content is None:
                    raise Unreadable(f"{rest} is over {LARGEST >> 20} MiB")
                name = top
                files[rest] = content.read()
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise Unreadable(f"no chart archive: {error}") from None
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}") from None
    if "Chart.yaml" not in files:
        raise Unreadable("no Chart.yaml is in it")
    return name, files
