"""Giving a line that was changed by hand back to this tool: the one write that this screen asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cocalc_tui.core import values_view
from cocalc_tui.core.action import WriteFile
from cocalc_tui.core.values import Entry, ValuesError
from cocalc_tui.core.values_return import give_back
from cocalc_tui.errors import CocalcError

if TYPE_CHECKING:
    from cocalc_tui.screens.app import CocalcApp

WHY = "The answer is to replace what was changed by hand."


async def give_line_back(desk: CocalcApp, entry: Entry) -> None:
    """Marks the line in the file as it is there, looks again, and says how that went."""
    session = desk.live.session
    if session is None:
        desk.say("The file can be changed once the cluster is open")
        return
    view = session.judged.view
    seen = view.result(values_view.file(view))
    try:
        text = give_back(str(seen.get("text") or ""), entry.path, entry.step)
        base = str(seen.get("sha256") or "")
        action = WriteFile("values.settle", "values", WHY, values_view.path(view), text, base)
        await session.world.files.write(action)
        await session.refresh(action.probe)
        await session.judge_now()
    except ValuesError as error:
        desk.say(error.message)
    except CocalcError as error:
        desk.say(f"{error.message} {error.remedy}".strip())
    else:
        desk.say(f"{entry.path} follows the answer again: F9 writes it")
