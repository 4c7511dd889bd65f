"""The step storage: claims, what is made of them, and values."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.action import Apply, Wait
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.view import View
from cocalc_tui.steps.storage import STEP
from tests.steps.builders import OURS, judge, values
from tests.steps.storage_objects import (
    BOTH,
    EVENTS,
    HELM,
    LATE,
    NFS,
    RWX,
    STANDARD,
    claim,
    event,
    kind,
    of_class,
    seen,
)

PENDING = claim("projects-data", phase="Pending")


@pytest.mark.parametrize(
    ("live", "more", "status", "state"),
    [
        (None, {}, Status.FAIL, State.ABSENT),
        (None, {"create": "none"}, Status.FAIL, State.ABSENT),
        (None, {"create": "chart"}, Status.SKIPPED, None),
        (claim("projects-data"), {}, Status.PASS, None),
        (claim("projects-data", modes=("ReadWriteOnce",)), {}, Status.FAIL, State.FOREIGN),
        (claim("projects-data", mode="Block"), {}, Status.FAIL, State.FOREIGN),
        (claim("projects-data", phase="Lost"), {}, Status.FAIL, None),
        (PENDING, {}, Status.FAIL, State.PARTIAL),
        (PENDING, {"events": (event("ProvisioningFailed", "quota exceeded"),)}, Status.FAIL, None),
        (
            PENDING,
            {
                "events": (
                    event("ProvisioningFailed", "quota exceeded", "2026-11-24T13:00:00Z"),
                    event("ExternalProvisioning", "waiting", "2026-11-24T13:05:00Z"),
                )
            },
            Status.FAIL,
            State.PARTIAL,
        ),
        (PENDING, {"events": (event("ProvisioningFailed", "other", name="x"),)}, Status.FAIL, State.PARTIAL),
        (claim("projects-data", phase="Pending", of="late"), {}, Status.PASS, None),
        (claim("projects-data", phase="Pending", of="standard"), {}, Status.FAIL, None),
        (claim("projects-data", labels=HELM), {}, Status.PASS, None),
        (claim("projects-data", labels=HELM), {"create": "tool"}, Status.FAIL, State.FOREIGN),
        (
            claim("projects-data", labels=HELM, annotations={"helm.sh/resource-policy": "keep"}),
            {"create": "tool"},
            Status.PASS,
            None,
        ),
        (claim("projects-data"), {"create": "chart"}, Status.FAIL, State.FOREIGN),
    ],
)
def test_claim(live: Any, more: dict[str, Any], status: Status, state: State | None) -> None:
    verdict = judge(STEP, "data", seen(STANDARD, RWX, LATE, data=live, **more))
    assert (verdict.status, verdict.state) == (status, state)


def test_a_claim_on_a_disk_waits_for_ever_because_of_its_class() -> None:
    verdict = judge(
        STEP, "data", seen(STANDARD, RWX, data=claim("projects-data", phase="Pending", of="standard"))
    )
    assert verdict.cause == "storage.class"
    assert "kubectl -n cocalc delete pvc projects-data" in verdict.remedy


def test_events_are_read_only_while_a_claim_waits() -> None:
    (check,) = (c for c in STEP.checks if c.id == "data")
    assert EVENTS not in tuple(check.needs(seen(RWX, **BOTH)))
    assert EVENTS in tuple(check.needs(seen(RWX, data=PENDING)))


def test_growth_is_told_and_no_fault() -> None:
    assert judge(STEP, "growth", seen(RWX)).summary == "claims of this class can grow"
    assert judge(STEP, "growth", seen(NFS)).status is Status.PASS
    assert judge(STEP, "growth", seen()).status is Status.SKIPPED


def test_write_access_is_not_claimed() -> None:
    assert judge(STEP, "write-access", seen(RWX)).status is Status.SKIPPED
    forced = kind("efs-sc", "efs.csi.aws.com", parameters={"provisioningMode": "efs-ap", "uid": "1000"})
    assert judge(STEP, "write-access", seen(forced)).status is Status.WARN


def specs(found: View) -> dict[str, Any]:
    return {a.id: a.manifest["spec"] for a in STEP.actions(found) if isinstance(a, Apply)}


def test_two_claims_and_a_wait() -> None:
    actions = STEP.actions(seen(STANDARD, RWX))
    assert [a.id for a in actions] == ["storage.data", "storage.software", "storage.bound"]
    assert specs(seen(STANDARD, RWX))["storage.data"] == {
        "accessModes": ["ReadWriteMany"],
        "volumeMode": "Filesystem",
        "storageClassName": "standard-rwx",
        "resources": {"requests": {"storage": "100Gi"}},
    }
    wait = actions[2]
    assert isinstance(wait, Wait)
    assert wait.checks == ("storage.data", "storage.software")
    assert wait.after == ("storage.data", "storage.software")


def test_bound_claims_are_not_waited_for() -> None:
    ours: dict[str, Any] = {part: claim(f"projects-{part}", labels=OURS) for part in ("data", "software")}
    assert [a.id for a in STEP.actions(seen(RWX, **ours))] == ["storage.data", "storage.software"]


def test_a_class_that_waits_for_pods_is_not_waited_for() -> None:
    assert [a.id for a in STEP.actions(seen(LATE))] == ["storage.data", "storage.software"]


def test_nothing_is_made_without_a_class_or_by_others() -> None:
    assert not STEP.actions(seen(STANDARD))
    assert not STEP.actions(seen(RWX, create="chart"))
    assert not STEP.actions(seen(RWX, create="none"))


def test_a_good_claim_of_someone_else_is_left_alone() -> None:
    assert list(specs(seen(RWX, data=claim("projects-data")))) == ["storage.software"]
    assert not specs(seen(RWX, **BOTH))


def test_our_claims_keep_what_can_never_change() -> None:
    ours = claim("projects-data", labels=OURS, of="nfs", size="200Gi")
    kept = specs(seen(RWX, NFS, data=ours, **of_class("standard-rwx")))["storage.data"]
    assert kept["storageClassName"] == "nfs"
    assert kept["resources"]["requests"]["storage"] == "200Gi"


@pytest.mark.parametrize(
    ("of", "have", "want", "written"),
    [
        ("standard-rwx", "100Gi", "200Gi", "200Gi"),
        ("standard-rwx", "200Gi", "100Gi", "200Gi"),
        ("standard-rwx", "100Gi", "102400Mi", "100Gi"),
        ("nfs", "100Gi", "200Gi", "100Gi"),
    ],
)
def test_our_claims_grow_where_the_class_lets_them(of: str, have: str, want: str, written: str) -> None:
    ours = claim("projects-data", labels=OURS, of=of, size=have)
    found = specs(seen(RWX, NFS, data=ours, data_size=want))["storage.data"]
    assert found["resources"]["requests"]["storage"] == written


def test_values_by_the_tool() -> None:
    assert values(STEP, seen(RWX)) == {
        "storage.create": False,
        "global.storage.data.claimName": "projects-data",
        "global.storage.software.claimName": "projects-software",
    }


def test_values_by_the_chart_and_of_every_field() -> None:
    more: dict[str, Any] = {
        "create": "chart",
        "fix_permissions": True,
        "shared_files_path": "shares/[uuid]",
        "data_size": "1Ti",
    }
    assert values(STEP, seen(RWX, **more)) == {
        "storage.create": True,
        "storage.class": "standard-rwx",
        "storage.size.data": "1Ti",
        "storage.size.software": "50Gi",
        "global.storage.data.claimName": "projects-data",
        "global.storage.software.claimName": "projects-software",
        "global.shared_files_path": "shares/[uuid]",
        "manage.project.fixPermissionsInit": True,
    }


def test_claims_of_the_chart_stay_the_charts() -> None:
    assert seen(RWX, data=claim("projects-data", labels=HELM)).text("storage.create") == "chart"
