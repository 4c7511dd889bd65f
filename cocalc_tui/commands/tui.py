"""Opens the full screen."""

from __future__ import annotations

import os
import sys

from cocalc_tui.commands.options import Options
from cocalc_tui.errors import UsageError
from cocalc_tui.steps import STEPS
from cocalc_tui.wiring import given_answers


def open_tui(options: Options) -> int:
    """Runs the full screen; raises `UsageError` without a terminal."""
    given = given_answers(options, STEPS)
    if options.plain or os.environ.get("TERM") == "dumb":
        raise UsageError(
            "the line-by-line dialogue is not there yet",
            "Use check, plan and apply, which print plain lines.",
        )
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "the full screen needs a terminal",
            "Run it in a terminal, or use a command: check, status, plan, apply, export (see --help).",
        )
    from cocalc_tui.wiring import run_app

    return run_app(options, STEPS, given)
