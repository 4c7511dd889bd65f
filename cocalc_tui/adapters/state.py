"""Answers and journal under the state directory: to ask nothing twice, never to decide what is done."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path


def run_folder(state_dir: Path, uid: str, namespace: str) -> Path:
    """The folder of one cluster and namespace."""
    safe = re.sub(r"[^A-Za-z0-9.-]", "_", f"{uid}-{namespace}")
    return state_dir / "runs" / safe


def load_answers(folder: Path) -> str:
    """The text of the kept answers; empty where there are none."""
    try:
        return (folder / "answers.yaml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def save_answers(folder: Path, text: str) -> None:
    """Keeps answers atomically, for the owner only. A full or read-only disk loses only this comfort."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".answers-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(folder / "answers.yaml")
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def append_journal(folder: Path, line: str) -> None:
    """Adds a line for people to read; nothing reads it back."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / "journal.log").open("a", encoding="utf-8") as file:
            file.write(line + "\n")
