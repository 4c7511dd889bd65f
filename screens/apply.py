"""An apply as it happens: its actions, the rollout with its causes, the log. It needs no screen to go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from cocalc_tui.core.action import Helm
from cocalc_tui.engine.judging import Judged
from cocalc_tui.screens import apply_text
from cocalc_tui.screens.apply_log import Said, of_cluster, of_notice, of_progress
from cocalc_tui.screens.apply_state import Advance, advance
from cocalc_tui.screens.applying import ApplyRun
from cocalc_tui.screens.base import Shown
from cocalc_tui.screens.frame import PLUGGED
from cocalc_tui.screens.glyphs import SPINNER
from cocalc_tui.screens.review_confirm import PlanConfirm
from cocalc_tui.screens.review_plan import prospect
from cocalc_tui.screens.seen import Noticed
from cocalc_tui.screens.text import lines
from cocalc_tui.screens.widgets import rollout
from cocalc_tui.screens.widgets.actions import Act, ActionRow
from cocalc_tui.screens.widgets.keyline import Key, KeyLine
from cocalc_tui.screens.widgets.log import FollowLog
from cocalc_tui.screens.widgets.pane import Reading
from cocalc_tui.screens.widgets.rows import Rows

BEAT = 0.25
AGAIN = Act("again", "Apply again", "F9")
PLAN = Act("plan", "Plan", "F4")
DONE = Act("done", "What runs now")
BACK = Act("back", "Back", "esc")
RUNNING = (
    Key("ctrl+c", "^c", "Stop at a safe point"),
    Key("f6", "F6", "Next pane"),
    Key("space", "space", "Pause log"),
    Key("ctrl+s", "^s", "Save log"),
    Key("escape", "esc", "Leave it running"),
    Key("f1", "F1", "Help"),
)
ENDED = (
    Key("escape", "esc", "Back"),
    Key("f9", "F9", "Apply again"),
    Key("f4", "F4", "Plan"),
    Key("ctrl+s", "^s", "Save log"),
    Key("f6", "F6", "Next pane"),
    Key("f1", "F1", "Help"),
)


class ApplyScreen(Shown):
    """The app's present or last apply; where narrow: actions above, rollout, log."""

    NAME = "apply"
    KEYS = RUNNING
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause log", show=False),
        Binding("f9", "again", "Apply again", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[str] = []
        self._told = 0
        self._noticed = 0.0
        self._events: set[str] = set()
        self._followed: str | None = None
        self._follow = True

    def body(self) -> ComposeResult:
        """Title, actions, rollout, causes, log, what to do at the end."""
        yield Static(id="title", markup=False)
        with Horizontal(id="apply"):
            with Vertical(id="apply-actions", classes="pane framed") as actions:
                actions.border_title = "Actions"
                yield Rows(compact=True, id="apply-rows", classes="rows")
            with Vertical(id="apply-side"):
                yield Reading("Rollout", id="rollout", classes="pane framed")
                yield Reading("Root cause", id="cause", classes="pane framed")
                yield FollowLog(id="log", classes="pane framed")
        yield ActionRow((AGAIN, DONE, PLAN, BACK))

    def on_mount(self) -> None:
        """Beats four times a second while something runs."""
        self.query_one("#rollout").display = False
        self.query_one("#cause").display = False
        self.query_one(ActionRow).display = False
        self.query_one("#apply-rows").focus()
        self._noticed = self.job.started_at if self.job else 0.0
        self.set_interval(BEAT, self._beat)

    @property
    def job(self) -> ApplyRun | None:
        """The app's present or last apply."""
        return self.desk.applying

    def _beat(self) -> None:
        job = self.job
        if job and (job.running or self._told < job.told):
            self.paint()

    @property
    def wide(self) -> bool:
        """Whether the causes have a pane of their own."""
        return self.size.width >= 100

    @property
    def spin(self) -> str:
        """The present frame of the spinner; it stands still where nothing may move."""
        if self.app.animation_level == "none":
            return "▸"
        return SPINNER[int(self.desk.live.clock() / BEAT) % len(SPINNER)]

    def repaint(self, judged: Judged) -> None:
        """Rows in place, bars, causes, new lines of the log."""
        job = self.job
        if job is None:
            self.query_one("#title", Static).update(" Nothing was applied yet: F4 shows the plan")
            return
        found = rollout.rollout(judged.view)
        now = advance(job, self.desk.live.clock(), found.share)
        at = now.running.planned.action if now.running else None
        if isinstance(at, Helm):  # what helm has not made yet is no cause
            found = replace(found, loads=tuple(replace(x, cause=None) for x in found.loads), causes=())
        stuck = next((c.workload.partition("/")[2] for c in found.causes if c.persistent), "")
        at_it = at is not None and at.step == "release"
        title = apply_text.title(job, now, self.size.width, stuck if at_it else "")
        self.query_one("#title", Static).update(title, layout=False)
        self._actions(now)
        self._side(job, now, found)
        self._log(job, judged)
        self._ending(job, judged)

    def _actions(self, now: Advance) -> None:
        rows = self.query_one("#apply-rows", OptionList)
        ids = [r.id for r in now.rows]
        if ids != self._rows:
            self._rows = ids
            rows.set_options(Option("", id=i) for i in ids)
        clock = self.desk.live.clock()
        width = rows.size.width - rows.scrollbar_size_vertical * rows.show_vertical_scrollbar
        for one in now.rows:
            rows.replace_option_prompt(one.id, apply_text.row(one, clock, width, self.spin))
        at = now.running or (now.failed[0] if now.failed else None)
        if self._follow and at and at.id != self._followed:
            self._followed = at.id
            rows.highlighted = ids.index(at.id)
        self.query_one("#apply-actions", Vertical).border_subtitle = apply_text.counts(now)

    def _side(self, job: ApplyRun, now: Advance, found: rollout.Rollout) -> None:
        first = next((job.spans.get(r.id) for r in now.rows if isinstance(r.planned.action, Helm)), None)
        begun = first[0].at if first else 0.0
        here = any(r.planned.step == "release" for r in now.rows) and bool(found.loads)
        loads, cause = self.query_one("#rollout", Reading), self.query_one("#cause", Reading)
        room = self.query_one(FollowLog).size.width - 1  # it is always there, and as wide as the others
        wrong = apply_text.failures(job, now, room)
        told = [*wrong, *rollout.told(found.causes, room)] if here else wrong
        told = told or apply_text.waits(now, room)
        cause.display = bool(told) and (self.wide or not job.running)
        cause.show(lines(told))
        cause.label("Root cause" if job.running or not wrong else "What to do")
        loads.display = here and (self.wide or job.running or not cause.display)
        table = rollout.table(found, begun, room, self.spin, fold=not self.wide)
        more = rollout.brief(found.causes, room) if not self.wide else []
        loads.show(lines([*more, table]))
        title = f"Rollout of {found.release}" + (f", revision {found.revision}" if found.revision else "")
        ready = f"{found.ready} of {len(found.loads)} ready"
        loads.label(title, f"{ready}{self._limit(job, now)}" if self.wide else "")

    def _limit(self, job: ApplyRun, now: Advance) -> str:
        one = now.running
        last = job.spans[one.id][1] if one else None
        if last is None or last.remaining_seconds is None:
            return ""
        left = last.remaining_seconds - (self.desk.live.clock() - last.at)
        return f" · times out in {max(1, round(left / 60))} min" if left > 0 else ""

    def _log(self, job: ApplyRun, judged: Judged) -> None:
        fresh = min(job.told - self._told, len(job.events))
        new: list[Said] = []
        for event in list(job.events)[len(job.events) - fresh :] if fresh else ():
            new += of_progress(event)
        self._told = job.told
        if job.running or not self._events:
            notices = [n for n in self._seen() if n.at > self._noticed]
            self._noticed = max((n.at for n in notices), default=self._noticed)
            new += [of_notice(n) for n in notices]
            for key, said in of_cluster(judged.view, job.started_at):
                if key not in self._events:
                    self._events.add(key)
                    new.append(said)
        self.query_one(FollowLog).tell(sorted(new, key=lambda s: s.at))

    def _seen(self) -> Iterable[Noticed]:
        seen = self.desk.live.seen
        return seen.entries if seen else ()

    def _ending(self, job: ApplyRun, judged: Judged) -> None:
        row = self.query_one(ActionRow)
        row.display = not job.running
        self.query_one(KeyLine).show_keys(RUNNING if job.running else ENDED)
        if job.running:
            return
        runs = judged.step("release").state == "ready"
        well = bool(job.outcome and job.outcome.exit in (0, 4) and not job.outcome.failed)
        row.show((DONE, PLAN, BACK) if well and runs else (AGAIN, PLAN, BACK), _last(job))
        if not job.end_seen and self.is_current:
            job.end_seen = True
            if well and runs and not job.only:
                self.desk.show_plugged("done")

    @on(OptionList.OptionHighlighted, "#apply-rows")
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        self._follow = event.option.id == self._followed

    @on(OptionList.OptionSelected, "#apply-rows")
    def _opened(self, event: OptionList.OptionSelected) -> None:
        job = self.job
        one = next((p for p in job.plan.actions if p.id == event.option.id), None) if job else None
        if one:
            self.desk.show_step(one.step)

    @on(ActionRow.Pressed)
    async def _pressed(self, event: ActionRow.Pressed) -> None:
        match event.act:
            case "again":
                self.action_again()
            case "plan":
                self.desk.action_show_review()
            case "done":
                self.desk.show_plugged("done")
            case "back":
                await self.desk.action_back()

    def action_pause(self) -> None:
        """The log stands still, or goes on."""
        self.query_one(FollowLog).pause()

    def action_again(self) -> None:
        """Applies once more what is still to do, after asking."""
        job, judged = self.job, self.desk.live.judged
        if job is None or judged is None:
            self.flash("Nothing was applied yet: F4 shows the plan")
        elif job.running:
            self.flash("It runs already: ^c stops it at a safe point")
        elif len(job.only) == 1:
            self.desk.ask_apply(next(iter(job.only)))
        else:
            found = prospect(judged, job.accepted, job.skipped)
            if not found.doable:
                self.flash("Nothing can be done now: F4 shows why")
                return
            self.desk.push_screen(PlanConfirm("Apply again", found), self._agreed)

    def _agreed(self, yes: bool | None) -> None:
        job = self.job
        if yes and job:
            self.desk.start_apply(job.only, job.accepted, job.skipped)

    def copyable(self) -> tuple[str, str]:
        """The causes where they have the focus, else the log."""
        cause = self.query_one("#cause", Reading)
        if self.focused is cause:
            return "cause.txt", cause.text.plain + "\n"
        return "apply.log", self.query_one(FollowLog).text

    @property
    def step_in_question(self) -> str | None:
        """The step of the action at the cursor."""
        option = self.query_one("#apply-rows", OptionList).highlighted_option
        job = self.job
        found = [p.step for p in job.plan.actions if option and p.id == option.id] if job else []
        return found[0] if found else None

    def help_topic(self) -> str:
        """The step at work."""
        return self.step_in_question or ""


def _last(job: ApplyRun) -> str:
    return job.events[-1].message if job.events else ""


PLUGGED["apply"] = ApplyScreen
