"""The attempt at a mail server, against a real one on loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from cocalc_tui.adapters.smtp import probe_smtp
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.topics import Probe

PASSWORD = "hunter2-täst"
SENDER = "cocalc@example.edu"
Protocol = Callable[[], asyncio.BaseProtocol]


class Handler:
    """Takes one sender; `reply` is what others get."""

    def __init__(self, reply: str = "550 5.7.1 not your address") -> None:
        self.reply = reply
        self.mails = 0

    async def handle_MAIL(  # noqa: N802 - the name that the server looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address != SENDER:
            return self.reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.mails += 1
        return "250 OK"


def check(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: LoginPassword
) -> AuthResult:
    good = auth_data.login == b"cocalc" and auth_data.password == PASSWORD.encode()
    return AuthResult(success=good, handled=False)


def smtp(handler: Handler | None = None, **options: Any) -> Protocol:
    """A mail server; every connection gets one."""
    mine = handler or Handler()
    return lambda: SMTP(mine, hostname="mail.example", authenticator=check, **options)


class Says(asyncio.Protocol):
    """Sends one text to whoever connects, then nothing, or closes."""

    def __init__(self, text: bytes, close: bool = False) -> None:
        self.text, self.close = text, close

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self.text)
        if self.close:
            transport.close()


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """A certificate authority that this machine trusts."""
    found = trustme.CA()
    found.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return found


def context(authority: trustme.CA, host: str = "localhost") -> ssl.SSLContext:
    """A server's certificate."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(host).configure_cert(made)
    return made


def ask(
    protocol: Protocol,
    *,
    tls: ssl.SSLContext | None = None,
    password: str = PASSWORD,
    within: float = 5,
    **args: Any,
) -> Mapping[str, Any]:
    """The probe's document from a server on loopback."""

    async def run() -> Mapping[str, Any]:
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)
        port = listening.sockets[0].getsockname()[1]
        vault = Vault()
        asked = {"server": "localhost", "port": port, "secure": tls is not None, **args}
        if "login" in asked:
            asked["ref"] = vault.remember("mail", password)
        try:
            return await probe_smtp(Probe.of("smtp", **asked), within, vault)
        finally:
            listening.close()

    return asyncio.run(run())


def test_tls_from_the_first_byte(authority: trustme.CA) -> None:
    handler = Handler()
    seen = ask(smtp(handler, auth_require_tls=False), tls=context(authority), login="cocalc", sender=SENDER)
    assert (seen["stage"], seen["error"], seen["tls"]) == ("ok", None, "TLSv1.3")
    assert {"LOGIN", "PLAIN"} <= set(seen["logins"])
    assert handler.mails == 0


@pytest.mark.parametrize("without", [[], ["PLAIN"]])
def test_starttls_then_the_login(authority: trustme.CA, without: list[str]) -> None:
    server = smtp(tls_context=context(authority), require_starttls=True, auth_exclude_mechanism=without)
    seen = ask(server, login="cocalc", sender=SENDER)
    assert (seen["stage"], seen["error"]) == ("ok", None)
    assert (seen["starttls"], seen["tls"]) == (True, "TLSv1.3")
    assert seen["address"] == "127.0.0.1"


def test_in_clear_without_a_login() -> None:
    seen = ask(smtp(), sender=SENDER)
    assert (seen["stage"], seen["starttls"], seen["tls"], seen["logins"]) == ("ok", False, None, [])


def test_only_how_far_it_is() -> None:
    assert ask(smtp())["stage"] == "ok"


@pytest.mark.parametrize(
    ("args", "stage", "code", "said"),
    [
        ({"login": "cocalc", "password": "wrong-one"}, "login", 535, "Authentication credentials invalid"),
        ({"login": "other"}, "login", 535, "invalid"),
        ({"login": "cocalc", "sender": "x@example.edu"}, "sender", 550, "not your address"),
        ({"sender": SENDER}, "sender", 530, "Authentication required"),
    ],
)
def test_a_refusal_says_where(
    authority: trustme.CA, args: dict[str, Any], stage: str, code: int, said: str
) -> None:
    seen = ask(smtp(auth_required=True, require_starttls=True, tls_context=context(authority)), **args)
    assert (seen["stage"], seen["code"]) == (stage, code)
    assert said in seen["error"]


