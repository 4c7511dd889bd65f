"""An existing PostgreSQL server and the Secret with its password (setup guide, "Database")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cocalc_tui.core import database_admin, postgres
from cocalc_tui.core.action import MANAGED_BY, MANAGER, Action, Apply, labelled
from cocalc_tui.core.database_checks import login, password, reachable, secret, tls
from cocalc_tui.core.database_view import (
    KEY,
    PATHS,
    at,
    before,
    given,
    host,
    kept,
    name,
    needs,
    needs_login,
    needs_password,
    secret_name,
    seen,
    topic,
    user,
    valid_host,
    valid_port,
)
from cocalc_tui.core.facts import Object
from cocalc_tui.core.findings import Check, Verdict
from cocalc_tui.core.names import object_name
from cocalc_tui.core.secret import PlainSlot
from cocalc_tui.core.step import Choice, Field, Step
from cocalc_tui.core.topics import Need
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Wish

MODES = (
    Choice("prefer", note="TLS if the server offers it"),
    Choice("require", note="TLS, any certificate"),
    Choice("verify-ca", note="TLS, certificate of a known authority"),
    Choice("verify-full", note="the same, and the host name must match"),
    Choice("disable", note="no TLS"),
)
"""What each mode of libpq demands."""


def logged_in(judge: Callable[[Object, View], Verdict]) -> Callable[[View], Verdict]:
    """A judgement of what only a login can see."""
    return lambda view: before(view) or judge(seen(view), view)


def here(view: View) -> bool:
    """Whether an administrator's login is at hand that can mend what is found."""
    return database_admin.able(database_admin.looked(view))


def needs_all(view: View) -> Iterable[Need]:
    """The server, the Secret, and what an administrator sees."""
    return (*needs_login(view), *database_admin.needs_admin(view))


def actions(view: View) -> Sequence[Action]:
    """Role and database where an administrator's login is given, and the Secret."""
    return (*database_admin.wanted(view), *secret_action(view))


