"""What the database step looks at: the answers, the Secret, and how far a login came."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable

from cocalc_tui.core.facts import Object, Unreachable
from cocalc_tui.core.findings import Verdict, skipped, unknown
from cocalc_tui.core.kinds import SECRET
from cocalc_tui.core.postgres import came_to
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Need, Probe, Topic
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate

KEY = "postgresql-password"


def _places(*names: str) -> tuple[Candidate, ...]:
    """Where charts are known to keep it; none of it is public."""
    paths = [f"{above}.database.{n}" for above in ("global", "hub") for n in names]
    return tuple(Candidate(p, "practice") for p in paths)


PATHS = {
    "host": _places("host", "hostname", "server", "address"),
    "port": _places("port"),
    "user": _places("user", "username"),
    "name": _places("name", "database", "dbname", "databaseName"),
    "sslmode": _places("sslmode", "sslMode", "ssl_mode"),
    "secret_name": (Candidate("global.database.secretName"),),
}


def secret_name(view: View) -> str:
    """The name of the Secret with the password."""
    return view.text("database.secret_name", KEY) or KEY


def topic(view: View) -> Topic:
    """The Secret, its values as hashes."""
    return Topic(SECRET, view.namespace, secret_name(view))


def host(view: View) -> str:
    """The server, empty if it was not given."""
    return view.text("database.host").strip()


def at(view: View) -> str:
    """The server as a person names it."""
    return f"{host(view)}:{view.number('database.port', 5432)}"


def user(view: View) -> str:
    """The login name."""
    return view.text("database.user", "cocalc")


def name(view: View) -> str:
    """The database."""
    return view.text("database.name", "cocalc")


def server(view: View) -> dict[str, Hashable]:
    """Where the server is and how it is spoken to, as arguments of a probe."""
    return {
        "host": host(view),
        "port": view.number("database.port", 5432),
        "sslmode": view.text("database.sslmode", "prefer"),
        "ca_file": view.text("database.ca_file") or None,
    }


def given(view: View) -> SecretRef | None:
    """The password, if one is given and can be read."""
    ref = view.secret("database.password")
    return None if ref is None or view.result(ref.probe()).get("error") else ref


def kept(view: View) -> bool:
    """Whether the cluster has the password."""
    live = view.object(topic(view))
    return bool(live and live.get("data", {}).get(KEY))


def probe(view: View) -> Probe:
    """The attempt to log in; without a password only to reach the server."""
    return Probe.of("postgres", **server(view), name=name(view), user=user(view), ref=given(view))


def seen(view: View) -> Object:
    """What the attempt to log in told."""
    return view.result(probe(view)) if host(view) else {}


def needs_password(view: View) -> Iterable[Need]:
    """What is known of the password."""
    ref = view.secret("database.password")
    return (ref.probe(), topic(view)) if ref else (topic(view),)


def needs(view: View) -> Iterable[Need]:
    """The server; one that this machine cannot reach is judged and not waited for."""
    ref = view.secret("database.password")
    first: tuple[Need, ...] = (ref.probe(),) if ref else ()
    if not host(view) or isinstance(view.get(probe(view)), Unreachable):
        return first
    return (*first, probe(view))


def needs_login(view: View) -> Iterable[Need]:
    """The server, and the Secret that tells why no login may be possible."""
    return (*needs(view), topic(view))


def before(view: View, stage: str = "ok") -> Verdict | None:
    """Why a stage cannot be judged, None if it was reached: a check never guesses what was not seen."""
    if not host(view):
        return skipped("no host is given")
    if came_to(seen(view), stage):
        return None
    if came_to(seen(view), "tls") and not given(view):
        return skipped("the password is only in the cluster" if kept(view) else "needs the password")
    if came_to(seen(view), "tls"):
        return skipped("needs a login")
    return unknown("not seen, it needs the host", "Look again from a machine that can reach the database.")


def valid_port(value: str, view: View) -> str | None:
    """A TCP port."""
    return None if value.isdigit() and 0 < int(value) < 65536 else "use a number from 1 to 65535"


def valid_host(value: str, view: View) -> str | None:
    """A bare host name or address."""
    if re.fullmatch(r"[A-Za-z0-9_.:-]+", value) and "://" not in value:
        return None
    return "use a bare host name or IP address, without postgres:// and without a path"
