"""A name server on loopback, by UDP and TCP, that serves what a test gives it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[str, Mapping[str, Sequence[str]]]
"""Owner name -> type -> values; the pseudo type RCODE has the code that is answered instead."""


class NameServer:
    """Answers for a zone; what it does not have does not exist. `cut`: by UDP only a TC flag."""

    def __init__(
        self, address: str, port: int, zone: Zone, *, silent: bool = False, cut: bool = False
    ) -> None:
        self.address, self.port, self.zone, self.silent, self.cut = address, port, zone, silent, cut
        self.asked: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> NameServer:
        self._thread.start()
        assert self._up.wait(5)
        return self

    def __exit__(self, *args: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        udp, _ = self._loop.run_until_complete(
            self._loop.create_datagram_endpoint(lambda: Datagrams(self), (self.address, self.port))
        )
        tcp = self._loop.run_until_complete(asyncio.start_server(self._stream, self.address, self.port))
        self._up.set()
        self._loop.run_forever()
        tcp.close()
        udp.close()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(2), "big")
        wire = self.answer(await reader.readexactly(size), tcp=True)
        writer.write(len(wire).to_bytes(2, "big") + wire)
        await writer.drain()
        writer.close()

    def answer(self, wire: bytes, *, tcp: bool = False) -> bytes:
        """The reply to one query; nothing from a silent one."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{name} {kind}")
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA | dns.flags.RA
        if self.cut and not tcp:
            reply.flags |= dns.flags.TC
            return reply.to_wire()
        for _ in range(8):
            records = self.zone.get(name)
            if records is None:
                reply.set_rcode(dns.rcode.NOERROR if reply.answer else dns.rcode.NXDOMAIN)
                break
            if code := records.get("RCODE"):
                reply.set_rcode(dns.rcode.from_text(code[0]))
                break
            for found in (kind, "CNAME"):
                if values := records.get(found):
                    reply.answer.append(dns.rrset.from_text(name, 60, "IN", found, *values))
                    break
            if kind in records or "CNAME" not in records:
                break
            name = records["CNAME"][0].lower()
        return reply.to_wire()


class Datagrams(asyncio.DatagramProtocol):
    """The UDP half."""

    def __init__(self, server: NameServer) -> None:
        self.server = server
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if not self.server.silent:
            self.transport.sendto(self.server.answer(data), addr)


def free_port() -> int:
    """A port that is free on every loopback address, for UDP and TCP."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("0.0.0.0", 0))
        port = int(tcp.getsockname()[1])
        udp.bind(("0.0.0.0", port))
        return port
