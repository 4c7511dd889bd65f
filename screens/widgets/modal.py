"""A box over the screen: esc closes it, what is below stays visible and dimmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from cocalc_tui.screens.app import CocalcApp

Result = TypeVar("Result")


class Box(ModalScreen[Result]):
    """A modal screen; a click beside the box closes it too."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", show=False)]

    @property
    def desk(self) -> CocalcApp:
        """The app."""
        return cast("CocalcApp", self.app)

    def on_mount(self) -> None:
        """ASCII borders where they are wanted."""
        self.set_class(self.desk.ascii, "-ascii")

    def action_close(self) -> None:
        """Closes without a result."""
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        """Beside the box there is only the screen itself."""
        if event.widget is self:
            self.action_close()
