"""What changed in the cluster while we looked, told from one snapshot to the next."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from cocalc_tui.core.facts import Object, Seen
from cocalc_tui.core.kinds import (
    EVENT,
    INGRESS,
    INGRESS_CLASS,
    NAMESPACE,
    NODE,
    PERSISTENT_VOLUME_CLAIM,
    SECRET,
    STORAGE_CLASS,
    Kind,
)
from cocalc_tui.core.topics import Topic
from cocalc_tui.engine.judging import Judged
from cocalc_tui.screens.glyphs import STATES

WORDS: dict[Kind, str] = {
    STORAGE_CLASS: "class",
    PERSISTENT_VOLUME_CLAIM: "claim",
    NAMESPACE: "namespace",
    NODE: "node",
    SECRET: "secret",
    INGRESS: "ingress",
    INGRESS_CLASS: "ingress class",
}
KEPT = 200


@dataclass(frozen=True, slots=True)
class Noticed:
    """One thing that was seen: `at` is Unix time in seconds, the glyph has the colour of `token`."""

    at: float
    glyph: str
    token: str
    text: str


class SeenLog:
    """The last things that were noticed, newest first."""

    def __init__(self) -> None:
        self.entries: deque[Noticed] = deque(maxlen=KEPT)
        self._before: Judged | None = None

    def fold(self, judged: Judged, at: float) -> bool:
        """Notes what differs from the snapshot before; whether anything did."""
        before, self._before = self._before, judged
        if before is None or before.view.facts is judged.view.facts:
            return False
        found = [*_objects(before, judged, at), *_states(before, judged, at)]
        self.entries.extendleft(found)
        return bool(found)


def _states(before: Judged, after: Judged, at: float) -> Iterator[Noticed]:
    for old, new in zip(before.steps, after.steps, strict=True):
        if old.pending or new.pending or old.state is new.state:
            continue
        glyph, token = STATES[new.state]
        yield Noticed(at, glyph, token, f"{new.step.title} {new.state}: {new.summary}")


def _objects(before: Judged, after: Judged, at: float) -> Iterator[Noticed]:
    for need, new in after.view.facts.observed.items():
        if not isinstance(need, Topic) or need.kind == EVENT or need.kind not in WORDS:
            continue
        old = before.view.facts.get(need)
        if isinstance(old, Seen) and isinstance(new, Seen) and old is not new:
            yield from _changes(WORDS[need.kind], _named(old), _named(new), at)


def _named(seen: Seen) -> dict[str, Object]:
    return {str(o["metadata"]["name"]): o for o in seen.objects}


def _changes(word: str, old: dict[str, Object], new: dict[str, Object], at: float) -> Iterator[Noticed]:
    for name in sorted(new.keys() - old.keys()):
        yield Noticed(at, "+", "success", f"{word} {name} created")
    for name in sorted(old.keys() - new.keys()):
        yield Noticed(at, "−", "error", f"{word} {name} deleted")
    for name in sorted(old.keys() & new.keys()):
        phase = _phase(new[name])
        if phase and phase != _phase(old[name]):
            bad = phase in ("Lost", "Terminating", "not ready")
            sign = ("✗", "error") if bad else ("✓", "success")
            yield Noticed(at, *sign, f"{word} {name} is {phase.lower()}")


def _phase(found: Object) -> str:
    status = found.get("status", {})
    ready = next((c.get("status") for c in status.get("conditions", ()) if c.get("type") == "Ready"), None)
    if ready is not None:
        return "ready" if ready == "True" else "not ready"
    return str(status.get("phase", ""))
