"""The first row: where we are, as whom, and whether what is shown is live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.widgets import Static

from cocalc_tui.screens.text import cut, line

if TYPE_CHECKING:
    from cocalc_tui.engine.judging import Judged
    from cocalc_tui.screens.app import CocalcApp

BAR = (" │ ", "$line")


class TopBar(Static):
    """Context, namespace, platform; operator; live, stale or what is going on."""

    def __init__(self, desk: CocalcApp) -> None:
        super().__init__()
        self.desk = desk
        self._last: Content | None = None

    def on_mount(self) -> None:
        """First paint; an age that is shown grows by itself."""
        self.paint()
        self.set_interval(1.0, self._tick)

    def on_resize(self) -> None:
        """What is left out depends on the width."""
        self.paint()

    def _tick(self) -> None:
        if self.desk.live.stale_since() is not None:
            self.paint()

    def paint(self) -> None:
        """Shows the present state, if it differs from what is shown."""
        width = self.size.width
        if not width:
            return
        wide = width >= 100
        right = line(
            *([("operator ", "$muted")] if wide else []), self.desk.me.operator, BAR, self._pulse(), " "
        )
        left = self._left(width - right.cell_length - 1, wide)
        whole = line(left, " " * (width - left.cell_length - right.cell_length), right)
        if self._last is None or not self._last.is_same(whole):
            self._last = whole
            self.update(whole, layout=False)

    def _left(self, room: int, wide: bool) -> Content:
        judged = self.desk.live.judged
        namespace = judged.view.namespace if judged else ""
        tail: list[Content | str | tuple[str, str]] = []
        if namespace:
            tail += [BAR, *([("namespace ", "$muted")] if wide else []), namespace]
        platform = _platform(judged) if judged and wide else None
        if platform:
            tail += [BAR, (platform[0] + " ", "$muted"), platform[1]]
        end = line(*tail) if tail else Content("")
        place = self._place(room - 10 - end.cell_length)
        return line(" ", ("CoCalc", "bold $primary"), BAR, place, end)

    def _place(self, room: int) -> Content:
        live = self.desk.live
        if live.world is None:
            return line((cut(self.desk.first or "no cluster yet", room), "$muted"))
        if live.world.rehearsal:
            name = cut(live.world.name, room - 10)
            pace = f" time ×{live.world.speed:g}" if live.world.speed != 1 else ""
            return line(
                ("rehearsal ", "$accent"), name, (pace if len(name + pace) <= room - 10 else "", "$muted")
            )
        found = _cluster(live.judged) if live.judged else {}
        return line(cut(str(found.get("context") or live.world.name), room))

    def _pulse(self) -> Content:
        live = self.desk.live
        if self.desk.applying and self.desk.applying.running:
            return line(("▸", "$primary"), " applying")
        if live.phase == "failed":
            return line(("✗", "$error"), " no cluster")
        if live.phase == "opening":
            return line(("…", "$muted"), " opening")
        since = live.stale_since()
        if since is not None:
            return line(("?", "$unknown"), f" stale {max(0, int(live.clock() - since))} s")
        if live.looking:
            return line(("…", "$muted"), " looking")
        return line(("●", "$success"), " live")


def _cluster(judged: Judged) -> Mapping[str, Any]:
    from cocalc_tui.engine.judging import CLUSTER

    return judged.view.result(CLUSTER)


def _platform(judged: Judged) -> tuple[str, str] | None:
    from cocalc_tui.core.action import NODES
    from cocalc_tui.core.platform import OTHER, recognise

    found = _cluster(judged)
    version = str(found.get("version") or "")
    if not version:
        return None
    hints = [str(h) for h in found.get("platform_hints", ())]
    platform, _ = recognise(version, hints, judged.view.objects(NODES), str(found.get("context") or ""))
    short = version.lstrip("v").partition("-")[0].partition("+")[0]
    return ("Kubernetes" if platform is OTHER else platform.name), short
