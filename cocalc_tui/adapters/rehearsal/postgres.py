"""A PostgreSQL server that knows the world's databases and passwords."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cocalc_tui.adapters.rehearsal.silence import Silent
from cocalc_tui.adapters.secrets_hash import text_hash
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.facts import Object
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import UsageError

EMPTY: dict[str, Any] = {
    "stage": "dns",
    "error": None,
    "address": None,
    "latency_ms": None,
    "version": None,
    "version_num": None,
    "tls": None,
    "superuser": None,
    "createdb": None,
    "createrole": None,
    "max_connections": None,
    "used_connections": None,
    "timezone": None,
    "encoding": None,
    "database_exists": None,
    "may_create": None,
    "tables": None,
    "cocalc": None,
}
TOLD = tuple(EMPTY)[4:]
RIGHTS = ("superuser", "createdb", "createrole")
OF_ADMIN = (
    *("stage", "error", "address", *RIGHTS, "timezone", "role_exists", "role_login"),
    *(f"role_{right}" for right in RIGHTS),
    *("database_exists", "database_owner", "tables", "cocalc"),
)


Servers = Mapping[str, Mapping[str, Any]]


def answer(servers: Servers, vault: Vault, probe: Probe) -> Object:
    """Probe `postgres`: as far as a login comes."""
    known = servers.get(probe.text("host"), {})
    reached = _as_far_as_login(servers, probe, probe.text("user"))
    if reached["stage"] != "login" or reached["error"]:
        return {**EMPTY, **reached}
    user = probe.text("user")
    if user != known.get("user") or not _accepts(known.get("password_hash"), vault, probe):
        return {**EMPTY, **reached, "error": f'password authentication failed for user "{user}"'}
    about = {k: known[k] for k in TOLD if k in known and k != "tls"}
    here = (known.get("contents") or {}).get(probe.text("name"))
    return {
        **EMPTY,
        **reached,
        **about,
        "stage": "ok",
        "database_exists": here is not None,
        "may_create": here.get("may_create", True) if here else None,
        "tables": (here or {}).get("tables", 0),
        "cocalc": (here or {}).get("cocalc", False),
    }


def answer_admin(servers: Servers, vault: Vault, probe: Probe) -> Object:
    """Probe `postgres-admin`: what an administrator sees of the role and the database."""
    known = servers.get(probe.text("host"), {})
    admin = known.get("admin") or {}
    user = probe.text("admin_user")
    reached = _as_far_as_login(servers, probe, user)
    empty = {
        **dict.fromkeys(OF_ADMIN),
        **{k: v for k, v in reached.items() if k in ("stage", "error", "address")},
    }
    if reached["stage"] != "login" or reached["error"]:
        return empty
    if user != admin.get("user") or not _accepts(admin.get("password_hash"), vault, probe):
        return {**empty, "error": f'password authentication failed for user "{user}"'}
    there = probe.text("user") == known.get("user")
    here = (known.get("contents") or {}).get(probe.text("name"))
    return {
        **empty,
        **{k: bool(admin.get(k)) for k in RIGHTS},
        "stage": "ok",
        "timezone": known.get("timezone", "UTC"),
        "role_exists": there,
        "role_login": True if there else None,
        **({f"role_{k}": bool(known.get(k)) for k in RIGHTS} if there else {}),
        "database_exists": here is not None,
        "database_owner": here.get("owner", known.get("user")) if here else None,
        "tables": here.get("tables", 0) if here else None,
        "cocalc": here.get("cocalc", False) if here else None,
    }


def _as_far_as_login(servers: Servers, probe: Probe, user: str) -> Object:
    """Stage, error, address, latency and TLS; `login` without an error where only the password is left."""
    host, port = probe.text("host"), int(probe.text("port") or 5432)
    known = servers.get(host)
    if known is None:
        return {
            "stage": "dns",
            "error": f'could not translate host name "{host}" to address: Name or service not known',
        }
    address = known.get("address", "192.0.2.20")
    if known.get("silent"):
        raise Silent(f"{host} port {port} did not answer (asked from this machine)")
    reached: Object = {"stage": "tcp", "error": None, "address": address, "latency_ms": None, "tls": None}
    if port != known.get("port", 5432):
        error = f'connection to server at "{host}" ({address}), port {port} failed: Connection refused'
        return {**reached, "error": error}
    reached = {**reached, "stage": "tls", "latency_ms": float(known.get("latency_ms", 3.0))}
    sslmode = probe.text("sslmode", "prefer")
    secure = known.get("tls", True)
    if not secure and sslmode in ("require", "verify-ca", "verify-full"):
        return {**reached, "error": "server does not support SSL, but SSL was required"}
    ca_file = Path(probe.text("ca_file")).expanduser()
    if secure and sslmode in ("verify-ca", "verify-full") and probe.text("ca_file") and not ca_file.is_file():
        return {**reached, "error": f'root certificate file "{ca_file}" does not exist'}
    if secure and sslmode in ("verify-ca", "verify-full") and not _trusted(known, probe.text("ca_file")):
        return {**reached, "error": "SSL error: certificate verify failed"}
    tls = "TLSv1.3" if secure and sslmode != "disable" else None
    reached = {**reached, "stage": "login", "tls": tls}
    if known.get("tls_required") and tls is None:
        text = (
            f'no pg_hba.conf entry for host "198.51.100.7", user "{user}", database "postgres", no encryption'
        )
        return {**reached, "error": text}
    return reached


def _accepts(password_hash: str | None, vault: Vault, probe: Probe) -> bool:
    ref = probe.get("ref")
    if not isinstance(ref, SecretRef):
        return not password_hash
    try:
        value = vault.reveal(ref).reveal()
    except UsageError:
        return False
    return bool("sha256:" + text_hash(value) == password_hash)


def _trusted(known: Mapping[str, Any], ca_file: str) -> bool:
    """A world's server has a certificate of a public authority, or one that needs a file."""
    return not known.get("private_ca") or bool(ca_file)
