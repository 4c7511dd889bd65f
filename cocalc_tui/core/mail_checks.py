"""Judgements of the mail server: its answers, the way there, TLS, the login, the sender."""

from __future__ import annotations

from cocalc_tui.core.answers import Source
from cocalc_tui.core.facts import Object
from cocalc_tui.core.findings import Verdict, absent, failed, passed, skipped, unknown, warned
from cocalc_tui.core.mail_view import (
    IMPLICIT,
    at,
    backend,
    given,
    installed,
    login,
    off,
    port,
    secure,
    seen,
    sender,
    server,
    unreached,
)
from cocalc_tui.core.settings import problem
from cocalc_tui.core.view import View

IN_CLEAR = (25, 587)
NONE = "no mail is sent"


def settings(view: View) -> Verdict:
    if off(view):
        chosen = view.answers.has("mail", "backend", Source.EXAMPLE)
        return passed("no mail, by your answer" if chosen else "no mail, nothing else was chosen")
    if backend(view) == "sendgrid":
        return passed("sendgrid")
    if not server(view):
        return absent("no mail server is given", "Give mail.server, or set mail.backend to none.")
    if not sender(view):
        return absent(
            "no sender address is given",
            "Give mail.from, the address that mails of the site come from.",
        )
    if problem("email_smtp_from", sender(view)):
        return failed(
            f"{sender(view)} is no e-mail address",
            "Correct mail.from, for example cocalc@example.edu.",
            detail="The hub refuses to start with a value that breaks its rule.",
        )
    if not 0 < port(view) < 65536:
        return failed(f"{port(view)} is no port", "Correct mail.port; 465 and 587 are usual.")
    return passed(f"{at(view)}, from {sender(view)}")


def password(view: View) -> Verdict:
    if off(view) or not login(view):
        return skipped(NONE if off(view) else "no login is used")
    what = "key" if backend(view) == "sendgrid" else "password"
    ref = view.secret("mail.password")
    if ref is None:
        if installed(view):
            return passed(f"the {what} was given when the release was made")
        remedy = "set mail.backend to none" if what == "key" else "leave mail.login empty"
        return absent(f"no {what} is given", f"Give mail.password by env, file or keyring, or {remedy}.")
    found = view.result(ref.probe())
    if error := found.get("error"):
        if installed(view):
            return skipped(f"{error}; it is not needed again")
        return failed(f"the {what} cannot be read: {error}", "Give mail.password again.")
    if not found.get("length"):
        return failed(f"the {what} is empty", f"Give the {what} as mail.password.")
    if found.get("edges"):
        return failed(
            f"the {what} begins or ends with white space",
            f"Give a {what} without white space at its ends as mail.password.",
        )
    return passed(f"given, {ref}")


def reachable(view: View) -> Verdict:
    if nothing := _nothing(view):
        return nothing
    if why := unreached(view):
        return unknown(
            f"{at(view)} was not reached from this machine: {why}",
            "Correct mail.server and mail.port, or look again from a machine that can reach it.",
            detail="Only the pods of the cluster must reach it, so this alone is no fault. Many networks and "
            "clouds shut port 25.",
        )
    found = seen(view)
    if _stopped(found, "greeting"):
        if _for_now(found):
            return _later(view, found)
        return failed(
            f"{at(view)} is of no use: {found['error']}",
            "Correct mail.server and mail.port: what answers there takes no mail.",
        )
    latency = found.get("latency_ms")
    return passed(at(view) + (f", {latency} ms" if latency is not None else ""))


def tls(view: View) -> Verdict:
    if nothing := _nothing(view):
        return nothing
    found, inside = seen(view), secure(view)
    if _stopped(found, "tls"):
        return failed(f"port {port(view)}: {found['error']}", _tls_remedy(str(found["error"])))
    if unreached(view) or _stopped(found, "greeting"):
        if inside and port(view) in IN_CLEAR:
            return warned(
                f"port {port(view)} usually begins in clear, and mail.secure is yes",
                "Set mail.secure to no, or mail.port to 465.",
            )
        if not inside and port(view) == IMPLICIT:
            return warned(
                f"port {IMPLICIT} usually begins with TLS, and mail.secure is no",
                "Set mail.secure to yes, or mail.port to 587.",
            )
        return _not_seen()
    if found.get("tls"):
        return passed(f"{'TLS from the first byte' if inside else 'STARTTLS'}, {found['tls']}")
    if login(view):
        return warned(
            f"not encrypted: {at(view)} offers no STARTTLS",
            "Use a port with TLS, 465 or 587; the password travels in clear.",
        )
    return passed("not encrypted, no login", "Mails travel in clear to this server.")


def logs_in(view: View) -> Verdict:
    if nothing := _nothing(view):
        return nothing
    if not login(view):
        return skipped("no login is used")
    if not given(view):
        return skipped("needs the password")
    found = seen(view)
    if _stopped(found, "login"):
        if _for_now(found):
            return _later(view, found)
        return failed(
            f"{login(view)} was refused: {found['error']}",
            "Correct mail.password, and allow the key to send mail."
            if backend(view) == "sendgrid"
            else "Correct mail.login and mail.password, or let the server accept them.",
        )
    if found.get("stage") not in ("sender", "ok"):
        return _not_seen()
    return passed(f"{login(view)} accepted")


def sends(view: View) -> Verdict:
    if nothing := _nothing(view):
        return nothing
    if backend(view) == "sendgrid":
        return skipped("SendGrid judges the sender when a mail is sent")
    if not sender(view):
        return skipped("no sender is given")
    if login(view) and not given(view):
        return skipped("needs the password")
    found = seen(view)
    if _stopped(found, "sender"):
        if _for_now(found):
            return _later(view, found)
        more = "" if login(view) else ", or give mail.login if the server wants one"
        return failed(
            f"{sender(view)} was refused: {found['error']}",
            f"Correct mail.from, or let the server accept it as a sender{more}.",
        )
    if found.get("stage") == "login":
        return skipped("needs the login")
    if found.get("stage") != "ok":
        return _not_seen()
    return passed(f"{sender(view)} accepted", "No mail was sent; some servers say more when one is.")


def summary(view: View) -> str:
    """The line of a ready step."""
    if off(view):
        return settings(view).summary
    parts = (reachable(view), tls(view), logs_in(view) if login(view) else sends(view))
    return ", ".join(p.summary for p in parts)


def _nothing(view: View) -> Verdict | None:
    if off(view):
        return skipped(NONE)
    return None if server(view) else skipped("no mail server is given")


def _stopped(found: Object, stage: str) -> bool:
    return found.get("stage") == stage and bool(found.get("error"))


def _for_now(found: Object) -> bool:
    """A reply of 4xx refuses now and says nothing of later."""
    return 400 <= int(found.get("code") or 0) < 500


def _later(view: View, found: Object) -> Verdict:
    return unknown(f"{at(view)} cannot tell now: {found.get('error')}", "Look again in a few minutes.")


def _not_seen() -> Verdict:
    return unknown("not seen, it needs the server", "Mend what kept it from being seen, then look again.")


def _tls_remedy(error: str) -> str:
    if "expects TLS" in error:
        return "Set mail.secure to yes, or use a port with STARTTLS such as 587."
    if "does not speak TLS" in error:
        return "Set mail.secure to no, or use a port with TLS from the first byte such as 465."
    if "certificate" in error:
        return "Give mail.server as the name in a certificate of a known authority, or have it mended."
    return "Correct mail.secure and mail.port, or let the server offer TLS."
