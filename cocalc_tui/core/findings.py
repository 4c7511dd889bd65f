"""Verdicts, checks and states."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cocalc_tui.core.topics import Need

if TYPE_CHECKING:
    from cocalc_tui.core.view import View


class Status(StrEnum):
    """What a check found."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


class State(StrEnum):
    """What a step is (design, part 4)."""

    READY = "ready"
    PARTIAL = "partial"
    ABSENT = "absent"
    FOREIGN = "foreign"
    BROKEN = "broken"
    UNKNOWN = "unknown"


WORST = (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.PASS, Status.SKIPPED)


def worst(statuses: Iterable[Status]) -> Status:
    """The worst of several: fail before unknown before warn before pass before skipped."""
    found = set(statuses)
    return next((s for s in WORST if s in found), Status.SKIPPED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found, and what to do about it.

    `remedy` is one imperative sentence, required unless it passes or is skipped. `state` tells what a
    failing check makes of its step (default: broken): `ABSENT` for what is simply not there yet,
    `PARTIAL` for what waits, `FOREIGN` for an object of someone else.
    """

    status: Status
    summary: str
    remedy: str = ""
    detail: str = ""
    cause: str | None = None
    objects: tuple[str, ...] = ()
    state: State | None = None

    def __post_init__(self) -> None:
        if self.status in (Status.WARN, Status.FAIL, Status.UNKNOWN) and len(self.remedy) < 10:
            raise ValueError(f"a verdict that does not pass needs a remedy: {self.summary}")


def passed(summary: str, detail: str = "") -> Verdict:
    """It is as it should be."""
    return Verdict(Status.PASS, summary, detail=detail)


def skipped(summary: str) -> Verdict:
    """It does not apply, or cannot be judged before something else."""
    return Verdict(Status.SKIPPED, summary)


def warned(summary: str, remedy: str, *, detail: str = "", objects: tuple[str, ...] = ()) -> Verdict:
    """It works, and somebody should look at it."""
    return Verdict(Status.WARN, summary, remedy, detail, objects=objects)


def failed(
    summary: str,
    remedy: str,
    *,
    detail: str = "",
    cause: str | None = None,
    objects: tuple[str, ...] = (),
    state: State | None = None,
) -> Verdict:
    """It is not as it must be."""
    return Verdict(Status.FAIL, summary, remedy, detail, cause, objects, state)


def absent(summary: str, remedy: str, *, detail: str = "", objects: tuple[str, ...] = ()) -> Verdict:
    """It is not there yet."""
    return failed(summary, remedy, detail=detail, objects=objects, state=State.ABSENT)


def unknown(summary: str, remedy: str, *, detail: str = "", cause: str | None = None) -> Verdict:
    """It could not be seen."""
    return Verdict(Status.UNKNOWN, summary, remedy, detail, cause)


def _nothing(view: View) -> tuple[Need, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Check:
    """One judgement of a step.

    `needs(view)` names the facts it looks at; while one of them was not seen the engine answers
    *unknown* (or waits) and `judge` is not called. `counts` marks the checks that decide between
    *absent* and *partial*: those that ask whether something wanted is there.
    """

    id: str
    title: str
    explain: str
    judge: Callable[[View], Verdict]
    needs: Callable[[View], Iterable[Need]] = _nothing
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict with the check it belongs to; `check` is its whole id, `STEP.CHECK`."""

    step: str
    check: str
    title: str
    verdict: Verdict
    pending: bool = False
