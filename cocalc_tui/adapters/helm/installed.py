"""The probe `release`: the values that a revision was installed with, without secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cocalc_tui.adapters.helm import distil
from cocalc_tui.adapters.helm.command import Command
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.action import Helm
from cocalc_tui.core.facts import Object
from cocalc_tui.core.installed import masked, secrets_of
from cocalc_tui.core.redact import MASK
from cocalc_tui.core.topics import Probe
from cocalc_tui.core.values import leaves
from cocalc_tui.errors import Unreached

PATIENCE = 30.0  # seconds


async def probe_release(probe: Probe, timeout: float, command: Command, vault: Vault) -> Object:
    """Asks helm. Raises `UsageError` where there is none, `Unreached` where it does not answer."""
    name, revision = probe.text("release"), probe.text("revision")
    result = await command.run(
        *("get", "values", name, "--namespace", probe.text("namespace")),
        *("--revision", revision, "--output", "json"),
        timeout=timeout,
    )
    if result.code and "not found" in result.err:
        return {"found": False, "revision": int(revision), "values": {}}
    if result.code:
        raise Unreached(f"helm: {distil.message(vault.redact(result.err), [])}", "Look again.")
    try:
        values = json.loads(result.out or "null") or {}
    except ValueError:
        raise Unreached("helm told no values that can be read", "Look again.") from None
    return {"found": True, "revision": int(revision), "values": _known(masked(values), vault)}


async def carried(action: Helm, command: Command, vault: Vault) -> Mapping[str, Any]:
    """The secrets that the release has now, for helm to be given again. Raises `UsageError`, `Unreached`."""
    result = await command.run(
        "get", "values", action.release, "--namespace", action.namespace, "--output", "json", timeout=PATIENCE
    )
    if result.code and "not found" in result.err:
        return {}
    if result.code:
        raise Unreached(f"helm: {distil.message(vault.redact(result.err), [])}", "Apply again.")
    found = secrets_of(json.loads(result.out or "null") or {})
    for _, value in leaves(found):
        for each in value if isinstance(value, list) else [value]:
            vault.remember("carried", str(each))
    return found


def _known(node: Any, vault: Vault) -> Any:
    """Without the secrets of this run, whatever their key is called."""
    if isinstance(node, dict):
        return {key: _known(value, vault) for key, value in node.items()}
    if isinstance(node, list):
        return [_known(value, vault) for value in node]
    return MASK if isinstance(node, str) and vault.redact(node) != node else node
