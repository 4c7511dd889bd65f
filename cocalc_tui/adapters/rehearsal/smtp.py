"""A mail server that knows the world's logins and senders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cocalc_tui.adapters.rehearsal.logins import accepts
from cocalc_tui.adapters.rehearsal.silence import Silent
from cocalc_tui.adapters.smtp import EMPTY
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe


def answer(world: Mapping[str, Any], vault: Vault, probe: Probe) -> Object:
    """Probe `smtp`: as far as a conversation comes."""
    host, port = probe.text("server"), int(probe.text("port"))
    known = (world.get("mailservers") or {}).get(host)
    if known is None:
        return {"stage": "dns", **EMPTY, "error": f"{host} has no address here"}
    if known.get("silent"):
        raise Silent(f"{host}:{port} did not answer (asked from this machine)")
    reached = {"stage": "tcp", **EMPTY, "address": known.get("address", "192.0.2.25")}
    kind = {str(number): kind for number, kind in known["ports"].items()}.get(str(port))
    if kind is None:
        return {**reached, "error": f"{host}:{port} refused the connection"}
    reached |= {"stage": "tls", "latency_ms": float(known.get("latency_ms", 4.0))}
    secure = probe.get("secure") is True
    if secure and kind != "tls":
        return {**reached, "error": "the server does not speak TLS from the first byte"}
    if kind == "tls" and not secure:
        return {**reached, "error": "the server expects TLS from the first byte"}
    offered = ["LOGIN", "PLAIN"] if known.get("login") else []
    version = None if kind == "clear" else "TLSv1.3"
    reached |= {"tls": version, "starttls": kind == "starttls", "logins": offered}
    return {**reached, **_admitted(known, vault, probe)}


def _admitted(known: Mapping[str, Any], vault: Vault, probe: Probe) -> Object:
    login, sender = probe.text("login"), probe.text("sender")
    if login and not known.get("login"):
        return {"stage": "login", "error": "no login is offered"}
    if login and (login != known["login"] or not accepts(known, vault, probe)):
        return {"stage": "login", "error": "535 5.7.8 Authentication credentials invalid", "code": 535}
    if sender and known.get("login") and not login:
        return {"stage": "sender", "error": "530 5.7.0 Authentication required", "code": 530}
    if sender and known.get("senders") and sender not in known["senders"]:
        error = f"550 5.7.1 {login or 'this client'} may not send as {sender}"
        return {"stage": "sender", "error": error, "code": 550}
    return {"stage": "ok"}
