"""Role and database made by an administrator's login, on a real server."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, LiteralString

import pytest

from cocalc_tui.adapters.postgres import probe_postgres
from cocalc_tui.adapters.postgres_admin import SqlRunner, probe_postgres_admin
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core import database_admin
from cocalc_tui.core.database_view import probe as login_probe
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.shell import commands
from cocalc_tui.core.sql import PASSWORD, Sql, Statement
from cocalc_tui.core.view import View
from cocalc_tui.errors import Refused, Unreached
from cocalc_tui.steps.database import STEP
from tests.steps.builders import view
from tests.testbed.postgres import Postgres, programs

NEW = "a 'new' $(password) \\ \"x\""
ADMIN = "made-up-of-admin"


class Site:
    """The database step's answers for a server, with real looks at it."""

    def __init__(self, server: Postgres, user: str = "hub", **more: Any) -> None:
        self.vault = Vault()
        self.server = server
        self.password = self.vault.remember("database.password", NEW)
        self.admin = self.vault.remember(
            "database.admin_password", more.pop("secret", server.superuser_password)
        )
        self.answers = {
            "database.host": server.host,
            "database.port": server.port,
            "database.user": user,
            "database.name": "hub-data",
            "database.password": self.password,
            "database.admin_user": more.pop("admin", server.superuser),
            "database.admin_password": self.admin,
            **{f"database.{k}": v for k, v in more.items()},
        }

    def look(self) -> View:
        facts: dict[Any, Any] = {}
        for ref in (self.password, self.admin):
            facts[ref.probe()] = self.vault.probe_secret(ref.probe())
        first = view(facts, self.answers, steps=(STEP,))
        asked = database_admin.probe(first)
        facts[asked] = asyncio.run(probe_postgres_admin(asked, 10, self.vault))
        login = login_probe(first)
        facts[login] = asyncio.run(probe_postgres(login, 10, self.vault))
        assert NEW not in json.dumps([facts[asked], facts[login]])
        return view(facts, self.answers, steps=(STEP,))

    def action(self) -> Sql:
        (found,) = database_admin.wanted(self.look())
        assert isinstance(found, Sql)
        return found

    def apply(self) -> int:
        return self.run(self.action())

    def run(self, action: Sql) -> int:
        self.told: list[str] = []
        return asyncio.run(SqlRunner(self.vault).run(action, self.told.append))

    def login(self) -> Mapping[str, Any]:
        return self.look().result(login_probe(self.look()))


def admin_role(server: Postgres, rights: LiteralString = "CREATEDB CREATEROLE") -> dict[str, str]:
    """An administrator who is no superuser, as managed servers give."""
    server.role("dba", ADMIN, rights)
    return {"admin": "dba", "secret": ADMIN}


def test_the_superuser_makes_role_and_database_once(postgres: Postgres) -> None:
    site = Site(postgres)
    assert [s.text.split()[:2] for s in site.action().statements] == [
        ["CREATE", "ROLE"],
        ["CREATE", "DATABASE"],
    ]
    assert site.apply() == 2
    assert site.told[0] == "CREATE ROLE hub LOGIN CREATEDB CREATEROLE PASSWORD (in memory until you quit);"
    told = site.login()
    assert (told["stage"], told["error"], told["database_exists"]) == ("ok", None, True)
    assert (told["createdb"], told["createrole"], told["superuser"]) == (True, True, False)
    assert (told["encoding"], told["tables"]) == ("UTF8", 0)
    assert site.action().statements == ()
    assert site.apply() == 0


def test_an_administrator_who_is_no_superuser_makes_them_too(postgres: Postgres) -> None:
    site = Site(postgres, **admin_role(postgres))
    assert site.apply() == 4
    assert site.login()["error"] is None
    assert site.action().statements == ()
    member = "SELECT count(*) FROM pg_auth_members WHERE roleid = 'hub'::regrole AND NOT admin_option"
    assert postgres.run(member) == [(0,)]
    owner = postgres.run("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'hub-data'")
    assert owner == [("hub",)]


def test_the_clear_password_does_not_reach_the_server_s_log(postgres: Postgres) -> None:
    postgres.run("ALTER SYSTEM SET log_statement = 'all'")
    postgres.run("SELECT pg_reload_conf()")
    try:
        Site(postgres).apply()
        log = (postgres.folder / "postgres.log").read_text()
    finally:
        postgres.run("ALTER SYSTEM RESET log_statement")
        postgres.run("SELECT pg_reload_conf()")
    assert "CREATE ROLE hub LOGIN" in log
    assert "password)" not in log
    assert "SCRAM-SHA-256$" in log


