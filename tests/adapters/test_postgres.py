from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cocalc_tui.adapters.postgres import probe_postgres
from cocalc_tui.adapters.postgres_errors import explain
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.topics import Probe
from tests.testbed.postgres import Postgres


def look(server: Postgres, within: float = 10, **other: Any) -> Mapping[str, Any]:
    vault = Vault()
    arguments = {"host": server.host, "port": server.port, "name": "postgres", "user": server.user}
    arguments |= {"password": server.password} | other
    ref = vault.remember("database.password", str(arguments.pop("password")))
    seen = asyncio.run(probe_postgres(Probe.of("postgres", ref=ref, **arguments), within, vault))
    assert server.password not in json.dumps(seen)
    return seen


@pytest.fixture(scope="module")
def tls_server() -> Iterator[Postgres]:
    with Postgres(max_connections=6, tls=True, timezone="Europe/Berlin") as server:
        yield server


def test_the_facts_of_a_good_login(postgres: Postgres) -> None:
    seen = look(postgres)
    assert seen["error"] is None
    assert seen["stage"] == "ok"
    assert seen["address"] == "127.0.0.1"
    assert seen["version_num"] >= 110000
    assert str(seen["version"]).startswith(str(seen["version_num"] // 10000))
    assert (seen["superuser"], seen["createdb"], seen["createrole"]) == (False, True, True)
    assert (seen["max_connections"], seen["timezone"], seen["encoding"]) == (100, "UTC", "UTF8")
    assert seen["used_connections"] >= 1
    assert (seen["tls"], seen["database_exists"], seen["tables"], seen["cocalc"]) == (False, True, 0, False)
    assert look(postgres, user="postgres", password=postgres.superuser_password)["superuser"] is True


def test_a_limited_role(postgres: Postgres) -> None:
    postgres.role("reader", "hunter2")
    seen = look(postgres, user="reader", password="hunter2")
    assert (seen["stage"], seen["superuser"], seen["createdb"], seen["createrole"]) == ("ok", *[False] * 3)


def test_a_database_of_cocalc_and_one_of_somebody_else(postgres: Postgres) -> None:
    for name in ("cocalc", "other"):
        postgres.run(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
    postgres.run("CREATE TABLE accounts(); CREATE TABLE server_settings(); CREATE TABLE projects()", "cocalc")
    postgres.run("CREATE TABLE accounts()", "other")
    assert [look(postgres, name="cocalc")[key] for key in ("tables", "cocalc")] == [3, True]
    assert [look(postgres, name="other")[key] for key in ("tables", "cocalc")] == [1, False]


def test_a_missing_database_leaves_the_rest_judged(postgres: Postgres) -> None:
    seen = look(postgres, name="cocalc")
    assert seen["error"].endswith("database cocalc does not exist")
    assert (seen["stage"], seen["database_exists"], seen["tables"]) == ("ok", False, 0)
    assert seen["createdb"] is True


def test_a_database_that_the_role_may_not_enter(postgres: Postgres) -> None:
    postgres.role("reader", "hunter2")
    postgres.run("CREATE DATABASE closed")
    postgres.run("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
    seen = look(postgres, name="closed", user="reader", password="hunter2")
    assert seen["error"].endswith("the role may not connect to database closed")
    assert (seen["stage"], seen["database_exists"]) == ("login", True)


@pytest.mark.parametrize(
    ("other", "stage", "words"),
    [
        ({"password": "hunter2"}, "login", "wrong password for the role cocalc"),
        ({"password": ""}, "login", "the server wants a password"),
        ({"user": "nobody"}, "login", "wrong password for the role nobody"),
        ({"sslmode": "require"}, "tls", "the server offers no TLS"),
        ({"sslmode": "verify-full"}, "tls", "the server offers no TLS"),
        ({"sslmode": "always"}, "tls", "always is no sslmode"),
        ({"host": "db.invalid"}, "dns", "db.invalid has no address"),
        ({"host": "a..b"}, "dns", "has no address"),
        ({"host": "x" * 70 + ".example"}, "dns", "has no address"),
        ({"host": ""}, "dns", "no host was given"),
        ({"port": 99999}, "dns", "99999 is no port"),
        ({"port": 1}, "tcp", "127.0.0.1:1 refused the connection"),
    ],
)
def test_each_shut_door_is_told_apart(
    postgres: Postgres, other: dict[str, Any], stage: str, words: str
) -> None:
    seen = look(postgres, **other)
    assert (seen["stage"], words in seen["error"]) == (stage, True), seen["error"]


def test_a_database_in_which_the_role_may_not_create_tables(postgres: Postgres) -> None:
    postgres.run("CREATE DATABASE shut")
    postgres.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC", "shut")
    assert [look(postgres, name=name)["may_create"] for name in ("shut", "none")] == [False, None]
    postgres.run("GRANT CREATE ON SCHEMA public TO cocalc", "shut")
    assert look(postgres, name="shut")["may_create"] is True


def test_tls(tls_server: Postgres, tmp_path: Path) -> None:
    ca_file = str(tls_server.ca_file)
    seen = look(tls_server, sslmode="verify-full", ca_file=ca_file)
    assert (seen["error"], seen["tls"], seen["timezone"]) == (None, True, "Europe/Berlin")
    assert look(tls_server)["tls"] is True
    assert look(tls_server, sslmode="verify-ca", ca_file=ca_file)["error"] is None
    (tmp_path / "bad.pem").write_text("nothing")
    said = {
        ("verify-full", None): "the server's certificate is not trusted",
        ("verify-ca", None): "the server's certificate is not trusted",
        ("verify-full", str(tmp_path / "none.pem")): "none.pem does not exist",
        ("verify-full", str(tmp_path / "bad.pem")): "bad.pem holds no certificate",
    }
    for (mode, file), words in said.items():
        seen = look(tls_server, sslmode=mode, ca_file=file)
        assert (seen["stage"], words in seen["error"]) == ("tls", True), seen["error"]
    seen = look(tls_server, password="hunter2")
    assert seen["error"].endswith("wrong password for the role cocalc")


def test_a_server_without_free_connections(tls_server: Postgres) -> None:
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(psycopg.connect(tls_server.url()))
        seen = look(tls_server)
    assert seen["error"].endswith("all connections of the server are in use")


@pytest.mark.parametrize("text", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_something_else_that_answers(postgres: Postgres, text: bytes) -> None:
    async def serve() -> Mapping[str, Any]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(8)
            writer.write(text)
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            vault = Vault()
            probe = Probe.of("postgres", host="127.0.0.1", port=port, ref=vault.remember("p", "pw"))
            return await probe_postgres(probe, 5, vault)

    seen = asyncio.run(serve())
    assert seen["stage"] == "login"
    assert "PostgreSQL" in seen["error"]


@pytest.mark.parametrize("accepts", [True, False])
def test_a_silent_server_ends_in_time(accepts: bool) -> None:
    listener, full = socket.create_server(("127.0.0.1", 0), backlog=0), socket.socket()
    with closing(listener), closing(full):
        if not accepts:  # the queue is full: the kernel drops further attempts
            full.setblocking(False)
            full.connect_ex(listener.getsockname())
        vault = Vault()
        probe = Probe.of("postgres", host="127.0.0.1", port=listener.getsockname()[1])
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            asyncio.run(probe_postgres(probe, 1, vault))
        assert time.monotonic() - began < 3


def test_the_loop_never_stalls(postgres: Postgres) -> None:
    async def watched() -> float:
        worst = 0.0

        async def tick() -> None:
            nonlocal worst
            while True:
                began = time.perf_counter()
                await asyncio.sleep(0.005)
                worst = max(worst, time.perf_counter() - began - 0.005)

        vault = Vault()
        ref = vault.remember("p", postgres.password)
        probe = Probe.of("postgres", host="localhost", port=postgres.port, user="cocalc", ref=ref)
        await probe_postgres(probe, 10, vault)  # imports psycopg
        ticking = asyncio.create_task(tick())
        for _ in range(5):
            await probe_postgres(probe, 10, vault)
        ticking.cancel()
        return worst

    assert asyncio.run(watched()) < 0.1


def test_a_server_that_speaks_another_language_is_quoted() -> None:
    text = 'connection to server at "::1", port 5432 failed: FATAL:  Datenbank »cocalc« existiert nicht\n'
    stage, message = explain(text)
    assert (stage, message) == ("database", "FATAL:  Datenbank »cocalc« existiert nicht")


def test_pg_hba() -> None:
    text = (
        'connection to server at "10.0.0.1", port 5432 failed: FATAL:  no pg_hba.conf entry for host '
        '"10.1.2.3", user "cocalc", database "cocalc", {}\n'
    )
    assert "at 10.1.2.3 into cocalc only with TLS" in explain(text.format("no encryption"))[1]
    assert explain(text.format("SSL encryption"))[1].endswith("cocalc at 10.1.2.3 into cocalc")
