"""Blocking calls on threads of their own, which never hold up the end of the program."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar

T = TypeVar("T")


class Stopping(Exception):
    """The call is not wanted any more."""


class Interruptible(Protocol):
    """A response whose reader another thread can wake."""

    def shutdown(self) -> None:
        """Ends the reading."""


class Stop:
    """Tells a thread to end, and wakes it from reading a response."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._response: Interruptible | None = None

    def __bool__(self) -> bool:
        return self._event.is_set()

    def hold(self, response: Interruptible | None) -> None:
        """The response being read now, None when it has ended. Raises `Stopping` if it is too late."""
        with self._lock:
            self._response = response
            if response is not None and self._event.is_set():
                raise Stopping

    def set(self) -> None:
        """Ends the thread as soon as it looks, and its reading at once."""
        self._event.set()
        with self._lock:
            if self._response is not None:
                # the response may have ended just now, with or without its connection
                with suppress(OSError, ValueError, RuntimeError):
                    self._response.shutdown()

    def wait(self, seconds: float) -> None:
        """Sleeps unless told to end."""
        self._event.wait(seconds)


def start(work: Callable[[], None], name: str) -> None:
    """Runs on a daemon thread: a login plugin that hangs must not keep the program from leaving."""
    threading.Thread(target=work, name=name, daemon=True).start()


async def in_thread(call: Callable[[Stop], T], seconds: float, name: str) -> T:
    """The result of a blocking call; late or cancelled it is told to stop, and late is `TimeoutError`."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    stop = Stop()

    def deliver(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type] # T may itself be None

    def run() -> None:
        result, problem = None, None
        try:
            result = call(stop)
        except BaseException as error:  # noqa: BLE001 - carried to whoever awaits it
            problem = error
        with suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(deliver, result, problem)

    start(run, name)
    try:
        async with asyncio.timeout(seconds):
            return await future
    finally:
        stop.set()
