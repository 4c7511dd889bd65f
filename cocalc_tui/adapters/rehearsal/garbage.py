"""What goes with its owner."""

from __future__ import annotations

from cocalc_tui.adapters.rehearsal.moment import Moment
from cocalc_tui.adapters.rehearsal.store import Object

EVENTS_LAST = 3600.0  # seconds, as the API server's default


def reconcile(moment: Moment) -> None:
    """Removes objects whose owners are all gone."""
    store = moment.store
    uids = {o["metadata"]["uid"] for o in store.all()}
    for obj in list(store.all()):
        owners = obj["metadata"].get("ownerReferences", [])
        lost = bool(owners) and not any(ref["uid"] in uids for ref in owners)
        if lost or (_orphan(obj, uids) and moment.elapsed(obj, "expired", EVENTS_LAST)):
            store.remove(obj)


def _orphan(obj: Object, uids: set[str]) -> bool:
    """Whether it is an event about something that is gone."""
    return obj["kind"] == "Event" and obj["involvedObject"].get("uid") not in uids
