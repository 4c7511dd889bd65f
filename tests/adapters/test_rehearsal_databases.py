"""The rehearsal's database server takes the statements of an administrator as a real one would."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.adapters.rehearsal.world import RehearsalWorld
from cocalc_tui.core.facts import Seen
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.sql import PASSWORD, Sql, Statement
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused

HOST = "db.example.edu"
ROLE = Statement(f"CREATE ROLE hub LOGIN CREATEDB CREATEROLE PASSWORD {PASSWORD}")
DATABASE = Statement("CREATE DATABASE \"hub-data\" OWNER hub ENCODING 'UTF8' TEMPLATE template0")


def opened(folder: Path) -> tuple[RehearsalWorld, Sql]:
    world = RehearsalWorld.open("kubeadm", folder)
    answers = world.examples
    refs: list[SecretRef] = []
    for field in ("admin_password", "password"):
        answer = answers.get("database", field)
        assert answer
        assert isinstance(answer.value, SecretRef)
        refs.append(answer.value)
    action = Sql("a", "database", "A test.", HOST, 5432, "postgres", refs[0], (ROLE, DATABASE), (), refs[1])
    return world, action


async def told(world: RehearsalWorld, kind: str, **arguments: Any) -> Any:
    seen = await world.probe(Probe.of(kind, host=HOST, name="hub-data", user="hub", **arguments), 5)
    assert isinstance(seen, Seen)
    return seen.objects[0]


@pytest.mark.asyncio
async def test_role_and_database_are_made_once_and_kept(tmp_path: Path) -> None:
    world, action = opened(tmp_path)
    lines: list[str] = []
    assert await world.sql.run(action, lines.append) == 2
    assert "in memory until you quit" in lines[0]
    await world.close()
    world, action = opened(tmp_path)
    login = await told(world, "postgres", ref=action.password)
    assert (login["stage"], login["database_exists"], login["createdb"]) == ("ok", True, True)
    admin = await told(world, "postgres-admin", ref=action.ref, admin_user="postgres")
    assert (admin["role_exists"], admin["database_owner"], admin["tables"]) == (True, "hub", 0)
    assert await world.sql.run(action, lines.append) == 0


@pytest.mark.asyncio
async def test_a_wrong_login_and_unknown_statements_are_refused(tmp_path: Path) -> None:
    world, action = opened(tmp_path)
    with pytest.raises(Refused, match='password authentication failed for user "postgres"'):
        await world.sql.run(replace(action, ref=world.vault.remember("x", "not-that-one")), print)
    with pytest.raises(Refused, match="Connection refused"):
        await world.sql.run(replace(action, port=1), print)
    with pytest.raises(Refused, match="does not run this statement: DROP DATABASE x"):
        await world.sql.run(replace(action, statements=(Statement("DROP DATABASE x"),)), print)
