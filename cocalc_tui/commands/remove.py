"""`remove`: takes away what this tool created, shown first."""

from __future__ import annotations

import argparse
import sys

from cocalc_tui.commands.common import only_of, session
from cocalc_tui.engine.lease import LeaseKeeper
from cocalc_tui.engine.removing import Removal, removals
from cocalc_tui.engine.removing import remove as remove_all
from cocalc_tui.errors import Refused, UsageError
from cocalc_tui.options import Options
from cocalc_tui.wiring import holder


async def remove(arguments: argparse.Namespace, options: Options) -> int:
    """Shows what goes and what is kept, asks, removes. 0 also where there is nothing to remove."""
    only = only_of(arguments.only)
    async with session(options) as running:
        judged = await running.settle(15.0)
        gone, kept = removals(judged, only)
        for reason in kept:
            print(f"= keep    {reason}")
        for removal in gone:
            print(f"- remove  {removal.what}" + ("  (data is lost)" if removal.data else ""))
        if not gone:
            print("nothing of ours to remove")
            return 0
        if not arguments.yes:
            _confirm()
        keeper = LeaseKeeper(running.world.cluster, judged.view.namespace, holder())
        try:
            await keeper.take()
        except Refused as error:
            if error.code != 404:
                raise
        try:
            failed = await remove_all(running.world, gone, _say)
        finally:
            await keeper.give_back()
        return 3 if failed else 0


def _confirm() -> None:
    if not sys.stdin.isatty():
        raise UsageError("remove asks before it removes anything, and there is no terminal", "Add --yes.")
    print("Remove all this? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("nothing was removed", "Answer y to remove it.")


def _say(removal: Removal, error: str) -> None:
    print(f"failed   {removal.what}: {error}" if error else f"removed  {removal.what}", flush=True)
