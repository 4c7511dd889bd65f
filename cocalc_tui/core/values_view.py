"""The wanted `my-values.yaml`: what the steps wish, where this chart keeps it, what the file says now."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache

from cocalc_tui.core import chart_view, installed
from cocalc_tui.core.facts import Object
from cocalc_tui.core.release import release_name
from cocalc_tui.core.resolve import ChartKeys, Resolved, resolve
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Need, Probe
from cocalc_tui.core.values import Edited, ValuesError, edit, parse
from cocalc_tui.core.values_checks import setting_problems
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Wish
from cocalc_tui.core.yaml_text import canonical

DEFAULT = "my-values.yaml"
Entries = tuple[tuple[str, SecretRef], ...]


def path(view: View) -> str:
    """The values file."""
    return view.text("values.path", DEFAULT) or DEFAULT


def secret_path(view: View) -> str:
    """The second file beside it, for secrets that the chart takes only as text."""
    folder, slash, name = path(view).rpartition("/")
    stem = name.removesuffix(".yaml").removesuffix(".yml")
    return f"{folder}{slash}{stem}.secret.yaml"


def file(view: View) -> Probe:
    """The question what the values file holds now."""
    return Probe.of("file", path=path(view))


def secret_file(view: View) -> Probe:
    """The question whether the second file is there."""
    return Probe.of("secret-values", path=secret_path(view), entries=())


def needs(view: View) -> Iterable[Need]:
    """The file, and the chart if one is given."""
    return (file(view), *chart_view.needs(view))


def resolved(view: View) -> Resolved:
    """Where each wish goes."""
    return _resolved(_Same(view.wishes), chart_view.keys(view), canonical(view.mapping("values.overrides")))


class _Same:
    """Wishes as a key of a cache, by identity: their values need not be hashable, and each check asks."""

    def __init__(self, wishes: tuple[Wish, ...]) -> None:
        self.wishes = wishes

    def __hash__(self) -> int:
        return id(self.wishes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.wishes is self.wishes


@lru_cache(maxsize=8)
def _resolved(wishes: _Same, chart: ChartKeys | None, overrides: str) -> Resolved:
    return resolve(wishes.wishes, chart, json.loads(overrides))


def entries(view: View) -> Entries:
    """What goes into the second file."""
    return tuple((path, ref) for path, ref, _ in resolved(view).secrets)


def edited(view: View) -> Edited:
    """The file with our values in it. Without a chart nothing is taken away. Raises `ValuesError`.

    A file that is not here begins with what the release was installed with.
    """
    found = view.result(file(view))
    if error := found.get("error"):
        raise ValuesError(0, str(error))
    remove = chart_view.keys(view) is not None
    settings, text = resolved(view).settings, str(found.get("text") or "")
    if not found.get("exists"):
        text = installed.remainder(installed.values(view), settings)
    return edit(text, settings, remove=remove)


def wanted(view: View) -> Edited | None:
    """The same; None where the file was not seen or cannot be edited."""
    if not view.seen(file(view)):
        return None
    try:
        return edited(view)
    except ValuesError:
        return None


def _proof(kind: str, view: View) -> Probe | None:
    result = wanted(view)
    if result is None or chart_view.keys(view) is None:
        return None
    return Probe.of(
        kind,
        chart=chart_view.directory(view),
        release=release_name(view),
        namespace=view.namespace,
        path=path(view),
        text=result.text,
        entries=entries(view),
    )


def render(view: View) -> Probe | None:
    """`helm lint` and `helm template` with the wanted text; None where it cannot be asked yet."""
    return _proof("render", view)


def dry_run(view: View) -> Probe | None:
    """The server's dry run of every rendered object; None where it cannot be asked yet."""
    return _proof("dry-run", view)


def rendered(view: View) -> Object:
    """What helm made of the wanted text."""
    probe = render(view)
    return view.result(probe) if probe else {}


def complaints(view: View) -> tuple[str, ...]:
    """What `helm lint` calls an error; its hints and warnings do not stop an installation."""
    lines = [str(line) for line in rendered(view).get("lint") or ()]
    return tuple(line for line in lines if not line.startswith(("[INFO]", "[WARNING]")))


def disproven(view: View) -> bool:
    """Whether helm, the server or the hub would refuse the wanted text, so that it must not be written."""
    result, probe = wanted(view), dry_run(view)
    if result and setting_problems(parse(result.text)):
        return True
    refused = bool(probe and view.result(probe).get("refused"))
    return refused or bool(rendered(view).get("error")) or bool(complaints(view))
