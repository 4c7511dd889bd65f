"""A crash leaves a redacted report and says where."""

from __future__ import annotations

import platform
import sys
import time
import traceback

from cocalc_tui import __version__
from cocalc_tui.core.redact import redact
from cocalc_tui.options import Options


def report(error: BaseException, options: Options) -> int:
    """Writes the report under the state directory; gives the exit code 3."""
    from cocalc_tui.wiring import known_values

    text = "".join(traceback.format_exception(error))
    head = f"cocalc-tui {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
    folder = options.state_path / "reports"
    name = folder / time.strftime("crash-%Y%m%d-%H%M%S.txt")
    print(f"cocalc-tui: something went wrong inside: {type(error).__name__}", file=sys.stderr)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name.write_text(redact(head + text, known_values()), encoding="utf-8")
    except OSError as problem:
        print(f"The report could not be written: {problem.strerror}", file=sys.stderr)
    else:
        print(f"A report without secrets is in {name}; send it to support.", file=sys.stderr)
    return 3
