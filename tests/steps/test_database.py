"""The database: every check for every stage that a login came to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cocalc_tui.core.action import Apply
from cocalc_tui.core.database_view import probe, topic
from cocalc_tui.core.facts import Unreachable
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.secret import PlainSlot, SecretRef
from cocalc_tui.core.view import View
from cocalc_tui.steps.database import STEP
from tests.steps.builders import OURS, judge, sound, values, view

NOW = datetime(2026, 11, 24, tzinfo=UTC).timestamp()
PW = SecretRef("env", "PW")
HASH = {"sha256": "aa", "length": 12, "edges": False, "error": None}
ANSWERS: dict[str, Any] = {"database.host": "db", "database.password": PW}
OK: dict[str, Any] = {
    "stage": "ok",
    "error": None,
    "latency_ms": 4,
    "version": "14.9",
    "version_num": 140009,
    "tls": "TLSv1.3",
    "superuser": False,
    "createdb": True,
    "createrole": True,
    "max_connections": 200,
    "used_connections": 7,
    "timezone": "UTC",
    "encoding": "UTF8",
    "database_exists": True,
    "tables": 0,
    "cocalc": False,
}


def secret(sha: str = "aa", labels: dict[str, str] | None = None) -> list[dict[str, Any]]:
    data = {"postgresql-password": f"sha256:{sha}"}
    return [{"metadata": {"name": "postgresql-password", "labels": labels or {}}, "data": data}]


def seen(found: Any = OK, live: Any = (), password: Any = HASH, **answers: Any) -> View:
    """What a login told; `password=None` where none was given."""
    given = {**ANSWERS, **{f"database.{k}": v for k, v in answers.items()}}
    given = {k: v for k, v in given.items() if v is not None}
    if password is None:
        del given["database.password"]
    first = view({PW.probe(): password or HASH}, given, steps=(STEP,))
    facts = {PW.probe(): password or HASH, probe(first): found, topic(first): live}
    return view(facts, given, steps=(STEP,), now=NOW)


def db(**changes: Any) -> View:
    return seen({**OK, **changes})


def test_sound() -> None:
    sound(STEP)


@pytest.mark.parametrize(
    ("name", "given", "status", "said"),
    [
        ("reachable", db(), Status.PASS, "db:5432, 4 ms"),
        ("reachable", seen(host=None), Status.FAIL, "no host"),
        (
            "reachable",
            seen(Unreachable("timed out after 5 s from this machine")),
            Status.UNKNOWN,
            "timed out",
        ),
        ("reachable", seen({"stage": "dns", "error": "no such host"}), Status.UNKNOWN, "no such host"),
        (
            "reachable",
            seen({"stage": "tcp", "error": "refused"}),
            Status.UNKNOWN,
            "from this machine: refused",
        ),
        (
            "reachable",
            seen({"stage": "login", "error": "password authentication failed"}),
            Status.PASS,
            "db:5432",
        ),
        ("tls", db(), Status.PASS, "prefer, TLSv1.3"),
        ("tls", db(tls=False), Status.PASS, "not encrypted"),
        (
            "tls",
            seen({"stage": "tls", "error": "server does not support SSL"}),
            Status.FAIL,
            "does not support",
        ),
        ("tls", seen({"stage": "tcp", "error": "refused"}), Status.UNKNOWN, "needs the host"),
        ("tls", seen(host=None), Status.SKIPPED, "no host"),
        ("login", db(), Status.PASS, "cocalc accepted"),
        (
            "login",
            seen({"stage": "login", "error": "password authentication failed"}),
            Status.FAIL,
            "refused",
        ),
        ("login", seen({"stage": "tls", "error": "x"}), Status.SKIPPED, "needs a login"),
        ("login", seen(Unreachable("x")), Status.UNKNOWN, "needs the host"),
        (
            "login",
            seen({"stage": "login", "error": "x"}, secret(), None),
            Status.SKIPPED,
            "only in the cluster",
        ),
        ("login", seen({"stage": "login", "error": "x"}, (), None), Status.SKIPPED, "needs the password"),
        ("version", db(), Status.PASS, "PostgreSQL 14.9"),
        ("version", db(version="PostgreSQL 10.23", version_num=100023), Status.FAIL, "10.23 is too old"),
        ("version", db(version="13.14", version_num=130014), Status.WARN, "unmaintained since 2025-11"),
        ("version", db(version="16.1", version_num=160001), Status.PASS, "16.1"),
        ("version", db(version="21.0", version_num=210000), Status.PASS, "21.0"),
        ("version", seen({"stage": "login", "error": "x"}), Status.SKIPPED, "needs a login"),
        ("rights", db(), Status.PASS, "may create"),
        ("rights", db(superuser=True, createdb=False), Status.PASS, "superuser"),
        ("rights", db(createdb=False), Status.FAIL, "may not create databases"),
        ("rights", db(createdb=False, createrole=False), Status.FAIL, "databases or roles"),
        ("connections", db(), Status.PASS, "max_connections 200, 7 in use"),
        ("connections", db(max_connections=20), Status.WARN, "20"),
        ("connections", db(used_connections=180), Status.WARN, "only 20 of them free"),
        ("rights", db(may_create=False), Status.FAIL, "may not create tables"),
        ("rights", db(may_create=None), Status.PASS, "may create"),
        ("time-zone", db(), Status.PASS, "UTC"),
        ("time-zone", db(timezone="Etc/UTC"), Status.PASS, "Etc/UTC"),
        ("time-zone", db(timezone="Europe/Berlin"), Status.WARN, "Europe/Berlin"),
        ("encoding", db(encoding=None, database_exists=False), Status.SKIPPED, "does not exist yet"),
        ("tls", seen({"stage": "login", "error": "x", "tls": None}), Status.SKIPPED, "needs a login"),
        ("encoding", db(), Status.PASS, "UTF8"),
        ("encoding", db(encoding="SQL_ASCII"), Status.FAIL, "SQL_ASCII"),
        ("contents", db(), Status.PASS, "is empty"),
        ("contents", db(database_exists=False), Status.PASS, "does not exist yet"),
        ("contents", db(tables=80, cocalc=True), Status.PASS, "CoCalc's"),
        ("contents", db(tables=3), Status.WARN, "3 tables"),
        ("password", seen(), Status.PASS, "given, from PW"),
        ("password", seen(password={**HASH, "edges": True}), Status.FAIL, "white space"),
        ("password", seen(password={**HASH, "length": 0}), Status.FAIL, "empty"),
        ("password", seen(password={"error": "PW is not set"}), Status.FAIL, "PW is not set"),
        (
            "password",
            seen(live=secret(), password={"error": "PW is not set"}),
            Status.SKIPPED,
            "PW is not set",
        ),
        ("password", seen(password=None), Status.FAIL, "no password"),
        ("password", seen(live=secret(), password=None), Status.PASS, "only in the cluster"),
        ("secret", seen(), Status.FAIL, "is absent"),
        ("secret", seen(live=secret()), Status.PASS, "same password"),
        ("secret", seen(live=secret(), password=None), Status.PASS, "is there"),
        ("secret", seen(live=secret("bb", OURS)), Status.FAIL, "another password"),
        ("secret", seen(live=secret("bb")), Status.FAIL, "someone else"),
        ("secret", seen(live=[{"metadata": {}, "data": {"x": "y"}}], password=None), Status.FAIL, "no key"),
    ],
)
def test_judgement(name: str, given: View, status: Status, said: str) -> None:
    found = judge(STEP, name, given)
    assert found.status is status, found
    assert said in found.summary


def test_states() -> None:
    assert judge(STEP, "secret", seen()).state is State.ABSENT
    assert judge(STEP, "secret", seen(live=secret("bb", OURS))).state is State.PARTIAL
    assert judge(STEP, "secret", seen(live=secret("bb"))).state is State.FOREIGN


def test_the_exact_sql() -> None:
    assert (
        "ALTER ROLE cocalc CREATEDB CREATEROLE;"
        in judge(STEP, "rights", db(createdb=False, createrole=False)).remedy
    )
    odd = seen({**OK, "createdb": False}, user="Ada O'Neil")
    assert 'ALTER ROLE "Ada O\'Neil" CREATEDB;' in judge(STEP, "rights", odd).remedy


def test_the_guide_s_version_passes_with_a_note() -> None:
    assert "ended 2026-11-12" in judge(STEP, "version", db()).detail


def test_action() -> None:
    (action,) = STEP.actions(seen())
    assert isinstance(action, Apply)
    assert action.slots == (PlainSlot("postgresql-password", PW),)
    assert action.manifest["metadata"]["namespace"] == "cocalc"
    assert STEP.actions(seen(live=secret("aa", OURS)))
    assert not STEP.actions(seen(live=secret("aa"))), "somebody else's, and good as it is"
    assert STEP.actions(seen(live=secret("bb"))), "a person has to choose"
    assert not STEP.actions(seen(password=None))
    assert not STEP.actions(seen(password={**HASH, "edges": True}))
    assert not STEP.actions(seen(password={"error": "PW is not set"}))


def test_values() -> None:
    assert values(STEP, seen(sslmode="require")) == {
        "global.database.host": "db",
        "global.database.port": 5432,
        "global.database.user": "cocalc",
        "global.database.name": "cocalc",
        "global.database.sslmode": "require",
        "global.database.secretName": "postgresql-password",
    }
    assert values(STEP, seen(host=None)) == {"global.database.secretName": "postgresql-password"}


def test_fields() -> None:
    password, host, port = STEP.field("password"), STEP.field("host"), STEP.field("port")
    assert password
    assert host
    assert port
    assert password.needed(seen())
    assert not password.needed(seen(live=secret()))
    assert host.check
    assert port.check
    assert host.check("postgres://db/x", view())
    assert host.check("db.example.edu", view()) is None
    assert port.check("0", view())
    assert port.check("5432", view()) is None


def test_summary() -> None:
    assert STEP.summary
    assert STEP.summary(seen(live=secret())) == "db:5432, PostgreSQL 14.9"
    assert STEP.summary(seen({"stage": "login"}, secret(), None)) == "db:5432, postgresql-password is there"
