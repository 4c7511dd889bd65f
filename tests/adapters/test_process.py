from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cocalc_tui.adapters.process import run
from cocalc_tui.errors import Unreached
from tests.adapters.waiting import until

pytestmark = pytest.mark.asyncio


def sh(script: str) -> list[str]:
    return ["/bin/sh", "-c", script]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat").read_text()
    return stat.rpartition(")")[2].split()[0] != "Z"


async def test_output_errors_and_code_come_back() -> None:
    result = await run(sh("cat; echo bad >&2; exit 3"), timeout=10, stdin="täxt")
    assert (result.code, result.out, result.last_words()) == (3, "täxt", "bad")


async def test_lines_are_told_while_it_runs_and_redacted() -> None:
    lines: list[str] = []
    script = "echo one >&2; printf 'long %070000d\\n' 1 >&2; printf 'hunter2 end' >&2"
    result = await run(
        sh(script), timeout=10, line=lines.append, redact=lambda text: text.replace("hunter2", "●")
    )
    assert (lines[0], len(lines[1]), lines[2]) == ("one", 70005, "● end")
    assert "hunter2" not in result.err


async def test_bytes_that_are_no_text_do_not_stop_it() -> None:
    assert "ok" in (await run(sh("printf '\\377ok'"), timeout=10)).out


async def test_a_missing_program_is_named() -> None:
    with pytest.raises(Unreached, match="/no/such/helm was not found"):
        await run(["/no/such/helm"], timeout=1)


async def test_a_program_without_the_right_to_run(tmp_path: Path) -> None:
    (tmp_path / "helm").write_text("not a program")
    with pytest.raises(Unreached, match="cannot be started: Permission denied"):
        await run([str(tmp_path / "helm")], timeout=1)


async def test_a_late_program_is_ended_with_its_children(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with pytest.raises(Unreached, match=r"sh did not end within 0.5 s"):
        await run(sh(f"sleep 60 & echo $! >{note}; wait"), timeout=0.5)
    pid = int(note.read_text())
    await until(lambda: not alive(pid))


async def test_cancelled_it_asks_before_it_kills(tmp_path: Path) -> None:
    note, ready = tmp_path / "note", tmp_path / "ready"
    task = asyncio.create_task(
        run(sh(f"trap 'echo asked >{note}; exit' TERM; touch {ready}; sleep 60 & wait"), timeout=30)
    )
    await until(ready.exists)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert note.read_text() == "asked\n"


async def test_it_ends_when_we_are_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = (
        "import asyncio; from cocalc_tui.adapters.process import run; "
        f"asyncio.run(run(['/bin/sh', '-c', 'echo $$ >{note}; exec sleep 60'], timeout=60))"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])  # noqa: ASYNC220 it is killed below
    await until(lambda: note.exists() and note.read_text())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    pid = int(note.read_text())
    await until(lambda: not alive(pid))
