"""From facts and answers to findings, states and a plan: one pure function."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cocalc_tui.core import installed
from cocalc_tui.core.action import Action, Wait, looks_at
from cocalc_tui.core.answers import Answers
from cocalc_tui.core.facts import Denied, Facts, Pending, Seen, Unreachable
from cocalc_tui.core.findings import WORST, Check, Finding, State, Status, Verdict, unknown
from cocalc_tui.core.plan import Plan, Planned
from cocalc_tui.core.step import Person, Step
from cocalc_tui.core.topics import Need, Probe
from cocalc_tui.core.view import View, why_unseen
from cocalc_tui.core.wish import Wish
from cocalc_tui.engine.answering import effective, unanswered
from cocalc_tui.engine.differing import planned
from cocalc_tui.engine.misfits import errors_of, held, with_answers
from cocalc_tui.engine.planning import make_plan

CLUSTER = Probe.of("cluster")
UNSEEN_REMEDY = "Mend what kept it from being seen, then look again."


@dataclass(frozen=True, slots=True)
class JudgedStep:
    """A step with everything that is known of it now.

    `pending` while a first answer is outstanding; `waits` are the step ids it waits for; `errors` maps field
    names to what is wrong with their value.
    """

    step: Step
    state: State
    summary: str
    findings: tuple[Finding, ...]
    planned: tuple[Planned, ...] = ()
    pending: bool = False
    waits: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """The step's id."""
        return self.step.id

    def error(self, field: str) -> str:
        """What is wrong with a field's value, empty if nothing."""
        return dict(self.errors).get(field, "")

    @property
    def worst(self) -> Finding | None:
        """The finding that most needs the reader: fail, unknown, warn; None where all pass."""
        bad = [f for f in self.findings if f.verdict.status in (Status.FAIL, Status.UNKNOWN, Status.WARN)]
        return min(bad, key=lambda f: WORST.index(f.verdict.status), default=None)


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything that screens and commands show, for one generation of facts and answers."""

    view: View
    steps: tuple[JudgedStep, ...]
    plan: Plan
    needs: frozenset[Need]

    def step(self, name: str) -> JudgedStep:
        """One step by its id."""
        return next(s for s in self.steps if s.id == name)

    def findings(self) -> tuple[Finding, ...]:
        """All findings in order."""
        return tuple(f for s in self.steps for f in s.findings)

    def finding(self, name: str) -> Finding | None:
        """One finding by its whole id STEP.CHECK."""
        return next((f for f in self.findings() if f.check == name), None)

    @property
    def pending(self) -> frozenset[Need]:
        """What was asked and not answered yet."""
        return frozenset(n for n in self.needs if isinstance(self.view.facts.get(n), Pending))


def judge(steps: Sequence[Step], facts: Facts, given: Answers, now: float = 0.0) -> Judged:
    """Judges all steps. Pure: equal input gives equal output."""
    view = View(facts, given, now=now)
    view = replace(view, answers=effective(steps, view))
    wishes = tuple(w for step in steps for w in step.values(view))
    view = replace(view, wishes=wishes)
    wanted = tuple(a for step in steps for a in step.actions(view))
    view = replace(view, wanted=wanted)
    errors = {step.id: errors_of(step, view) for step in steps}
    findings = {
        step.id: with_answers(step, tuple(_find(step, c, view) for c in step.checks), errors[step.id])
        for step in steps
    }
    plans = {
        step.id: tuple(held(planned(a, view), errors[step.id]) for a in wanted if a.step == step.id)
        for step in steps
    }
    states = {step.id: _state(step, view, findings[step.id], plans[step.id]) for step in steps}
    plan = make_plan(steps, view, plans, states=states, findings=findings, questions=unanswered(steps, view))
    by_id = {p.id: p for p in plan.actions}
    judged = tuple(
        _judged(
            step, view, findings[step.id], states, tuple(by_id[p.id] for p in plans[step.id]), errors[step.id]
        )
        for step in steps
    )
    return Judged(view, judged, plan, _needs(steps, view, wanted))


def _needs(steps: Sequence[Step], view: View, wanted: Sequence[Action]) -> frozenset[Need]:
    needs: set[Need] = {CLUSTER, *installed.needs(view)}
    for step in steps:
        needs.update(step.needs(view))
        for field in step.fields:
            needs.update(field.needs(view))
        for check in step.checks:
            needs.update(check.needs(view))
    for action in wanted:
        needs.update(looks_at(action))
    return frozenset(needs)


def _find(step: Step, check: Check, view: View) -> Finding:
    whole = f"{step.id}.{check.id}"
    unseen = [view.get(n) for n in check.needs(view)]
    refused = next((o for o in unseen if isinstance(o, Denied | Unreachable)), None)
    if refused is not None:
        verdict = _unseen(refused)
        return Finding(step.id, whole, check.title, verdict)
    if any(isinstance(o, Pending) for o in unseen):
        waiting = unknown("not answered yet", "Wait for the answer, or look again.")
        return Finding(step.id, whole, check.title, waiting, pending=True)
    try:
        verdict = check.judge(view)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        # An object of a shape that no check expected is "could not be judged", never a traceback.
        verdict = unknown(
            "what was seen could not be understood",
            "Report this with `cocalc-tui snapshot`, which is redacted.",
            detail=f"{type(error).__name__}: {error}",
        )
    return Finding(step.id, whole, check.title, verdict)


def _unseen(observation: Denied | Unreachable) -> Verdict:
    remedy = observation.remedy or UNSEEN_REMEDY
    if isinstance(observation, Denied) and not observation.remedy:
        remedy = "Let a cluster admin grant the right: cocalc-tui export rights shows it."
    return unknown(why_unseen(observation), remedy)


def _state(step: Step, view: View, findings: Sequence[Finding], plans: Sequence[Planned]) -> State:
    if step.state and (own := step.state(view, findings)) is not None:
        return own
    hints = [f.verdict.state or State.BROKEN for f in findings if f.verdict.status is Status.FAIL]
    for hint in (State.BROKEN, State.FOREIGN):
        if hint in hints:
            return hint
    if any(f.verdict.status is Status.UNKNOWN for f in findings):
        return State.UNKNOWN
    if any(p.verb == "adopt" for p in plans):
        return State.FOREIGN
    counting = {c.id for c in step.checks if c.counts}
    counted = [f.verdict for f in findings if f.check.partition(".")[2] in counting]
    if State.ABSENT in hints:
        some = any(v.status in (Status.PASS, Status.WARN) for v in counted)
        return State.PARTIAL if some else State.ABSENT
    if State.PARTIAL in hints or any(p.verb != "keep" and not isinstance(p.action, Wait) for p in plans):
        return State.PARTIAL
    return State.READY


def _judged(
    step: Step,
    view: View,
    findings: tuple[Finding, ...],
    states: dict[str, State],
    plans: tuple[Planned, ...],
    errors: tuple[tuple[str, str], ...],
) -> JudgedStep:
    people = tuple(step.people(view))
    pending = any(f.pending for f in findings)
    waits = tuple(a for a in step.after if states.get(a, State.READY) is not State.READY)
    if people and states[step.id] is not State.READY:
        waits = (*waits, "person")
    state = states[step.id]
    result = JudgedStep(step, state, "", findings, plans, pending, waits, people, errors)
    return replace(result, summary=_summary(result, view))


def _summary(judged: JudgedStep, view: View) -> str:
    if judged.people and judged.state is State.PARTIAL:
        return f"{judged.people[0].who}: {judged.people[0].what}"
    worst = judged.worst
    if worst and not (worst.verdict.status is Status.WARN and judged.state is not State.READY):
        return worst.verdict.summary
    if judged.state is State.READY and judged.step.summary:
        return judged.step.summary(view)
    if judged.state is not State.READY:
        todo = [p for p in judged.planned if p.verb != "keep"]
        if todo:
            return f"{todo[0].verb} {todo[0].action.target}" + (
                f" and {len(todo) - 1} more" if todo[1:] else ""
            )
    passes = [f.verdict.summary for f in judged.findings if f.verdict.status is Status.PASS]
    return ", ".join(passes[:3]) or "nothing to look at yet"


def seen_all(needs: Iterable[Need], view: View) -> bool:
    """Whether all needs were answered."""
    return all(isinstance(view.get(n), Seen) for n in needs)


def wishes_of(view: View, step: str) -> tuple[Wish, ...]:
    """The wishes of one step."""
    return tuple(w for w in view.wishes if w.step == step)
