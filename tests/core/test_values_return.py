"""A line that was changed by hand, given back: only its comment changes."""

from __future__ import annotations

import pytest

from cocalc_tui.core.values import Setting, ValuesError, edit, parse
from cocalc_tui.core.values_return import give_back

SETTING = Setting("a.b", "ours", "site")


@pytest.mark.parametrize(
    "text",
    [
        "a:\n  b: theirs\n",
        "a:\n  b: theirs # their own words\n",
        "a:\n  b: theirs  # cocalc-tui: site 000000\n  c: 1\n",
        "a:\r\n  b: theirs\r\n",
        "\ufeffa:\n  b: theirs",
        "a:\n  b: |\n    theirs\n    and more\nc: 1\n",
        'a:\n  "b": "their # text"\n',
    ],
)
def test_the_next_edit_writes_the_answer(text: str) -> None:
    assert edit(text, [SETTING]).having("hand")
    marked = give_back(text, "a.b", "site")
    assert parse(marked) == parse(text)
    result = edit(marked, [SETTING])
    assert result.having("updated")
    assert parse(result.text)["a"]["b"] == "ours"


@pytest.mark.parametrize("text", ["a: {b: theirs}\n", "a:\n  c: 1\n", "x: &x\n  b: theirs\na: *x\n"])
def test_what_cannot_bear_a_mark_is_refused(text: str) -> None:
    with pytest.raises(ValuesError, match="by hand"):
        give_back(text, "a.b", "site")


def test_a_text_over_several_lines_is_never_spoilt() -> None:
    with pytest.raises(ValuesError, match="by hand"):
        give_back('a:\n  b: "the\n    irs"\n', "a.b", "site")