def secret_action(view: View) -> Sequence[Action]:
    """The Secret with the password, unless somebody else's is good as it is."""
    ref, live = given(view), view.object(topic(view))
    if ref is None:
        return ()
    wanted = view.result(ref.probe())
    if wanted.get("edges") or wanted.get("length") == 0:
        return ()
    same = live and live.get("data", {}).get(KEY) == f"sha256:{wanted.get('sha256')}"
    if live and same and live["metadata"].get("labels", {}).get(MANAGED_BY) != MANAGER:
        return ()
    metadata = {"name": secret_name(view), "namespace": view.namespace}
    manifest = labelled({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": metadata})
    why = "The hub reads the database password from this Secret."
    return (Apply("database.secret", "database", why, manifest, (PlainSlot(KEY, ref),)),)


def values(view: View) -> Sequence[Wish]:
    def wish(field: str, value: object) -> Wish:
        return Wish("database", field, PATHS[field], value)

    named = wish("secret_name", secret_name(view))
    if not host(view):
        return (named,)
    return [
        wish("host", host(view)),
        wish("port", view.number("database.port", 5432)),
        wish("user", user(view)),
        wish("name", name(view)),
        wish("sslmode", view.text("database.sslmode", "prefer")),
        named,
    ]


def summary(view: View) -> str:
    found = version_of(view)
    return f"{at(view)}, {found}" if found else f"{at(view)}, {secret(view).summary}"


def version_of(view: View) -> str:
    """The server's version, empty where no login was tried."""
    return postgres.version(seen(view), view.now).summary if postgres.came_to(seen(view), "ok") else ""


STEP = Step(
    id="database",
    title="Database",
    group="Base",
    why="Accounts, projects and settings live in PostgreSQL. CoCalc creates and migrates its own tables.",
    guide=("Database", "Dependencies: PostgreSQL"),
    after=("namespace",),
    fields=(
        Field(
            "host",
            "Host",
            "Host name or IP address of the PostgreSQL server, as the pods of the cluster reach it.",
            check=valid_host,
            needed=lambda view: True,
            placeholder="db.example.edu",
            paths=PATHS["host"],
        ),
        Field(
            "port",
            "Port",
            "The TCP port of the server.",
            kind="number",
            default=5432,
            check=valid_port,
            paths=PATHS["port"],
        ),
        Field(
            "name",
            "Name",
            "The database. CoCalc creates it if the login may do so.",
            default="cocalc",
            paths=PATHS["name"],
        ),
        Field(
            "user",
            "User",
            "The login that CoCalc uses. It wants nearly all rights.",
            default="cocalc",
            paths=PATHS["user"],
        ),
        Field(
            "password",
            "Password",
            "The password of that login. It goes into a Secret of the cluster and nowhere else.",
            kind="secret",
            needed=lambda view: not kept(view),
            needs=lambda view: (topic(view),),
        ),
        Field(
            "sslmode",
            "TLS",
            "How strictly the connection is encrypted: the modes of PostgreSQL's own client.",
            kind="choice",
            default="prefer",
            choices=lambda view: MODES,
            paths=PATHS["sslmode"],
        ),
        Field(
            "ca_file",
            "CA file",
            "The certificates of the authority that signed the server's, for verify-ca and verify-full.",
            kind="path",
            shown=lambda view: view.text("database.sslmode").startswith("verify"),
        ),
        Field(
            "admin_user",
            "Admin login",
            "A database administrator, only to create the role and the database or to give the role its "
            "rights. The SQL is shown before it is run. Leave it empty if both are there.",
            placeholder="not needed",
        ),
        Field(
            "admin_password",
            "Admin password",
            "The administrator's password. It is used for this alone and goes nowhere: neither into the "
            "cluster nor into a file.",
            kind="secret",
            shown=lambda view: bool(database_admin.admin(view)),
            needed=lambda view: bool(database_admin.admin(view)),
        ),
        Field(
            "secret_name",
            "Secret",
            "The name of the Secret that holds the password under the key postgresql-password.",
            default=KEY,
            check=object_name,
            paths=PATHS["secret_name"],
        ),
    ),
    checks=(
        Check(
            "reachable",
            "Reachable",
            "The server must be reachable. This is tried from this machine; in the end only the pods of the "
            "cluster must reach it, so a server out of sight is unknown and not wrong.",
            reachable,
            needs,
            counts=True,
        ),
        Check(
            "tls",
            "TLS",
            "The server must offer what the chosen TLS mode demands; verify-full also compares the host name "
            "with the certificate.",
            tls,
            needs_login,
        ),
        Check(
            "login",
            "Login",
            "The login with user, password and database name is tried, just as the hub will do it.",
            login,
            needs_all,
        ),
        Check(
            "admin",
            "Admin login",
            "An administrator's login, where one is given, must be able to create roles and databases. A "
            "database that is there is never altered, nor is the password of a role that is there.",
            database_admin.judge,
            needs_all,
        ),
        Check(
            "version",
            "Version",
            "PostgreSQL 11 is the least that CoCalc runs with, 14 is what the guide suggests. A version "
            "without maintenance is warned of.",
            logged_in(lambda found, view: postgres.version(found, view.now)),
            needs_login,
        ),
        Check(
            "rights",
            "Rights",
            "CoCalc creates its database, tables and indices at its start, so the login must be superuser "
            "or may create databases and roles.",
            logged_in(lambda found, view: postgres.rights(found, user(view), here(view))),
            needs_all,
        ),
        Check(
            "connections",
            "Connections",
            "Every hub process keeps several connections; the guide calls max_connections of 100 or more "
            "eventually important.",
            logged_in(lambda found, view: postgres.connections(found)),
            needs_login,
        ),
        Check(
            "time-zone",
            "Time zone",
            "The clocks of nodes and database must be in UTC, because times are compared across them.",
            logged_in(lambda found, view: postgres.time_zone(found, user(view), here(view))),
            needs_all,
        ),
        Check(
            "encoding",
            "Encoding",
            "The database must be encoded in UTF8, which holds the names and files of every script.",
            logged_in(lambda found, view: postgres.encoding(found)),
            needs_login,
        ),
        Check(
            "contents",
            "Contents",
            "The database must be empty or CoCalc's own, because CoCalc creates its tables in it.",
            logged_in(lambda found, view: postgres.contents(found, name(view), here(view))),
            needs_all,
        ),
        Check(
            "password",
            "Password",
            "The password must be at hand or in the cluster, and must not begin or end with white space: the "
            "hub trims it and could not log in.",
            password,
            needs_password,
        ),
        Check(
            "secret",
            "Secret",
            "The password must be in a Secret of the namespace under the key postgresql-password. It is "
            "compared by hash and never read.",
            secret,
            needs_password,
            counts=True,
        ),
    ),
    actions=actions,
    values=values,
    summary=summary,
)
