"""Answers that do not fit their field: a finding of their own, and nothing is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cocalc_tui.core.findings import Finding, Status, failed
from cocalc_tui.core.plan import Planned
from cocalc_tui.core.step import Step
from cocalc_tui.core.view import View
from cocalc_tui.engine.answering import error_of

CHECK = "answers"
Errors = tuple[tuple[str, str], ...]


def errors_of(step: Step, view: View) -> Errors:
    """Each field whose value does not fit, with the reason."""
    return tuple((f.name, e) for f in step.fields if f.shown(view) and (e := error_of(f, step, view)))


def with_answers(step: Step, findings: Sequence[Finding], errors: Errors) -> tuple[Finding, ...]:
    """The findings, and one more where answers do not fit and no check has said so already."""
    told = " ".join(f.verdict.summary + f.verdict.remedy for f in findings if f.verdict.status is Status.FAIL)
    new = [(name, why) for name, why in errors if f"{step.id}.{name}" not in told]
    if not new:
        return tuple(findings)
    names = ", ".join(f"{step.id}.{name}" for name, _ in new)
    verdict = failed("; ".join(f"{step.id}.{name}: {why}" for name, why in new), f"Correct {names}.")
    return (*findings, Finding(step.id, f"{step.id}.{CHECK}", "Answers", verdict))


def held(planned: Planned, errors: Errors) -> Planned:
    """An action of a step whose answers do not fit is not done."""
    if not errors or planned.verb == "keep" or planned.blocked:
        return planned
    name, why = errors[0]
    return replace(planned, blocked=f"{planned.step}.{name}: {why}")
