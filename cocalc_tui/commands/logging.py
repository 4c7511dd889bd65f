"""The log file: redacted by value, never on the screen."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from cocalc_tui.core.redact import redact
from cocalc_tui.errors import UsageError
from cocalc_tui.options import Options


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        from cocalc_tui.wiring import known_values

        return redact(super().format(record), known_values())


@contextmanager
def log_to(options: Options) -> Iterator[None]:
    """Writes the log to `--log-file` while the block runs; without it nothing is logged."""
    root = logging.getLogger()
    handler: logging.Handler = logging.NullHandler()
    if options.log_file:
        try:
            handler = logging.FileHandler(options.log_file, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"--log-file {options.log_file}: {error.strerror}") from error
        handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
        root.setLevel(logging.INFO)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
