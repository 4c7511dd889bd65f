"""The command palette's commands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand

from cocalc_tui.screens.text import counted
from cocalc_tui.screens.widgets.changes import consequence
from cocalc_tui.screens.widgets.choose import Item

if TYPE_CHECKING:
    from cocalc_tui.screens.app import CocalcApp


def commands(app: CocalcApp) -> Iterator[SystemCommand]:
    """Everything that can be done from anywhere; what needs a plan says how much it holds."""
    judged = app.live.judged
    plan = judged.plan if judged else None
    step = app.step_shown
    todo = [p for p in judged.step(step).planned if p.verb != "keep"] if step and judged else []
    if step and judged and todo:
        text = f"{judged.step(step).step.title}: {consequence(todo)} · F9"
        yield SystemCommand("Apply this step", text, partial(app.ask_apply, step))
    if plan:
        now = sum(not p.blocked for p in plan.changes())
        text = f"{counted(len(plan.changes()), 'action')}, {now} can be done now · F4"
        yield SystemCommand("Review the plan", text, app.action_show_review)
    yield SystemCommand("Change cluster", "Another context, or a rehearsal", app.action_pick)
    yield SystemCommand("Copy", "What is focused, to your clipboard · ^y", app.action_copy_here)
    yield SystemCommand("Go to step", f"Any of the {len(app.live.steps)} steps, by name", app.action_goto)
    yield SystemCommand("Help", "This screen, and all keys · F1", app.action_help)
    yield SystemCommand("Look again", "Ask the cluster now · F5", app.action_look_again)
    yield SystemCommand("Open the values", "my-values.yaml beside the chart · F3", app.action_show_values)
    yield SystemCommand("Quit", "Nothing is lost: the state is the cluster · ^q", app.action_leave)
    yield SystemCommand("Save", "What is focused, to a file · ^s", app.action_save_here)
    if app.applying:
        text = "It runs now" if app.applying.running else "How the last one went"
        yield SystemCommand("Show the apply", text, app.show_apply)
    yield SystemCommand("Theme", "Dark, light or your terminal's 16 colours", app.action_theme)
    text = "Workloads, data, address, next steps"
    yield SystemCommand("What runs", text, partial(app.show_plugged, "done"))
    for each in app.live.steps:
        yield SystemCommand(each.title, "Go to this step", partial(app.show_step, each.id), False)


def step_items(app: CocalcApp) -> list[Item]:
    """All steps with their states."""
    judged = app.live.judged
    states = {s.id: f"{s.state}" for s in judged.steps} if judged else {}
    return [Item(s.id, s.title, states.get(s.id, "")) for s in app.live.steps]
