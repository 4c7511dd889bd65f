"""Opens the full screen on what `wiring` builds; the only place that knows both."""

from __future__ import annotations

import gc
import locale
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from cocalc_tui.core.answers import Answers
from cocalc_tui.core.redact import redact
from cocalc_tui.core.step import Step
from cocalc_tui.options import Options
from cocalc_tui.ports import World
from cocalc_tui.screens.app import CocalcApp
from cocalc_tui.screens.live import Outside
from cocalc_tui.screens.picker import Offer
from cocalc_tui.wiring import (
    contexts,
    holder,
    keep_answers,
    kept_answers,
    known_values,
    list_worlds,
    open_world,
    with_examples,
)

if TYPE_CHECKING:
    from cocalc_tui.engine.session import Session

REHEARSAL = "rehearsal:"
COLORS = {"linux": 16, "xterm": 16, "vt100": 2, "vt220": 2}
KINDS = ("values", "script", "report", "answers", "rights")


def _exported(kind: str, session: Session) -> str:
    """The text of one export, made as the command makes it; imported when it is asked for."""
    from cocalc_tui.commands.export import exported

    return exported(kind, session)


def run_app(options: Options, steps: Sequence[Step], given: Answers) -> int:
    """Runs until the user leaves; gives the exit code."""
    app = build(options, steps, given)
    code = app.run()
    return code if isinstance(code, int) else int(app.return_code or 0)


def build(options: Options, steps: Sequence[Step], given: Answers) -> CocalcApp:
    """The app, not yet running."""

    async def opened(choice: str | None) -> World:
        gc.freeze()  # all that was imported for the first paint stays
        gc.enable()
        if choice and choice.startswith(REHEARSAL):
            return await open_world(replace(options, world=choice.removeprefix(REHEARSAL)))
        if choice:
            return await open_world(replace(options, world=None), choice)
        return await open_world(options)

    async def recall(session: Session) -> None:
        await kept_answers(session, options)

    async def keep(session: Session) -> None:
        await keep_answers(session, options)

    def offers() -> Sequence[Offer]:
        here = [Offer(name, name, "a cluster of your kubeconfig") for name in contexts(options)]
        return [*here, *(Offer(REHEARSAL + n, f"rehearse {n}", title) for n, title in list_worlds())]

    return CocalcApp(
        Outside(opened, with_examples, recall, keep, lambda text: redact(text, known_values())),
        steps,
        given,
        holder(),
        options.state_path,
        ascii="utf" not in locale.getpreferredencoding(False).lower(),
        color=not os.environ.get("NO_COLOR"),
        colors=1 << 24 if os.environ.get("COLORTERM") else COLORS.get(os.environ.get("TERM", ""), 256),
        offers=offers,
        exports={kind: partial(_exported, kind) for kind in KINDS},
    )
