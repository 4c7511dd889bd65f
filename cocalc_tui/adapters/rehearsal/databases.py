"""The databases of a rehearsal as they are now, and the few statements that change them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from cocalc_tui.adapters.rehearsal import postgres
from cocalc_tui.adapters.rehearsal.cluster import MemoryCluster
from cocalc_tui.adapters.secrets_hash import text_hash
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.sql import Sql
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused, UsageError

NAME = r'("?)(?P<name>[^"]+?)\1'
CREATE_ROLE = re.compile(rf"CREATE ROLE {NAME} LOGIN(?P<rights>[A-Z ]*) PASSWORD :'password'")
ALTER_ROLE = re.compile(rf"ALTER ROLE {NAME} (?P<rights>[A-Z ]+)")
TIME_ZONE = re.compile(rf"ALTER ROLE {NAME} SET timezone TO '(?P<zone>[^']+)'")
MEMBER = re.compile(rf"(GRANT|REVOKE) {NAME.replace('1', '2')} (TO|FROM) CURRENT_USER")
CREATE_DATABASE = re.compile(
    rf"CREATE DATABASE {NAME} OWNER .+ ENCODING '(?P<encoding>\w+)' TEMPLATE template0"
)
State = dict[str, Any]


class Databases:
    """What the world's file tells of its servers, with what was changed since."""

    def __init__(self, world: Mapping[str, Any], cluster: MemoryCluster, vault: Vault) -> None:
        self._world = world
        self._cluster = cluster
        self._vault = vault

    def now(self) -> dict[str, State]:
        """Every server as it is, by host."""
        changed = self._cluster.store.extra.get("databases", {})
        return {
            host: {**known, **changed.get(host, {})}
            for host, known in (self._world.get("databases") or {}).items()
        }

    async def run(self, action: Sql, line: Callable[[str], None]) -> int:
        """Runs those statements that are not so already (`ports.SqlRunner`)."""
        refusal = self._refusal(action)
        if refusal:
            raise Refused(f"{action.host}:{action.port}: {refusal}")
        done = 0
        with self._cluster.exclusive:
            self._cluster.enter()
            for statement in action.statements:
                server = self.now()[action.host]
                change = self._change(statement.text, server, action)
                if change is None:
                    continue
                kept = self._cluster.store.extra.setdefault("databases", {})
                kept[action.host] = {**kept.get(action.host, {}), **change}
                line(action.show(statement))
                done += 1
            self._cluster.store.version += 1
            self._cluster.saved()
        return done

    def _refusal(self, action: Sql) -> str:
        """Why the administrator does not come in; empty where that login is accepted."""
        asked = Probe.of(
            "postgres-admin",
            host=action.host,
            port=action.port,
            admin_user=action.user,
            ref=action.ref,
            sslmode=action.sslmode,
            ca_file=action.ca_file or None,
        )
        told = postgres.answer_admin(self.now(), self._vault, asked)
        return "" if told["stage"] == "ok" else str(told["error"])

    def _change(self, text: str, server: State, action: Sql) -> State | None:
        """What a statement changes of a server; None where it is so already."""
        admin = server["admin"]
        if found := CREATE_ROLE.fullmatch(text):
            if found["name"] == server.get("user"):
                return None
            if not (admin.get("superuser") or admin.get("createrole")):
                raise Refused("permission denied to create role")
            return {"user": found["name"], **self._password(action), **_rights(found["rights"])}
        if found := TIME_ZONE.fullmatch(text):
            return {"timezone": found["zone"]}
        if found := ALTER_ROLE.fullmatch(text):
            return _rights(found["rights"])
        if MEMBER.fullmatch(text):
            return {}
        if found := CREATE_DATABASE.fullmatch(text):
            contents = server.get("contents") or {}
            if found["name"] in contents:
                return None
            if not (admin.get("superuser") or admin.get("createdb")):
                raise Refused("permission denied to create database")
            made = {"tables": 0, "cocalc": False, "owner": server.get("user")}
            return {"contents": {**contents, found["name"]: made}, "encoding": found["encoding"]}
        raise Refused(f"a rehearsal does not run this statement: {text}")

    def _password(self, action: Sql) -> State:
        if action.password is None:
            return {"password_hash": None}
        try:
            value = self._vault.reveal(action.password).reveal()
        except UsageError as error:
            raise Refused(error.message, error.remedy) from None
        return {"password_hash": "sha256:" + text_hash(value)}


def _rights(text: str) -> State:
    return {right.lower(): True for right in text.split() if right in ("CREATEDB", "CREATEROLE", "SUPERUSER")}
