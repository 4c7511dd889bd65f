"""A list with one row a step, grouped; rows change in place and the cursor moves only by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from textual.content import Content
from textual.widgets.option_list import Option

from cocalc_tui.core.step import Step
from cocalc_tui.screens.widgets.rows import Rows


class StepList(Rows):
    """Steps in their order; `gaps` puts an empty row between groups."""

    def __init__(self, steps: Sequence[Step], *, id: str) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id, compact=True)
        self.steps = tuple(steps)
        self.gaps = False
        self._shown: dict[str, Content] = {}

    def begin(self, rows: Mapping[str, Content], gaps: bool) -> None:
        """The first rows."""
        self._shown = dict(rows)
        self.lay_out(gaps)

    def lay_out(self, gaps: bool) -> None:
        """Builds the rows, once and again when the gaps come or go; the cursor stays at its step."""
        if self.gaps == gaps and self.option_count:
            return
        here = self.selected
        self.gaps = gaps
        self.set_options(self._make_options())
        self.select(here or self.steps[0].id)

    def _make_options(self) -> Iterable[Option]:
        group = ""
        for step in self.steps:
            if self.gaps and group and step.group != group:
                yield Option("", id=f"-{step.group}", disabled=True)
            group = step.group
            yield Option(self._shown.get(step.id, Content(step.title)), id=step.id)

    @property
    def selected(self) -> str | None:
        """The id of the step at the cursor."""
        option = self.highlighted_option
        return option.id if option else None

    def select(self, step: str) -> None:
        """Puts the cursor at a step."""
        self.highlighted = self.get_option_index(step)

    def show_row(self, step: str, row: Content) -> None:
        """Changes one row if it differs."""
        before = self._shown.get(step)
        if before is not None and before.is_same(row):
            return
        self._shown[step] = row
        self.replace_option_prompt(step, row)


def first_of_group(steps: Sequence[Step]) -> frozenset[str]:
    """The steps that carry their group's name."""
    return frozenset(step.id for n, step in enumerate(steps) if n == 0 or steps[n - 1].group != step.group)
