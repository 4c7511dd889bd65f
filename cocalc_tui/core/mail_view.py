"""What the mail step looks at: the answers, and how far an attempt at the server came."""

from __future__ import annotations

from collections.abc import Iterable

from cocalc_tui.core.facts import Object, Unreachable
from cocalc_tui.core.release import newest, topic_of
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Need, Probe
from cocalc_tui.core.view import View

SENDGRID, SENDGRID_PORT, SENDGRID_LOGIN = "smtp.sendgrid.net", 465, "apikey"
"""Where SendGrid takes the same key by SMTP (docs.sendgrid.com, "Integrating with the SMTP API")."""

IMPLICIT = 465


def backend(view: View) -> str:
    """How mail is sent: none, smtp or sendgrid."""
    return view.text("mail.backend", "none") or "none"


def off(view: View) -> bool:
    """Whether no mail is sent."""
    return backend(view) not in ("smtp", "sendgrid")


def server(view: View) -> str:
    """The server, empty if none was given."""
    return SENDGRID if backend(view) == "sendgrid" else view.text("mail.server").strip()


def port(view: View) -> int:
    """Its port."""
    return SENDGRID_PORT if backend(view) == "sendgrid" else view.number("mail.port", IMPLICIT)


def at(view: View) -> str:
    """The server as a person names it."""
    return f"{server(view)}:{port(view)}"


def secure(view: View) -> bool:
    """Whether TLS begins with the first byte."""
    return backend(view) == "sendgrid" or view.flag("mail.secure")


def login(view: View) -> str:
    """The login name, empty where none is needed."""
    return SENDGRID_LOGIN if backend(view) == "sendgrid" else view.text("mail.login")


def sender(view: View) -> str:
    """The address in From."""
    return view.text("mail.from").strip()


def given(view: View) -> SecretRef | None:
    """The password or key, if one is given and can be read."""
    ref = view.secret("mail.password")
    return None if ref is None or view.result(ref.probe()).get("error") else ref


def installed(view: View) -> bool:
    """Whether a release is there, which got the password when it was made."""
    found = newest(view.objects(topic_of(view)))
    return found is not None and found.status == "deployed"


def probe(view: View) -> Probe | None:
    """The attempt, without a password only as far as it goes without; None where there is nothing to try."""
    if off(view) or not server(view):
        return None
    ref = given(view) if login(view) else None
    # SendGrid judges a sender only when a mail is sent, others only after the login
    tries_sender = backend(view) == "smtp" and (ref is not None or not login(view))
    return Probe.of(
        "smtp",
        server=server(view),
        port=port(view),
        secure=secure(view),
        login=login(view) if ref else None,
        ref=ref,
        sender=(sender(view) or None) if tries_sender else None,
    )


def seen(view: View) -> Object:
    """What the attempt told; empty where it was not seen."""
    asked = probe(view)
    return view.result(asked) if asked else {}


def unreached(view: View) -> str:
    """Why this machine could not reach the server, empty if it could or was not asked."""
    asked = probe(view)
    observed = view.get(asked) if asked else None
    if isinstance(observed, Unreachable):
        return observed.reason
    found = seen(view)
    return str(found.get("error") or "") if found.get("stage") in ("dns", "tcp") else ""


def needs_password(view: View) -> Iterable[Need]:
    """The password's length; the release, where only it can tell whether it is still needed."""
    if off(view):
        return ()
    ref = view.secret("mail.password")
    if ref is None:
        return (topic_of(view),) if login(view) else ()
    return (ref.probe(), topic_of(view)) if view.result(ref.probe()).get("error") else (ref.probe(),)


def needs(view: View) -> Iterable[Need]:
    """The attempt; a server that this machine cannot reach is judged and not waited for."""
    ref = None if off(view) else view.secret("mail.password")
    first: tuple[Need, ...] = (ref.probe(),) if ref else ()
    asked = probe(view)
    if asked is None or isinstance(view.get(asked), Unreachable):
        return first
    return (*first, asked)
