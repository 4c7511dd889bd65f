"""The deploy key's screen: the public half whole, and the message that asks the vendor for access."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content

from cocalc_tui.core import checkout
from cocalc_tui.core.vendor_message import message
from cocalc_tui.engine.judging import Judged, JudgedStep
from cocalc_tui.screens.step import AGAIN, APPLY, COMMANDS, StepScreen
from cocalc_tui.screens.text import line, lines, wrapped
from cocalc_tui.screens.widgets.actions import Act, ActionRow
from cocalc_tui.screens.widgets.pane import Reading

MESSAGE = Act("message", "Copy message", "^y")
KEY = Act("key", "Copy key")


class Special(StepScreen):
    """Public key and message between answers and findings, once there is a key; the changes until then."""

    ACTS: ClassVar[tuple[Act, ...]] = (APPLY, MESSAGE, KEY, AGAIN, COMMANDS)

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self._public = self._message = ""

    def between(self) -> ComposeResult:
        """The public key and the message."""
        for title, name in (("Public key", "public"), ("Message for SageMath", "message")):
            pane = Reading(title, id=name, classes="pane framed")
            pane.display = False
            yield pane

    def repaint(self, judged: Judged) -> None:
        """The key and its message, then as any step."""
        seen = judged.view.result(checkout.key_probe(judged.view)) if checkout.needed(judged.view) else {}
        fingerprint = str(seen.get("fingerprint") or "")
        self._public = str(seen.get("public") or "")
        granted = bool(checkout.access(judged.view).get("ok"))
        self._message = (
            message(judged.view, self._public, fingerprint) if self._public and not granted else ""
        )
        public, told = self.query_one("#public", Reading), self.query_one("#message", Reading)
        public.display, told.display = bool(self._public), bool(self._message)
        if self._public:
            public.show(_key(self._public, public.room))
            public.label("Public key", fingerprint)
        if self._message:
            told.show(_whole(self._message, told.room))
            told.label("Message for SageMath", "^y copies · ^s saves")
        self._place()
        super().repaint(judged)

    def copyable(self) -> tuple[str, str]:
        """The key where it has the focus, else the message while it is wanted."""
        if self.focused is self.query_one("#public") and self._public:
            return "deploy-key.pub", self._public + "\n"
        here = self.focused in (self.query_one("#findings"), self.query_one("#changes"))
        if self._message and not here:
            return "deploy-key-message.txt", self._message
        return super().copyable()

    def _place(self) -> None:
        super()._place()
        if self.size.width >= 100 and self._public:
            self.query_one("#changes").display = False

    def _panes(self, step: JudgedStep, judged: Judged, wide: bool) -> None:
        """Without the text to send, which has a pane of its own."""
        super()._panes(replace(step, people=()), judged, wide)

    def _actions(self, step: JudgedStep, judged: Judged) -> None:
        if not self._message:
            super()._actions(step, judged)
            return
        self.query_one(ActionRow).show((MESSAGE, KEY, AGAIN), "Nothing to apply here")

    def on_action_row_pressed(self, event: ActionRow.Pressed) -> None:
        """The two that copy; the rest is any step's."""
        texts = {"message": self._message, "key": self._public + "\n"}
        if event.act in texts:
            event.stop()
            self.app.copy_to_clipboard(texts[event.act])
            self.flash("Sent to the terminal's clipboard, ^s saves it to a file")


def _key(public: str, width: int) -> Content:
    """The whole line, cut only at the width."""
    kind, _, rest = public.partition(" ")
    body, _, comment = rest.partition(" ")
    rows = [line((kind, "$primary"))] if len(kind) + 1 + len(body) > width else []
    first = body if rows else f"{kind} {body}"
    rows += [line(first[at : at + width]) for at in range(0, len(first), width)]
    return lines([*rows, line((comment, "$muted"))] if comment else rows)


def _whole(text: str, width: int) -> Content:
    """The message, long words cut at the width."""
    rows: list[Content] = []
    for each in text.rstrip().splitlines():
        if " " in each and len(max(each.split(), key=len)) < width:
            rows += wrapped(each, width)
        else:
            rows += [line(each[at : at + width]) for at in range(0, len(each), width)] or [line("")]
    return lines(rows)
