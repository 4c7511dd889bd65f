"""What the release was installed with: the values that its user gave helm, secrets masked.

It answers fields that nobody answered here, and stands in for a values file that is not on this machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cocalc_tui.core.answers import Value
from cocalc_tui.core.redact import MASK
from cocalc_tui.core.release import newest, release_name, revisions, topic_of
from cocalc_tui.core.topics import Need, Probe
from cocalc_tui.core.values import HEADER, Setting, lookup, split
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate
from cocalc_tui.core.yaml_text import block, canonical

SECRET_KEY = re.compile(
    r"(pass(word|wd|phrase)?|token|(?<!existing)secret|credentials?|(^|_|api|access|private|secret)key)$",
    re.IGNORECASE,
)
SECRET_TEXT = re.compile(r"PRIVATE KEY-----|://[^/\s:@]+:[^/\s@]+@")
WHOLE = frozenset({"sso"})  # mappings that are secret as a whole


def probe(view: View, revision: int) -> Probe:
    """The question what one revision was installed with."""
    where = {"release": release_name(view), "namespace": view.namespace}
    return Probe.of("release", revision=revision, **where)


def needs(view: View) -> Iterable[Need]:
    """Helm's record; its values only where there is one."""
    found = newest(view.objects(topic_of(view)))
    gone = found is None or not found.number or found.status == "uninstalled"
    return (topic_of(view),) if found is None or gone else (topic_of(view), probe(view, found.number))


def values(view: View) -> Mapping[str, Any]:
    """The values of the newest revision that was seen; empty where there is none."""
    for revision in reversed(revisions(view.objects(topic_of(view)))):
        found = view.result(probe(view, revision.number))
        if found:
            return found.get("values") or {}
    return {}


def answer(paths: Iterable[Candidate], kind: str, installed: Mapping[str, Any]) -> Value | None:
    """The value of a field of that kind at the first of its paths, None where it has none there."""
    for candidate in paths:
        exists, value = lookup(installed, candidate.path)
        if exists and (found := _fitting(value, kind)) is not None:
            return found
    return None


def _fitting(value: Any, kind: str) -> Value | None:
    if isinstance(value, bool):
        return ("yes" if value else "no") if kind == "flag" else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str | int) or value in ("", MASK):
        return None
    return value if kind == "number" else str(value)


def remainder(installed: Mapping[str, Any], settings: Sequence[Setting]) -> str:
    """The text of a values file with everything that no setting gives, masked secrets left out."""
    taken = {split(s.path) for s in settings}
    rest = _without(installed, taken, ())
    lines = [line for key, value in rest.items() for line in block(str(key), value, indent=0, width=2)]
    return HEADER + "\n".join(lines) + "\n" if lines else ""


def _without(node: Mapping[str, Any], taken: set[tuple[str, ...]], above: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.items():
        path = (*above, str(key))
        if path in taken or _hides(value):
            continue
        if isinstance(value, Mapping) and value:
            value = _without(value, taken, path)  # noqa: PLW2901 what is left of it
            if not value:
                continue
        found[key] = value
    return found


def _hides(value: Any) -> bool:
    return not isinstance(value, Mapping) and MASK in canonical(value)


def secrets_of(values: Mapping[str, Any], shown: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Only what `masked` masks: each such value, and a list as a whole."""
    shown = masked(values) if shown is None else shown
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            if below := secrets_of(value, shown[key]):
                found[key] = below
        elif _hides(shown[key]):
            found[key] = value
    return found


def masked(node: Any, *, secret: bool = False) -> Any:
    """Values with every text that could be a secret masked, by the name of its key and by its form."""
    if isinstance(node, Mapping):
        return {k: masked(v, secret=secret or _is_secret(str(k), v)) for k, v in node.items()}
    if isinstance(node, list):
        return [masked(v, secret=secret) for v in node]
    if isinstance(node, bool) or node is None:
        return node
    return MASK if secret or SECRET_TEXT.search(str(node)) else node


def _is_secret(key: str, value: Any) -> bool:
    return key in WHOLE or (bool(SECRET_KEY.search(key)) and not isinstance(value, Mapping))
