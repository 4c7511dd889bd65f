"""Programs that run beside the tests and never outlive them."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

LAUNCH = Path(__file__).with_name("launch.py")
PREFIX = "cocalc-testbed-"


class Failed(Exception):
    """A program of the test bed did not start or stopped; the text ends with its last words."""


class Service:
    """One program. Start it from the main thread: it dies with the thread that started it."""

    def __init__(
        self,
        name: str,
        command: list[str],
        log: Path,
        *,
        user: tuple[int, int] = (0, 0),
        ends_with: signal.Signals = signal.SIGTERM,
        dies_with: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.name = name
        self.command = command
        self.log = log
        self.user = user
        self.ends_with = ends_with
        self.dies_with = dies_with
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        uid, gid = self.user
        launch = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), str(int(self.dies_with))]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*launch, str(uid), str(gid), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
            )

    @property
    def pid(self) -> int:
        if self._process is None:
            raise Failed(f"{self.name} was not started")
        return self._process.pid

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def check(self) -> None:
        if not self.alive():
            raise Failed(f"{self.name} is not running; the end of its log:\n{self.last_words()}")

    def last_words(self, lines: int = 20) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def freeze(self) -> None:
        """It keeps its connections and answers nothing, as a lost machine would."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def stop(self, patience: float = 5) -> None:
        if self._process is None:
            return
        if self.alive():
            self._process.send_signal(self.ends_with)
            self._process.send_signal(signal.SIGCONT)
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process = None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def free_ports(count: int) -> list[int]:
    """Different ports of loopback, all free a moment ago."""
    with ExitStack() as held:
        ports = []
        for _ in range(count):
            listener = held.enter_context(socket.socket())
            listener.bind(("127.0.0.1", 0))
            ports.append(int(listener.getsockname()[1]))
        return ports


class StateFolder:
    """A temporary folder; what a killed run left behind is removed by the next one."""

    def __init__(self) -> None:
        _sweep()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock: IO[str] = (self.path / ".lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError), (folder / ".lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # its owner holds it while alive
            shutil.rmtree(folder, ignore_errors=True)
