"""The database step with an administrator's login: what is asked, judged, planned and shown."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.action import Apply
from cocalc_tui.core.answers import Source
from cocalc_tui.core.database_admin import needs_admin, probe, statements
from cocalc_tui.core.database_view import probe as login_probe
from cocalc_tui.core.database_view import topic
from cocalc_tui.core.facts import Unreachable
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.postgres import identifier
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.shell import commands
from cocalc_tui.core.sql import Sql
from cocalc_tui.core.view import View
from cocalc_tui.engine.differing import planned
from cocalc_tui.render.documents import action_document
from cocalc_tui.steps.database import STEP
from tests.steps.builders import judge, values, view
from tests.steps.test_database import ANSWERS, HASH, OK, PW

ADMIN_PW = SecretRef("env", "COCALC_DB_ADMIN_PASSWORD")
REFUSED = {**dict.fromkeys(OK), "stage": "login", "error": "wrong password for the role cocalc"}
NOTHING: dict[str, Any] = {
    "stage": "ok",
    "error": None,
    "address": "192.0.2.20",
    "superuser": True,
    "createdb": True,
    "createrole": True,
    "timezone": "UTC",
    "role_exists": False,
    "role_login": None,
    "role_superuser": None,
    "role_createdb": None,
    "role_createrole": None,
    "database_exists": False,
    "database_owner": None,
    "tables": None,
    "cocalc": None,
}
ROLE = {"role_exists": True, "role_login": True, "role_createdb": True, "role_createrole": True}
BASE = {"database_exists": True, "database_owner": "cocalc", "tables": 0, "cocalc": False}


def seen(found: Any = NOTHING, login: Any = REFUSED, admin: Any = HASH, **answers: Any) -> View:
    """What the administrator and the login saw; answers of None are not given."""
    given = {
        **ANSWERS,
        "database.admin_user": "postgres",
        "database.admin_password": ADMIN_PW,
        **{f"database.{k}": v for k, v in answers.items()},
    }
    given = {k: v for k, v in given.items() if v is not None}
    facts: dict[Any, Any] = {PW.probe(): HASH, ADMIN_PW.probe(): admin}
    first = view(facts, given, steps=(STEP,))
    facts |= {probe(first): found, login_probe(first): login, topic(first): ()}
    return view(facts, given, steps=(STEP,))


def sees(**changes: Any) -> View:
    return seen({**NOTHING, **changes})


def texts(given: View) -> list[str]:
    return [s.text for s in statements(given)]


CREATE_ROLE = "CREATE ROLE cocalc LOGIN CREATEDB CREATEROLE PASSWORD :'password'"
CREATE_DATABASE = "CREATE DATABASE cocalc OWNER cocalc ENCODING 'UTF8' TEMPLATE template0"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (seen(), [CREATE_ROLE, CREATE_DATABASE]),
        (
            sees(superuser=False),
            [CREATE_ROLE, "GRANT cocalc TO CURRENT_USER", CREATE_DATABASE, "REVOKE cocalc FROM CURRENT_USER"],
        ),
        (
            sees(timezone="Europe/Berlin"),
            [CREATE_ROLE, "ALTER ROLE cocalc SET timezone TO 'UTC'", CREATE_DATABASE],
        ),
        (sees(**ROLE), [CREATE_DATABASE]),
        (sees(**BASE, **{**ROLE, "role_createrole": False}), ["ALTER ROLE cocalc CREATEROLE"]),
        (sees(**BASE, **{**ROLE, "role_login": False}), ["ALTER ROLE cocalc LOGIN"]),
        (sees(**BASE, **ROLE), []),
        (sees(**{**BASE, "database_owner": "other"}, **ROLE), []),
        (sees(**{**BASE, "database_owner": "other"}), []),
        (seen(password=None), []),
        (seen({"stage": "login", "error": "refused"}), []),
        (
            seen({**NOTHING, **BASE, **ROLE}, {**OK, "timezone": "Europe/Berlin"}),
            ["ALTER ROLE cocalc SET timezone TO 'UTC'"],
        ),
    ],
)
def test_statements(given: View, expected: list[str]) -> None:
    assert texts(given) == expected


def test_names_are_quoted_where_sql_wants_it() -> None:
    assert [identifier(n) for n in ("cocalc", "user", "Ada", 'a"b')] == [
        "cocalc",
        '"user"',
        '"Ada"',
        '"a""b"',
    ]
    assert statements(seen(user="O'Neil"))[0].unless.endswith("rolname = 'O''Neil')")


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        (seen(admin_user=None), Status.SKIPPED, "no admin login"),
        (seen(), Status.PASS, "may create roles and databases"),
        (sees(**BASE, **ROLE), Status.PASS, "nothing to do"),
        (sees(superuser=False, createrole=False), Status.FAIL, "may not create"),
        (sees(**{**BASE, "database_owner": "other"}), Status.FAIL, "belongs to other"),
        (seen({**NOTHING, "stage": "login", "error": "wrong password"}), Status.FAIL, "wrong password"),
        (
            seen({**NOTHING, "stage": "login", "error": "wrong password"}, OK),
            Status.WARN,
            "not needed any more",
        ),
        (seen(admin={"error": "COCALC_DB_ADMIN_PASSWORD is not set"}), Status.FAIL, "is not set"),
        (seen(admin_password=None), Status.FAIL, "no password is given"),
        (seen(Unreachable("silent")), Status.UNKNOWN, "silent"),
        (seen(host=None), Status.UNKNOWN, "no host"),
        (seen(password=None), Status.FAIL, "no password to give to it"),
    ],
)
def test_the_admin_login_is_judged(given: View, status: Status, said: str) -> None:
    found = judge(STEP, "admin", given)
    assert found.status is status, found
    assert said in found.summary
    assert found.remedy or status in (Status.PASS, Status.SKIPPED)


def test_what_the_plan_mends_is_not_broken() -> None:
    login = judge(STEP, "login", seen())
    assert (login.status, login.state, login.remedy) == (
        Status.FAIL,
        State.PARTIAL,
        "Apply this step to create it.",
    )
    poor = {**OK, "createdb": False, "timezone": "Europe/Berlin", "database_exists": False}
    given = seen({**NOTHING, **ROLE, "role_createdb": False}, poor)
    assert judge(STEP, "rights", given).state is State.PARTIAL
    assert judge(STEP, "time-zone", given).remedy == "Apply this step to set it."
    assert "this step creates it" in judge(STEP, "contents", given).summary


def test_the_plan_shows_the_statements_and_never_a_password() -> None:
    given = seen()
    action, secret = STEP.actions(given)
    assert isinstance(action, Sql)
    assert isinstance(secret, Apply)
    document = action_document(planned(action, given))
    assert (document["kind"], document["verb"]) == ("sql", "run")
    assert document["target"] == "PostgreSQL db:5432"
    assert (
        "+CREATE ROLE cocalc LOGIN CREATEDB CREATEROLE PASSWORD (from PW);" in document["diff"].splitlines()
    )
    assert document["secrets"] == ["admin_password from COCALC_DB_ADMIN_PASSWORD", "password from PW"]
    script = commands(action)
    assert 'PGPASSWORD="${COCALC_DB_ADMIN_PASSWORD:?' in script
    assert "psql --no-psqlrc" in script.replace("\n", " ")
    assert "PASSWORD :'password';" in script


def test_what_is_so_is_kept_and_what_was_not_seen_is_not_run() -> None:
    given = sees(**BASE, **ROLE)
    (action, _) = STEP.actions(given)
    assert planned(action, given).verb == "keep"
    given = seen(Unreachable("silent"))
    (action, _) = STEP.actions(given)
    assert planned(action, given).blocked == "not seen: silent"


def test_nothing_is_asked_or_planned_without_an_admin_login() -> None:
    given = seen(admin_user=None)
    assert not list(needs_admin(given))
    assert [type(a) for a in STEP.actions(given)] == [Apply]
    assert [type(a) for a in STEP.actions(seen({**NOTHING, "stage": "login", "error": "x"}, OK))] == [Apply]


def test_the_admin_login_never_reaches_the_values() -> None:
    assert "postgres" not in {str(v) for v in values(STEP, seen()).values()}


def test_the_password_is_asked_for_with_the_name() -> None:
    field = STEP.field("admin_password")
    assert field
    assert field.secret
    asked = view({}, {"database.admin_user": "postgres"}, steps=(STEP,), source=Source.SET)
    assert field.needed(asked)
    assert field.shown(asked)
    assert not field.needed(view({}, {}, steps=(STEP,)))
