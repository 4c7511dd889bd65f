"""Waiting for what another process does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], patience: float = 10) -> None:
    """Looks again and again until the condition holds; fails after `patience` seconds."""
    async with asyncio.timeout(patience):
        while not condition():  # noqa: ASYNC110 another process cannot set an event of ours
            await asyncio.sleep(0.01)
