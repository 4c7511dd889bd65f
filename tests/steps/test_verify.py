"""What runs in the end, in either generation of names."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.topics import Probe
from cocalc_tui.core.view import View
from cocalc_tui.core.workloads import deployments
from cocalc_tui.steps.verify import STEP, ingresses
from tests.steps.builders import judge, sound, view

NEW = ["hub-conat-api", "hub-conat-router", "hub-conat-persist", "hub-proxy", "hub-next", "hub-stats"]
OLD = ["hub-websocket", "hub-proxy", "hub-next", "hub-api"]
FILE = {"exists": False, "text": "", "sha256": "", "error": None}


def deployment(name: str, group: str | None = None, ready: int = 2) -> dict[str, Any]:
    status = {
        "observedGeneration": 1,
        "updatedReplicas": 2,
        "readyReplicas": ready,
        "availableReplicas": ready,
    }
    labels = {"group": group} if group else {}
    metadata = {"name": name, "generation": 1, "labels": labels}
    return {"metadata": metadata, "spec": {"replicas": 2}, "status": status}


def ingress(address: dict[str, str] | None, host: str = "") -> dict[str, Any]:
    given = [address] if address else []
    rules = [{"host": host}] if host else [{}]
    status = {"loadBalancer": {"ingress": given}}
    return {"metadata": {"name": "hub"}, "spec": {"rules": rules}, "status": status}


def seen(*found: dict[str, Any], doors: Any = (), file: str = "", **answers: Any) -> View:
    first = view()
    document = {**FILE, "exists": bool(file), "text": file}
    probe = Probe.of("file", path="my-values.yaml")
    return view({deployments(first): found, ingresses(first): doors, probe: document}, answers)


def many(names: list[str], group: str | None = "hub", **more: Any) -> list[dict[str, Any]]:
    return [deployment(name, group, **more) for name in names]


MANAGE = many(["manage-action", "manage-state", "manage-idle"], None)


def test_sound() -> None:
    sound(STEP)


@pytest.mark.parametrize(
    ("name", "given", "status", "said"),
    [
        ("hub", seen(), Status.FAIL, "no workload of hub"),
        ("hub", seen(*many(NEW)), Status.PASS, "6 workloads ready, 12 pods"),
        ("hub", seen(*many(OLD, None)), Status.PASS, "4 workloads ready"),
        ("hub", seen(*many(NEW[1:])), Status.WARN, "hub-conat-api is missing"),
        ("hub", seen(*many(NEW, ready=1)), Status.FAIL, "0 of 6 ready"),
        ("manage", seen(*MANAGE), Status.PASS, "3 workloads ready"),
        ("manage", seen(*MANAGE[:2]), Status.WARN, "manage-idle is missing"),
        ("manage", seen(), Status.FAIL, "no workload of manage"),
        ("static", seen(deployment("static")), Status.PASS, "1 workload ready, 2 pods"),
        ("static", seen(deployment("static", ready=0)), Status.FAIL, "static 0 of 2"),
        ("ingress", seen(), Status.FAIL, "no Ingress"),
        ("ingress", seen(doors=[ingress({"ip": "34.1.2.3"})]), Status.PASS, "34.1.2.3"),
        ("ingress", seen(doors=[ingress({"hostname": "x.elb"})]), Status.PASS, "x.elb"),
        ("ingress", seen(doors=[ingress(None)]), Status.WARN, "no address yet: hub"),
        ("next", seen(), Status.SKIPPED, "needs the hub"),
        ("next", seen(*many(NEW)), Status.PASS, "set the domain"),
        ("next", seen(*many(NEW), doors=[ingress(None, "a.edu")]), Status.PASS, "open https://a.edu/"),
        ("next", seen(*many(NEW), file="global: {settings: {dns: b.edu}}\n"), Status.PASS, "https://b.edu/"),
    ],
)
def test_judgement(name: str, given: View, status: Status, said: str) -> None:
    found = judge(STEP, name, given)
    assert found.status is status, found
    assert said in found.summary


def test_states() -> None:
    assert judge(STEP, "hub", seen()).state is State.ABSENT
    assert judge(STEP, "hub", seen(*many(NEW, ready=0))).state is State.PARTIAL


def test_what_to_try_next_by_hand() -> None:
    given = seen(*many(NEW), doors=[ingress({"ip": "34.1.2.3"}, "a.edu")], **{"admin.email": "ada@a.edu"})
    detail = judge(STEP, "next", given).detail
    assert "point it to 34.1.2.3" in detail
    assert "Sign in as ada@a.edu" in detail


def test_summary() -> None:
    assert STEP.summary
    assert "34.1.2.3" in STEP.summary(seen(doors=[ingress({"ip": "34.1.2.3"})]))
