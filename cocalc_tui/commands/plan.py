"""`plan`: shows every change, makes none."""

from __future__ import annotations

import argparse
import json
import sys

from cocalc_tui.commands.common import only_of, paint, session
from cocalc_tui.commands.output import write_out
from cocalc_tui.core.findings import State
from cocalc_tui.engine.judging import Judged
from cocalc_tui.errors import UsageError
from cocalc_tui.options import Options
from cocalc_tui.render.documents import plan_document
from cocalc_tui.render.text import plan_text, questions_text
from cocalc_tui.steps import STEPS


def questions_in(judged: Judged, only: frozenset[str]) -> tuple[str, ...]:
    """The unanswered fields that matter for the chosen steps."""
    return tuple(q for q in judged.plan.questions if not only or q.partition(".")[0] in only)


def refuse_unready(judged: Judged, only: frozenset[str]) -> None:
    """Raises `UsageError` naming the dependencies of `--only` that are not ready."""
    missing = sorted(
        {
            dep
            for step in judged.steps
            if step.id in only
            for dep in step.step.after
            if dep not in only and judged.step(dep).state is not State.READY
        }
    )
    if missing:
        raise UsageError(
            f"--only {' '.join(sorted(only))} needs steps that are not ready: {', '.join(missing)}",
            f"Take them along: --only {' '.join(sorted({*only, *missing}))}",
        )


async def plan(arguments: argparse.Namespace, options: Options) -> int:
    """Prints the plan; 2 where needed fields are unanswered, 4 where something is left for a person."""
    only = only_of(arguments.only)
    async with session(options) as running:
        judged = await running.settle(arguments.timeout)
        open_questions = questions_in(judged, only)
        if open_questions:
            print(questions_text(open_questions, STEPS), file=sys.stderr)
            return 2
        if only:
            refuse_unready(judged, only)
        document = plan_document(judged, running.world, judged.plan, only)
        if arguments.out:
            text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
            write_out(arguments.out, text, force=False)
        if arguments.output == "json":
            print(json.dumps(document, indent=2, ensure_ascii=False))
        else:
            print(plan_text(judged.plan, STEPS, only, paint(options)))
        return _exit(judged, only)


def _exit(judged: Judged, only: frozenset[str]) -> int:
    steps = [s for s in judged.steps if not only or s.id in only]
    if any(s.state is State.UNKNOWN and s.planned and any(p.blocked for p in s.planned) for s in steps):
        return 6
    blocked = any(p.blocked for p in judged.plan.actions if not only or p.step in only)
    return 4 if judged.plan.left or blocked or judged.plan.missing_rights else 0
