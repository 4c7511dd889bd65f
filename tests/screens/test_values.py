"""The values: the file as it would be written, the chart's keys, setting one, settling what differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.core.answers import Answers, Source
from cocalc_tui.core.values import lookup, parse
from cocalc_tui.screens.values import ValuesScreen
from cocalc_tui.screens.widgets.tree import KeyTree
from tests.screens.conftest import NARROW, WIDE, text_of

pytestmark = pytest.mark.asyncio


async def opened(d: Any) -> ValuesScreen:
    await d.settled()
    await d.press("f3")
    await d.until(lambda: isinstance(d.app.shown, ValuesScreen), "the values")
    screen: ValuesScreen = d.app.shown
    await d.until(lambda: bool(screen.path), "the tree is filled")
    return screen


async def sought(d: Any, screen: ValuesScreen, text: str, path: str) -> None:
    await d.press("slash", "end", "ctrl+u", *text, "enter")
    await d.until(lambda: screen.path == path, path)


def file_of(d: Any) -> Path:
    path: Path = d.world.folder / "my-values.yaml"
    return path


def text_now(d: Any) -> str:
    action = next(a for a in d.app.live.judged.view.wanted if a.id == "values.file")
    return str(action.text)


async def changed_by_hand(d: Any) -> ValuesScreen:
    await d.settled()
    path = file_of(d)
    path.write_text(text_now(d).replace('site_name: "Example CoCalc"', 'site_name: "Mine"'))
    d.app.action_look_again()
    await d.until(lambda: "by hand" in d.app.live.judged.finding("values.hand").verdict.summary, "noticed")
    screen = await opened(d)
    await sought(d, screen, "site_name", "global.settings.site_name")
    await d.sees('Your file says "Mine"')
    return screen


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_each_line_of_ours_names_its_step(desk: Any, size: tuple[int, int]) -> None:
    async with desk(size) as d:
        await opened(d)
        shown = text_of(d.app)
        assert "# cocalc-tui: " not in shown
        rows = [r for r in shown.splitlines() if "claimName" in r]
        assert rows
        assert all("storage" in r for r in rows)
        assert "keys of ours" in shown.splitlines()[1]
        assert len(shown.splitlines()) == size[1]


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_search_shows_only_what_matches(desk: Any, size: tuple[int, int]) -> None:
    async with desk(size) as d:
        screen = await opened(d)
        await d.press("slash", *"claimname")
        await d.sees("match")
        paths = screen.query_one(KeyTree).leaves
        assert len(paths) >= 2
        assert paths == {p for p in paths if "claimname" in p.lower()}
        await d.press("escape")
        await d.until(lambda: len(screen.query_one(KeyTree).leaves) > 50, "all keys again")
        assert isinstance(d.app.shown, ValuesScreen)


async def test_a_key_is_explained_by_default_comment_and_who_sets_it(desk: Any) -> None:
    async with desk(WIDE) as d:
        screen = await opened(d)
        await sought(d, screen, "secretname", "global.database.secretName")
        await d.sees("Default")
        await d.sees("Secret with the password")
        await d.sees("Set by the step database")


async def test_a_key_without_a_step_becomes_a_further_key_and_is_taken_back(desk: Any) -> None:
    async with desk(NARROW) as d:
        screen = await opened(d)
        path = "global.shared_files_path"
        await sought(d, screen, "shared_files", path)
        await d.press("enter")
        await d.sees("enter sets")
        await d.press(*"[shared]", "enter")
        await d.until(lambda: d.app.live.judged.view.mapping("values.overrides") == {path: "[shared]"}, "set")
        assert lookup(parse(text_now(d)), path) == (True, "[shared]")
        await d.sees("you")
        await d.press("delete")
        await d.until(lambda: not d.app.live.judged.view.mapping("values.overrides"), "taken back")


async def test_a_key_of_a_step_becomes_its_answer(desk: Any) -> None:
    async with desk(WIDE) as d:
        screen = await opened(d)
        await sought(d, screen, "site_name", "global.settings.site_name")
        await d.press("enter")
        await d.sees("enter sets")
        await d.press("end", "ctrl+u", *"Other", "enter")
        await d.until(lambda: d.app.live.judged.view.text("site.name") == "Other", "answered")
        await d.sees('site_name: "Other"')


async def test_a_value_that_the_chart_refuses_is_not_taken(desk: Any) -> None:
    async with desk(NARROW) as d:
        screen = await opened(d)
        await sought(d, screen, "email_signup", "global.settings.email_signup")
        await d.press("enter")
        await d.sees("enter sets")
        await d.press("end", "ctrl+u", *"maybe", "enter")
        await d.sees("must be exactly yes or no")
        await d.press("escape")
        assert not d.app.live.judged.view.mapping("values.overrides")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_change_by_hand_can_become_the_answer(desk: Any, size: tuple[int, int]) -> None:
    async with desk(size) as d:
        await changed_by_hand(d)
        await d.sees("to settle")
        await d.press("k")
        await d.until(lambda: d.app.live.judged.view.text("site.name") == "Mine", "the answer")
        await d.until(lambda: "to settle" not in text_of(d.app), "settled")


async def test_a_line_that_is_given_back_follows_the_answer(desk: Any) -> None:
    async with desk(WIDE) as d:
        await changed_by_hand(d)
        await d.press("u")
        await d.sees("Use the answer")
        await d.press("enter")
        await d.until(lambda: "to settle" not in text_of(d.app), "settled")
        assert '"Mine"' in file_of(d).read_text()
        assert 'site_name: "Example CoCalc"' in text_now(d)
        planned = next(p for p in d.app.live.judged.plan.actions if p.id == "values.file")
        assert planned.verb == "update"


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_an_unreadable_file_is_shown_with_the_line_and_the_reason(
    desk: Any, size: tuple[int, int]
) -> None:
    async with desk(size) as d:
        await d.settled()
        file_of(d).write_text("global:\n  a: 1\n\tb: 2\n")
        d.app.action_look_again()
        await opened(d)
        await d.sees("line 3: a tab")
        assert "b: 2" in text_of(d.app)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_without_a_chart_the_keys_of_the_file_are_there(desk: Any, size: tuple[int, int]) -> None:
    given = Answers().put("chart", "directory", "", Source.SET)
    async with desk(size, given=given) as d:
        screen = await opened(d)
        await d.sees("No chart was read")
        assert "global.storage.data.claimName" in screen.query_one(KeyTree).leaves


async def test_the_file_moves_the_tree_and_the_whole_file_is_copied(desk: Any) -> None:
    async with desk(WIDE) as d:
        screen = await opened(d)
        await d.press("shift+f6", "home", "down", "down")
        await d.until(lambda: screen.path == "global.kubectl", "the key of that line")
        await d.press("ctrl+y")
        assert d.app.clipboard == text_now(d)
