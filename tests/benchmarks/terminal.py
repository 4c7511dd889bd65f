"""A program in a terminal of its own, and what it shows there."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

CONTROL = re.compile(rb"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b[()][0-9A-Za-z]|\x1b[=>78]|\x1b\][^\x07]*\x07")


class Terminal:
    """Starts a program on a pseudo-terminal; ends it on leaving."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        size: tuple[int, int] = (120, 40),
    ) -> None:
        self._command = list(command)
        terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        self._env = {**os.environ, **(env or {}), **terminal}
        self._size = size
        self._seen = b""

    def __enter__(self) -> Self:
        self._master, slave = pty.openpty()
        columns, rows = self._size
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            self._command, stdin=slave, stdout=slave, stderr=slave, env=self._env, start_new_session=True
        )
        os.close(slave)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self.drain(0.5)
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    @property
    def shown(self) -> str:
        """All that was written since `forget`, without control sequences."""
        return CONTROL.sub(b"", self._seen).decode(errors="replace")

    def forget(self) -> None:
        """What was written until now no longer counts."""
        self._seen = b""

    def drain(self, seconds: float) -> None:
        """Reads what is written during a time."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0 and self._read(left):
            pass

    def until(self, *texts: str, seconds: float = 30) -> float:
        """Seconds from the start of the program until all texts were written. Raises `TimeoutError`."""
        end = time.perf_counter() + seconds
        while True:
            now = time.perf_counter()
            shown = self.shown
            if all(text in shown for text in texts):
                return now - self.began
            if now > end or not self._read(end - now):
                raise TimeoutError(f"{texts} were not shown:\n{shown[-3000:]}")

    def ended(self, seconds: float) -> int:
        """Reads until the program ends by itself; its exit code. Raises `TimeoutError`."""
        end = time.perf_counter() + seconds
        while self._process.poll() is None:
            if time.perf_counter() > end:
                raise TimeoutError(f"still running after {seconds:g} s:\n{self.shown[-3000:]}")
            self._read(0.2)
        return self._process.returncode

    def _read(self, seconds: float) -> bool:
        """Whether the program is still there."""
        if select.select([self._master], [], [], max(0.0, seconds))[0]:
            with suppress(OSError):
                data = os.read(self._master, 1 << 16)
                self._seen += data
                return bool(data)
            return False
        return True
