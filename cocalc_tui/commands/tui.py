"""Opens the full screen."""

from __future__ import annotations

import asyncio
import gc
import os
import sys

from cocalc_tui.errors import UsageError
from cocalc_tui.options import Options
from cocalc_tui.steps import STEPS
from cocalc_tui.wiring import given_answers


def open_tui(options: Options) -> int:
    """Runs the full screen; raises `UsageError` without a terminal."""
    given = given_answers(options, STEPS)
    if options.plain or os.environ.get("TERM") == "dumb":
        from cocalc_tui.commands.plain import plain

        return asyncio.run(plain(options))
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError(
            "the full screen needs a terminal",
            "Run it in a terminal, or use a command: check, status, plan, apply, export (see --help).",
        )
    gc.disable()  # nothing is garbage before the first paint; `full_screen` enables it then
    from cocalc_tui.full_screen import run_app

    return run_app(options, STEPS, given)
