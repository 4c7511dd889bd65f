"""What an update of the chart brings, in words: commits, images, default values, keys that vanish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cocalc_tui.core import checkout, values_view
from cocalc_tui.core.values import ValuesError, parse
from cocalc_tui.core.view import View

SHOWN = 12


def lost_keys(view: View) -> tuple[str, ...]:
    """Keys of the user's values file, and keys that we would write, that the newer chart has no more."""
    removed = set(checkout.news(view).get("removed") or ())
    if not removed:
        return ()
    ours = {setting.path for setting in values_view.resolved(view).settings}
    used = ours | set(own_keys(view))
    return tuple(sorted(path for path in removed if any(_same(path, key) for key in used)))


def own_keys(view: View) -> tuple[str, ...]:
    """The paths of all values in the user's file; none where it cannot be read."""
    try:
        document = parse(str(view.result(values_view.file(view)).get("text") or ""))
    except ValuesError:
        return ()
    return tuple(_paths(document, ""))


def _paths(value: object, path: str) -> Sequence[str]:
    if isinstance(value, Mapping) and value:
        found: list[str] = []
        for key, inner in value.items():
            name = str(key).replace(".", "\\.")
            found += _paths(inner, f"{path}.{name}" if path else name)
        return found
    return (path,) if path else ()


def _same(removed: str, used: str) -> bool:
    """Whether a removed key is used: itself, what was in it, or what it was in."""
    return removed == used or used.startswith(f"{removed}.") or removed.startswith(f"{used}.")


def lines(view: View) -> tuple[str, ...]:
    """An update line by line, the most important first."""
    news = checkout.news(view)
    lost = lost_keys(view)
    found = [f"your key {path} is no longer there" for path in lost]
    found += _some([f"{c['commit'][:7]} {c['subject']}" for c in news.get("incoming") or ()], "commits")
    images = news.get("images") or ()
    found += _some([_change(each) for each in images], "images")
    other = [each for each in news.get("changed") or () if each not in images]
    found += _some([_change(each) for each in other], "default values")
    found += _some([f"new value {path}" for path in news.get("added") or ()], "new values")
    found += _some([f"gone value {p}" for p in news.get("removed") or () if p not in lost], "values gone")
    return tuple(found)


def _change(each: Mapping[str, Any]) -> str:
    return f"{each['path']}: {each['before'] or '(empty)'} → {each['after'] or '(empty)'}"


def _some(entries: Sequence[str], what: str) -> list[str]:
    more = len(entries) - SHOWN
    return [*entries[:SHOWN], *([f"and {more} more {what}"] if more > 0 else [])]
