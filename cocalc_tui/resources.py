"""The files that come with the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def asset(name: str) -> str:
    """The text of a file under assets."""
    return (files("cocalc_tui.assets") / name).read_text(encoding="utf-8")


def asset_path(name: str) -> Path:
    """The path of a file or folder under assets (the package is never run from a zip)."""
    return Path(str(files("cocalc_tui.assets") / name))
