"""Tries an SMTP server stage by stage: the way there, TLS, the login, the sender. No mail is sent."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Iterable
from typing import Any

from cocalc_tui.adapters.kube.threads import in_thread
from cocalc_tui.adapters.reach import Failed, reach, resolve
from cocalc_tui.adapters.smtp_talk import Rejected, Server, Talk
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.facts import Object
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import UsageError

EMPTY: dict[str, Any] = dict.fromkeys(("error", "code", "address", "latency_ms", "tls", "starttls", "logins"))


async def probe_smtp(probe: Probe, timeout: float, vault: Vault) -> Object:
    """Probe `smtp`. Raises `TimeoutError` where the server is silent at any stage."""
    result: dict[str, Any] = {"stage": "dns", **EMPTY}
    try:
        async with asyncio.timeout(timeout):
            await _stages(await _server(probe, timeout, vault), result, timeout)
    except Failed as failure:
        code = failure.code if isinstance(failure, Rejected) else None
        result |= {"stage": failure.stage, "error": vault.redact(str(failure)), "code": code}
    except UsageError as error:
        result["error"] = error.message
    return result


async def _server(probe: Probe, timeout: float, vault: Vault) -> Server:
    ref, port = probe.get("ref"), probe.text("port")
    password = ""
    if isinstance(ref, SecretRef):
        password = (await in_thread(lambda stop: vault.reveal(ref), timeout, "secret")).reveal()
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Failed("dns", f"{port or 'an empty text'} is no port: use 1 to 65535")
    secure = probe.get("secure") is True
    server = Server(probe.text("server").strip("[]"), int(port), secure, probe.text("login"), password)
    if re.search(r"[\r\n<>]", sender := probe.text("sender")):
        raise Failed("dns", "the sender is no e-mail address")
    return Server(server.host, server.port, secure, server.login, password, sender)


async def _stages(server: Server, result: dict[str, Any], timeout: float) -> None:
    addresses = await resolve(server.host, timeout)
    result["stage"] = "tcp"
    result["address"], result["latency_ms"] = await reach(server.where, addresses, server.port, timeout)
    talk = await Talk.begin(server, result["address"], timeout)
    try:
        await _converse(talk, server, result)
    except (OSError, EOFError) as error:
        if isinstance(error, TimeoutError):
            raise
        raise Failed(talk.stage, f"{server.where} closed the connection") from None
    finally:
        await talk.end()


async def _converse(talk: Talk, server: Server, result: dict[str, Any]) -> None:
    words = await talk.hello()
    result |= {"stage": "greeting", "starttls": "STARTTLS" in words, "tls": talk.tls}
    if result["starttls"] and not talk.tls:
        await talk.start_tls(server.host)
        words = await talk.hello()
        result["tls"] = talk.tls
    result["logins"] = sorted(words.get("AUTH", ()))
    talk.stage = "login"
    if server.login:
        await _log_in(talk, server, words.get("AUTH", ()))
    talk.stage = "sender"
    if server.sender:
        await talk.ask(f"MAIL FROM:<{server.sender}>")
        await talk.ask("RSET")
    result["stage"] = "ok"


async def _log_in(talk: Talk, server: Server, offered: Iterable[str]) -> None:
    """As the hub does it: PLAIN, else LOGIN; text beyond ASCII as UTF-8."""
    if "PLAIN" in offered:
        await talk.ask("AUTH PLAIN " + _encoded(f"\0{server.login}\0{server.password}"))
    elif "LOGIN" in offered:
        await talk.ask("AUTH LOGIN")
        await talk.ask(_encoded(server.login))
        await talk.ask(_encoded(server.password))
    else:
        kinds = ", ".join(sorted(offered))
        raise Failed(
            "login", f"only logins of the kind {kinds} are offered" if kinds else "no login is offered"
        )


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
