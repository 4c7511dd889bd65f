"""Views of plain values for the steps' tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cocalc_tui.core.action import MANAGED_BY, MANAGER, Action
from cocalc_tui.core.answers import Answers, Source, Value
from cocalc_tui.core.facts import Denied, Facts, Observation, Observed, Pending, Seen, Unreachable, fold
from cocalc_tui.core.findings import Check, Verdict
from cocalc_tui.core.step import Step
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Wish

Fact = Observation | Mapping[str, Any] | Sequence[Mapping[str, Any]]
OURS = {MANAGED_BY: MANAGER}


def view(
    facts: Mapping[Any, Any] | None = None,
    answers: Mapping[str, Value] | None = None,
    *,
    steps: Sequence[Step] = (),
    source: Source = Source.YOU,
    wishes: Sequence[Wish] = (),
    wanted: Sequence[Action] = (),
    now: float = 1_700_000_000.0,
) -> View:
    """A view: a fact is an observation, the objects of a topic or the one document of a probe.

    The fields of `steps` answer by their defaults and by what they detect, as the engine does it.
    """
    seen = Facts()
    for need, fact in (facts or {}).items():
        seen = fold(seen, Observed(need, observation(fact)))
    given = Answers()
    for name, value in (answers or {}).items():
        step, _, field = name.partition(".")
        given = given.put(step, field, value, source)
    for declared in steps:
        for question in declared.fields:
            if question.default is not None:
                given = given.put(declared.id, question.name, question.default, Source.DEFAULT)
    for declared in steps:
        for question in declared.fields:
            found = question.detect(View(seen, given, now=now)) if question.detect else None
            if found is not None:
                given = given.put(declared.id, question.name, found, Source.DETECTED)
    return View(seen, given, tuple(wishes), tuple(wanted), now)


def observation(fact: Fact) -> Observation:
    """The observation that a fact stands for."""
    if isinstance(fact, Pending | Denied | Unreachable | Seen):
        return fact
    return Seen((fact,)) if isinstance(fact, Mapping) else Seen(tuple(fact))


def check_of(step: Step, name: str) -> Check:
    """The check of that name."""
    return next(c for c in step.checks if c.id == name)


def judge(step: Step, name: str, seen: View) -> Verdict:
    """What a check says; every fact that it needs must be there, as the engine guarantees."""
    check = check_of(step, name)
    unseen = [need for need in check.needs(seen) if not seen.seen(need)]
    assert not unseen, f"{step.id}.{name} needs {unseen}"
    return check.judge(seen)


def values(step: Step, seen: View) -> dict[str, Any]:
    """The step's wishes by their first key path."""
    return {wish.candidates[0].path: wish.value for wish in step.values(seen)}


def sound(step: Step) -> None:
    """Every step teaches: texts long enough, no summary with a full stop, known groups of names."""
    assert len({c.id for c in step.checks}) == len(step.checks)
    assert len({f.name for f in step.fields}) == len(step.fields)
    assert all(len(c.explain) >= 40 for c in step.checks)
    assert all(len(f.help) >= 20 for f in step.fields)
    assert len(step.why) >= 20
