"""Helm's record of a release: labels of its Secrets, of which only the metadata are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cocalc_tui.core.facts import Object
from cocalc_tui.core.kinds import LEASE, SECRET
from cocalc_tui.core.topics import Topic
from cocalc_tui.core.view import View

INPUTS = "cocalc-tui-inputs"
NO_SECRETS = "00000000"
LEASE_NAME = "cocalc-tui"


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a release; `inputs` is empty if someone else installed it, `at` is in Unix seconds."""

    secret: str
    number: int
    status: str
    inputs: str
    at: float

    @property
    def pending(self) -> bool:
        """Whether helm was at work on it when this was written."""
        return self.status.startswith("pending")


def release_name(view: View) -> str:
    """The name of the release."""
    return view.text("release.name", "cocalc") or "cocalc"


def topic_of(view: View) -> Topic:
    """Helm's Secrets of the release, metadata only: their content holds every value."""
    selector = f"owner=helm,name={release_name(view)}"
    return Topic(SECRET, view.namespace, selector=selector, metadata_only=True)


def lease_topic(view: View) -> Topic:
    """The Lease that tells who is applying here."""
    return Topic(LEASE, view.namespace, LEASE_NAME)


def revisions(secrets: Iterable[Object]) -> tuple[Revision, ...]:
    """All revisions, oldest first."""
    return tuple(sorted((_revision(s["metadata"]) for s in secrets), key=lambda r: r.number))


def newest(secrets: Iterable[Object]) -> Revision | None:
    """The newest revision, None where nothing was ever installed."""
    found = revisions(secrets)
    return found[-1] if found else None


def _revision(metadata: Object) -> Revision:
    labels = metadata.get("labels") or {}
    number = str(labels.get("version") or "").strip()
    touched = str(labels.get("modifiedAt") or labels.get("createdAt") or "")
    return Revision(
        str(metadata.get("name") or ""),
        int(number) if number.isdigit() else 0,
        str(labels.get("status") or "unknown"),
        str(labels.get(INPUTS) or ""),
        float(touched) if touched.isdigit() else seconds(metadata.get("creationTimestamp")),
    )


def seconds(text: Any) -> float:
    """A Kubernetes time as Unix seconds, 0 where there is none."""
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return 0.0


def holder(lease: Object | None, now: float) -> str:
    """Who holds the lease now; empty where nobody does or it ran out."""
    spec = (lease or {}).get("spec") or {}
    who = str(spec.get("holderIdentity") or "")
    lasts = float(spec.get("leaseDurationSeconds") or 30)
    return who if who and seconds(spec.get("renewTime")) + lasts > now else ""


def same_inputs(deployed: str, wanted: str) -> bool:
    """Whether a revision has the wanted inputs; secrets that are not at hand now count as unchanged."""
    if not deployed or not wanted:
        return False
    return deployed == wanted or (wanted.endswith(NO_SECRETS) and deployed[:8] == wanted[:8])
