"""The step namespace."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.action import Apply
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.kinds import NAMESPACE, RESOURCE_QUOTA
from cocalc_tui.core.topics import Topic
from cocalc_tui.steps.namespace import LEVEL, STEP
from tests.steps.builders import OURS, judge, sound, view

HERE = Topic(NAMESPACE, name="cocalc")
QUOTAS = Topic(RESOURCE_QUOTA, "cocalc")


def namespace(labels: dict[str, str] | None = None, phase: str = "Active") -> dict[str, Any]:
    return {"metadata": {"name": "cocalc", "labels": labels or {}}, "status": {"phase": phase}}


def quota(used: str, hard: str) -> dict[str, Any]:
    return {"metadata": {"name": "q"}, "status": {"used": {"pods": used}, "hard": {"pods": hard}}}


def test_it_is_declared_whole() -> None:
    sound(STEP)


def test_absent_and_terminating_namespaces() -> None:
    gone = judge(STEP, "exists", view({HERE: []}))
    assert (gone.status, gone.state) == (Status.FAIL, State.ABSENT)
    ending = judge(STEP, "exists", view({HERE: [namespace(phase="Terminating")]}))
    assert (ending.status, ending.state) == (Status.FAIL, None)
    assert judge(STEP, "exists", view({HERE: [namespace()]})).status is Status.PASS


@pytest.mark.parametrize(
    ("level", "status"),
    [("restricted", Status.FAIL), ("baseline", Status.PASS), ("privileged", Status.PASS), ("", Status.PASS)],
)
def test_pod_security(level: str, status: Status) -> None:
    labels = {LEVEL: level} if level else {}
    assert judge(STEP, "pod-security", view({HERE: [namespace(labels)]})).status is status


@pytest.mark.parametrize(
    ("used", "hard", "status"),
    [
        ("5", "10", Status.PASS),
        ("10", "10", Status.WARN),
        ("11", "10", Status.WARN),
        ("1024Mi", "1Gi", Status.WARN),
        ("0", "0", Status.PASS),
    ],
)
def test_quota(used: str, hard: str, status: Status) -> None:
    seen = view({HERE: [namespace()], QUOTAS: [quota(used, hard)]})
    assert judge(STEP, "quota", seen).status is status


def test_without_a_namespace_the_rest_is_skipped() -> None:
    seen = view({HERE: [], QUOTAS: []})
    assert judge(STEP, "pod-security", seen).status is Status.SKIPPED
    assert judge(STEP, "quota", seen).status is Status.SKIPPED


def test_it_is_created_or_kept_unless_someone_else_made_it() -> None:
    for live in ([], [namespace(OURS)]):
        (action,) = STEP.actions(view({HERE: live}))
        assert isinstance(action, Apply)
        assert action.target == "Namespace/cocalc"
    assert STEP.actions(view({HERE: [namespace()]})) == ()


def test_names() -> None:
    field = STEP.field("name")
    assert field is not None
    assert field.check is not None
    assert field.check("cocalc-2", view()) is None
    assert all(field.check(bad, view()) for bad in ("", "CoCalc", "-a", "a.b", "a" * 64))
