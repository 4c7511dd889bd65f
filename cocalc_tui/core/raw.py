"""Reading objects of the API server as they come: any key may be missing, any value of another type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

Raw = Mapping[str, Any]


def value(found: object, *path: str) -> Any:
    """What stands at a path of keys; None where something on the way is missing."""
    for key in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(key)
    return found


def text(found: object, *path: str) -> str:
    """The text at a path; empty where there is none."""
    at = value(found, *path)
    return at if isinstance(at, str) else ""


def number(found: object, *path: str, default: int = 0) -> int:
    """The whole number at a path."""
    at = value(found, *path)
    return at if isinstance(at, int) and not isinstance(at, bool) else default


def table(found: object, *path: str) -> Raw:
    """The object at a path; empty where there is none."""
    at = value(found, *path)
    return at if isinstance(at, Mapping) else {}


def rows(found: object, *path: str) -> tuple[Raw, ...]:
    """The objects of the list at a path."""
    at = value(found, *path)
    if not isinstance(at, list | tuple):
        return ()
    return tuple(one for one in at if isinstance(one, Mapping))


def texts(found: object, *path: str) -> tuple[str, ...]:
    """The texts of the list at a path."""
    at = value(found, *path)
    return tuple(one for one in at if isinstance(one, str)) if isinstance(at, list | tuple) else ()


def name(found: object) -> str:
    """The object's name."""
    return text(found, "metadata", "name")


def namespace(found: object) -> str:
    """The object's namespace."""
    return text(found, "metadata", "namespace")


def named(objects: Sequence[Raw], wanted: str, space: str = "") -> Raw | None:
    """The object of that name, and of that namespace where one is given and the object tells it."""
    return next(
        (o for o in objects if name(o) == wanted and namespace(o) in ("", space or namespace(o))), None
    )


def condition(found: object, kind: str) -> Raw:
    """The status condition of a type; empty where there is none."""
    return next((c for c in rows(found, "status", "conditions") if c.get("type") == kind), {})


def moment(stamp: object) -> float | None:
    """A timestamp of the API as Unix time in seconds."""
    if not isinstance(stamp, str):
        return None
    try:
        return datetime.fromisoformat(stamp).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def event_time(event: Raw) -> float:
    """When an event was last seen, whichever of its three ways of saying it is used."""
    stamps = (
        value(event, "series", "lastObservedTime"),
        event.get("lastTimestamp"),
        event.get("eventTime"),
        value(event, "metadata", "creationTimestamp"),
    )
    return next((t for s in stamps if (t := moment(s)) is not None), 0.0)


def about(events: Sequence[Raw], kind: str, found: object) -> tuple[Raw, ...]:
    """The events about one object, oldest first."""
    space, called = namespace(found), name(found)
    mine = [
        e
        for e in events
        if text(e, "involvedObject", "kind") == kind
        and text(e, "involvedObject", "name") == called
        and text(e, "involvedObject", "namespace") in ("", space)
    ]
    return tuple(sorted(mine, key=event_time))


def newest(*groups: Sequence[Raw]) -> float:
    """The latest time that the objects or events tell: the server's clock cannot be before it."""
    return max((t for group in groups for one in group for t in _times(one)), default=0.0)


def _times(found: Raw) -> Iterator[float]:
    yield event_time(found)
    for one in rows(found, "status", "conditions"):
        yield moment(one.get("lastTransitionTime")) or 0.0
