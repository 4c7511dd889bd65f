"""What a benchmark found, and the table of all."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- benchmarks: tests/benchmarks/run --write -->", "<!-- /benchmarks -->"


@dataclass(frozen=True, slots=True)
class Result:
    """One row: `ours` beside `other` (what a user would do otherwise), and whether the budget was kept."""

    what: str
    ours: str
    other: str
    found: str
    budget: str
    kept: bool


def milliseconds(seconds: float) -> str:
    """For reading: 43 ms, 1.24 s."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def table(results: Sequence[Result]) -> str:
    """Markdown."""
    lines = ["| what | cocalc-tui | otherwise | found | budget | kept |", "|---|---|---|---|---|---|"]
    for each in results:
        kept = "yes" if each.kept else "**no**"
        lines.append(f"| {each.what} | {each.ours} | {each.other} | {each.found} | {each.budget} | {kept} |")
    return "\n".join(lines)


def place() -> str:
    """What the figures were measured on."""
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}"


def write(results: Sequence[Result]) -> None:
    """Puts the table between the markers of the README."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"{README.name} has no markers {BEGIN} and {END}")
    body = f"{table(results)}\n\nMeasured with {place()}; cluster, database and registry on the same machine."
    README.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")
