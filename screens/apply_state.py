"""How far an apply is, read from what it told: one row an action, the whole, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cocalc_tui.core.plan import Planned
from cocalc_tui.engine.progress import Progress
from cocalc_tui.screens.applying import ApplyRun
from cocalc_tui.screens.review_plan import seconds_of

Status = Literal["waiting", "running", "done", "kept", "skipped", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Row:
    """One action: `begun` and `ended` are Unix seconds, `message` is the last that was told of it."""

    planned: Planned
    status: Status = "waiting"
    begun: float = 0.0
    ended: float = 0.0
    message: str = ""
    cause: str = ""
    remedy: str = ""

    @property
    def id(self) -> str:
        """The action's id."""
        return self.planned.id

    def seconds(self, now: float) -> float:
        """How long it took, or takes so far."""
        return max(0.0, (self.ended or now) - self.begun) if self.begun else 0.0


@dataclass(frozen=True, slots=True)
class Advance:
    """A whole apply at one moment."""

    rows: tuple[Row, ...]
    passed: float
    left: float

    def count(self, *statuses: Status) -> int:
        """How many rows have one of these."""
        return sum(r.status in statuses for r in self.rows)

    @property
    def settled(self) -> int:
        """How many have ended, however."""
        return self.count("done", "kept", "skipped", "failed")

    @property
    def running(self) -> Row | None:
        """The one at work."""
        return next((r for r in self.rows if r.status == "running"), None)

    @property
    def failed(self) -> tuple[Row, ...]:
        """Those that failed."""
        return tuple(r for r in self.rows if r.status == "failed")


def advance(run: ApplyRun, now: float, ready: float = 0.0) -> Advance:
    """The state at a moment. `ready` is the share of workloads that are ready (0 to 1)."""
    planned = [p for p in run.plan.actions if not run.only or p.step in run.only]
    changing = [p for p in planned if p.verb != "keep"] or planned
    rows = tuple(_row(p, run.spans.get(p.id), run.running) for p in changing)
    end = run.events[-1].at if run.events and not run.running else now
    left = sum(_left(r, now, ready) for r in rows)
    return Advance(rows, max(0.0, end - run.started_at), left)


def _row(planned: Planned, span: tuple[Progress, Progress] | None, running: bool) -> Row:
    if span is None:
        return Row(planned)
    first, last = span
    status: Status = "running" if running else "stopped"
    if last.event == "finished":
        status = "done"
    elif last.event == "failed":
        status = "failed"
    elif last.event == "skipped":
        status = "kept" if not last.cause and last.message.endswith("already so") else "skipped"
    ended = last.at if status != "running" else 0.0
    return Row(planned, status, first.at, ended, last.message, last.cause, last.remedy)


def _left(row: Row, now: float, ready: float) -> float:
    """About how long a row still takes; a rollout by the pace of its workloads."""
    if row.status not in ("waiting", "running"):
        return 0.0
    usual = seconds_of(row.planned.action)
    so_far = row.seconds(now)
    if row.status == "running" and row.planned.step == "release" and ready > 0:
        return so_far * (1 - ready) / ready
    return max(usual - so_far, usual * 0.1)
