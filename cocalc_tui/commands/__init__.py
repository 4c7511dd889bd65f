"""The headless commands: one engine, text or JSON on standard output, talk on standard error."""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine
from importlib import import_module

from cocalc_tui.commands.output import data_on_stdout, no_output
from cocalc_tui.errors import CocalcError
from cocalc_tui.options import Options

COLLECT = (100_000, 50, 1000)
"""Collections of garbage are rarer: decoding long lists stalls a quarter as long, in a third of the time."""

Command = Callable[[argparse.Namespace, Options], Coroutine[None, None, int]]

MODULES = {
    "check": "check",
    "status": "check",
    "plan": "plan",
    "apply": "apply",
    "export": "export",
    "explain": "explain",
    "remove": "remove",
    "snapshot": "snapshot",
}


def run(arguments: argparse.Namespace) -> int:
    """Runs one command; no traceback reaches the user."""
    options = Options.of(arguments)
    gc.set_threshold(*COLLECT)
    try:
        from cocalc_tui.commands.logging import log_to

        with log_to(options):
            if arguments.command is None:
                from cocalc_tui.commands.tui import open_tui

                return open_tui(options)
            if arguments.command == "rehearse":
                from cocalc_tui.commands.rehearse import rehearse

                return rehearse(arguments, options)
            module = import_module(f"cocalc_tui.commands.{MODULES[arguments.command]}")
            command: Command = getattr(module, arguments.command)
            data_on_stdout(text=getattr(arguments, "output", "") == "text")
            code = asyncio.run(command(arguments, options))
            if sys.stdout:
                sys.stdout.flush()
            return code
    except CocalcError as error:
        print(f"cocalc-tui: {error.message}", file=sys.stderr)
        if error.remedy:
            print(f"→ {error.remedy}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("cocalc-tui: interrupted; run the same command again to continue", file=sys.stderr)
        return 130
    except BrokenPipeError:
        no_output()
        return 0
    except OSError as error:
        no_output()
        place = error.filename or "standard output"
        print(f"cocalc-tui: {place}: {(error.strerror or str(error)).lower()}", file=sys.stderr)
        return 3
    except Exception as error:  # noqa: BLE001  # the last net: a crash leaves a redacted report, no traceback
        from cocalc_tui.commands.crash import report

        return report(error, options)
