"""A write that fails stops what depends on it and nothing else; the next apply mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocalc_tui.errors import CocalcError, Refused, Unreached
from cocalc_tui.steps import STEPS
from tests.engine.operators import Office

CONFLICT = Refused("the object was changed by someone else", "Look again, then apply.", code=409)
BUSY = Refused("too many requests", "Wait a moment, then apply again.", code=429)
BROKEN = Refused("internal error", code=500)
SILENT = Unreached("the API server did not answer within 5 s", "Check the connection.")
CUT = Unreached("the connection was cut")


def dependents(step: str) -> set[str]:
    """The steps that wait for it, directly or not."""
    found = {step}
    while more := {s.id for s in STEPS if found & set(s.after)} - found:
        found |= more
    return found - {step}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("number", "error"),
    [
        *[(n, CONFLICT) for n in (1, 5, 9)],
        *[(n, BUSY) for n in (2, 6)],
        *[(n, BROKEN) for n in (3, 7)],
        *[(n, SILENT) for n in (4, 8)],
        *[(n, CUT) for n in (5, 9)],
    ],
)
async def test_a_failed_write_stops_only_what_depends_on_it(
    tmp_path: Path, number: int, error: CocalcError
) -> None:
    office = Office(tmp_path)

    def strike(write: int) -> None:
        if write == number and not struck:
            struck.append(write)
            raise error

    struck: list[int] = []
    async with office.operator() as one:
        one.world.cluster.before_write = strike
        outcome = await one.apply()
        (failed,) = one.events("failed")
        assert (outcome.exit, outcome.failed) == (3, 1)
        assert error.message in failed.message
        assert failed.remedy.endswith(".")
        not_tried = {p.step for p in one.events("skipped") if p.cause}
        acting = {p.step for p in one.session.judged.plan.actions}
        waiting = dependents(failed.step) & acting
        assert waiting
        assert not_tried - {failed.step} == waiting
        assert acting - waiting - {failed.step} <= {p.step for p in one.events("finished")}
        assert {left.step for left in outcome.left} >= waiting
    async with office.operator() as two:
        mended = await two.apply()
        assert (mended.exit, mended.failed, mended.left) == (0, 0, ()), two.told
