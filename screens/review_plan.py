"""What of a plan can be done now, with what the reader left out or took over, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cocalc_tui.core.action import Action, Helm, Wait
from cocalc_tui.core.plan import Planned
from cocalc_tui.core.rights import lacking_for
from cocalc_tui.engine.judging import Judged

LEFT_OUT = "left out"
RIGHT = "right missing"
CHOICE = "your choice"
TAKEN = "taken over"
SECONDS = {Helm: 30.0, Wait: 30.0}
ROLLOUT = 240.0


@dataclass(frozen=True, slots=True)
class Prospect:
    """A plan as the reader has marked it. `notes` tell by action id what stands beside it."""

    plan: tuple[Planned, ...]
    notes: Mapping[str, str]
    doable: tuple[Planned, ...]
    waiting: tuple[Planned, ...]

    @property
    def seconds(self) -> float:
        """About how long what can be done takes."""
        return sum(seconds_of(p.action) for p in self.doable)


def seconds_of(action: Action) -> float:
    """About how long an action takes: only helm and waiting take long."""
    if isinstance(action, Wait) and action.step == "release":
        return ROLLOUT
    return SECONDS.get(type(action), 0.5)


def about(seconds: float) -> str:
    """A duration in round words."""
    minutes = round(seconds / 60)
    return f"about {minutes} min" if minutes else "under a minute"


def prospect(judged: Judged, accepted: frozenset[str], skipped: frozenset[str]) -> Prospect:
    """Follows the plan as an apply would: what is left out or stuck keeps back what comes after it."""
    stuck: set[str] = set()
    notes: dict[str, str] = {}
    doable: list[Planned] = []
    waiting: list[Planned] = []
    freed = _freed(judged, accepted)
    after = {s.id: s.step.after for s in judged.steps}
    for planned in judged.plan.changes():
        note, can = _note(planned, judged, accepted, skipped, freed)
        held = next((d for d in (planned.step, *after[planned.step]) if d in stuck), "")
        if can and held:
            note, can = "waits" if held == planned.step else f"after {held}", False
        if can:
            doable.append(planned)
        else:
            stuck.add(planned.step)
            if note != LEFT_OUT:
                waiting.append(planned)
        notes[planned.id] = note
    return Prospect(judged.plan.actions, notes, tuple(doable), tuple(waiting))


def _freed(judged: Judged, accepted: frozenset[str]) -> frozenset[str]:
    """Steps that are stuck only by choices which were made."""
    adopts: dict[str, list[str]] = {}
    for planned in judged.plan.actions:
        if planned.verb == "adopt":
            adopts.setdefault(planned.step, []).append(planned.id)
    return frozenset(step for step, ids in adopts.items() if accepted.issuperset(ids))


def _note(
    planned: Planned,
    judged: Judged,
    accepted: frozenset[str],
    skipped: frozenset[str],
    freed: frozenset[str],
) -> tuple[str, bool]:
    if planned.verb == "adopt":
        taken = planned.id in accepted
        return (TAKEN if taken else CHOICE), taken
    if planned.id in skipped:
        return LEFT_OUT, False
    if lacking_for(judged.view, planned.action):
        return RIGHT, False
    if planned.blocked.removeprefix("after ") in freed:
        return "", True
    return planned.blocked, not planned.blocked
