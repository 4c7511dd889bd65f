"""The step cluster."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.action import Apply, Helm
from cocalc_tui.core.facts import Denied
from cocalc_tui.core.findings import Status
from cocalc_tui.core.plan import Right
from cocalc_tui.core.rights import EVERYTHING, access_probe, rules_probe
from cocalc_tui.core.topics import Probe
from cocalc_tui.core.view import View
from cocalc_tui.steps.cluster import NODES, PROBE, STEP, span
from tests.steps.builders import judge, sound, view

NOW = 1_700_000_000.0
RULES = rules_probe(view())
NOT_ALL = {access_probe(EVERYTHING): {"allowed": False}}
ALL = {"verbs": ["*"], "groups": ["*"], "resources": ["*"], "names": []}


def seen(nodes: list[Any] | None = None, **document: Any) -> View:
    known = {"server": "https://10.0.0.1", "version": "v1.33.5", "context": "work", "user": "ada", **document}
    return view({PROBE: known, NODES: nodes or []}, now=NOW)


def secret(name: str) -> Apply:
    meta = {"name": name, "namespace": "cocalc"}
    return Apply(name, "registry", "why", {"apiVersion": "v1", "kind": "Secret", "metadata": meta})


def namespace() -> Apply:
    return Apply(
        "n", "namespace", "why", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "cocalc"}}
    )


def test_it_is_declared_whole() -> None:
    sound(STEP)


def test_reachable() -> None:
    assert judge(STEP, "reachable", seen()).status is Status.PASS


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({}, Status.PASS),
        ({"expires_at": None}, Status.PASS),
        ({"expires_at": NOW + 3600}, Status.PASS),
        ({"expires_at": NOW + 120}, Status.WARN),
        ({"expires_at": NOW - 1}, Status.FAIL),
        ({"error": "401 Unauthorized"}, Status.FAIL),
    ],
)
def test_login(document: dict[str, Any], status: Status) -> None:
    assert judge(STEP, "login", seen(**document)).status is status


def test_an_expired_login_is_renewed_as_the_platform_does() -> None:
    verdict = judge(STEP, "login", seen(version="v1.33.5-gke.1", expires_at=NOW - 1))
    assert "gcloud" in verdict.remedy


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("v1.36.0", Status.PASS),
        ("v1.26.1", Status.PASS),
        ("v1.24.9-gke.3200", Status.PASS),
        ("v1.23.17", Status.WARN),
        ("v1.18.0", Status.FAIL),
        ("", Status.UNKNOWN),
    ],
)
def test_version(version: str, status: Status) -> None:
    assert judge(STEP, "version", seen(version=version)).status is status


def test_platform() -> None:
    node = {"metadata": {"name": "n", "labels": {"cloud.google.com/gke-nodepool": "p"}}}
    assert judge(STEP, "platform", seen([node])).summary == "GKE"
    other = judge(STEP, "platform", seen())
    assert (other.status, other.summary) == (Status.PASS, "another kind of Kubernetes")


def test_nodes_are_listed_only_where_the_version_tells_nothing() -> None:
    (check,) = (c for c in STEP.checks if c.id == "platform")
    assert NODES not in tuple(check.needs(seen(version="v1.33.5-gke.1")))
    assert NODES in tuple(check.needs(seen()))


@pytest.mark.parametrize(
    ("skew", "status"),
    [(0.4, Status.PASS), (-59, Status.PASS), (61, Status.WARN), (-7200, Status.WARN), (None, Status.UNKNOWN)],
)
def test_clock(skew: float | None, status: Status) -> None:
    assert judge(STEP, "clock", seen(clock_skew=skew)).status is status


def test_rights_are_skipped_where_nothing_changes() -> None:
    assert judge(STEP, "rights", view()).status is Status.SKIPPED


def test_rights_pass_when_rules_give_them() -> None:
    facts = {RULES: {"rules": [ALL], "incomplete": False}}
    verdict = judge(STEP, "rights", view(facts, wanted=(secret("a"),)))
    assert verdict.status is Status.PASS


def test_rights_that_are_missing_fail_and_are_named() -> None:
    facts = {RULES: {"rules": [], "incomplete": False}}
    verdict = judge(STEP, "rights", view(facts, wanted=(secret("a"),)))
    assert verdict.status is Status.FAIL
    assert "get secrets in cocalc" in verdict.detail
    assert "export rights" in verdict.remedy


def test_rules_of_the_namespace_do_not_answer_for_the_cluster() -> None:
    probes = {
        access_probe(Right(v, "", "namespaces")): {"allowed": v == "get"} for v in ("get", "create", "patch")
    }
    facts = {RULES: {"rules": [ALL], "incomplete": False}, **probes, **NOT_ALL}
    verdict = judge(STEP, "rights", view(facts, wanted=(namespace(),)))
    assert verdict.status is Status.FAIL
    assert "create namespaces" in verdict.summary


def test_every_right_that_rules_cannot_answer_is_needed_first() -> None:
    facts = {RULES: {"rules": [], "incomplete": True}, **NOT_ALL}
    needs = tuple(STEP.checks[-1].needs(view(facts, wanted=(secret("a"),))))
    assert RULES in needs
    assert access_probe(Right("create", "", "secrets", "cocalc")) in needs


def test_rules_for_single_names_are_unknown_and_never_pass() -> None:
    named = {"verbs": ["get", "patch"], "groups": [""], "resources": ["secrets"], "names": ["regcred"]}
    rest = {
        "verbs": ["create", "update", "get"],
        "groups": ["*"],
        "resources": ["secrets", "leases"],
        "names": [],
    }
    rest["verbs"] = ["create", "get", "update"]
    facts = {RULES: {"rules": [named, rest], "incomplete": False}}
    assert judge(STEP, "rights", view(facts, wanted=(secret("regcred"),))).status is Status.UNKNOWN


def test_a_refused_list_warns() -> None:
    facts = {NODES: Denied("nodes is forbidden"), RULES: {"rules": [ALL], "incomplete": False}}
    verdict = judge(STEP, "rights", view(facts))
    assert verdict.status is Status.WARN
    assert "list nodes" in verdict.summary


def test_an_unrendered_chart_is_said() -> None:
    helm = Helm("r", "release", "why", "cocalc", "cocalc", "/c", (), "d")
    facts: dict[Any, Any] = {RULES: {"rules": [ALL], "incomplete": False}}
    assert "could be rendered" in judge(STEP, "rights", view(facts, wanted=(helm,))).detail
    facts[Probe.of("render", namespace="cocalc")] = {"objects": [{"apiVersion": "v1", "kind": "Service"}]}
    assert judge(STEP, "rights", view(facts, wanted=(helm,))).detail == ""


def test_the_context_is_detected() -> None:
    assert view({PROBE: {"context": "gke_x"}}, steps=(STEP,)).text("cluster.context") == "gke_x"


def test_durations() -> None:
    assert [span(s) for s in (45, 720, 10800, 864000, 4e8)] == [
        "45 s",
        "12 min",
        "3 h",
        "10 days",
        "12 years",
    ]
