"""The probe `chart`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from cocalc_tui.adapters import git
from cocalc_tui.adapters.chart.errors import Unreadable
from cocalc_tui.adapters.chart.read import read_chart
from cocalc_tui.adapters.kube.threads import in_thread
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe

EMPTY: dict[str, Any] = {
    "found": False,
    "path": None,
    "name": None,
    "version": None,
    "app_version": None,
    "values_text": "",
    "values": {},
    "schema": None,
    "subcharts": {},
    "missing_dependencies": [],
    "digest": None,
    "git": None,
    "error": None,
}


async def probe_chart(probe: Probe, timeout: float) -> Object:
    """Reads the chart in `directory`, which is its folder or the checkout that has it as `cocalc/`."""
    try:
        folder = await in_thread(lambda stop: locate(probe.text("directory")), timeout, "chart")
    except Unreadable as error:
        return {**EMPTY, "error": str(error)}
    found = {**EMPTY, "found": True, "path": str(folder)}
    try:
        read, checkout = await asyncio.gather(
            in_thread(lambda stop: read_chart(folder), timeout, "chart"), git.look(folder, timeout)
        )
    except OSError as error:
        return {**found, "error": f"{error.filename or folder} cannot be read: {error.strerror}"}
    return {**found, **read, "git": checkout}


def locate(given: str) -> Path:
    """The folder with `Chart.yaml`. Raises `Unreadable`, saying what is there instead."""
    try:
        directory = Path(given).expanduser()
        for folder in (directory, directory / "cocalc"):
            if (folder / "Chart.yaml").is_file():
                return folder.resolve()
        if not directory.exists():
            raise Unreadable(f"{directory} does not exist")
        if not directory.is_dir():
            raise Unreadable(f"{directory} is a file: a chart is a folder with Chart.yaml")
    except (OSError, RuntimeError) as error:
        raise Unreadable(f"{given} cannot be read: {getattr(error, 'strerror', error)}") from None
    raise Unreadable(f"{directory} is no chart: neither Chart.yaml nor cocalc/Chart.yaml is in it")
