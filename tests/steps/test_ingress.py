"""The Ingress controller: its class, whether it works, what it allows, and its installation."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from cocalc_tui.core.action import Delete, Wait
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.ingress_view import CLASSES, services_topic, settings_topic, workload_topics
from cocalc_tui.core.topics import Topic
from cocalc_tui.core.view import View
from cocalc_tui.steps.ingress import STEP, addon
from tests.steps.builders import judge, sound, values, view

ALLOWED = {"allow-snippet-annotations": "true", "annotations-risk-level": "Critical"}
NGINX = "k8s.io/ingress-nginx"


def klass(name: str = "nginx", maker: str = NGINX, *, default: bool = False) -> dict[str, Any]:
    notes = {"ingressclass.kubernetes.io/is-default-class": "true"} if default else {}
    return {"metadata": {"name": name, "annotations": notes}, "spec": {"controller": maker}}


def workload(
    image: str = "registry.k8s.io/ingress-nginx/controller:v1.13.3", ready: int = 1
) -> dict[str, Any]:
    return {
        "kind": "Deployment",
        "metadata": {"name": "ingress-nginx-controller", "namespace": "web", "labels": {}},
        "spec": {"template": {"spec": {"containers": [{"name": "controller", "image": image}]}}},
        "status": {"readyReplicas": ready},
    }


def service(kind: str = "LoadBalancer", *addresses: dict[str, str]) -> dict[str, Any]:
    ports = [{"port": 80, "nodePort": 30080}] if kind == "NodePort" else []
    return {
        "metadata": {"name": "c", "namespace": "web"},
        "spec": {"type": kind, "ports": ports},
        "status": {"loadBalancer": {"ingress": list(addresses)}},
    }


def seen(
    *classes: Any,
    work: Any = None,
    data: Any = None,
    service: Any = None,
    records: Any = (),
    **answers: Any,
) -> View:
    """A view of classes, of the one controller's workload, settings and Service."""
    facts: dict[Any, Any] = {CLASSES: classes}
    given = {f"ingress.{name}": value for name, value in answers.items()}

    def now() -> View:
        return view(facts, given, steps=(STEP,))

    for topic in workload_topics(now()):
        facts[topic] = [work] if work and topic.kind.name == "Deployment" else []
    if public := services_topic(now()):
        facts[public] = [service] if service else []
    settings = settings_topic(now())
    if isinstance(settings, Topic):
        facts[settings] = [] if data is None else [{"metadata": {"name": settings.name}, "data": data}]
    facts[addon(now()).records] = records
    return now()


def record(inputs: str, status: str = "deployed") -> dict[str, Any]:
    labels = {"status": status, "version": "1", "cocalc-tui-inputs": inputs}
    return {"metadata": {"name": "sh.helm.release.v1.ingress-nginx.v1", "labels": labels}}


@pytest.mark.parametrize(
    ("check", "given", "status", "words"),
    [
        ("class", seen(), Status.FAIL, "there is no IngressClass"),
        ("class", seen(klass()), Status.PASS, "nginx of k8s.io/ingress-nginx"),
        (
            "class",
            seen(klass(), klass("t", default=True)),
            Status.PASS,
            "t of k8s.io/ingress-nginx, the default",
        ),
        ("class", seen(klass("t"), **{"class": "x"}), Status.FAIL, "no IngressClass x, only t"),
        ("controller", seen(), Status.SKIPPED, "needs the class"),
        ("controller", seen(klass()), Status.FAIL, "no workload of ingress-nginx"),
        ("controller", seen(klass(), work=workload()), Status.PASS, "ingress-nginx 1.13.3, 1 pod ready"),
        ("controller", seen(klass(), work=workload(ready=0)), Status.FAIL, "no pod that is ready"),
        ("controller", seen(klass("gce", "k8s.io/gce")), Status.PASS, "outside the cluster"),
        ("controller", seen(klass("x", "example.com/x")), Status.SKIPPED, "no controller that is known"),
        ("annotations", seen(klass(), work=workload(), data=ALLOWED), Status.PASS, "are allowed"),
        ("annotations", seen(klass(), work=workload()), Status.PASS, "snippets are not"),
        ("annotations", seen(klass(), work=workload(), hide_metrics="yes"), Status.WARN, "refuses snippets"),
        ("annotations", seen(klass("t", "traefik.io/ingress-controller")), Status.PASS, "Traefik ignores"),
        (
            "address",
            seen(klass(), service=service("LoadBalancer", {"ip": "192.0.2.1"})),
            Status.PASS,
            "192.0.2.1",
        ),
        ("address", seen(klass(), service=service()), Status.WARN, "web/c waits"),
        ("address", seen(klass(), service=service("NodePort")), Status.PASS, "node ports 30080"),
        ("address", seen(klass("a", "ingress.k8s.aws/alb")), Status.SKIPPED, "with the Ingress itself"),
    ],
)
def test_judgement(check: str, given: View, status: Status, words: str) -> None:
    verdict = judge(STEP, check, given)
    assert (verdict.status, words in verdict.summary) == (status, True), verdict


