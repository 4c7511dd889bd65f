"""The two themes, the tokens that Textual does not know, and the fallback to the terminal's own colours."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

OWN = ("foreign", "unknown", "muted", "line", "cursor", "field", "diff-add", "diff-del")

_DARK_BASE = {
    "primary": "#74b3ff",
    "foreground": "#d6dde7",
    "background": "#10151c",
    "surface": "#161d27",
    "panel": "#1d2632",
}
_LIGHT_BASE = {
    "primary": "#0f57b0",
    "foreground": "#1f2731",
    "background": "#fbfaf7",
    "surface": "#f4f2ed",
    "panel": "#e9e6de",
}
_DARK = {
    "foreign": "#5fc9d6",
    "unknown": "#c5a1f5",
    "muted": "#95a2b4",
    "line": "#2f3b4b",
    "cursor": "#22364f",
    "field": "#1a222d",
    "diff-add": "#14291f",
    "diff-del": "#321c22",
}
_LIGHT = {
    "foreign": "#08606f",
    "unknown": "#653aa8",
    "muted": "#586270",
    "line": "#cbc6ba",
    "cursor": "#d3e3f8",
    "field": "#f0eee8",
    "diff-add": "#e2f2e1",
    "diff-del": "#fae3e0",
}
_ANSI = {
    "foreign": "ansi_cyan",
    "unknown": "ansi_magenta",
    "muted": "ansi_default",
    "line": "ansi_bright_black",
    "cursor": "ansi_default",
    "field": "ansi_default",
    "diff-add": "ansi_default",
    "diff-del": "ansi_default",
}


def _textual(
    tokens: Mapping[str, str], *, primary: str, panel: str, surface: str, background: str, foreground: str
) -> dict[str, str]:
    return {
        **tokens,
        "border": primary,
        "border-blurred": tokens["line"],
        "block-cursor-background": tokens["cursor"],
        "block-cursor-foreground": foreground,
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": panel,
        "block-cursor-blurred-foreground": foreground,
        "block-hover-background": surface,
        "footer-background": panel,
        "footer-key-foreground": primary,
        "footer-description-foreground": tokens["muted"],
        "scrollbar": tokens["line"],
        "scrollbar-hover": tokens["muted"],
        "scrollbar-active": primary,
        "scrollbar-background": background,
        "scrollbar-background-hover": background,
        "scrollbar-background-active": background,
        "scrollbar-corner-color": background,
        "input-cursor-background": primary,
        "input-cursor-foreground": background,
        "input-selection-background": tokens["cursor"],
        "button-color-foreground": background,
    }


DARK = Theme(
    name="cocalc-dark",
    primary=_DARK_BASE["primary"],
    foreground=_DARK_BASE["foreground"],
    background=_DARK_BASE["background"],
    surface=_DARK_BASE["surface"],
    panel=_DARK_BASE["panel"],
    secondary="#9db4d0",
    accent="#f0b35a",
    success="#7dc87f",
    warning="#e6b450",
    error="#f58080",
    dark=True,
    variables=_textual(_DARK, **_DARK_BASE),
)
LIGHT = Theme(
    name="cocalc-light",
    primary=_LIGHT_BASE["primary"],
    foreground=_LIGHT_BASE["foreground"],
    background=_LIGHT_BASE["background"],
    surface=_LIGHT_BASE["surface"],
    panel=_LIGHT_BASE["panel"],
    secondary="#47566b",
    accent="#8a4b00",
    success="#1c6a2b",
    warning="#7d4c00",
    error="#ae2019",
    dark=False,
    variables=_textual(_LIGHT, **_LIGHT_BASE),
)

CHOICES: Mapping[str, str] = {
    "cocalc-dark": "Dark",
    "cocalc-light": "Light",
    "ansi-dark": "Your terminal's 16 colours, dark",
    "ansi-light": "Your terminal's 16 colours, light",
}


def defaults(theme: Theme) -> dict[str, str]:
    """Our tokens for a theme that does not define them."""
    if theme.ansi:
        return dict(_ANSI)
    return dict(_DARK if theme.dark else _LIGHT)


def fitting(remembered: str, *, color: bool, colors: int) -> str:
    """The theme to begin with: the remembered one, unless the terminal cannot show it."""
    if not color or colors <= 16:
        return remembered if remembered.startswith("ansi-") else "ansi-dark"
    return remembered if remembered in CHOICES else "cocalc-dark"
