"""What a database administrator sees, and the statements that are run by that login."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from cocalc_tui.adapters.kube.threads import in_thread
from cocalc_tui.adapters.postgres import FACTS, FALLBACKS, Server, connect, first_line, staged
from cocalc_tui.adapters.reach import Failed, reach, resolve
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.facts import Object
from cocalc_tui.core.postgres import literal
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.sql import PASSWORD, Sql
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused, Unreached, UsageError

ROLE_AND_DATABASE = """
SELECT me.rolsuper, me.rolcreatedb, me.rolcreaterole, current_setting('TimeZone'),
  r.oid IS NOT NULL, r.rolcanlogin, r.rolsuper, r.rolcreatedb, r.rolcreaterole,
  d.oid IS NOT NULL, pg_get_userbyid(d.datdba)
FROM pg_roles me
  LEFT JOIN pg_roles r ON r.rolname = %s
  LEFT JOIN pg_database d ON d.datname = %s
WHERE me.rolname = current_user
"""
COLUMNS = (
    "superuser",
    "createdb",
    "createrole",
    "timezone",
    "role_exists",
    "role_login",
    "role_superuser",
    "role_createdb",
    "role_createrole",
    "database_exists",
    "database_owner",
)
EMPTY: dict[str, Any] = dict.fromkeys(("error", "address", *COLUMNS, "tables", "cocalc"))
PATIENCE = 60.0  # seconds for all statements: a database is copied from its template


async def probe_postgres_admin(probe: Probe, timeout: float, vault: Vault) -> Object:
    """Probe `postgres-admin`. Raises `TimeoutError` where the server is silent at any stage."""
    result: dict[str, Any] = {"stage": "dns", **EMPTY}

    async def stages(server: Server, result: dict[str, Any], timeout: float) -> None:
        addresses = await resolve(server.host, timeout)
        result["stage"] = "tcp"
        result["address"], _ = await reach(server.where, addresses, server.port, timeout)
        result["stage"] = "login"
        await _look(server, probe.text("user"), result)

    await staged(probe, timeout, vault, result, stages)
    return result


async def _look(server: Server, role: str, result: dict[str, Any]) -> None:
    import psycopg

    async with await _somewhere(server, result["address"]) as connection:
        try:
            row = await (await connection.execute(ROLE_AND_DATABASE, (role, server.database))).fetchone()
        except psycopg.Error as error:
            raise Failed("login", f"logged in, then: {first_line(error)}") from None
    if row is None:
        raise Failed("login", f"logged in as {server.user}, who is not in pg_roles")
    result |= {"stage": "ok", **dict(zip(COLUMNS, row, strict=True))}
    if result["database_exists"]:
        result |= await _contents(server, result["address"])


async def _contents(server: Server, address: str) -> dict[str, Any]:
    """What is in the database, where this login may enter it."""
    import psycopg

    try:
        async with await connect(server, server.database, address) as connection:
            row = await (await connection.execute(FACTS, (server.database,))).fetchone()
    except (Failed, psycopg.Error):
        return {}
    return {"tables": row[-2], "cocalc": row[-1]} if row else {}


async def _somewhere(server: Server, address: str) -> Any:
    """A connection to a database that every server has. Raises `Failed`."""
    first: Failed | None = None
    for database in FALLBACKS:
        try:
            return await connect(server, database, address)
        except Failed as failure:
            first = first or failure
            if failure.stage != "database":
                break
    raise first or Failed("login", "no database to log in to")


class SqlRunner:
    """Runs statements (`ports.SqlRunner`), each committed by itself: some cannot be part of a transaction."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def run(self, action: Sql, line: Callable[[str], None]) -> int:
        """Runs those that are not so already, and tells each; gives how many."""
        password = await self._reveal(action.ref)
        server = Server(
            action.host.strip("[]"),
            action.port,
            FALLBACKS[0],
            action.user,
            password,
            action.sslmode,
            action.ca_file,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                addresses = await resolve(server.host, PATIENCE)
                address, _ = await reach(server.where, addresses, server.port, PATIENCE)
                async with await _somewhere(server, address) as connection:
                    return await self._statements(connection, action, line)
        except Failed as failure:
            kind = Unreached if failure.stage in ("dns", "tcp") else Refused
            raise kind(self._vault.redact(f"{server.where}: {failure}")) from None
        except TimeoutError:
            raise Unreached(f"{server.where} was silent, asked from this machine") from None

    async def _statements(self, connection: Any, action: Sql, line: Callable[[str], None]) -> int:
        import psycopg

        hidden = ""
        if action.password:
            hidden = await _encrypted(connection, action, await self._reveal(action.password))
        done = 0
        for statement in action.statements:
            try:
                if statement.unless:
                    row = await (await connection.execute(statement.unless.encode())).fetchone()
                    if row and row[0]:
                        continue
                await connection.execute(statement.text.replace(PASSWORD, hidden).encode())
            except psycopg.Error as error:
                short = statement.text.partition(" PASSWORD ")[0]
                text = self._vault.redact(f"{short}: {first_line(error)}")
                raise Refused(text, "Let the database admin do it, or give another admin login.") from None
            line(action.show(statement))
            done += 1
        return done

    async def _reveal(self, ref: SecretRef) -> str:
        try:
            return (await in_thread(lambda stop: self._vault.reveal(ref), PATIENCE, "secret")).reveal()
        except UsageError as error:
            raise Refused(error.message, error.remedy) from None


async def _encrypted(connection: Any, action: Sql, password: str) -> str:
    """The password as the server keeps it, so that the words of it never come into the server's log."""
    role = next(p.text("user") for p in action.seen_by)
    row = await (await connection.execute("SHOW password_encryption")).fetchone()
    method = str(row[0]) if row and row[0] != "on" else "md5"
    made = connection.pgconn.encrypt_password(password.encode(), role.encode(), method.encode())
    return literal(made.decode())
