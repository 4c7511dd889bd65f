"""Effective answers: defaults, what the cluster and the chart say, what the user gave."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from cocalc_tui.core import installed
from cocalc_tui.core.answers import Answers, Source, Value
from cocalc_tui.core.step import Field, Step
from cocalc_tui.core.view import View


def effective(steps: Iterable[Step], view: View) -> Answers:
    """The answers of the view completed by defaults and by what facts say, step by step.

    What the release was installed with goes before what else is detected.

    A later field's `detect` sees the answers of earlier ones.
    """
    answers = view.answers
    fields = [(step.id, field) for step in steps for field in step.fields]
    for step_id, field in fields:
        if field.default is not None:
            answers = answers.put(step_id, field.name, field.default, Source.DEFAULT)
    present = installed.values(replace(view, answers=answers))
    for step_id, field in fields:
        found = installed.answer(field.paths, field.kind, present)
        if found is not None:
            answers = answers.put(step_id, field.name, found, Source.DETECTED)
            continue
        for source, ask in ((Source.DETECTED, field.detect), (Source.CHART, field.chart)):
            found = _ask(ask, replace(view, answers=answers))
            if found is not None:
                answers = answers.put(step_id, field.name, found, source)
    return answers


def _ask(ask: Callable[[View], Value | None] | None, view: View) -> Value | None:
    return ask(view) if ask else None


def error_of(field: Field, step: Step, view: View) -> str:
    """What is wrong with a field's present value, empty if nothing."""
    answer = view.answers.get(step.id, field.name)
    if answer is None or field.secret or not isinstance(answer.value, str | int | bool):
        return ""
    text = str(answer.value)
    if text == "":
        return ""
    if field.kind == "number" and not text.lstrip("-").isdigit():
        return "a whole number is wanted"
    if field.kind == "flag" and text.lower() not in ("yes", "no", "true", "false", "on", "off"):
        return "yes or no is wanted"
    if field.kind == "choice" and field.choices:
        allowed = [c.value for c in field.choices(view)]
        if allowed and text not in allowed and field.check is None:
            return "allowed are " + ", ".join(allowed)
    return (field.check(text, view) if field.check else None) or ""


def unanswered(steps: Iterable[Step], view: View) -> tuple[str, ...]:
    """The fields that are needed before anything can be applied, and have no answer."""
    result = []
    for step in steps:
        for field in step.fields:
            answer = view.answers.get(step.id, field.name)
            if field.needed(view) and (answer is None or answer.value == ""):
                result.append(f"{step.id}.{field.name}")
    return tuple(result)
