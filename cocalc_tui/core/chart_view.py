"""What was seen of the chart that the administrator gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cocalc_tui.core.resolve import ChartKeys, chart_keys
from cocalc_tui.core.topics import Need, Probe
from cocalc_tui.core.view import View


def directory(view: View) -> str:
    """The folder of the chart as it was given, empty if it was not."""
    return view.text("chart.directory").strip()


def probe(view: View) -> Probe:
    """The question what is in that folder."""
    return Probe.of("chart", directory=directory(view))


def needs(view: View) -> Iterable[Need]:
    """The chart, if a folder was given."""
    return (probe(view),) if directory(view) else ()


def document(view: View) -> Mapping[str, Any]:
    """What was seen of the chart; empty where no folder was given or nothing was seen yet."""
    return view.result(probe(view)) if directory(view) else {}


def keys(view: View) -> ChartKeys | None:
    """The key paths of the chart; None where it could not be read."""
    return chart_keys(document(view))
