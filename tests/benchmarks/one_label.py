"""The least that Textual can show: what first paint is measured against."""

from textual.app import App, ComposeResult
from textual.widgets import Label


class OneLabel(App[None]):
    """One label."""

    def compose(self) -> ComposeResult:
        """The label."""
        yield Label("one label")


if __name__ == "__main__":
    OneLabel().run()
