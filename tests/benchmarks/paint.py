"""How long until the hub shows the titles of its steps, beside a Textual app with one label."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence

from cocalc_tui.steps import STEPS
from tests.benchmarks.result import Result, milliseconds
from tests.benchmarks.terminal import Terminal

TIMES = 12


def benchmark() -> Iterator[Result]:
    """Both in a terminal of their own, in turns, the best of each."""
    titles = [step.title for step in STEPS]
    ours = other = float("inf")
    with tempfile.TemporaryDirectory() as state:
        hub = [sys.executable, "-m", "cocalc_tui", "--state-dir", state, "rehearse"]
        label = [sys.executable, "-m", "tests.benchmarks.one_label"]
        for _ in range(TIMES):
            other = min(other, _first_paint(label, ["one label"]))
            ours = min(ours, _first_paint(hub, titles))
    ratio = ours / other
    yield Result(
        "first paint of the hub",
        milliseconds(ours),
        f"{milliseconds(other)}, a Textual app with one label",
        f"{ratio:.2f} ×",
        "≤ 1.2 ×",
        ratio <= 1.2,
    )


def _first_paint(command: Sequence[str], texts: Sequence[str]) -> float:
    with Terminal(command) as terminal:
        return terminal.until(*texts)
