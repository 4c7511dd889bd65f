"""What was observed, and the only way to change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from cocalc_tui.core.topics import Need, Probe, Topic

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pending:
    """Asked, no answer yet."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The server refused to tell (401, 403), with its reason, and what to do where that is known."""

    reason: str
    remedy: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No usable answer: refused, timed out, malformed; with the reason and from where it was asked."""

    reason: str
    remedy: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back: objects of a topic, or the one document of a probe. `at` is Unix time in seconds."""

    objects: tuple[Object, ...] = ()
    at: float = field(default=0.0, compare=False)
    stale: str = field(default="", compare=False)


Observation = Pending | Denied | Unreachable | Seen


@dataclass(frozen=True, slots=True)
class Observed:
    """Event: a need has this observation now."""

    need: Need
    observation: Observation


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Event: nobody asks for this need any more."""

    need: Need


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything observed so far. `generation` grows by one with each event that changed something."""

    generation: int = 0
    cluster_uid: str | None = None
    observed: Mapping[Need, Observation] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, need: Need) -> Observation:
        """The observation of a need; `Pending` where it was never asked."""
        return self.observed.get(need, Pending())

    def objects(self, topic: Topic) -> tuple[Object, ...]:
        """The objects of a topic, empty where they were not seen."""
        seen = self.get(topic)
        return seen.objects if isinstance(seen, Seen) else ()

    def object(self, topic: Topic) -> Object | None:
        """The one object of a topic that names it; None where it is absent or was not seen."""
        objects = self.objects(topic)
        return objects[0] if objects else None

    def result(self, probe: Probe) -> Object | None:
        """The document of a probe; None where it was not seen."""
        seen = self.get(probe)
        return seen.objects[0] if isinstance(seen, Seen) and seen.objects else None


def fold(facts: Facts, event: Observed | Forgotten) -> Facts:
    """The facts after an event; the same object if nothing changed."""
    before = facts.observed.get(event.need)
    if isinstance(event, Forgotten):
        if before is None:
            return facts
        rest = {n: o for n, o in facts.observed.items() if n != event.need}
        return replace(facts, generation=facts.generation + 1, observed=MappingProxyType(rest))
    if before == event.observation and getattr(before, "stale", "") == getattr(
        event.observation, "stale", ""
    ):
        return facts
    observed = {**facts.observed, event.need: event.observation}
    return replace(facts, generation=facts.generation + 1, observed=MappingProxyType(observed))
