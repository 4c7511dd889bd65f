"""What can be taken away as a file, and choosing one of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cocalc_tui.errors import CocalcError
from cocalc_tui.screens.widgets.choose import ChooseBox, Item

if TYPE_CHECKING:
    from cocalc_tui.screens.app import CocalcApp


class Taken(NamedTuple):
    """One thing to take away: its kind (`cocalc-tui export KIND`), its file, what it is for."""

    kind: str
    file: str
    purpose: str


ALL = (
    Taken("values", "my-values.yaml", "the values as planned"),
    Taken("script", "install.sh", "the same as a script"),
    Taken("report", "report.html", "what was seen, no secrets"),
    Taken("answers", "answers.yaml", "for another cluster"),
    Taken("rights", "rights.yaml", "the roles that this login lacks"),
)


def offered(desk: CocalcApp) -> list[Taken]:
    """What this app can export."""
    return [t for t in ALL if t.kind in desk.exports]


def ask(desk: CocalcApp, first: str = "") -> None:
    """Lets the reader choose, then asks for a path."""
    found = offered(desk)
    if not found or desk.live.session is None:
        desk.say("Nothing can be exported before the cluster is open")
        return
    items = [Item(t.kind, t.file, t.purpose) for t in found]
    desk.push_screen(ChooseBox("Export", items, now=first), lambda kind: export(desk, kind or ""))


def export(desk: CocalcApp, kind: str) -> None:
    """Makes one text and asks where to save it; says why where it cannot be made."""
    taken = next((t for t in offered(desk) if t.kind == kind), None)
    if taken is None or desk.live.session is None:
        return
    try:
        text = desk.exports[kind](desk.live.session)
    except CocalcError as error:
        desk.say(f"{error.message} {error.remedy}".strip())
        return
    desk.save(taken.file, text)
