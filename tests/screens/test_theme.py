"""Themes: contrast, tokens in every theme, remembered between runs."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from textual.color import Color

from cocalc_tui.screens import state_file
from cocalc_tui.screens.glyphs import STATES, STATUSES, VERBS, to_ascii
from cocalc_tui.screens.theme import CHOICES, DARK, LIGHT, OWN, defaults, fitting
from tests.screens.conftest import NARROW, OpenDesk, text_of

TEXT = ("foreground", "primary", "secondary", "accent", "success", "warning", "error")
GROUNDS = ("background", "surface", "panel")


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_every_text_colour_can_be_read_on_every_ground(theme: Any) -> None:
    words = [getattr(theme, n) for n in TEXT] + [theme.variables[n] for n in ("muted", "foreign", "unknown")]
    grounds = [getattr(theme, n) for n in GROUNDS]
    grounds += [theme.variables[n] for n in ("cursor", "field", "diff-add", "diff-del")]
    for word, ground in product(words, grounds):
        assert Color.parse(word).get_contrast_text is not None
        assert contrast(word, ground) >= 4.5, (word, ground)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(text: str) -> float:
    """Relative luminance (WCAG 2.1)."""

    def linear(part: int) -> float:
        share = part / 255
        return float(share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = Color.parse(text).rgb
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def test_all_signs_differ_also_in_ascii() -> None:
    for signs in (STATES, STATUSES, VERBS):
        assert len({g for g, _ in signs.values()}) == len(signs)
        assert len({to_ascii(g) for g, _ in signs.values()}) == len(signs)


def test_ascii_keeps_the_width() -> None:
    assert to_ascii("✓ ready… “x” → é") == '* ready. "x" > e'
    assert to_ascii("… looking") == ": looking"
    assert to_ascii("漢") == "??"


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.asyncio
async def test_every_theme_parses_and_shows_the_hub(desk: OpenDesk, name: str) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        d.app.theme = name
        await d.pilot.pause()
        assert set(OWN) <= set(defaults(d.app.current_theme))
        assert "Tools" in text_of(d.app)


@pytest.mark.asyncio
async def test_a_chosen_theme_is_remembered(desk: OpenDesk, tmp_path: Path) -> None:
    path = tmp_path / "config" / "cocalc-tui" / "screen.json"
    async with desk(NARROW) as d:
        await d.settled()
        assert d.app.theme == "cocalc-dark"
        d.app.action_theme()
        await d.sees("Your terminal's 16 colours, light")
        await d.press("down", "enter")
        await d.until(path.exists, "kept")
    async with desk(NARROW) as d:
        assert d.app.theme == "cocalc-light"


def test_a_terminal_that_cannot_show_it_gets_its_own_colours() -> None:
    assert fitting("cocalc-light", color=True, colors=1 << 24) == "cocalc-light"
    assert fitting("cocalc-light", color=True, colors=16) == "ansi-dark"
    assert fitting("ansi-light", color=True, colors=16) == "ansi-light"
    assert fitting("", color=False, colors=1 << 24) == "ansi-dark"
    assert fitting("no-such", color=True, colors=256) == "cocalc-dark"


def test_a_damaged_file_is_no_reason_to_stop(tmp_path: Path) -> None:
    path = tmp_path / "screen.json"
    assert state_file.recall(path) == ""
    path.write_text("[1, 2")
    assert state_file.recall(path) == ""
    path.write_text('{"theme": 7}')
    assert state_file.recall(path) == ""
    state_file.remember(path, "cocalc-light")
    assert state_file.recall(path) == "cocalc-light"
