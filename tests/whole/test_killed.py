"""Killed in the middle of an apply: the next apply ends where an undisturbed one does."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.whole.bench import Desk, state_of

HELM = 6  # the first write that helm makes: its own record, pending


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def kill(process: subprocess.Popen[str], *, helm_too: bool = False) -> None:
    """SIGKILL; `helm_too` gives helm no time to note that it was interrupted."""
    process.send_signal(signal.SIGSTOP)
    if helm_too:
        for child in children(process.pid):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
    process.kill()


@pytest.mark.parametrize(
    ("number", "after", "helm_too"),
    [
        pytest.param(1, True, False, id="after the namespace"),
        pytest.param(4, True, False, id="between the claims and the password"),
        pytest.param(HELM, True, True, id="helm killed after its record"),
        pytest.param(HELM + 9, False, False, id="helm left alone in the middle"),
        pytest.param(HELM + 20, True, True, id="helm killed in the middle"),
    ],
)
def test_an_apply_that_was_killed_is_continued(
    desk: Desk, undisturbed: dict[str, Any], number: int, *, after: bool, helm_too: bool
) -> None:
    process = desk.start("apply", "--yes", "-o", "json")
    desk.proxy.on_write(number, lambda: kill(process, helm_too=helm_too), after=after)
    out, err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, out + err
    assert '"summary"' not in out

    desk.proxy.forget()
    again = desk.apply(answers=number == 1)
    assert again.code == 0, again.out + again.err
    assert desk.releases()[0]["status"] == "deployed"
    assert state_of(desk) == undisturbed

    desk.proxy.forget()
    last = desk.apply()
    assert (last.code, last.summary["writes"], desk.proxy.writes) == (0, 0, 0), last.out
