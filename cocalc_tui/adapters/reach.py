"""From a host's name to an open connection, and which of the two was shut."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from cocalc_tui.adapters.kube.threads import in_thread


class Failed(Exception):
    """A stage (dns, tcp and what comes after) was not passed."""

    def __init__(self, stage: str, message: str) -> None:
        super().__init__(message)
        self.stage = stage


async def resolve(host: str, timeout: float) -> list[str]:
    """The addresses of a host, as this machine resolves it. Raises `Failed` or `TimeoutError`."""

    def look_up(_: object) -> list[Any]:
        return socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)

    if not host:
        raise Failed("dns", "no host was given")
    try:
        # a thread that nobody waits for at the end: the resolver has its own, long patience
        found = await in_thread(look_up, timeout, "dns")
    except (OSError, UnicodeError) as error:
        if isinstance(error, TimeoutError):
            raise
        raise Failed("dns", f"{host} has no address here") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def reach(where: str, addresses: Sequence[str], port: int, timeout: float) -> tuple[str, int]:
    """The first address that takes a connection, and the milliseconds that took.

    `where` is how messages name it. Raises `Failed` where all refuse, `TimeoutError` where one is silent.
    """
    error: Exception | None = None
    for address in addresses:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(timeout / (len(addresses) + 1)):
                _, writer = await asyncio.open_connection(address, port)
        except OSError as problem:
            error = error or problem
            continue
        took = round((time.perf_counter() - began) * 1000)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return address, took
    if error is None or isinstance(error, TimeoutError):
        raise TimeoutError
    if isinstance(error, ConnectionRefusedError):
        raise Failed("tcp", f"{where} refused the connection")
    why = str(error).rpartition("] ")[2] or type(error).__name__
    raise Failed("tcp", f"{where} cannot be reached: {why}")
