"""The app: what can be done from anywhere, the running apply, leaving."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from cocalc_tui.screens import state_file, theme
from cocalc_tui.screens.frame import Frame
from cocalc_tui.screens.widgets.modal import Box

if TYPE_CHECKING:
    from cocalc_tui.engine.progress import Progress
    from cocalc_tui.screens.applying import ApplyRun
    from cocalc_tui.screens.confirm import Consent

CONTINUE = "start cocalc-tui again to continue"
STOP_SECONDS = 3.0


class CocalcApp(Frame):
    """The terminal interface. Its return value is the exit code of the command."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "help", "Help", show=False),
        Binding("ctrl+p", "command_palette", "Commands", show=False, priority=True),
        Binding("colon", "command_palette", "Commands", show=False),
        Binding("escape", "back", "Back", show=False),
        Binding("f3", "show_values", "Values", show=False),
        Binding("f4", "show_review", "Plan", show=False),
        Binding("f5", "look_again", "Look again", show=False),
        Binding("ctrl+c", "stop", "Stop", show=False, priority=True),
        Binding("ctrl+q", "leave", "Quit", show=False, priority=True),
    ]

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette."""
        from cocalc_tui.screens import palette

        return palette.commands(self)

    # Going somewhere.

    async def action_back(self) -> None:
        """To the screen before; the hub is the last one."""
        if len(self.screen_stack) > 1:
            await self.pop_screen()

    def action_help(self) -> None:
        """Explains what is on the screen."""
        topic = self.shown.help_topic() if self.shown else ""
        self.show_help(topic)

    def show_help(self, topic: str) -> None:
        """Explains STEP, STEP.CHECK or STEP.FIELD; the keys alone where it is empty."""
        from cocalc_tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.live.steps, topic))

    def action_show_values(self) -> None:
        """The values screen."""
        self.show_plugged("values")

    def action_show_review(self) -> None:
        """The plan."""
        self.show_plugged("review")

    def show_apply(self) -> None:
        """The running or last apply, where its screen is there."""
        self.show_plugged("apply")

    def action_goto(self) -> None:
        """A list of all steps."""
        from cocalc_tui.screens import palette
        from cocalc_tui.screens.widgets.choose import ChooseBox

        box = ChooseBox("Go to step", palette.step_items(self), now=self.step_shown or "")
        self.push_screen(box, lambda step: self.show_step(step) if step else None)

    def action_pick(self) -> None:
        """Another cluster, or a rehearsal."""
        if self.applying and self.applying.running:
            self.say("An apply is running here: stop it first (^c)")
        else:
            self.pick()

    def action_theme(self) -> None:
        """Dark, light, or the terminal's own colours; kept for the next time."""
        from cocalc_tui.screens.widgets.choose import ChooseBox, Item

        items = [Item(name, words) for name, words in theme.CHOICES.items()]
        self.push_screen(ChooseBox("Theme", items, now=self.theme), self._themed)

    def _themed(self, name: str | None) -> None:
        if name:
            self.theme = name
            self.run_worker(asyncio.to_thread(state_file.remember, self._theme_file, name), group="file")

    # Looking, copying, saving.

    def action_look_again(self) -> None:
        """Asks the cluster again: for the step that is shown, or for all."""
        session = self.live.session
        if session is None:
            if self.live.phase == "failed":
                self.reopen()
            return
        screen = self.shown
        step = getattr(screen, "step", None)
        session.look_again(step)
        self.say("Looking again")

    def action_copy_here(self) -> None:
        """Copies what is focused."""
        if self.shown:
            self.shown.action_copy()

    def action_save_here(self) -> None:
        """Saves what is focused."""
        if self.shown:
            self.shown.action_save()

    def save(self, name: str, text: str) -> None:
        """Asks for a path and writes the text there."""
        from cocalc_tui.screens.saving import SaveBox

        def named(path: str | None) -> None:
            if path:
                self.run_worker(self._write(path, text), group="file")

        self.push_screen(SaveBox(name), named)

    async def _write(self, path: str, text: str) -> None:
        from cocalc_tui.screens.saving import write

        self.say(await asyncio.to_thread(write, path, text))

    def show_commands(self, step: str) -> None:
        """The commands that would do the same by hand."""
        from cocalc_tui.core.shell import commands
        from cocalc_tui.screens.textbox import TextBox

        judged = self.live.judged
        if judged is None:
            return
        todo = [p.action for p in judged.step(step).planned if p.verb != "keep"]
        text = "\n".join(commands(a) for a in todo) or "# nothing to do"

        def done(answer: str | None) -> None:
            if answer == "save":
                self.save(f"{step}.sh", text)

        self.push_screen(TextBox(f"{judged.step(step).step.title} by hand", text), done)

    # Applying.

    def ask_apply(self, step: str) -> None:
        """Shows what applying a step would do, and applies it once that was agreed to."""
        from cocalc_tui.screens.confirm import ConfirmScreen

        judged = self.live.judged
        if judged is None or self.live.session is None:
            self.say("Nothing can be applied before the cluster is open")
            return
        if self.applying and self.applying.running:
            self.show_apply()
            return
        found = judged.step(step)
        if not any(p.verb != "keep" for p in found.planned):
            self.say(f"{found.step.title}: nothing to change")
            return

        def agreed(consent: Consent | None) -> None:
            if consent is not None:
                self.start_apply(frozenset({step}), consent.accepted, consent.skipped)

        self.push_screen(ConfirmScreen(found.step.title, found.planned), agreed)

    def start_apply(
        self,
        only: frozenset[str] = frozenset(),
        accepted: frozenset[str] = frozenset(),
        skipped: frozenset[str] = frozenset(),
    ) -> None:
        """Begins an apply that the app owns, and shows it."""
        from cocalc_tui.screens.applying import ApplyRun

        if self.live.session is None or (self.applying and self.applying.running):
            return
        self._asked_to_stop = False
        self.applying = ApplyRun(self.live.session, self.me, only, accepted, skipped)
        self.applying.listen(self._tell_elsewhere)
        self.run_worker(self._apply(self.applying), name="apply", group="apply")
        self.show_apply()

    def _tell_elsewhere(self, event: Progress) -> None:
        """On other screens the key line says what happens; the apply's own screen has it in its log."""
        if event.message and self.shown is not None and self.shown.NAME != "apply":
            self.say(event.message)

    async def _apply(self, run: ApplyRun) -> None:
        await run.run()
        self._changed()

    # Leaving.

    def action_stop(self) -> None:
        """Once: at the next safe point. Twice: at once."""
        if self._asked_to_stop:
            self.exit(130)
            return
        self._asked_to_stop = True
        if self.applying and self.applying.running:
            self.applying.stop()
            self.say(f"Stops after the present action; {CONTINUE}. ^c again leaves at once")
            return
        self.say("Nothing is running. ^q quits, ^c again leaves at once")
        self.set_timer(STOP_SECONDS, self._calm)

    def _calm(self) -> None:
        self._asked_to_stop = bool(self.applying and self.applying.running and self.applying.stopping)

    def action_leave(self) -> None:
        """Quits; asks first where an apply is running."""
        from cocalc_tui.screens.quitting import QuitScreen

        if not (self.applying and self.applying.running):
            self.exit(0)
        elif not isinstance(self.screen, Box):
            self.push_screen(QuitScreen(), self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer == "leave":
            self.exit(130)
        elif answer == "stop":
            self.run_worker(self._stop_and_leave(), group="leave")

    async def _stop_and_leave(self) -> None:
        run = self.applying
        if run:
            run.stop()
            await run.ended.wait()
        self.exit(130)
