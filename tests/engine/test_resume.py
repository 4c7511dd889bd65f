"""The cluster tells what was answered: another machine asks nothing and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocalc_tui.core.answers import Source
from tests.engine.operators import Office, Operator

FIELDS = (
    *("database.host", "database.port", "database.name", "database.user"),
    *("site.name", "site.help_email", "admin.email", "storage.data_claim"),
)


def forget(operator: Operator) -> None:
    """As if nothing had ever been answered here but the chart."""
    answers = operator.session.given
    for (step, field), sources in answers.given.items():
        for source in tuple(sources):
            if (step, field) not in (("chart", "directory"), ("values", "path")):
                answers = answers.drop(step, field, source)
    operator.session.given = answers


@pytest.mark.asyncio
async def test_another_machine_asks_nothing_and_changes_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path)
    async with office.operator() as one:
        assert (await one.apply()).exit == 0
        told = {field: one.session.judged.view.text(field) for field in FIELDS}
        assert all(told.values())
    state = office.state()
    elsewhere = tmp_path / "elsewhere.yaml"
    async with office.operator(values__path=str(elsewhere)) as two:
        forget(two)
        judged = await two.session.settle(20)
        assert judged.plan.questions == ()
        assert {field: judged.view.text(field) for field in FIELDS} == told
        assert judged.view.answer("database.host").source is Source.DETECTED  # type: ignore[union-attr]
        outcome = await two.apply()
        assert (outcome.exit, outcome.writes) == (0, 1), two.told
    assert office.state() == state
    lines = [path.read_text().splitlines() for path in (elsewhere, tmp_path / "my-values.yaml")]
    assert sorted(lines[0]) == sorted(lines[1])


@pytest.mark.asyncio
async def test_a_given_answer_goes_before_the_release(tmp_path: Path) -> None:
    office = Office(tmp_path)
    async with office.operator() as one:
        assert (await one.apply()).exit == 0
    async with office.operator(site__name="Renamed") as two:
        outcome = await two.apply()
        assert (outcome.exit, outcome.failed) == (0, 0)
        assert two.session.judged.view.text("site.name") == "Renamed"
    async with office.operator() as three:
        forget(three)
        judged = await three.session.settle(20)
        assert judged.view.text("site.name") == "Renamed"
