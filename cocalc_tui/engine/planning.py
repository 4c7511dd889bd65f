"""From wanted actions to a plan: what is blocked, what stays by hand, and a digest of it all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cocalc_tui.core.action import Action, Apply, Helm, Wait
from cocalc_tui.core.findings import Finding, State, Status
from cocalc_tui.core.plan import Left, Plan, Planned
from cocalc_tui.core.rights import missing
from cocalc_tui.core.sql import Sql
from cocalc_tui.core.step import Step
from cocalc_tui.core.view import View


def make_plan(
    steps: Sequence[Step],
    view: View,
    plans: Mapping[str, Sequence[Planned]],
    *,
    states: Mapping[str, State],
    findings: Mapping[str, Sequence[Finding]],
    questions: tuple[str, ...],
) -> Plan:
    """The plan of all steps in their order."""
    actions: list[Planned] = []
    stuck: dict[str, str] = {}
    for step in steps:
        cause = next((f"after {dep}" for dep in step.after if dep in stuck), "")
        here = [replace(p, blocked=p.blocked or cause) if p.verb != "keep" else p for p in plans[step.id]]
        here = _quiet_waits(here, states[step.id])
        actions += here
        if cause or _blocks(states[step.id], here, findings[step.id]):
            stuck[step.id] = cause or states[step.id]
    return Plan(
        tuple(actions),
        _digest(actions, view),
        view.facts.cluster_uid,
        view.facts.generation,
        _left(steps, view, plans, findings),
        missing(view),
        questions,
    )


def _quiet_waits(here: list[Planned], state: State) -> list[Planned]:
    """A wait is kept where its step is ready and nothing else of it changes."""
    changing = any(p.verb != "keep" and not isinstance(p.action, Wait) for p in here)
    if changing or state is not State.READY:
        return here
    return [replace(p, verb="keep") if isinstance(p.action, Wait) else p for p in here]


def _blocks(state: State, here: Sequence[Planned], findings: Sequence[Finding]) -> bool:
    """Whether what depends on this step has to wait even when its own actions were done."""
    if state in (State.BROKEN, State.FOREIGN):
        mends = {p.step for p in here if p.verb in ("update", "delete", "run") and not p.blocked}
        return not mends or state is State.FOREIGN
    if state is State.UNKNOWN:
        return any(f.step == "cluster" for f in findings)
    return state is not State.READY and not any(p.verb != "keep" and not p.blocked for p in here)


def _left(
    steps: Sequence[Step],
    view: View,
    plans: Mapping[str, Sequence[Planned]],
    findings: Mapping[str, Sequence[Finding]],
) -> tuple[Left, ...]:
    left: list[Left] = []
    for step in steps:
        people = step.people(view)
        left += [Left(step.id, p.what, p.who, p.text) for p in people]
        left += [
            Left(step.id, f"choose: adopt {p.action.target} ({p.note}), or use another name")
            for p in plans[step.id]
            if p.verb == "adopt"
        ]
        for finding in _unmended(step, plans, findings[step.id]):
            if not people or finding.verdict.state is not State.PARTIAL:
                left.append(Left(step.id, finding.verdict.remedy))
    return tuple(left)


def _unmended(
    step: Step, plans: Mapping[str, Sequence[Planned]], findings: Sequence[Finding]
) -> Sequence[Finding]:
    """The first failure that nothing of the plan can mend.

    What counts as the step's end state comes with any change of it or of what it depends on; what is broken
    is mended only by a change of the step itself or a new release.
    """
    own = [p for p in plans[step.id] if p.verb != "keep" and not p.blocked]
    before = [p for name in step.after for p in plans.get(name, ()) if p.verb != "keep"]
    release = any(isinstance(p.action, Helm) for p in (*own, *before))
    mends = release or any(p.verb in ("update", "delete", "run") for p in own)
    counting = {c.id for c in step.checks if c.counts}
    hurt = (None, State.BROKEN)
    for finding in sorted(findings, key=lambda f: f.verdict.state not in hurt):
        if finding.verdict.status is not Status.FAIL:
            continue
        broken = finding.verdict.state in hurt
        known = finding.check.partition(".")[2] in counting
        if not (mends if broken else own or before if known else release):
            return (finding,)
    return ()


def _digest(actions: Sequence[Planned], view: View) -> str:
    content = [[p.verb, repr(p.action), _versions(p.action, view)] for p in actions]
    text = json.dumps([view.facts.cluster_uid, content], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _versions(action: Action, view: View) -> list[str]:
    """Secrets enter the digest as reference and hash of their value."""
    match action:
        case Apply():
            return [str(view.result(s.probe()).get("sha256")) for s in action.slots]
        case Sql():
            return [str(view.result(ref.probe()).get("sha256")) for _, ref in action.refs]
        case _:
            return []
