from __future__ import annotations

import asyncio
import base64
import json
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import trustme

from cocalc_tui.adapters.registry import address, probe_registry
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Unreached

Answer = tuple[int, dict[str, str], Any]
Registry = Callable[[str, str, str], Answer]
PASSWORD = "hunter2-täst"
LOGIN = "Basic " + base64.b64encode(f"_json_key:{PASSWORD}".encode()).decode()


def basic(path: str, host: str, login: str) -> Answer:
    if login == LOGIN:
        return 200, {}, {}
    return 401, {"WWW-Authenticate": 'Basic realm="r"'}, {"errors": [{"message": f"no {PASSWORD}"}]}


def token(path: str, host: str, login: str) -> Answer:
    if path.startswith("/token?service=registry.example"):
        return (200, {}, {"access_token": "t0ken"}) if login == LOGIN else (403, {}, {"details": "disabled"})
    if login == "Bearer t0ken":
        return 200, {}, {}
    return 401, {"WWW-Authenticate": f'Bearer realm="http://{host}/token",service="registry.example"'}, {}


def elsewhere(path: str, host: str, login: str) -> Answer:
    return 401, {"WWW-Authenticate": 'Bearer realm="http://evil.example/token"'}, {}


def always(code: int, headers: dict[str, str] | None = None) -> Registry:
    return lambda path, host, login: (code, headers or {}, {})


def ask(
    registry: Registry | None, password: str = PASSWORD, within: float = 5, tls: ssl.SSLContext | None = None
) -> Mapping[str, Any]:
    """The probe's document from a registry on loopback; None for one that says nothing."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while registry and (first := await reader.readline()):
                headers = {}
                while line := (await reader.readline()).decode().strip():
                    name, _, value = line.partition(": ")
                    headers[name.lower()] = value
                path = first.decode().split()[1]
                code, more, body = registry(path, headers["host"], headers.get("authorization", ""))
                text = json.dumps(body)
                head = "".join(f"{k}: {v}\r\n" for k, v in {**more, "Content-Length": len(text)}.items())
                writer.write(f"HTTP/1.1 {code} X\r\n{head}\r\n{text}".encode())
                await writer.drain()
            await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def run() -> Mapping[str, Any]:
        async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls) as server:
            port = server.sockets[0].getsockname()[1]
            scheme = "https://" if tls else ""
            vault = Vault()
            ref = vault.remember("registry", password)
            return await probe_registry(
                Probe.of("registry", server=f"{scheme}127.0.0.1:{port}", username="_json_key", ref=ref),
                within,
                vault,
            )

    return asyncio.run(run())


@pytest.mark.parametrize("registry", [basic, token])
def test_an_accepted_login(registry: Registry) -> None:
    assert ask(registry) == {"ok": True, "detail": "login as _json_key accepted", "error": None}


@pytest.mark.parametrize(
    ("registry", "words"),
    [
        (basic, "does not accept the login (401)"),
        (token, "knows the login and denies it access (403): disabled"),
        (always(403), "denies it access (403)"),
        (always(404), "is no container registry"),
        (always(302, {"Location": "https://example.com"}), "is no container registry"),
        (always(401), "asks for a login of the kind nothing"),
        (always(401, {"WWW-Authenticate": "Negotiate"}), "asks for a login of the kind negotiate"),
        (elsewhere, "wants the password sent to http://evil.example/token, which has no TLS"),
    ],
)
def test_a_refusal_says_why(registry: Registry, words: str) -> None:
    seen = ask(registry, "wrong-one")
    assert seen["ok"] is False
    assert words in seen["error"]


def test_a_server_that_repeats_the_password_is_redacted() -> None:
    def loud(path: str, host: str, login: str) -> Answer:
        return 401, {"WWW-Authenticate": "Basic"}, {"errors": [{"message": f"no {PASSWORD}"}]}

    assert PASSWORD not in ask(loud)["error"]


def test_a_registry_for_everybody() -> None:
    assert ask(always(200))["detail"].endswith("lets everybody in")


@pytest.mark.parametrize("registry", [always(500), always(503)])
def test_a_broken_registry_is_unknown(registry: Registry) -> None:
    with pytest.raises(Unreached, match="answered 50"):
        ask(registry)


def test_a_silent_registry_ends_in_time() -> None:
    with pytest.raises(TimeoutError):
        ask(None, within=0.5)


def test_a_certificate_that_is_not_trusted() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    with pytest.raises(Unreached, match="its certificate is not trusted"):
        ask(basic, tls=tls)


def test_nobody_there() -> None:
    probe = Probe.of("registry", server="127.0.0.1:1", username="u")
    with pytest.raises(Unreached, match="refuses the connection"):
        asyncio.run(probe_registry(probe, 5, Vault()))
    probe = Probe.of("registry", server="registry.invalid", username="u")
    with pytest.raises(Unreached, match="name"):
        asyncio.run(probe_registry(probe, 5, Vault()))


def test_only_loopback_goes_without_tls() -> None:
    assert address("europe-docker.pkg.dev") == "https://europe-docker.pkg.dev"
    assert address("http://10.0.0.1:5000/v2") == "https://10.0.0.1:5000"
    assert address("localhost:5000") == "http://localhost:5000"
    assert address("[::1]:5000") == "http://[::1]:5000"


@pytest.mark.parametrize("server", ["", "user@host", "two words"])
def test_what_is_no_server(server: str) -> None:
    seen = asyncio.run(probe_registry(Probe.of("registry", server=server, username="u"), 5, Vault()))
    assert "is no registry" in seen["error"]


def test_a_missing_credentials_file(tmp_path: Path) -> None:
    from cocalc_tui.core.secret import SecretRef

    ref = SecretRef("file", str(tmp_path / "regcred.json"))
    probe = Probe.of("registry", server="127.0.0.1:1", username="u", ref=ref)
    assert asyncio.run(probe_registry(probe, 5, Vault()))["error"].endswith("does not exist")
