"""The report that a crash leaves: redacted, 0600, in the state directory."""

from __future__ import annotations

import os
import platform
import time
import traceback
from collections.abc import Callable
from pathlib import Path


def report(error: BaseException, state_dir: Path, redact: Callable[[str], str], doing: str) -> Path | None:
    """Writes the report and gives its place; None where it cannot be written."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    path = state_dir / "reports" / f"crash-{stamp}-{os.getpid()}.txt"
    told = "".join(traceback.format_exception(error))
    where = f"Python {platform.python_version()}, {platform.system()}"
    text = f"cocalc-tui crashed at {stamp}\n{where}\n{doing}\n\n{told}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(redact(text))
    except OSError:
        return None
    return path
