"""Static volumes on an NFS server: what is made, kept and refused."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.action import Apply
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.kinds import PERSISTENT_VOLUME
from cocalc_tui.core.nfs_volumes import valid_path, valid_server
from cocalc_tui.core.topics import Topic
from cocalc_tui.core.view import View
from cocalc_tui.steps.storage import STEP
from tests.steps.builders import OURS, judge, view
from tests.steps.storage_objects import CLASSES, DATA, EVENTS, RWX, SOFTWARE, claim

ANSWERS: dict[str, Any] = {"nfs_server": "nfs.example.edu", "nfs_path": "/export/"}


def volume(part: str = "data", path: str = "", phase: str = "Bound", **labels: str) -> dict[str, Any]:
    name = f"projects-{part}"
    return {
        "metadata": {"name": f"cocalc-{name}", "labels": labels or OURS},
        "spec": {
            "capacity": {"storage": "30Gi"},
            "nfs": {"server": "nfs.example.edu", "path": path or f"/export/{name}"},
        },
        "status": {"phase": phase},
    }


def seen(
    data: Any = None, software: Any = None, volumes: tuple[dict[str, Any], ...] = (), **answers: Any
) -> View:
    facts: dict[Any, Any] = {CLASSES: [RWX], EVENTS: ()}
    for topic, live in ((DATA, data), (SOFTWARE, software)):
        facts[topic] = [live] if live else []
    for part in ("data", "software"):
        name = f"cocalc-projects-{part}"
        found = [v for v in volumes if v["metadata"]["name"] == name]
        facts[Topic(PERSISTENT_VOLUME, name=name)] = found
    given = {f"storage.{k}": v for k, v in {**ANSWERS, **answers}.items() if v is not None}
    return view(facts, given, steps=(STEP,))


def made(given: View) -> dict[str, Any]:
    return {a.id: a.manifest["spec"] for a in STEP.actions(given) if isinstance(a, Apply)}


def static(part: str = "data") -> dict[str, Any]:
    found = claim(f"projects-{part}", of="", size="30Gi", labels=OURS)
    found["spec"]["volumeName"] = f"cocalc-projects-{part}"
    return found


def test_each_volume_comes_before_its_claim_and_both_name_each_other() -> None:
    ids = [a.id for a in STEP.actions(seen())]
    assert ids == [
        "storage.data-volume",
        "storage.data",
        "storage.software-volume",
        "storage.software",
        "storage.bound",
    ]
    found = made(seen())
    assert found["storage.data-volume"] == {
        "capacity": {"storage": "100Gi"},
        "accessModes": ["ReadWriteMany"],
        "volumeMode": "Filesystem",
        "persistentVolumeReclaimPolicy": "Retain",
        "claimRef": {"namespace": "cocalc", "name": "projects-data"},
        "nfs": {"server": "nfs.example.edu", "path": "/export/projects-data"},
    }
    assert (found["storage.data"]["storageClassName"], found["storage.data"]["volumeName"]) == (
        "",
        "cocalc-projects-data",
    )


def test_what_is_there_keeps_its_size() -> None:
    found = made(seen(static(), volumes=(volume(),), data_size="500Gi"))
    assert found["storage.data-volume"]["capacity"] == {"storage": "30Gi"}
    assert found["storage.data"]["resources"] == {"requests": {"storage": "30Gi"}}


def test_claims_of_a_class_stay_as_they_are() -> None:
    found = made(seen(claim("projects-data", labels=OURS), static("software"), (volume("software"),)))
    assert found["storage.data"]["storageClassName"] == "standard-rwx"
    assert "storage.data-volume" not in found
    assert "storage.software-volume" in found


def test_volumes_of_others_and_of_another_server_are_left() -> None:
    assert "storage.data-volume" not in made(seen(volumes=(volume(team="other"),)))
    assert "storage.data-volume" not in made(seen(volumes=(volume(path="/elsewhere"),)))


@pytest.mark.parametrize(
    ("given", "status", "said", "state"),
    [
        (seen(nfs_server=None, nfs_path=None), Status.SKIPPED, "from a class", None),
        (seen(nfs_path=None), Status.FAIL, "nfs_path is not answered", State.PARTIAL),
        (seen(nfs_server=None), Status.FAIL, "nfs_server is not answered", State.PARTIAL),
        (seen(), Status.PASS, "volumes on nfs.example.edu:/export", None),
        (seen(volumes=(volume(path="/a"),)), Status.FAIL, "points to nfs.example.edu:/a", State.FOREIGN),
        (seen(volumes=(volume(phase="Released"),)), Status.FAIL, "that was deleted", State.PARTIAL),
    ],
)
def test_the_volumes_are_judged(given: View, status: Status, said: str, state: State | None) -> None:
    found = judge(STEP, "nfs", given)
    assert (found.status, found.state) == (status, state)
    assert said in found.summary


def test_the_commands_for_the_server_are_told() -> None:
    told = judge(STEP, "nfs", seen()).detail
    assert "chown 2001:2001 /export/projects-data /export/projects-software" in told
    assert "no_root_squash" in told


def test_no_class_is_asked_for() -> None:
    field = STEP.field("class")
    assert field
    assert not field.needed(seen())
    assert not field.shown(seen())
    assert field.shown(seen(nfs_server=None))
    assert judge(STEP, "class", seen()).status is Status.SKIPPED
    assert judge(STEP, "growth", seen()).status is Status.PASS
    assert judge(STEP, "reclaim", seen()).summary.startswith("Retain")


def test_a_chart_that_makes_claims_gets_no_static_volumes() -> None:
    assert not made(seen(create="chart"))
    assert judge(STEP, "class", seen(create="chart")).status is Status.PASS
    assert judge(STEP, "nfs", seen(create="chart")).status is Status.SKIPPED


def test_fields() -> None:
    assert valid_server("nfs.example.edu", seen()) is None
    assert valid_server("nfs.example.edu:/export", seen())
    assert valid_path("/export/cocalc", seen()) is None
    assert valid_path("export", seen())
    assert valid_path("/export/../etc", seen())
    path = STEP.field("nfs_path")
    assert path
    assert path.needed(seen(nfs_path=None))
    assert not path.needed(seen(nfs_server=None))
