"""`--plain`: the same steps as a dialogue, one line a change, for screen readers and pipes."""

from __future__ import annotations

import asyncio
import getpass
import sys

from cocalc_tui.commands.common import session
from cocalc_tui.core.answers import Value
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.step import Field
from cocalc_tui.engine.answering import unanswered
from cocalc_tui.engine.applying import Applier
from cocalc_tui.engine.judging import JudgedStep
from cocalc_tui.engine.session import Session
from cocalc_tui.options import Options
from cocalc_tui.render.text import Paint, plan_text, progress_text
from cocalc_tui.steps import STEPS
from cocalc_tui.wiring import holder, keep_answers

PLAIN = Paint(color=False, ascii_only=True)
HELP = "Enter keeps what stands in brackets, ? explains, - takes an answer back, . goes on to the next step."


class Ended(Exception):
    """The input ended."""


async def plain(options: Options) -> int:
    """Walks all steps, asks, shows the plan, applies on consent. Ends quietly where the input ends."""
    async with session(options, live=True) as running:
        print(f"CoCalc on {running.world.name}. Looking at the cluster.", flush=True)
        await running.settle(15.0)
        print(HELP, flush=True)
        try:
            for number, step in enumerate(STEPS, 1):
                await _walk(running, number, step.id)
            return await _apply(running, options)
        except Ended:
            await keep_answers(running, options)
            print("The input ended. Nothing more is changed; run this again to go on.")
            return 2 if unanswered(STEPS, running.judged.view) else 4


async def _walk(running: Session, number: int, step_id: str) -> None:
    judged = running.judged.step(step_id)
    print(f"\nStep {number} of {len(STEPS)}: {judged.step.title}. State: {judged.state}. {judged.summary}.")
    print(judged.step.why)
    for field in judged.step.fields:
        if not field.shown(running.judged.view):
            continue
        if not await _ask(running, running.judged.step(step_id), field):
            break
    judged = (await running.settle(15.0)).step(step_id)
    _say_findings(judged)


def _say_findings(judged: JudgedStep) -> None:
    for finding in judged.findings:
        verdict = finding.verdict
        if verdict.status in (Status.PASS, Status.SKIPPED):
            continue
        print(f"{verdict.status}: {finding.title}: {verdict.summary}.")
        print(f"To do: {verdict.remedy}")
    print(f"{judged.step.title} is {judged.state}.", flush=True)


async def _ask(running: Session, judged: JudgedStep, field: Field) -> bool:
    """Asks one field until its answer is good; false where the user goes on to the next step."""
    while True:
        answer = running.judged.view.answers.get(judged.id, field.name)
        shown = "not answered" if answer is None else f"{_shown(answer.value)}, {answer.label}"
        choices = [c.value for c in field.choices(running.judged.view)] if field.choices else []
        among = f" Choices: {', '.join(choices)}." if choices else ""
        line = await _line(f"{field.label}.{among} [{shown}] ", secret=field.secret)
        if line == ".":
            return False
        if line == "?":
            print(field.help)
            continue
        if line == "":
            return True
        value: Value | None = line
        if line == "-":
            value = None
        elif field.secret:
            value = running.world.vault.remember(f"{judged.id}.{field.name}", line)
        error = running.answer(judged.id, field.name, value).step(judged.id).error(field.name)
        if not error:
            return True
        print(f"{field.label}: {error}")


def _shown(value: Value) -> str:
    return f"a secret {value}" if isinstance(value, SecretRef) else str(value)


async def _line(prompt: str, *, secret: bool = False) -> str:
    """One line of the input, read off the event loop; a secret is not echoed on a terminal."""
    if secret and sys.stdin.isatty():
        return (await asyncio.to_thread(getpass.getpass, prompt)).strip("\n")
    print(prompt, end="", flush=True)
    line: str = await asyncio.to_thread(sys.stdin.readline)
    if not line:
        print()
        raise Ended
    if not sys.stdin.isatty():
        print()
    return line.strip() if not secret else line.rstrip("\n")


async def _apply(running: Session, options: Options) -> int:
    judged = await running.settle(15.0)
    await keep_answers(running, options)
    print("\nThe plan:")
    print(plan_text(judged.plan, STEPS, frozenset(), PLAIN))
    if judged.plan.questions:
        print("Not answered yet: " + ", ".join(judged.plan.questions))
        return 2
    if (await _line("Apply this plan? yes or no. [no] ")).lower() not in ("y", "yes"):
        print("Nothing was changed.")
        return 4
    outcome = await Applier(running, holder()).run(lambda p: print(progress_text(p, PLAIN), flush=True))
    ready = sum(s.state is State.READY for s in running.judged.steps)
    print(f"{ready} of {len(STEPS)} steps are ready.")
    return outcome.exit