def test_sound() -> None:
    sound(STEP)


@pytest.mark.parametrize(
    ("image", "data", "hides"),
    [
        ("controller:v1.8.0", {}, "yes"),  # before 1.9 snippets were allowed unless told otherwise
        ("controller:v1.9.4", {}, "no"),
        ("controller:v1.9.4", {"allow-snippet-annotations": "true"}, "yes"),
        ("controller:v1.12.0", {"allow-snippet-annotations": "true"}, "no"),  # a server-snippet is Critical
        ("controller:v1.15.1@sha256:0", ALLOWED, "yes"),
        ("mirror.example.edu/no-version", {"allow-snippet-annotations": "true"}, "no"),
    ],
)
def test_hiding_follows_what_the_controller_allows(image: str, data: dict[str, str], hides: str) -> None:
    found = seen(klass(), work=workload(image), data=data)
    assert found.value("ingress.hide_metrics") == hides
    assert values(STEP, found)["global.networkingConfiguration.hideMetrics"] is (hides == "yes")


def test_says_that_the_controller_is_retired() -> None:
    assert "no security fix" in judge(STEP, "controller", seen(klass(), work=workload())).detail


def test_nothing_is_installed_unasked_or_where_somebody_else_did() -> None:
    assert STEP.actions(seen()) == ()
    assert list(STEP.actions(seen(klass(), work=workload(), install="ingress-nginx"))) == []
    theirs = seen(klass(), work=workload(), records=[record("")], install="ingress-nginx")
    assert list(STEP.actions(theirs)) == []


def test_installs_what_was_asked_for() -> None:
    wanted = seen(install="ingress-nginx", version="4.8.3", allow_snippets="yes")
    install, wait = STEP.actions(wanted)
    assert isinstance(install, HelmAddon)
    assert isinstance(wait, Wait)
    assert install.arguments()[-2:] == ("--version", "4.8.3")
    assert yaml.safe_load(install.values)["controller"]["config"] == {"annotations-risk-level": "Critical"}
    assert wanted.value("ingress.hide_metrics") == "yes"
    assert not install.current


def test_an_installation_of_ours_is_kept_upgraded_and_unlocked() -> None:
    asked = {"install": "ingress-nginx"}
    inputs = addon(seen(**asked)).inputs
    (kept,) = STEP.actions(seen(klass(), work=workload(), records=[record(inputs)], **asked))
    assert isinstance(kept, HelmAddon)
    assert kept.current
    old = STEP.actions(seen(klass(), work=workload(), records=[record("other")], **asked))
    assert isinstance(old[0], HelmAddon)
    assert not old[0].current
    unlock, again, _ = STEP.actions(seen(records=[record(inputs, "pending-install")], **asked))
    assert isinstance(unlock, Delete)
    assert again.after == (unlock.id,)


def test_looks_at_the_record_of_an_installation_that_is_wanted() -> None:
    wanted = seen(install="ingress-nginx")
    assert addon(wanted).records in STEP.needs(wanted)
    assert list(STEP.needs(seen())) == []


def test_absent_until_installed() -> None:
    verdict = judge(STEP, "class", seen(install="ingress-nginx"))
    assert verdict.state is State.ABSENT
    assert "Apply this step" in verdict.remedy


@pytest.mark.parametrize(
    ("source", "arguments"),
    [
        (
            "https://c.example.edu",
            ("ingress-nginx", "--repo", "https://c.example.edu", "--version", "4.15.1"),
        ),
        ("oci://r.example.edu/charts", ("oci://r.example.edu/charts/ingress-nginx", "--version", "4.15.1")),
        ("oci://r.example.edu/ingress-nginx", ("oci://r.example.edu/ingress-nginx", "--version", "4.15.1")),
        ("/srv/charts", ("/srv/charts",)),
    ],
)
def test_where_the_chart_comes_from(source: str, arguments: tuple[str, ...]) -> None:
    assert addon(seen(install="ingress-nginx", chart_repo=source)).arguments() == arguments
