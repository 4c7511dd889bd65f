"""The workloads of a release, each with its bar, and why those that are not ready are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from textual.content import Content

from cocalc_tui.core import workloads
from cocalc_tui.core.cause import Cause
from cocalc_tui.core.facts import Facts, Object
from cocalc_tui.core.raw import condition
from cocalc_tui.core.release import newest, release_name, seconds, topic_of
from cocalc_tui.core.rollout import causes, progress
from cocalc_tui.core.view import View
from cocalc_tui.core.words import duration
from cocalc_tui.screens.text import Part, counted, cut, fit, line, lines, wrapped

NAME, BAR = 26, 9


@dataclass(frozen=True, slots=True)
class Load:
    """One workload: how many pods of how many are ready, what it is at, what keeps it back."""

    name: str
    ready: int
    wanted: int
    done: bool
    stage: str
    since: float
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Rollout:
    """All workloads of a release, by name, and the causes, deepest first."""

    release: str
    revision: int
    loads: tuple[Load, ...] = ()
    causes: tuple[Cause, ...] = ()

    @property
    def ready(self) -> int:
        """How many are ready."""
        return sum(x.done for x in self.loads)

    @property
    def share(self) -> float:
        """The share of them that is ready, 0 to 1."""
        return self.ready / len(self.loads) if self.loads else 0.0


class _View:
    """A view as a key of a cache: its facts and the release's name decide; the time moves on."""

    def __init__(self, view: View) -> None:
        self.view = view

    def _key(self) -> tuple[Facts, str, str]:
        return self.view.facts, release_name(self.view), self.view.namespace

    def __hash__(self) -> int:
        return id(self.view.facts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _View):
            return False
        mine, theirs = self._key(), other._key()
        return mine[0] is theirs[0] and mine[1:] == theirs[1:]


def rollout(view: View) -> Rollout:
    """What was seen of the release."""
    return _rollout(_View(view))


@lru_cache(maxsize=4)
def _rollout(key: _View) -> Rollout:
    view = key.view
    revision = newest(view.objects(topic_of(view)))
    found = workloads.of_release(view.objects(workloads.deployments(view)), release_name(view))
    sets, pods, events, claims = (view.objects(topic) for topic in workloads.around(view))
    why = causes(
        workloads=found, replicasets=sets, pods=pods, events=events, claims=claims, now=view.now or None
    )
    loads = sorted((_load(d, pods, why) for d in found), key=lambda x: x.name)
    return Rollout(release_name(view), revision.number if revision else 0, tuple(loads), why)


def _load(found: Object, pods: Sequence[Object], why: Sequence[Cause]) -> Load:
    load = workloads.workload(found)
    name = f"Deployment/{load.name}"
    cause = next((c for c in why if c.workload == name), None)
    told = progress(found, pods).partition(", ")[2]
    since = seconds(condition(found, "Available").get("lastTransitionTime"))
    return Load(load.name, load.ready, load.wanted, load.done, told, since, cause)


def bar(share: float, width: int, tone: str = "success") -> Content:
    """A bar in half cells."""
    halves = round(max(0.0, min(1.0, share)) * width * 2)
    full, half = divmod(halves, 2)
    rest = width - full - half
    return line(("━" * full + "╸" * half, f"${tone}"), ("─" * rest, "$line"))


def table(found: Rollout, begun: float, width: int, spin: str, *, fold: bool) -> Content:
    """One row a workload; with `fold` those that are ready become one row."""
    shown = [x for x in found.loads if not (fold and x.done)]
    rows = [_row(x, begun, width, spin) for x in shown]
    if not fold or not found.ready:
        return lines(rows)
    text = f"{found.ready} of {counted(len(found.loads), 'deployment')} ready"
    return lines([line(("✓", "$success"), " ", (text, "$muted")), *rows])


def _row(load: Load, begun: float, width: int, spin: str) -> Content:
    bad = load.cause is not None and load.cause.persistent
    sign: Part = ("✓", "$success") if load.done else ("✗", "$error") if bad else (spin, "$primary")
    share = load.ready / load.wanted if load.wanted else 1.0
    name = min(NAME, max(12, width // 3))
    text, tone = _stage(load, begun)
    room = width - name - BAR - 9
    count = f"{load.ready}/{load.wanted}"
    return line(
        sign, " ", fit(load.name, name), f"{count:>5} ", bar(share, BAR), " ", (cut(text, room), tone)
    )


def _stage(load: Load, begun: float) -> tuple[str, str]:
    if load.done:
        took = load.since - begun
        return (f"ready after {duration(took)}" if begun and 0 < took < 86400 else "ready"), "$muted"
    if load.cause:
        return load.cause.summary, "$error" if load.cause.persistent else "$warning"
    return load.stage or "waiting for its pods", ""


def told(found: Sequence[Cause], width: int) -> list[Content]:
    """Each cause with where it shows, what was said, and what to do."""
    rows: list[Content] = []
    for cause in found:
        glyph, token = ("✗", "error") if cause.persistent else ("…", "warning")
        head = line((glyph, f"${token}"), " ", (cause.workload.partition("/")[2], f"${token}"), "  ")
        rows += wrapped(cause.summary, width, "bold", head, 2)
        where = {"pod": cause.pod, "container": cause.container, "node": cause.node}
        known = "  ".join(f"{k} {v}" for k, v in where.items() if v)
        if known:
            rows += wrapped(known, width, "$muted", "  ", 2)
        if cause.detail:
            rows += wrapped(cause.detail, width, "$muted", "  ", 2)
        rows += wrapped(cause.remedy, width, "", line("  ", ("→", "$muted"), " "), 4)
    return rows


def brief(found: Sequence[Cause], width: int) -> list[Content]:
    """The deepest cause in two rows."""
    if not found:
        return []
    cause, more = found[0], len(found) - 1
    token = "error" if cause.persistent else "warning"
    name = cause.workload.partition("/")[2]
    text = f"{name}: {cause.summary}" + (f" and {more} more" if more else "")
    head = line(("✗" if cause.persistent else "…", f"${token}"), " ", (cut(text, width - 2), f"${token}"))
    return [head, line("  ", ("→", "$muted"), " ", cut(cause.remedy, width - 4))]
