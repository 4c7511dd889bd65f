"""The programs beside us: where they are and which version."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from cocalc_tui.adapters.process import Result, run
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Unreached, UsageError

NUMBER = re.compile(r"\d+(?:\.\d+)+[0-9A-Za-z.+-]*")
Reader = Callable[[Result], str]


def find(name: str, given: str = "") -> str:
    """The path of a program: the given one, or the first on PATH. Raises `UsageError`."""
    if given:
        path = Path(given).expanduser()
        found = shutil.which(str(path.absolute() if "/" in given else path))
        if found is None:
            why = "is no program" if path.exists() else "does not exist"
            raise UsageError(f"{given} {why}", f"Give the path of {name}, or leave it empty to search PATH.")
        return found
    found = shutil.which(name)
    if found is None:
        raise UsageError(f"{name} is not on PATH", f"Install {name}, or give its path.")
    return found


async def probe_tools(probe: Probe, timeout: float) -> Object:
    """Probe `tools`: all four at once."""
    asked = (
        _look("helm", probe.text("helm"), ["version", "--template", "{{.Version}}"], _number, timeout),
        _look("kubectl", probe.text("kubectl"), ["version", "--client", "-o", "json"], _kubectl, timeout),
        _look("git", probe.text("git"), ["--version"], _number, timeout),
        _look("ssh", "", ["-V"], _number, timeout),
    )
    return dict(zip(("helm", "kubectl", "git", "ssh"), await asyncio.gather(*asked), strict=True))


async def _look(name: str, given: str, arguments: list[str], read: Reader, timeout: float) -> Object:
    try:
        path = find(name, given)
    except UsageError as error:
        return {"path": None, "version": None, "error": error.message}
    try:
        result = await run([path, *arguments], timeout=timeout)
    except Unreached as error:
        return {"path": path, "version": None, "error": error.message}
    if result.code:
        return {"path": path, "version": None, "error": f"{path} failed: {result.last_words(1)}"}
    version = read(result)
    silent = None if version else f"{path} told no version: {result.last_words(1)}"
    return {"path": path, "version": version or None, "error": silent}


def _number(result: Result) -> str:
    """The first version number that it wrote; ssh writes its own to standard error."""
    found = NUMBER.search(result.out) or NUMBER.search(result.err)
    return found[0] if found else ""


def _kubectl(result: Result) -> str:
    try:
        return str(json.loads(result.out)["clientVersion"]["gitVersion"]).removeprefix("v")
    except (ValueError, KeyError, TypeError):
        return ""
