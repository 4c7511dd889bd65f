"""What the screens remember between runs: the theme. Never anything about a cluster."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path


def place(state_dir: Path) -> Path:
    """The file: under XDG_CONFIG_HOME where it is set, else in the state directory."""
    home = os.environ.get("XDG_CONFIG_HOME")
    return Path(home) / "cocalc-tui" / "screen.json" if home else state_dir / "screen.json"


def recall(path: Path) -> str:
    """The remembered theme, empty where there is none or the file cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    theme = found.get("theme") if isinstance(found, dict) else None
    return theme if isinstance(theme, str) else ""


def remember(path: Path, theme: str) -> None:
    """Keeps the theme, atomically; a directory that cannot be written is no reason to stop."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps({"theme": theme}) + "\n", encoding="utf-8")
        new.replace(path)
