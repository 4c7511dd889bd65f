"""What happens during an apply, as one stream that screens, text and JSON lines read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cocalc_tui.core.plan import Left

Event = Literal["started", "progress", "waiting", "finished", "skipped", "failed", "summary"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One event. `at` is Unix time in seconds; `action` and `step` are ids; the last one is a `summary`."""

    event: Event
    at: float
    action: str = ""
    step: str = ""
    message: str = ""
    cause: str = ""
    remedy: str = ""
    remaining_seconds: float | None = None
    writes: int | None = None
    done: int | None = None
    failed: int | None = None
    left: tuple[Left, ...] = ()
    exit: int | None = None
