"""A conversation with an SMTP server, up to the sender (RFC 5321, RFC 3207)."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass, field
from typing import Any

from cocalc_tui.adapters.reach import Failed

LONGEST = 300  # characters of what a server says
MOST_LINES = 100  # of one reply
NO_SERVER = "what answers is no mail server"
GOODBYE = 0.3  # seconds
GREETING = 0.4  # of the time: a server that is silent so long may be waiting for TLS


@dataclass(frozen=True, slots=True)
class Server:
    """What a probe asks for."""

    host: str
    port: int
    secure: bool
    login: str
    password: str = field(repr=False)
    sender: str = ""

    @property
    def where(self) -> str:
        """As messages name it."""
        return f"{self.host}:{self.port}"


class Rejected(Failed):
    """The server answered with a code that refuses; 4xx is a refusal for now."""

    def __init__(self, stage: str, code: int, said: str) -> None:
        super().__init__(stage, f"{code} {said}".strip())
        self.code = code


class Talk:
    """A conversation with one server; `stage` is what it is about now."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, trust: ssl.SSLContext
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._trust = trust
        self._greeted = False
        self.stage = "greeting"

    @classmethod
    async def begin(cls, server: Server, address: str, timeout: float) -> Talk:
        """Connects, with TLS at once where that is wanted, and reads the greeting."""
        trust = await asyncio.to_thread(ssl.create_default_context)
        tls: dict[str, Any] = {"ssl": trust, "server_hostname": server.host} if server.secure else {}
        try:
            talk = cls(*await asyncio.open_connection(address, server.port, **tls), trust)
        except ssl.SSLError as error:
            raise Failed("tls", told(error)) from None
        except OSError as error:
            if isinstance(error, TimeoutError) or not server.secure:
                raise
            raise Failed("tls", "the connection was cut during the TLS handshake") from None
        if not server.secure:
            try:
                await talk.greeted_in_clear(server, address, timeout)
            except BaseException:
                await talk.end()
                raise
        return talk

    @property
    def tls(self) -> str | None:
        """The version of TLS, None in clear."""
        found = self._writer.get_extra_info("ssl_object")
        return str(found.version()) if found else None

    async def greeted_in_clear(self, server: Server, address: str, timeout: float) -> None:
        """Reads the greeting; where none comes, finds out whether the server waits for TLS."""
        try:
            async with asyncio.timeout(timeout * GREETING):
                await self._greeting()
        except TimeoutError:
            if await takes_tls(server, address, self._trust):
                raise Failed("tls", "the server expects TLS from the first byte") from None
            raise

    async def _greeting(self) -> None:
        try:
            await self._reply()
        except (EOFError, ConnectionError):
            raise Failed("greeting", "the connection was closed without a greeting") from None
        self._greeted = True

    async def hello(self) -> dict[str, frozenset[str]]:
        """What the server can do, by its words; one that knows only HELO can do nothing."""
        if not self._greeted:
            await self._greeting()
        address = str(self._writer.get_extra_info("sockname")[0])
        name = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
        try:
            lines = await self.ask(f"EHLO {name}")
        except Rejected as refused:
            if refused.code not in (500, 502):
                raise
            await self.ask(f"HELO {name}")
            return {}
        words = (line.upper().replace("AUTH=", "AUTH ").split() for line in lines[1:])
        return {w[0]: frozenset(w[1:]) for w in words if w}

    async def start_tls(self, host: str) -> None:
        """From clear to encrypted."""
        self.stage = "tls"
        await self.ask("STARTTLS")
        try:
            await self._writer.start_tls(self._trust, server_hostname=host)
        except ssl.SSLError as error:
            raise Failed("tls", told(error)) from None
        self.stage = "greeting"

    async def ask(self, line: str) -> list[str]:
        """The lines of the answer to a command. Raises `Rejected`."""
        self._writer.write(line.encode() + b"\r\n")
        await self._writer.drain()
        return await self._reply()

    async def _reply(self) -> list[str]:
        lines: list[str] = []
        while len(lines) < MOST_LINES:
            try:
                raw = await self._reader.readline()
            except ValueError:  # a line without end
                raise Failed("greeting", NO_SERVER) from None
            if not raw.endswith(b"\n"):
                raise EOFError
            text = raw.decode("utf-8", "replace").strip()
            if not re.match(r"[2-5]\d\d([ -]|$)", text):
                raise Failed("greeting", NO_SERVER)
            lines.append(text[4:])
            if text[3:4] != "-":
                if text[0] in "45":
                    raise Rejected(self.stage, int(text[:3]), " ".join(lines)[:LONGEST])
                return lines
        raise Failed("greeting", NO_SERVER)

    async def end(self) -> None:
        """Says goodbye and closes; a server that does not answer it is left."""
        try:
            async with asyncio.timeout(GOODBYE):
                self._writer.write(b"QUIT\r\n")
                self._writer.close()
                await self._writer.wait_closed()
        except (OSError, RuntimeError):  # the transport is gone already
            self._writer.transport.abort()


async def takes_tls(server: Server, address: str, trust: ssl.SSLContext) -> bool:
    """Whether the server shakes hands for TLS, with whatever certificate."""
    try:
        _, writer = await asyncio.open_connection(
            address, server.port, ssl=trust, server_hostname=server.host
        )
    except ssl.SSLCertVerificationError:
        return True
    except (OSError, EOFError):
        return False
    writer.close()
    return True


def told(error: Exception) -> str:
    """The reason of a failed handshake in plain words."""
    text = str(error)
    known = {
        "WRONG_VERSION_NUMBER": "the server does not speak TLS from the first byte",
        "self-signed certificate": "its certificate is not trusted: it is self-signed",
        "self signed certificate": "its certificate is not trusted: it is self-signed",
        "certificate has expired": "its certificate has expired",
        "Hostname mismatch": "its certificate is for another host",
        "IP address mismatch": "its certificate is for another host",
        "unable to get": "its certificate is not trusted: its authority is unknown here",
    }
    return next((words for part, words in known.items() if part in text), f"the TLS handshake failed: {text}")
