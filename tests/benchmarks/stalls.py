"""How long the event loop is held up, in a terminal, while the app looks, applies, and is talked at."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.practice import Site
from tests.benchmarks.result import Result, milliseconds
from tests.benchmarks.terminal import Terminal

LONGEST, USUAL = 0.1, 0.03


def benchmark() -> Iterator[Result]:
    """On the rehearsal world and on a real cluster."""
    with tempfile.TemporaryDirectory() as name:
        state = Path(name)
        found = watch("apply", ["--world", "gke", "--state-dir", str(state / "quiet")])
        yield _row("event loop while looking, rehearsal", found["detecting"])
        yield _row("event loop while applying, rehearsal", found["applying"])
        found = watch("chatty", ["--world", "gke", "--state-dir", str(state / "chatty")])
        yield _row("event loop under 1,000 log lines a second", found["applying"])
    with Site() as site:
        found = watch("apply", site.arguments()[2:], site.environment)
    yield _row("event loop while looking, real cluster", found["detecting"])
    yield _row("event loop while applying, real cluster", found["applying"])


def watch(scenario: str, options: Sequence[str], env: Mapping[str, str] | None = None) -> Any:
    """Runs a scenario to its end; what it reported."""
    with tempfile.TemporaryDirectory() as name:
        report = Path(name) / "report.json"
        command = [sys.executable, "-m", "tests.benchmarks.watched", scenario, str(report), *options]
        with Terminal(command, env) as terminal:
            terminal.ended(120)
        return json.loads(report.read_text())


def _row(what: str, found: Mapping[str, float]) -> Result:
    longest, usual = found["max"], found["p99"]
    return Result(
        what,
        f"longest {milliseconds(longest)}, p99 {milliseconds(usual)}",
        "not applicable",
        f"{found['beats']} beats",
        "no stall over 100 ms, p99 ≤ 30 ms",
        longest <= LONGEST and usual <= USUAL,
    )
