"""A step's screen: answers judged at once, live drop-downs, differences, applying."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.widgets import Input
from textual.widgets._select import SelectOverlay

from cocalc_tui.core.kinds import NAMESPACE, SECRET, STORAGE_CLASS
from cocalc_tui.screens.hub import HubScreen
from cocalc_tui.screens.widgets.choosing import Choosing
from cocalc_tui.screens.widgets.fields import FieldRow
from cocalc_tui.steps import STEPS
from tests.screens.conftest import NARROW, WIDE, Desk, OpenDesk, text_of

pytestmark = pytest.mark.asyncio

RUBBISH = "\x1b[31m\x00[bold]$error[/] ü漢\t" + "x" * 6000 + "\nsecond line"


def class_named(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name},
        "provisioner": "filestore.csi.storage.gke.io",
        "reclaimPolicy": "Retain",
    }


def row(d: Desk, name: str) -> FieldRow:
    return next(r for r in d.app.screen.query(FieldRow) if r.field.name == name)


def at_cursor(overlay: SelectOverlay) -> str:
    option = overlay.highlighted_option
    assert option is not None
    return str(option.prompt).split()[1]


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_every_step_has_a_whole_screen(desk: OpenDesk, size: tuple[int, int]) -> None:
    async with desk(size) as d:
        await d.settled()
        for step in STEPS:
            await d.open(step.id)
            state = str(d.judged.step(step.id).state)
            await d.sees(f"{step.title}  {state}")
            shown = text_of(d.app)
            assert step.title in shown.splitlines()[1]
            for each in [f for f in step.fields if f.shown(d.judged.view)][:5]:
                assert each.label[:14] in shown
            assert "Findings" in shown
            assert len(shown.splitlines()) == size[1]


async def test_a_typed_answer_is_judged_in_the_same_frame(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        await d.open("namespace")
        await d.press("end", "ctrl+u", *"Big Name")
        assert d.answered("namespace.name") == ("Big Name", "you")
        assert "use 1 to 63 lower-case letters" in text_of(d.app)
        await d.press("ctrl+u", *"lab")
        assert "use 1 to 63" not in text_of(d.app)
        await d.press("ctrl+z")
        await d.until(lambda: d.judged.view.text("namespace.name") == "cocalc", "taken back")
        assert row(d, "name").query_one(Input).value == "cocalc"


async def test_an_emptied_field_is_an_answer_and_not_its_default(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        await d.open("site")
        await d.press("end", "ctrl+u")
        first = STEPS[[s.id for s in STEPS].index("site")].fields[0]
        assert d.answered(f"site.{first.name}") == ("", "you")


async def test_a_new_class_appears_in_the_open_drop_down_and_the_cursor_stays(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        await d.open("storage")
        await d.press("enter", "down")
        choosing = row(d, "class").query_one(Choosing)
        overlay = choosing.query_one(SelectOverlay)
        assert choosing.expanded
        before = at_cursor(overlay)
        value = choosing.value
        await d.world.cluster.create(STORAGE_CLASS, class_named("aaa-fresh"))
        await d.sees("aaa-fresh")
        assert choosing.expanded
        assert at_cursor(overlay) == before
        assert choosing.value == value
        await d.world.cluster.delete(STORAGE_CLASS, "aaa-fresh")
        await d.until(lambda: "aaa-fresh" not in text_of(d.app), "gone again")
        await d.press("enter")
        await d.until(lambda: d.judged.view.text("storage.class") == before, "the one at the cursor")


async def test_drop_downs_tell_what_fits(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        await d.open("storage")
        await d.press("enter")
        await d.sees("ReadWriteMany")
        shown = text_of(d.app)
        assert "✗ standard" in shown
        assert "✓ standard-rwx" in shown


async def test_a_deleted_namespace_turns_the_glyph_while_one_looks(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        d.app.show_step("namespace")
        await d.world.cluster.create(
            NAMESPACE, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "cocalc"}}
        )
        await d.sees("✓ Namespace")
        await d.world.cluster.delete(NAMESPACE, "cocalc")
        await d.until(lambda: text_of(d.app).splitlines()[1].startswith(" ○ Namespace"), "absent again")


async def test_a_secret_is_never_shown_and_says_where_it_comes_from(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        await d.open("database")
        row(d, "password").editor.focus()
        await d.press(*"hunter2hunter2")
        assert "hunter2" not in text_of(d.app)
        await d.press("enter")
        await d.sees("●●●●●●●●")
        shown = text_of(d.app)
        assert "●●●●●●●● in memory" in shown.replace("\u00a0", " ")
        assert "hunter2" not in shown
        assert str(d.judged.view.secret("database.password")) == "in memory until you quit"


async def test_a_secret_that_is_being_typed_is_kept_when_its_field_is_left(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        await d.open("database")
        row(d, "password").editor.focus()
        before = d.judged.view.secret("database.password")
        await d.press(*"another-one", "tab")
        await d.until(lambda: d.judged.view.secret("database.password") != before, "a new reference")


async def test_rubbish_pasted_into_every_field_breaks_nothing(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        for step in [s for s in STEPS if s.fields]:
            await d.open(step.id)
            for each in [r for r in d.app.screen.query(FieldRow) if r.display]:
                each.editor.focus()
                await d.pilot.pause()
                d.focused.post_message(events.Paste(RUBBISH))
                await d.pilot.pause()
            await d.press("f5", "tab")
            shown = text_of(d.app)
            assert "\x1b" not in shown
            assert step.title in shown.splitlines()[1]


async def test_tabs_show_findings_and_changes_where_narrow(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        d.app.show_step("storage")
        await d.sees("1 Findings")
        await d.press("f6", "2")
        await d.sees("+   name: projects-data")
        await d.press("1")
        await d.until(lambda: "+   name: projects-data" not in text_of(d.app), "findings again")


async def test_panes_are_reached_in_reading_order(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        await d.open("storage")
        order = []
        for _ in range(5):
            focused = d.focused
            order.append(next(a.id for a in focused.ancestors_with_self if "pane" in a.classes))
            await d.press("f6")
        assert order == ["answers", "findings", "changes", None, "rail"]
        await d.press("shift+f6")
        assert "rail" in [a.id for a in d.focused.ancestors_with_self]


async def test_arrows_move_among_fields_and_f8_to_the_next_step(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        await d.open("storage")
        await d.press("down", "down")
        assert row(d, "data_claim").has_focus_within
        await d.press("up")
        assert not row(d, "data_claim").has_focus_within
        await d.press("f8")
        await d.until(lambda: d.app.step_shown == "database", "the next one")
        await d.press("f7")
        await d.until(lambda: d.app.step_shown == "storage", "and back")
        await d.press("escape")
        await d.until(lambda: isinstance(d.app.shown, HubScreen), "one escape from any step")


async def test_applying_a_step_asks_first_and_then_makes_it(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        d.app.show_step("namespace")
        await d.sees("+ create")
        await d.press("f9")
        await d.sees("Apply Namespace")
        await d.press("escape")
        assert d.app.applying is None
        await d.press("f9")
        await d.sees("Apply Namespace")
        await d.press("f9")
        await d.until(lambda: d.app.applying is not None and not d.run.running, "applied")
        assert d.outcome.failed == 0
        found = await d.world.cluster.get(NAMESPACE, "cocalc")
        assert found is not None
        assert d.run.events[-1].event == "summary"


async def test_an_action_that_is_left_out_is_not_done(desk: OpenDesk) -> None:
    async with desk(NARROW) as d:
        await d.settled()
        await d.open("namespace")
        await d.press("f9")
        await d.sees("[x]")
        await d.press("space")
        await d.sees("[ ]")
        await d.press("f9")
        await d.until(lambda: d.app.applying is not None and not d.run.running, "ended")
        assert await d.world.cluster.get(NAMESPACE, "cocalc") is None


async def test_commands_are_shown_and_hold_no_secret(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        await d.open("database")
        d.app.show_commands("database")
        await d.sees("Database by hand")
        shown = text_of(d.app)
        assert "kubectl" in shown
        assert "practice-database-password" not in shown


async def test_secret_deleted_elsewhere_is_seen_missing(desk: OpenDesk) -> None:
    async with desk(WIDE) as d:
        await d.settled()
        d.app.start_apply(frozenset({"namespace"}))
        await d.until(lambda: not d.run.running, "namespace")
        d.app.start_apply(frozenset({"registry"}))
        await d.until(lambda: not d.run.running, "registry")
        d.app.show_step("registry")
        await d.until(lambda: "regcred" in text_of(d.app), "shown")
        await d.until(lambda: d.judged.step("registry").state != "absent", "there")
        await d.world.cluster.delete(SECRET, "regcred", "cocalc")
        await d.until(lambda: d.judged.step("registry").state == "absent", "gone")
        await d.until(lambda: "absent" in text_of(d.app).splitlines()[1], "told")
