"""Which secrets the servers of a world take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cocalc_tui.adapters.secrets_hash import text_hash
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import UsageError


def accepts(known: Mapping[str, Any], vault: Vault, probe: Probe) -> bool:
    """Whether the secret of a probe is the one that a server takes; one without a secret takes none."""
    ref = probe.get("ref")
    if not isinstance(ref, SecretRef):
        return not known.get("password_hash")
    try:
        value = vault.reveal(ref).reveal()
    except UsageError:
        return False
    return bool("sha256:" + text_hash(value) == known.get("password_hash"))
