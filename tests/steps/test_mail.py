"""Mail: off by its answer, or tried as far as a mail server lets us."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.facts import Unreachable
from cocalc_tui.core.findings import Status
from cocalc_tui.core.mail_view import probe
from cocalc_tui.core.release import topic_of
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.view import View
from cocalc_tui.steps.mail import STEP
from tests.steps.builders import Fact, judge, sound, values, view

REF = SecretRef("env", "MAIL_PASSWORD")
GOOD = {"sha256": "x", "length": 9, "edges": False, "error": None}
SMTP = {"backend": "smtp", "server": "m.example", "port": 587, "from": "a@b.example"}
LOGIN = {**SMTP, "login": "cocalc", "password": REF}
KEY = {"backend": "sendgrid", "password": REF}
DEPLOYED = [
    {"metadata": {"name": "sh.helm.release.v1.cocalc.v1", "labels": {"status": "deployed", "version": "1"}}}
]


def mail(
    answers: dict[str, Any], seen: Fact | None = None, secret: Fact = GOOD, deployed: Any = (), **more: Any
) -> View:
    """A view of mail answers, of what the attempt told (`seen`), of the password and of the release."""
    given = {f"mail.{k}": v for k, v in {**answers, **more}.items()}
    first = view({}, given, steps=(STEP,))
    facts: dict[Any, Any] = {REF.probe(): secret, topic_of(first): deployed}
    asked = probe(view({REF.probe(): secret}, given, steps=(STEP,)))
    if asked and seen is not None:
        facts[asked] = seen
    return view(facts, given, steps=(STEP,))


def told(stage: str, error: str | None = None, code: int | None = None, tls: str | None = "TLSv1.3") -> Fact:
    return {"stage": stage, "error": error, "code": code, "tls": tls, "latency_ms": 4}


OK = told("ok")
REFUSED = told("login", "535 5.7.8 no", 535)
SILENT = Unreachable("m.example:587 was silent for 5 s")


def test_sound() -> None:
    sound(STEP)


@pytest.mark.parametrize(
    ("name", "given", "status", "said"),
    [
        ("settings", mail({}), Status.PASS, "nothing else was chosen"),
        ("settings", mail({"backend": "none"}), Status.PASS, "no mail, by your answer"),
        ("settings", mail(SMTP), Status.PASS, "m.example:587, from a@b.example"),
        ("settings", mail(SMTP, server=""), Status.FAIL, "no mail server"),
        ("settings", mail({**SMTP, "from": ""}), Status.FAIL, "no sender"),
        ("settings", mail({**SMTP, "from": "nobody"}), Status.FAIL, "is no e-mail address"),
        ("settings", mail(SMTP, port=0), Status.FAIL, "no port"),
        ("settings", mail(KEY), Status.PASS, "sendgrid"),
        ("password", mail({}), Status.SKIPPED, "no mail is sent"),
        ("password", mail(SMTP), Status.SKIPPED, "no login"),
        ("password", mail({**SMTP, "login": "a"}), Status.FAIL, "no password"),
        ("password", mail({**SMTP, "login": "a"}, deployed=DEPLOYED), Status.PASS, "when the release"),
        ("password", mail({"backend": "sendgrid"}), Status.FAIL, "no key"),
        ("password", mail(LOGIN), Status.PASS, "given"),
        ("password", mail(LOGIN, secret={**GOOD, "edges": True}), Status.FAIL, "white space"),
        ("password", mail(LOGIN, secret={**GOOD, "length": 0}), Status.FAIL, "empty"),
        ("password", mail(LOGIN, secret={**GOOD, "error": "gone"}), Status.FAIL, "gone"),
        (
            "password",
            mail(LOGIN, secret={**GOOD, "error": "gone"}, deployed=DEPLOYED),
            Status.SKIPPED,
            "not needed again",
        ),
        ("reachable", mail({}), Status.SKIPPED, "no mail is sent"),
        ("reachable", mail(SMTP, OK), Status.PASS, "m.example:587, 4 ms"),
        ("reachable", mail(SMTP, told("dns", "m.example has no address here")), Status.UNKNOWN, "no address"),
        ("reachable", mail(SMTP, told("tcp", "refused the connection")), Status.UNKNOWN, "refused"),
        ("reachable", mail(SMTP, SILENT), Status.UNKNOWN, "silent"),
        ("reachable", mail(SMTP, told("greeting", "554 no", 554)), Status.FAIL, "of no use"),
        ("reachable", mail(SMTP, told("greeting", "421 busy", 421)), Status.UNKNOWN, "cannot tell now"),
        ("tls", mail(SMTP, OK), Status.PASS, "STARTTLS, TLSv1.3"),
        ("tls", mail(SMTP, OK, port=465), Status.PASS, "TLS from the first byte"),
        ("tls", mail(LOGIN, told("ok", tls=None)), Status.WARN, "no STARTTLS"),
        ("tls", mail(SMTP, told("ok", tls=None)), Status.PASS, "not encrypted"),
        ("tls", mail(SMTP, told("tls", "its certificate is for another host")), Status.FAIL, "another host"),
        ("tls", mail(SMTP, SILENT), Status.UNKNOWN, "not seen"),
        ("tls", mail(SMTP, SILENT, secure="yes"), Status.WARN, "port 587 usually begins in clear"),
        ("tls", mail(SMTP, SILENT, port=465, secure="no"), Status.WARN, "usually begins with TLS"),
        ("login", mail(SMTP, OK), Status.SKIPPED, "no login"),
        ("login", mail(LOGIN, OK), Status.PASS, "cocalc accepted"),
        ("login", mail(LOGIN, REFUSED), Status.FAIL, "cocalc was refused"),
        ("login", mail(LOGIN, told("login", "454 later", 454)), Status.UNKNOWN, "cannot tell now"),
        ("login", mail(LOGIN, told("tls", "no")), Status.UNKNOWN, "not seen"),
        ("login", mail(LOGIN, OK, secret={**GOOD, "error": "gone"}), Status.SKIPPED, "needs the password"),
        ("login", mail(KEY, REFUSED), Status.FAIL, "apikey was refused"),
        ("sender", mail(SMTP, OK), Status.PASS, "a@b.example accepted"),
        ("sender", mail(SMTP, told("sender", "550 no", 550)), Status.FAIL, "550"),
        ("sender", mail(SMTP, told("sender", "451 later", 451)), Status.UNKNOWN, "cannot tell now"),
        ("sender", mail(LOGIN, REFUSED), Status.SKIPPED, "needs the login"),
        ("sender", mail(SMTP, SILENT), Status.UNKNOWN, "not seen"),
        ("sender", mail(KEY, OK), Status.SKIPPED, "when a mail is sent"),
    ],
)
def test_judgement(name: str, given: View, status: Status, said: str) -> None:
    found = judge(STEP, name, given)
    assert found.status is status, found
    assert said in found.summary


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        ("the server expects TLS from the first byte", "Set mail.secure to yes"),
        ("the server does not speak TLS from the first byte", "Set mail.secure to no"),
        ("its certificate is not trusted: it is self-signed", "a known authority"),
        ("the TLS handshake failed", "Correct mail.secure and mail.port"),
    ],
)
def test_the_remedy_names_the_mode(error: str, remedy: str) -> None:
    assert remedy in judge(STEP, "tls", mail(SMTP, told("tls", error))).remedy


def test_nothing_is_written_or_asked_where_no_mail_is_sent() -> None:
    assert values(STEP, mail({"server": "m.example", "password": REF})) == {}
    assert not [c for c in STEP.checks if tuple(c.needs(mail({"password": REF})))]


def test_the_settings_are_quoted_texts() -> None:
    assert values(STEP, mail(LOGIN)) == {
        "global.settings.email_enabled": "yes",
        "global.settings.email_backend": "smtp",
        "global.settings.email_smtp_server": "m.example",
        "global.settings.email_smtp_from": "a@b.example",
        "global.settings.email_smtp_login": "cocalc",
        "global.settings.email_smtp_port": "587",
        "global.settings.email_smtp_secure": "no",
        "global.settings.email_smtp_password": REF,
    }
    assert values(STEP, mail({**SMTP, "port": 465}))["global.settings.email_smtp_secure"] == "yes"
    assert values(STEP, mail(KEY))["global.settings.sendgrid_key"] == REF


def test_a_password_that_cannot_be_read_is_not_written_and_not_tried() -> None:
    given = mail(LOGIN, secret={**GOOD, "error": "gone"})
    assert "global.settings.email_smtp_password" not in values(STEP, given)
    asked = probe(given)
    assert asked
    assert (asked.get("ref"), asked.get("login"), asked.get("sender")) == (None, None, None)


def test_sendgrid_is_tried_by_its_key() -> None:
    asked = probe(mail(KEY))
    assert asked
    assert (asked.text("server"), asked.get("port"), asked.get("secure")) == ("smtp.sendgrid.net", 465, True)
    assert (asked.text("login"), asked.get("ref")) == ("apikey", REF)


def test_summary() -> None:
    assert STEP.summary
    assert STEP.summary(mail({"backend": "none"})) == "no mail, by your answer"
    assert STEP.summary(mail(LOGIN, OK)) == "m.example:587, 4 ms, STARTTLS, TLSv1.3, cocalc accepted"
