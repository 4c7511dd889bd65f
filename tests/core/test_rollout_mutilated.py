"""Nothing that an API server may leave out or misspell makes the search for causes fail."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.core.rollout import Cause, causes, claim_cause, progress, ready, service_cause
from tests.core.shapes import NAMES, causes_of, owned, shape

SHAPES = {name: shape(name) for name in NAMES}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def paths(found: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything in a document."""
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    return [p for key, value in inner for p in ((*path, key), *paths(value, (*path, key)))]


ALL = {name: [p for p in paths(found) if len(p) > 2] for name, found in SHAPES.items()}


@st.composite
def mutilated(draw: st.DrawFn) -> dict[str, Any]:
    """A recording with some of it gone or replaced by something else."""
    name = draw(st.sampled_from(NAMES))
    found = copy.deepcopy(SHAPES[name])
    for path in draw(
        st.lists(st.sampled_from(ALL[name]), min_size=1, max_size=6) if ALL[name] else st.just([])
    ):
        at: Any = found
        try:
            for key in path[:-1]:
                at = at[key]
            if draw(st.booleans()):
                del at[path[-1]]
            else:
                at[path[-1]] = draw(JSON)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier blow took the place away
    return found


def judged(recorded: dict[str, Any], now: float | None) -> None:
    for cause in causes_of(recorded, now):
        assert isinstance(cause, Cause)
        assert cause.summary
        assert len(cause.remedy) >= 10
    for one in recorded["owners"]:
        ready(one)
        progress(one, recorded["pods"])
        service_cause(one, recorded["events"])
        claim_cause(one, recorded["events"], owned(recorded, "Service"), now=now)
        claim_cause(one, recorded["events"], None)


@given(mutilated(), st.none() | st.floats(0, 4e9))
def test_mutilated_recordings_are_judged_without_an_error(
    recorded: dict[str, Any], now: float | None
) -> None:
    recorded["owners"] = [o for o in recorded["owners"] if isinstance(o, dict)]
    recorded["pods"] = [p for p in recorded["pods"] if isinstance(p, dict)]
    recorded["events"] = [e for e in recorded["events"] if isinstance(e, dict)]
    judged(recorded, now)


@given(st.lists(st.dictionaries(st.sampled_from(["metadata", "spec", "status", "kind", "reason"]), JSON)))
def test_anything_is_judged_without_an_error(found: list[dict[str, Any]]) -> None:
    causes(workloads=found, replicasets=found, pods=found, events=found, claims=found, storage_classes=found)
    for one in found:
        claim_cause(one, found, found)
        service_cause(one, found)
        progress(one, found)
