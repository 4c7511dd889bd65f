"""Tries a PostgreSQL server stage by stage, so that a failure says which door was shut."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cocalc_tui.adapters.kube.threads import in_thread
from cocalc_tui.adapters.postgres_errors import explain
from cocalc_tui.adapters.reach import Failed, reach, resolve
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.facts import Object
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import UsageError

if TYPE_CHECKING:
    from psycopg import AsyncConnection

# The wanted database is named apart: this runs in another one where it does not exist yet
FACTS = """
SELECT r.rolsuper, r.rolcreatedb, r.rolcreaterole,
  current_setting('max_connections')::int,
  (SELECT sum(numbackends)::int FROM pg_stat_database),
  current_setting('TimeZone'),
  (SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()),
  EXISTS (SELECT 1 FROM pg_database WHERE datname = %s),
  coalesce(has_schema_privilege(to_regnamespace('public'), 'CREATE'), false),
  (SELECT count(*)::int FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND n.nspname NOT LIKE 'pg\\_%%'),
  (SELECT count(DISTINCT c.relname) = 3 FROM pg_class c WHERE c.relkind IN ('r', 'p')
    AND c.relname IN ('accounts', 'server_settings', 'projects'))
FROM pg_roles r WHERE r.rolname = current_user
"""
COLUMNS = (
    "superuser",
    "createdb",
    "createrole",
    "max_connections",
    "used_connections",
    "timezone",
    "encoding",
    "database_exists",
    "may_create",
    "tables",
    "cocalc",
)
EMPTY: dict[str, Any] = dict.fromkeys(
    ("error", "address", "latency_ms", "version", "version_num", "tls", *COLUMNS)
)
FALLBACKS = ("postgres", "template1")
AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # Alpine, macOS
)


@dataclass(frozen=True, slots=True)
class Server:
    """What a probe asks for."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    sslmode: str = "prefer"
    ca_file: str = ""

    @property
    def where(self) -> str:
        """As messages name it."""
        return f"{self.host}:{self.port}"


async def probe_postgres(probe: Probe, timeout: float, vault: Vault) -> Object:
    """Probe `postgres`. Raises `TimeoutError` where the server is silent at any stage."""
    result: dict[str, Any] = {"stage": "dns", **EMPTY}
    await staged(probe, timeout, vault, result, _stages)
    return result


async def staged(
    probe: Probe,
    timeout: float,
    vault: Vault,
    result: dict[str, Any],
    stages: Callable[[Server, dict[str, Any], float], Awaitable[None]],
) -> None:
    """Goes through `stages`; a refusal is put into `result`, redacted. Raises `TimeoutError`."""
    try:
        async with asyncio.timeout(timeout):
            await stages(await _server(probe, timeout, vault), result, timeout)
    except Failed as failure:
        result |= {"stage": failure.stage, "error": vault.redact(str(failure))}
    except UsageError as error:
        result["error"] = error.message


async def _server(probe: Probe, timeout: float, vault: Vault) -> Server:
    ref = probe.get("ref")
    password = ""
    if isinstance(ref, SecretRef):
        password = (await in_thread(lambda stop: vault.reveal(ref), timeout, "secret")).reveal()
    port = probe.text("port") or "5432"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Failed("dns", f"{port} is no port: use 1 to 65535")
    return Server(
        probe.text("host").strip("[]"),
        int(port),
        probe.text("name") or "cocalc",
        probe.text("admin_user") or probe.text("user") or "cocalc",
        password,
        probe.text("sslmode") or "prefer",
        probe.text("ca_file"),
    )


async def _stages(server: Server, result: dict[str, Any], timeout: float) -> None:
    addresses = await resolve(server.host, timeout)
    result["stage"] = "tcp"
    result["address"], result["latency_ms"] = await reach(server.where, addresses, server.port, timeout)
    result["stage"] = "login"
    try:
        await _ask(server, server.database, result)
    except Failed as failure:
        if failure.stage != "database":
            raise
        await _judge_the_rest(server, result, failure)


async def connect(server: Server, database: str, address: str) -> AsyncConnection[Any]:
    """A login to a database at an address of the server. Raises `Failed` with the stage that refused."""
    import psycopg

    try:
        return await psycopg.AsyncConnection.connect(
            host=server.host,
            hostaddr=address,
            port=server.port,
            dbname=database,
            user=server.user,
            password=server.password,
            sslmode=server.sslmode,
            sslrootcert=server.ca_file or _default_authorities(server.sslmode),
            application_name="cocalc-tui",
            gssencmode="disable",  # a Kerberos library would block the loop
            passfile="/nonexistent",  # only the answered password counts
            autocommit=True,
            prepare_threshold=None,  # pgbouncer
        )
    except psycopg.OperationalError as error:
        raise Failed(*explain(str(error))) from None
    except psycopg.Error as error:
        raise Failed("login", str(error).strip()) from None


async def _ask(server: Server, database: str, result: dict[str, Any]) -> None:
    """Logs in to a database and puts what it tells into `result`."""
    import psycopg

    async with await connect(server, database, result["address"]) as connection:
        info = connection.info
        result |= {
            "version": info.parameter_status("server_version"),
            "version_num": info.server_version,
            "tls": bool(connection.pgconn.ssl_in_use),
        }
        try:
            row = await (await connection.execute(FACTS, (server.database,))).fetchone()
        except psycopg.Error as error:
            raise Failed("login", f"logged in, then: {first_line(error)}") from None
    if row is None:
        raise Failed("login", f"logged in as {server.user}, who is not in pg_roles")
    result |= {"stage": "ok", **dict(zip(COLUMNS, row, strict=True))}


async def _judge_the_rest(server: Server, result: dict[str, Any], refused: Failed) -> None:
    """The database is not there or not open: role and server are judged in one that always is."""
    for database in FALLBACKS:
        try:
            await _ask(server, database, result)
        except Failed:
            continue
        if result["database_exists"]:
            unseen = dict.fromkeys(("may_create", "tables", "cocalc"))
            result |= {"stage": "login", "error": str(refused), **unseen}
        else:
            message = f"database {server.database} does not exist"
            result |= {"error": message, "may_create": None, "tables": 0, "cocalc": False}
        return
    result |= {"stage": "login", "error": str(refused)}


def _default_authorities(sslmode: str) -> str | None:
    """Without a file of its own, a verified connection trusts what this machine trusts.

    libpq's own word for that, `system`, looks where its build had it, which a wheel's has not.
    """
    if sslmode not in ("verify-ca", "verify-full"):
        return None
    files = (ssl.get_default_verify_paths().cafile, *AUTHORITIES)
    return next((file for file in files if file and Path(file).is_file()), "system")


def first_line(error: Exception) -> str:
    """What the server said, without its context."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
