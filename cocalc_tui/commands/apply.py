"""`apply`: makes the changes of the plan."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cocalc_tui.commands.common import only_of, paint, session
from cocalc_tui.commands.output import no_output
from cocalc_tui.commands.plan import questions_in, refuse_unready
from cocalc_tui.core.findings import Status
from cocalc_tui.engine.applying import Applier
from cocalc_tui.engine.judging import Judged
from cocalc_tui.engine.progress import Progress
from cocalc_tui.engine.session import Session
from cocalc_tui.errors import CocalcError, Stale, Unreached, UsageError
from cocalc_tui.options import Options
from cocalc_tui.render.documents import event_document
from cocalc_tui.render.text import Paint, plan_text, progress_text, questions_text
from cocalc_tui.steps import STEPS
from cocalc_tui.wiring import holder, keep_answers


def read_plan(path: str) -> dict[str, Any]:
    """A plan file; raises `UsageError` where it is none."""
    try:
        document: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror}", "Write one with `cocalc-tui plan --out FILE`."
        ) from error
    except ValueError as error:
        raise UsageError(f"{path}: not a plan file ({error})", "Write one with `plan --out FILE`.") from error
    if not _is_plan(document):
        raise UsageError(f"{path}: not a plan file", "Write one with `cocalc-tui plan --out FILE`.")
    return document


def _is_plan(document: object) -> bool:
    return (
        isinstance(document, dict)
        and document.get("schema") == "cocalc-tui/plan/v1"
        and isinstance(document.get("cluster"), dict)
        and isinstance(document.get("only", []), list)
    )


def refuse_stale(document: dict[str, Any], judged: Judged) -> None:
    """Raises `Stale` where the plan file no longer fits the cluster or the answers."""
    uid = document.get("cluster", {}).get("uid")
    if uid != judged.view.facts.cluster_uid:
        raise Stale("the plan was made for another cluster", "Make a new one with `cocalc-tui plan --out`.")
    if document.get("digest") != judged.plan.digest:
        raise Stale(
            "the cluster or the answers moved since the plan was made",
            "Make a new plan, look at it, then apply that.",
        )


async def apply(arguments: argparse.Namespace, options: Options) -> int:
    """Applies; see `EXIT_CODES` for what the result means. JSON ends in a summary, also of a refusal."""
    try:
        return await _apply(arguments, options)
    except CocalcError as error:
        if arguments.output == "json":
            _refusal(error.message, error.remedy, error.exit_code)
        raise


def _refusal(message: str, remedy: str, code: int) -> None:
    said = Progress(
        "summary", time.time(), message=message, remedy=remedy, writes=0, done=0, failed=0, exit=code
    )
    print(json.dumps(event_document(said), ensure_ascii=False), flush=True)


async def _apply(arguments: argparse.Namespace, options: Options) -> int:
    only = only_of(arguments.only)
    document = read_plan(arguments.planfile) if arguments.planfile else None
    async with session(options, live=True) as running:
        judged = await running.settle(arguments.timeout)
        if document:
            only = only or frozenset(document.get("only", ()))
            refuse_stale(document, judged)
        open_questions = questions_in(judged, only)
        if open_questions:
            print(questions_text(open_questions, STEPS), file=sys.stderr)
            if arguments.output == "json":
                _refusal("needed fields have no answer: " + ", ".join(open_questions), "Answer them.", 2)
            return 2
        refuse_unseen(judged)
        if only:
            refuse_unready(judged, only)
        if not arguments.yes and not document:
            confirm(judged, only, paint(options, sys.stderr))
        await keep_answers(running, options)
        return await _run(running, only, arguments.output, paint(options))


def refuse_unseen(judged: Judged) -> None:
    """Raises `Unreached` where the cluster itself could not be seen."""
    seen = judged.finding("cluster.reachable")
    if seen and seen.verdict.status is Status.UNKNOWN:
        raise Unreached(f"{seen.verdict.summary}; nothing was changed", seen.verdict.remedy)


def confirm(judged: Judged, only: frozenset[str], out: Paint) -> None:
    """Shows the plan and asks on a terminal; raises `UsageError` without one."""
    print(plan_text(judged.plan, STEPS, only, out), file=sys.stderr)
    if not sys.stdin.isatty():
        raise UsageError("apply asks before it changes anything, and there is no terminal", "Add --yes.")
    print("Apply this plan? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("nothing was changed", "Answer y to apply the plan.")


async def _run(running: Session, only: frozenset[str], output: str, out: Paint) -> int:
    applier = Applier(running, holder())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _interrupt(applier))
    outcome = await applier.run(_emitter(output, out), only=only)
    return outcome.exit


def _interrupt(applier: Applier) -> Callable[[], None]:
    """Once: stop at the next safe point. Twice: leave at once."""

    def handle() -> None:
        if applier.stopping.is_set():
            sys.stdout.flush()
            os._exit(130)
        print("stopping at the next safe point; once more leaves at once", file=sys.stderr, flush=True)
        applier.stop()

    return handle


def _emitter(output: str, out: Paint) -> Callable[[Progress], None]:
    def emit(progress: Progress) -> None:
        """A reader who left, or a full disk behind standard output, does not stop what was begun."""
        text = progress_text(progress, out)
        if output == "json":
            text = json.dumps(event_document(progress), ensure_ascii=False)
        try:
            print(text, flush=True)
        except OSError as error:
            no_output()
            print(f"standard output: {error.strerror}; the apply goes on", file=sys.stderr)

    return emit
