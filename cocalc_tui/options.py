"""The options that every command shares."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """Global options as given; `None` where an option was not."""

    kubeconfig: str | None = None
    context: str | None = None
    namespace: str | None = None
    chart: str | None = None
    values: str | None = None
    answers: str | None = None
    world: str | None = None
    state_dir: str | None = None
    log_file: str | None = None
    set: tuple[str, ...] = ()
    plain: bool = False

    @staticmethod
    def of(arguments: argparse.Namespace) -> Options:
        """From parsed arguments; `--set` before and after the command are one list."""
        given = vars(arguments)
        names = [n for n in Options.__slots__ if n not in ("set", "plain")]
        return Options(
            **{n: given.get(n) for n in names},
            set=(*given.get("set", ()), *given.get("set_after", ())),
            plain=bool(given.get("plain")),
        )

    @property
    def state_path(self) -> Path:
        """The state directory: `--state-dir`, else `$XDG_STATE_HOME/cocalc-tui`."""
        if self.state_dir:
            return Path(self.state_dir)
        base = os.environ.get("XDG_STATE_HOME")
        return (Path(base) if base else Path.home() / ".local/state") / "cocalc-tui"

    @property
    def color(self) -> bool:
        """Whether colour is wanted on standard output (https://no-color.org)."""
        return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
