"""Installs a chart of somebody else: from a repository, an OCI registry or a folder of the user's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from cocalc_tui.adapters.helm import distil
from cocalc_tui.adapters.helm.command import Command, private_files
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.release import INPUTS
from cocalc_tui.errors import Refused, Unreached, UsageError

HISTORY = "10"  # revisions that helm keeps
GRACE = 60  # seconds on top of what helm allows its hooks
NO_CHART = re.compile(
    r"not a valid chart repository|cannot be reached|failed to (fetch|download|do request|perform)"
    r"|chart .* not found|not found in .* repository|no chart (version|name) found|no such host"
)
ELSEWHERE = "Give a chart repository that this machine reaches, or the folder of the chart, then apply again."


async def install(
    command: Command, action: HelmAddon, line: Callable[[str], None], refusal: Callable[[str], Exception]
) -> int:
    """Gives the revision, tells each line of output. Raises `Refused`, `Unreached`, `UsageError`."""
    local = str(located(action)) if action.local else ""
    with private_files({"addon.yaml": action.values}) as files:
        result = await command.run(
            "upgrade",
            "--install",
            action.release,
            *action.arguments(local),
            *("--namespace", action.namespace, "--create-namespace"),
            *("--values", str(files["addon.yaml"])),
            *("--labels", f"{INPUTS}={action.inputs}", "--history-max", HISTORY),
            *("--timeout", f"{action.timeout}s", "--output", "json"),
            timeout=action.timeout + GRACE,
            line=lambda text: line(text) if text.strip() else None,
        )
    if result.code:
        said = distil.message(result.err, [])
        if NO_CHART.search(said):
            raise Refused(f"helm: {said}", ELSEWHERE)
        raise refusal(said)
    try:
        document = json.loads(result.out[result.out.index("{") :])
        number, status = int(document["version"]), str(document["info"]["status"])
    except (ValueError, KeyError, TypeError):
        raise Unreached("helm ended well but told no revision", "Look again at this step.") from None
    line(f"Release {action.release} revision {number} is {status}")
    return number


def located(action: HelmAddon) -> Path:
    """The chart in a folder: the folder itself, its subfolder, or the archive in it. Raises `UsageError`."""
    given = Path(action.source).expanduser()
    archives = (f"{action.chart}-{action.version}.tgz", f"{action.chart}-{action.version.lstrip('v')}.tgz")
    if given.is_file():
        return given
    for folder in (given, given / action.chart):
        if (folder / "Chart.yaml").is_file():
            return folder
    for archive in archives:
        if (given / archive).is_file():
            return given / archive
    raise UsageError(f"{given} has no chart {action.chart} {action.version}", ELSEWHERE)
