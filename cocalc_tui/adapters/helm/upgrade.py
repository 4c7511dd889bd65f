"""Installs a release with `helm upgrade --install` and says why where it fails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from cocalc_tui.adapters.chart.errors import Unreadable
from cocalc_tui.adapters.chart.probe import locate
from cocalc_tui.adapters.files import secret_text
from cocalc_tui.adapters.helm import addon, distil
from cocalc_tui.adapters.helm.command import Command, private_files
from cocalc_tui.adapters.helm.installed import carried
from cocalc_tui.adapters.process import Result
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.action import Helm
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.errors import Refused, Unreached, UsageError

HISTORY = "10"  # revisions that helm keeps
INPUTS = "cocalc-tui-inputs"  # the label that tells what a revision was made from
UNINSTALL = 300  # seconds
GRACE = 60  # seconds on top of what helm allows its hooks

# (what helm says, what to do)
REMEDIES = (
    (r"another operation .* is in progress", "Wait for the other helm; if it was killed, mend the release."),
    (r"has no deployed releases", "Mend the step release: its first installation never completed."),
    (r"cannot re-use a name", "Choose another release name, or uninstall the release of that name."),
    (r"invalid ownership metadata", "Remove the named object: it was not made by this release."),
    (r"admission webhook", "Change what the webhook refuses, then apply again."),
    (r"conflict", "Take the named fields back from their manager, then apply again."),
    (r"exceeded quota", "Raise the quota of the namespace, then apply again."),
    (r"is forbidden", "Ask the cluster's administrator for this right, then apply again."),
    (r"no matches for kind", "Install what brings that kind, then apply again."),
    (r"(pre|post)-(install|upgrade)", "Look at the log of the hook's job, then apply again."),
    (r"field is immutable", "Delete the named object so that helm can make it anew, then apply again."),
)
OTHERWISE = "Correct what helm names, then apply again."
UNREACHED = re.compile(r"Kubernetes cluster unreachable|connection refused|i/o timeout|no such host|EOF$")


class HelmRunner:
    """Implements the port."""

    def __init__(self, command: Command, vault: Vault) -> None:
        self._command = command
        self._vault = vault

    async def upgrade(self, action: Helm | HelmAddon, line: Callable[[str], None]) -> int:
        """Gives the revision, tells each line of output. Raises `Refused`, `Unreached`, `UsageError`.

        Never waits for the rollout, which is followed apart, and never rolls back: that deletes the evidence.
        """
        if isinstance(action, HelmAddon):
            return await addon.install(self._command, action, line, refusal)
        try:
            chart = locate(action.chart)
        except Unreadable as error:
            raise UsageError(str(error), "Give the chart's folder.") from None
        secrets = await carried(action, self._command, self._vault) if action.carry else {}
        with private_files({"carried.yaml": secret_text(secrets)} if secrets else {}) as before:
            paths = [*map(str, before.values()), *map(_path, action.values_files)]
            result = await self._upgrade(action, chart, paths, line)
        if result.code:
            raise refusal(distil.message(result.err, [(f"{chart.parent}/", "")]))
        # the whole release is in it, values and secrets too: nothing of it may be shown
        revision, status, notes = _release(result.out)
        for each in notes.splitlines():
            line(self._vault.redact(each))
        line(f"Release {action.release} revision {revision} is {status}")
        return revision

    async def _upgrade(
        self, action: Helm, chart: Path, paths: list[str], line: Callable[[str], None]
    ) -> Result:
        files = [argument for path in paths for argument in ("--values", path)]
        return await self._command.run(
            "upgrade",
            "--install",
            action.release,
            str(chart),
            *("--namespace", action.namespace, *files),
            *("--labels", f"{INPUTS}={action.inputs}", "--history-max", HISTORY),
            *("--timeout", f"{action.timeout}s", "--output", "json"),
            timeout=action.timeout + GRACE,
            line=lambda text: line(text) if text.strip() else None,
            redact=self._vault.redact,
        )

    async def uninstall(self, release: str, namespace: str) -> None:
        """Takes the release away, history and all. Raises `Refused`, `Unreached`."""
        result = await self._command.run(
            "uninstall", release, "--namespace", namespace, "--ignore-not-found", timeout=UNINSTALL
        )
        if result.code:
            raise refusal(distil.message(result.err, []))


def refusal(said: str) -> Refused | Unreached:
    """The error for what helm said."""
    if UNREACHED.search(said):
        return Unreached(f"helm: {said}", "Check the connection to the cluster, then apply again.")
    remedy = next((todo for known, todo in REMEDIES if re.search(known, said)), OTHERWISE)
    return Refused(f"helm: {said}", remedy)


def _release(out: str) -> tuple[int, str, str]:
    """Revision, status and notes. Raises `Unreached` where helm's output is not what it should be."""
    try:
        document = json.loads(out[out.index("{") :])
        info = document.get("info") or {}
        return int(document["version"]), str(info.get("status", "")), str(info.get("notes") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreached("helm ended well but told no revision", "Look again at the step release.") from None


def _path(text: str) -> str:
    return str(Path(text).expanduser())
