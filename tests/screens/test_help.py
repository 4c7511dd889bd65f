"""Help tells the declaration: why, fields, checks, signs, keys."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.screens.help import keys, words
from cocalc_tui.steps import STEPS
from tests.screens.conftest import NARROW, WIDE, OpenDesk, text_of


@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.id)
def test_everything_that_is_declared_is_explained(step: Any) -> None:
    text = " ".join(words(step, "", 60).plain.split())
    for told in (step.why, *(f.help for f in step.fields), *(c.explain for c in step.checks)):
        assert " ".join(told.split()) in text
    assert f"cocalc-tui explain {step.id}" in text


def test_the_field_in_question_comes_first() -> None:
    step = next(s for s in STEPS if len(s.fields) > 2)
    last = step.fields[-1]
    rows = words(step, last.name, 60).plain.splitlines()
    labels = [f.label for f in step.fields]
    first = next(r for r in rows if any(r.startswith(label) for label in labels))
    assert first == f"{last.label}  this field"


def test_all_keys_are_told() -> None:
    text = keys().plain
    for key in (
        "F1",
        "^p",
        "esc",
        "F3",
        "F4",
        "F5",
        "F6",
        "F7 F8",
        "F9",
        "^y",
        "^s",
        "^c",
        "^q",
        "/",
        "space",
    ):
        assert key in text


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_f1_explains_the_focused_field_and_closes_with_escape(
    desk: OpenDesk, size: tuple[int, int]
) -> None:
    async with desk(size) as d:
        await d.settled()
        await d.open("storage")
        await d.press("down", "f1")
        await d.sees("this field")
        assert "Everywhere" in text_of(d.app)
        await d.press("escape")
        await d.until(lambda: "Everywhere" not in text_of(d.app), "closed")
        assert d.app.step_shown == "storage"


@pytest.mark.asyncio
async def test_question_mark_works_outside_inputs(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        await d.press("question_mark")
        await d.sees("Everywhere")
