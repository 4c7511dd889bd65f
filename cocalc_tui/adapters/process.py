"""Runs a program: argument list, never a shell, never a secret among the arguments."""

from __future__ import annotations

import asyncio
import codecs
import ctypes
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cocalc_tui.errors import Unreached

PATIENCE = 5.0  # seconds between asking a program to end and killing it
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Result:
    """How a program ended: exit code (negative: the signal) and what it wrote."""

    code: int
    out: str
    err: str

    def last_words(self, lines: int = 5) -> str:
        """The last lines of its errors, or of its output where it wrote no errors."""
        said = [line for line in (self.err.strip() or self.out.strip()).splitlines() if line.strip()]
        return "\n".join(said[-lines:]) or f"exit code {self.code}, without a word"


def unchanged(text: str) -> str:
    """Redacts nothing."""
    return text


async def run(
    argv: Sequence[str],
    *,
    timeout: float,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    line: Callable[[str], None] | None = None,
    redact: Callable[[str], str] = unchanged,
) -> Result:
    """Runs to the end within a time in seconds; cancelled or late, the program and its children are ended.

    `env` is added to the environment. `line` gets each line of standard error while it runs. What it wrote
    there passes through `redact`; standard output is for a parser and stays as it is. Raises `Unreached`
    where the program is missing, cannot be started or is late.
    """
    name = Path(argv[0]).name
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=PIPE if stdin is not None else asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            start_new_session=True,  # Ctrl-C reaches us alone; we end it in order
            preexec_fn=_die_with(os.getpid()) if _LIBC else None,
        )
    except (FileNotFoundError, NotADirectoryError):
        missing = cwd if cwd and not cwd.is_dir() else argv[0]  # noqa: ASYNC240 a single stat
        raise Unreached(f"{missing} was not found", f"Install {name}, or give its path.") from None
    except OSError as error:
        raise Unreached(f"{argv[0]} cannot be started: {error.strerror}", f"Reinstall {name}.") from None
    try:
        async with asyncio.timeout(timeout):
            out, err, _ = await asyncio.gather(
                _read(process.stdout), _read(process.stderr, line, redact), _write(process.stdin, stdin)
            )
            code = await process.wait()
    except TimeoutError:
        remedy = f"Run {name} by hand to see what it waits for."
        raise Unreached(f"{name} did not end within {timeout:g} s", remedy) from None
    finally:
        await _end(process)
    return Result(code, out, redact(err))


def _die_with(parent: int) -> Callable[[], None]:
    """Lets the kernel end the program when we are killed, so that helm can note that it was interrupted."""

    def ask_kernel() -> None:
        if _LIBC:
            _LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


async def _read(
    stream: asyncio.StreamReader | None,
    line: Callable[[str], None] | None = None,
    redact: Callable[[str], str] = unchanged,
) -> str:
    """All of a stream; each line is told as it comes, of any length and whatever bytes it holds."""
    parts: list[str] = []
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    rest = ""
    while stream and (chunk := await stream.read(1 << 16)):
        text = decoder.decode(chunk)
        parts.append(text)
        if line:
            *lines, rest = (rest + text).split("\n")
            for each in lines:
                line(redact(each.rstrip("\r")))
    if line and rest:
        line(redact(rest))
    return "".join(parts)


async def _write(stream: asyncio.StreamWriter | None, text: str | None) -> None:
    if stream is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):
        stream.write((text or "").encode())
        await stream.drain()
        stream.close()
        await stream.wait_closed()


async def _end(process: Process) -> None:
    """Ends the program's whole group: asked first, so that helm can clean up, then killed."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await process.wait()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.returncode is None:
        await process.wait()
