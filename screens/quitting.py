"""The question before leaving a running apply."""

from __future__ import annotations

from cocalc_tui.screens.widgets.choose import ChooseBox, Item


class QuitScreen(ChooseBox):
    """Stop at a safe point, leave at once, or stay: gives `stop`, `leave` or `stay`."""

    def __init__(self) -> None:
        super().__init__(
            "An apply is running",
            (
                Item("stay", "Stay", "the apply goes on"),
                Item("stop", "Stop, then quit", "after the present action"),
                Item("leave", "Quit at once", "the present action may be half done"),
            ),
            text="What was done stays done. Start cocalc-tui again to continue.",
        )
