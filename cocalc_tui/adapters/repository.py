"""The user's side of the vendor's repository, for real."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cocalc_tui.adapters import deploy_key, git_checkout
from cocalc_tui.core.action import Git, MakeKey


class Repository:
    """Implements the port."""

    async def make_key(self, action: MakeKey) -> None:
        """Makes a key pair; nothing happens where it is there. Raises `Refused`."""
        await asyncio.to_thread(deploy_key.make_key, action)

    async def check_out(self, action: Git, line: Callable[[str], None]) -> None:
        """Makes or moves the checkout. Raises `Refused`, `Unreached`."""
        await git_checkout.check_out(action, line)
