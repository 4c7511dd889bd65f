"""How long `--help` takes, beside the interpreter that does nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from tests.benchmarks.result import Result, milliseconds

TIMES = 25
BARE = ("-c", "pass")


def benchmark() -> Iterator[Result]:
    """`--help` and `--version`."""
    for option in ("--help", "--version"):
        ours, bare = _interleaved((*("-m", "cocalc_tui"), option), BARE)
        ratio = ours / bare
        yield Result(
            f"`{option}`",
            milliseconds(ours),
            f"{milliseconds(bare)}, `python -c pass`",
            f"{ratio:.1f} ×",
            "≤ 2.5 ×",
            ratio <= 2.5,
        )


def _interleaved(*commands: Sequence[str]) -> list[float]:
    """The best time of each, taken in turns, so that a busy moment hits all."""
    best = [float("inf")] * len(commands)
    for _ in range(TIMES):
        for number, command in enumerate(commands):
            began = time.perf_counter()
            subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
            best[number] = min(best[number], time.perf_counter() - began)
    return best
