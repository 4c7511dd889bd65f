"""`rehearse`: the full screen on a practice cluster."""

from __future__ import annotations

import argparse
from dataclasses import replace

from cocalc_tui.commands.tui import open_tui
from cocalc_tui.options import Options
from cocalc_tui.wiring import list_worlds, reset_world

FRONT_DOOR = "gke"


def rehearse(arguments: argparse.Namespace, options: Options) -> int:
    """Lists, forgets or opens a world."""
    if arguments.list:
        for name, title in list_worlds():
            print(f"{name:<10} {title}")
        return 0
    name = arguments.name or options.world or FRONT_DOOR
    if arguments.reset:
        reset_world(name, options)
        print(f"{name} is as new")
        return 0
    return open_tui(replace(options, world=name))
