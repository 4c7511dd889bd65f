"""A container registry that knows the world's accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cocalc_tui.adapters.rehearsal.silence import Silent
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe


def answer(world: Mapping[str, Any], vault: Vault, probe: Probe) -> Object:
    """Probe `registry`: whether the login works."""
    server = probe.text("server")
    known = (world.get("registries") or {}).get(server)
    if known is None:
        return {"ok": False, "detail": "", "error": f"{server}: no such host (asked from this machine)"}
    if known.get("silent"):
        raise Silent(f"{server} did not answer (asked from this machine)")
    login = vault.probe_credentials(
        Probe.of("credentials", ref=probe.get("ref"), server=server, username=probe.text("username"))
    )
    if login["error"]:
        return {"ok": False, "detail": "", "error": login["error"]}
    if known.get("login_hashes") and f"sha256:{login['sha256']}" not in known["login_hashes"]:
        return {"ok": False, "detail": "", "error": f"{server} refused the login: 401 Unauthorized"}
    return {"ok": True, "detail": f"{server} accepted the login", "error": None}
