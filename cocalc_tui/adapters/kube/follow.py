"""The watcher's thread as an async iterator."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from cocalc_tui.adapters.kube.threads import Stop, start
from cocalc_tui.core.facts import Observation, Pending, Unreachable

PAUSE = 0.05  # seconds between two observations at least
FIRST_WORD = 5.0  # seconds until the first answer is overdue


class Mailbox:
    """Holds the newest observation for the loop; older ones that nobody took are dropped."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._full = asyncio.Event()
        self._newest: Observation | BaseException = Pending()

    def put(self, observation: Observation | BaseException) -> None:
        """From any thread."""
        self._newest = observation
        with suppress(RuntimeError):  # the loop was closed meanwhile
            self._loop.call_soon_threadsafe(self._full.set)

    async def take(self, not_before: float = 0) -> Observation:
        """The newest observation, at a monotonic time in seconds; a bug of the thread is raised here."""
        await self._full.wait()
        await asyncio.sleep(max(0, not_before - time.monotonic()))
        self._full.clear()
        if isinstance(self._newest, BaseException):
            raise self._newest
        return self._newest


async def follow(
    run: Callable[[Callable[[Observation], None], Stop], None], name: str, late: Callable[[], str]
) -> AsyncIterator[Observation]:
    """Yields what `run` publishes; `late` words the absence of a first answer. Closing it ends the thread."""
    box, stop = Mailbox(), Stop()

    def work() -> None:
        try:
            run(box.put, stop)
        except BaseException as error:  # noqa: BLE001 - carried to whoever iterates
            box.put(error)

    start(work, name)
    try:
        try:
            async with asyncio.timeout(FIRST_WORD):
                observation = await box.take()
        except TimeoutError:
            observation = Unreachable(late())
        while True:
            next_at = time.monotonic() + PAUSE
            yield observation
            observation = await box.take(next_at)
    finally:
        stop.set()