def test_a_role_gets_the_rights_that_it_lacks(postgres: Postgres) -> None:
    postgres.role("hub", NEW)
    postgres.run('CREATE DATABASE "hub-data" OWNER hub')
    site = Site(postgres)
    assert [s.text for s in site.action().statements] == ["ALTER ROLE hub CREATEDB CREATEROLE"]
    assert site.apply() == 1
    assert (site.login()["createdb"], site.login()["createrole"]) == (True, True)
    assert site.action().statements == ()


def test_a_role_of_another_password_is_left_as_it_is(postgres: Postgres) -> None:
    postgres.role("hub", "another", "CREATEDB CREATEROLE")
    site = Site(postgres)
    assert site.apply() == 1, "only the database"
    assert "wrong password" in str(site.login()["error"])


def test_cocalc_s_database_of_another_role_is_protected(postgres: Postgres) -> None:
    postgres.run('CREATE DATABASE "hub-data" OWNER cocalc')
    tables: LiteralString = "CREATE TABLE accounts(); CREATE TABLE server_settings(); CREATE TABLE projects()"
    postgres.run(tables, "hub-data")
    site = Site(postgres)
    told = site.look().result(database_admin.probe(site.look()))
    assert (told["cocalc"], told["tables"], told["database_owner"]) == (True, 3, "cocalc")
    assert site.action().statements == ()
    found = database_admin.judge(site.look())
    assert "belongs to cocalc" in found.summary
    assert "left as it is" in found.detail


def test_a_server_of_another_zone_keeps_it_and_the_role_has_utc(postgres_tls: Postgres) -> None:
    site = Site(postgres_tls, sslmode="verify-full", ca_file=str(postgres_tls.ca_file))
    try:
        assert site.apply() == 3
        assert (site.login()["timezone"], site.login()["tls"]) == ("UTC", True)
        assert site.action().statements == ()
        refused = Site(postgres_tls, sslmode="verify-full")
        assert "not trusted" in database_admin.judge(refused.look()).summary
        with pytest.raises(Refused, match="not trusted"):
            site.run(replace(site.action(), ca_file=""))
    finally:
        postgres_tls.clean()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"secret": "not-that-one"}, "wrong password for the role postgres"),
        ({"sslmode": "require"}, "the server offers no TLS"),
    ],
)
def test_a_refused_administrator(postgres: Postgres, more: dict[str, str], said: str) -> None:
    site = Site(postgres, **more)
    assert said in database_admin.judge(site.look()).summary
    assert database_admin.wanted(site.look()) == ()


def test_an_administrator_who_may_not(postgres: Postgres) -> None:
    site = Site(postgres, **admin_role(postgres, "CREATEDB"))
    found = database_admin.judge(site.look())
    assert "may not create roles" in found.summary
    assert "CREATE ROLE hub" in found.remedy
    assert database_admin.wanted(site.look()) == ()


def test_what_the_server_refuses_is_told_without_the_password(postgres: Postgres) -> None:
    site = Site(postgres)
    first = Statement("ALTER ROLE postgres SET timezone TO 'UTC'")
    second = Statement(f"CREATE ROLE postgres LOGIN PASSWORD {PASSWORD}")
    with pytest.raises(Refused) as caught:
        site.run(replace(site.action(), statements=(first, second)))
    assert site.told == ["ALTER ROLE postgres SET timezone TO 'UTC';"]
    assert caught.value.message == 'CREATE ROLE postgres LOGIN: role "postgres" already exists'


def test_a_server_that_is_gone(postgres: Postgres) -> None:
    site = Site(postgres)
    with pytest.raises(Unreached, match="refused the connection"):
        site.run(replace(site.action(), port=1))


@pytest.mark.parametrize("source", ["env", "file"])
def test_the_shell_commands_do_the_same_and_may_be_run_again(
    postgres: Postgres, tmp_path: Path, source: str
) -> None:
    site = Site(postgres, **admin_role(postgres))
    files = {"NEW_PW": NEW, "ADMIN_PW": ADMIN}
    refs = {}
    for name, value in files.items():
        (tmp_path / name).write_text(value)
        refs[name] = SecretRef("env", name) if source == "env" else SecretRef("file", str(tmp_path / name))
    action = replace(site.action(), ref=refs["ADMIN_PW"], password=refs["NEW_PW"])
    text = commands(action)
    assert NEW not in text
    assert ADMIN not in text
    for _ in range(2):
        done = subprocess.run(
            ["/bin/sh", "-eu", "-c", text],
            env={"PATH": f"{programs()}:/usr/bin:/bin", **(files if source == "env" else {})},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
    assert site.login()["error"] is None
    assert site.action().statements == ()
