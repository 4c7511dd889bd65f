"""What the storage step looks at: two claims, the classes, and the volumes behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cocalc_tui.core import storage_classes
from cocalc_tui.core.answers import Value
from cocalc_tui.core.claims import class_name, phase
from cocalc_tui.core.facts import Object
from cocalc_tui.core.kinds import EVENT, PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, STORAGE_CLASS
from cocalc_tui.core.ownership import HELM, made_by
from cocalc_tui.core.topics import Need, Topic
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate

CLASSES = Topic(STORAGE_CLASS)
PARTS = ("data", "software")
PATHS = {
    "create": (Candidate("storage.create"),),
    "class": (Candidate("storage.class"),),
    "data_claim": (Candidate("global.storage.data.claimName"),),
    "data_size": (Candidate("storage.size.data"),),
    "software_claim": (Candidate("global.storage.software.claimName"),),
    "software_size": (Candidate("storage.size.software"),),
    "shared_files_path": (Candidate("global.shared_files_path"),),
    "fix_permissions": (Candidate("manage.project.fixPermissionsInit"),),
}


def claim_name(view: View, part: str) -> str:
    """The name of a claim."""
    return view.text(f"storage.{part}_claim") or f"projects-{part}"


def topic(view: View, part: str) -> Topic:
    """The claim itself."""
    return Topic(PERSISTENT_VOLUME_CLAIM, view.namespace, claim_name(view, part))


def live(view: View, part: str) -> Object | None:
    """The claim as it is, None where it is absent or was not seen."""
    return view.object(topic(view, part))


def both(view: View) -> bool:
    """Whether both claims are there."""
    return all(live(view, part) is not None for part in PARTS)


def bound(view: View) -> bool:
    """Whether both claims have their volumes."""
    return all((c := live(view, part)) is not None and phase(c) == "Bound" for part in PARTS)


def creator(view: View) -> str:
    """Who makes the claims: tool, chart or none."""
    return view.text("storage.create", "tool")


def chosen(view: View) -> Object | None:
    """The class that was chosen, None where it is absent."""
    return storage_classes.by_name(view.objects(CLASSES), view.text("storage.class"))


def needs_claims(view: View) -> Iterable[Need]:
    """The two claims."""
    return tuple(topic(view, part) for part in PARTS)


def needs_class(view: View) -> Iterable[Need]:
    """The claims and the classes."""
    return (CLASSES, *needs_claims(view))


def volumes(view: View) -> tuple[Topic, ...]:
    """The volumes of bound claims."""
    names = [(live(view, part) or {}).get("spec", {}).get("volumeName") for part in PARTS]
    return tuple(Topic(PERSISTENT_VOLUME, name=str(n)) for n in dict.fromkeys(names) if n)


def needs_choice(view: View) -> Iterable[Need]:
    """The classes only while there is one to choose: not every login may list them."""
    return needs_claims(view) if both(view) else needs_class(view)


def needs_reclaim(view: View) -> Iterable[Need]:
    """The volumes of bound claims decide, else the class; a volume may have been changed to be kept."""
    if bound(view):
        return (*needs_claims(view), *volumes(view))
    found = chosen(view)
    more = volumes(view) if found is None or not storage_classes.retains(found) else ()
    return (*needs_class(view), *more)


def needs_claim(part: str) -> Callable[[View], Iterable[Need]]:
    """The claim; its class and the events of the namespace only while it is not bound."""

    def needs(view: View) -> Iterable[Need]:
        claim = live(view, part)
        if claim is None or phase(claim) == "Bound":
            return (topic(view, part),)
        return (topic(view, part), CLASSES, Topic(EVENT, view.namespace))

    return needs


def detect_class(view: View) -> Value | None:
    """The class of a claim that is there, else the one class that fits."""
    of = next((c for part in PARTS if (c := class_name(live(view, part)))), "")
    return of or storage_classes.suggestion(view.objects(CLASSES)) or None


def detect_create(view: View) -> Value | None:
    """Claims that the chart made stay the chart's."""
    return "chart" if any(made_by(c) == HELM for part in PARTS if (c := live(view, part))) else None


def class_needed(view: View) -> bool:
    """Whether a claim has to be made of it."""
    return creator(view) != "none" and all(view.seen(t) for t in needs_class(view)) and not both(view)
