"""Choosing a cluster: the contexts of the kubeconfig, and the rehearsal worlds."""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.screens.widgets.choose import ChooseBox, Item

Offer = Item
"""A cluster to choose: the value that opens it, its name, what is known of it."""


class PickerScreen(ChooseBox):
    """The cluster picker."""

    def __init__(self, offers: Sequence[Offer], *, trouble: str = "", now: str = "") -> None:
        text = trouble or "Which cluster is CoCalc to run on? A rehearsal needs nothing and changes nothing."
        super().__init__("Change cluster", offers, text=text, now=now)
