"""How the site sends mail (setup guide, "Introduction": a standard e-mail service)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cocalc_tui.core.database_view import valid_host, valid_port
from cocalc_tui.core.findings import Check
from cocalc_tui.core.mail_checks import logs_in, password, reachable, sends, settings, summary, tls
from cocalc_tui.core.mail_view import (
    IMPLICIT,
    backend,
    given,
    login,
    needs,
    needs_password,
    off,
    port,
    secure,
    sender,
    server,
)
from cocalc_tui.core.settings import EMAIL
from cocalc_tui.core.step import Choice, Field, Step
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate, Wish

BACKENDS = (
    Choice("none", note="no mail: no password resets, no invitations"),
    Choice("smtp", note="a mail server"),
    Choice("sendgrid", note="SendGrid, with an API key"),
)
FLAGS = (
    Choice("yes", note="TLS from the first byte, port 465"),
    Choice("no", note="STARTTLS, port 587 or 25"),
)
SETTINGS = {
    "enabled": "email_enabled",
    "backend": "email_backend",
    **{field: f"email_smtp_{field}" for field in ("server", "port", "secure", "login", "from")},
}
PATHS = {field: (Candidate(f"global.settings.{key}"),) for field, key in SETTINGS.items()}


def chosen(*backends: str) -> Callable[[View], bool]:
    """Whether one of these is how mail is sent."""
    return lambda view: backend(view) in backends


def valid_email(value: str, view: View) -> str | None:
    """An address with one @ and a domain."""
    return None if EMAIL.fullmatch(value.strip()) else "must be an e-mail address"


def values(view: View) -> Sequence[Wish]:
    if off(view):
        return ()

    def wish(field: str, value: Any) -> Wish:
        return Wish("mail", field, PATHS[field], value)

    def secret(key: str) -> Wish:
        return Wish("mail", "password", (Candidate(f"global.settings.{key}"),), given(view))

    found = [wish("enabled", "yes"), wish("backend", backend(view))]
    if backend(view) == "sendgrid":
        return [*found, secret("sendgrid_key")] if given(view) else found
    texts = (("server", server(view)), ("from", sender(view)), ("login", login(view)))
    found += [wish(name, value) for name, value in texts if value]
    found.append(wish("port", str(port(view))))
    found.append(wish("secure", "yes" if secure(view) else "no"))
    if login(view) and given(view):
        found.append(secret("email_smtp_password"))
    return found


STEP = Step(
    id="mail",
    title="Mail",
    group="Site",
    why="The site sends invitations, notices and password resets by mail, through a server of yours.",
    guide=("Introduction",),
    fields=(
        Field(
            "backend",
            "Sent by",
            "How mail is sent: by a mail server (SMTP), by SendGrid with an API key, or not at all.",
            kind="choice",
            default="none",
            choices=lambda view: BACKENDS,
            paths=PATHS["backend"],
        ),
        Field(
            "server",
            "Server",
            "Host name of the mail server, as in its certificate and as the pods of the cluster reach it.",
            check=valid_host,
            shown=chosen("smtp"),
            placeholder="mail.example.edu",
            paths=PATHS["server"],
        ),
        Field(
            "port",
            "Port",
            "465 for TLS from the first byte, 587 for STARTTLS, 25 for a server that wants no login.",
            kind="number",
            default=IMPLICIT,
            check=valid_port,
            shown=chosen("smtp"),
            paths=PATHS["port"],
        ),
        Field(
            "secure",
            "TLS at once",
            "Whether TLS begins with the first byte, as on port 465. With no, STARTTLS is used if offered.",
            kind="flag",
            detect=lambda view: "yes" if view.number("mail.port") == IMPLICIT else "no",
            choices=lambda view: FLAGS,
            shown=chosen("smtp"),
            paths=PATHS["secure"],
        ),
        Field(
            "login",
            "Login",
            "The login name at the mail server; leave it empty where the server wants none.",
            shown=chosen("smtp"),
            paths=PATHS["login"],
        ),
        Field(
            "password",
            "Password",
            "The password of that login, or the API key of SendGrid. The chart takes it only as text, so it "
            "goes into the second, private values file.",
            kind="secret",
            shown=chosen("smtp", "sendgrid"),
        ),
        Field(
            "from",
            "Sender",
            "The address that mails come from and that answers go to.",
            check=valid_email,
            shown=chosen("smtp"),
            placeholder="cocalc@example.edu",
            paths=PATHS["from"],
        ),
    ),
    checks=(
        Check(
            "settings",
            "Settings",
            "A mail server needs its name and a sender address; an address that is none stops the hub at its "
            "start.",
            settings,
            counts=True,
        ),
        Check(
            "password",
            "Password",
            "Where a login is used its password, or the key of SendGrid, must be at hand when the values "
            "are written, and must not begin or end with white space.",
            password,
            needs_password,
        ),
        Check(
            "reachable",
            "Reachable",
            "The server must be reachable and greet as a mail server. This is tried from this machine; in "
            "the end only the pods of the cluster must reach it.",
            reachable,
            needs,
            counts=True,
        ),
        Check(
            "tls",
            "TLS",
            "TLS must begin as the port wants it, with the first byte or by STARTTLS, with a certificate for "
            "this host from a known authority. A login in clear is warned of.",
            tls,
            needs,
        ),
        Check(
            "login",
            "Login",
            "The login is tried as the hub does it. A server that refuses for now is unknown and not wrong.",
            logs_in,
            needs,
        ),
        Check(
            "sender",
            "Sender",
            "The server must accept the sender address from this login. It is asked and then told to forget "
            "it; no mail is sent.",
            sends,
            needs,
        ),
    ),
    values=values,
    summary=summary,
)