def test_a_refusal_for_now_keeps_its_code() -> None:
    seen = ask(smtp(Handler("451 4.7.1 greylisted")), sender="x@example.edu")
    assert (seen["stage"], seen["code"]) == ("sender", 451)


def test_a_login_where_none_is_offered() -> None:
    seen = ask(smtp(), login="cocalc")
    assert (seen["stage"], seen["error"]) == ("login", "no login is offered")


def test_a_server_that_repeats_the_password_is_redacted(authority: trustme.CA) -> None:
    server = smtp(Handler(f"550 no {PASSWORD}"), auth_require_tls=False)
    seen = ask(server, tls=context(authority), login="cocalc", sender="x@example.edu")
    assert seen["stage"] == "sender"
    assert PASSWORD not in str(seen)


def test_the_wrong_mode_of_tls(authority: trustme.CA) -> None:
    seen = ask(smtp(), secure=True)
    assert (seen["stage"], seen["error"]) == ("tls", "the server does not speak TLS from the first byte")
    seen = ask(smtp(), tls=context(authority), secure=False, within=2)
    assert (seen["stage"], seen["error"]) == ("tls", "the server expects TLS from the first byte")


def test_a_certificate_that_does_not_fit(authority: trustme.CA) -> None:
    seen = ask(smtp(), tls=context(authority, "other.example"))
    assert (seen["stage"], seen["error"]) == ("tls", "its certificate is for another host")
    stranger = trustme.CA()
    for options in ({"tls": context(stranger)}, {"tls": context(stranger), "secure": False, "within": 2}):
        assert ask(smtp(), **options)["stage"] == "tls"
    seen = ask(smtp(tls_context=context(stranger)))
    assert seen["stage"] == "tls"
    assert "its certificate is not trusted" in seen["error"]


@pytest.mark.parametrize("secure", [False, True])
def test_a_silent_server_ends_in_time(secure: bool) -> None:
    with pytest.raises(TimeoutError):
        ask(lambda: Says(b""), secure=secure, within=0.6)


@pytest.mark.parametrize(
    ("said", "close", "code"),
    [
        (b"SSH-2.0-OpenSSH_9.9\r\n", False, None),
        (b"", True, None),
        (b"220-hello\r\n", True, None),
        (b"554 no mail here\r\n", False, 554),
        (b"421 busy\r\n", True, 421),
        (b"x" * 100_000, False, None),
        (b"220-more\r\n" * 500, False, None),
    ],
)
def test_what_greets_as_no_mail_server(said: bytes, close: bool, code: int | None) -> None:
    seen = ask(lambda: Says(said, close), sender=SENDER)
    assert (seen["stage"], seen["code"]) == ("greeting", code), seen
    assert seen["error"]


def test_a_handshake_that_is_cut() -> None:
    seen = ask(lambda: Says(b"", close=True), secure=True)
    assert seen["stage"] == "tls"
    assert seen["error"]


def test_nobody_there(tmp_path: Path) -> None:
    from cocalc_tui.core.secret import SecretRef

    def alone(**args: Any) -> Mapping[str, Any]:
        return asyncio.run(probe_smtp(Probe.of("smtp", **args), 5, Vault()))

    refused = alone(server="127.0.0.1", port=1, secure=False)
    assert (refused["stage"], refused["error"]) == ("tcp", "127.0.0.1:1 refused the connection")
    assert alone(server="mail.invalid", port=25)["stage"] == "dns"
    assert "no port" in alone(server="127.0.0.1", port=0)["error"]
    assert "no e-mail" in alone(server="127.0.0.1", port=25, sender="a\r\nRCPT TO:<b>")["error"]
    gone = SecretRef("file", str(tmp_path / "gone"))
    assert alone(server="127.0.0.1", port=25, login="a", ref=gone)["error"].endswith("does not exist")
