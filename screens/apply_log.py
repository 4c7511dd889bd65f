"""What an apply's log shows: what the apply told, what was noticed, what the cluster's events say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cocalc_tui.core import workloads
from cocalc_tui.core.cause import cleaned
from cocalc_tui.core.facts import Object
from cocalc_tui.core.release import seconds
from cocalc_tui.core.view import View
from cocalc_tui.engine.progress import Progress
from cocalc_tui.screens.seen import Noticed

TOLD_OF = ("Pulling", "Started")
TONES = {"finished": "success", "failed": "error", "skipped": "muted", "summary": "primary"}


@dataclass(frozen=True, slots=True)
class Said:
    """One line: when (Unix seconds), who, what, in which colour (empty: plain)."""

    at: float
    source: str
    text: str
    tone: str = ""


def of_progress(event: Progress) -> Iterator[Said]:
    """The lines of one event of the apply; a failure tells below what to do."""
    source = event.step or "apply"
    if event.event == "progress":
        source = "helm"
    if event.event == "waiting" and event.step == "release":
        source = "rollout"
    if event.message:
        yield Said(event.at, source, event.message, TONES.get(event.event, ""))
    if event.event == "failed" and event.remedy:
        yield Said(event.at, source, f"→ {event.remedy}")


def of_notice(seen: Noticed) -> Said:
    """Something that changed in the cluster."""
    return Said(seen.at, "cluster", seen.text, "error" if seen.token == "error" else "muted")


def of_cluster(view: View, since: float) -> Iterator[tuple[str, Said]]:
    """The cluster's own events since a time, each with a key that is new when it happens again."""
    events: Iterable[Object] = view.objects(workloads.around(view)[2])
    for event in events:
        metadata = event.get("metadata") or {}
        at = seconds(
            event.get("lastTimestamp") or event.get("eventTime") or metadata.get("creationTimestamp")
        )
        warns = event.get("type") == "Warning"
        if at < since - 1 or not (warns or event.get("reason") in TOLD_OF):
            continue
        about = (event.get("involvedObject") or {}).get("name", "")
        text = f"{event.get('reason')}: {cleaned(str(event.get('message') or ''))} ({about})"
        key = f"{metadata.get('uid') or metadata.get('name')} {event.get('count')}"
        yield key, Said(at, "event", text, "error" if warns else "muted")
