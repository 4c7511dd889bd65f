"""A list with one row a thing, whose cursor is also seen without colour."""

from __future__ import annotations

from textual.style import Style
from textual.widgets import OptionList

HIGHLIGHTED = "option-list--option-highlighted"


class Rows(OptionList):
    """Textual leaves `text-style: reverse` out of the styles of rows: put back where it is needed."""

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        """The style of a row; reverse at the cursor where no colour may tell it."""
        style = super().get_visual_style(*component_classes, partial=partial)
        plain = self.app.no_color or self.app.current_theme.ansi
        if plain and self.has_focus and HIGHLIGHTED in component_classes:
            return style + Style(reverse=True)
        return style
