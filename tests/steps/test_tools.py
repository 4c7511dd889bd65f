"""The step tools."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.topics import Probe
from cocalc_tui.core.view import View
from cocalc_tui.steps.tools import STEP
from tests.steps.builders import judge, sound, values, view

TOOLS = Probe.of("tools")
CLUSTER = Probe.of("cluster")
CHART = Probe.of("chart", directory="/c")


def program(version: str | None, path: str = "/usr/bin/x", error: str | None = None) -> dict[str, Any]:
    return {"path": path, "version": version, "error": error}


def seen(server: str = "v1.33.5-gke.1", chart: dict[str, Any] | None = None, **programs: Any) -> View:
    facts: dict[Any, Any] = {TOOLS: programs, CLUSTER: {"version": server}}
    if chart is not None:
        facts[CHART] = chart
    return view(facts, {"chart.directory": "/c"} if chart is not None else {})


def test_it_is_declared_whole() -> None:
    sound(STEP)


@pytest.mark.parametrize(
    ("helm", "status"),
    [
        (program("v3.13.1+g3547a4b"), Status.PASS),
        (program("v4.0.1"), Status.PASS),
        (program("v3.13.0"), Status.FAIL),
        (program("v2.17.0"), Status.FAIL),
        (program(None, error="exit status 126"), Status.FAIL),
        (program(None, ""), Status.FAIL),
        ({}, Status.FAIL),
    ],
)
def test_helm(helm: dict[str, Any], status: Status) -> None:
    assert judge(STEP, "helm", seen(helm=helm)).status is status


def test_a_missing_helm_is_absent() -> None:
    assert judge(STEP, "helm", seen()).state is State.ABSENT


@pytest.mark.parametrize(
    ("kubectl", "status"),
    [
        (program("v1.33.1"), Status.PASS),
        (program("v1.34.0"), Status.PASS),
        (program("v1.32.0"), Status.PASS),
        (program("v1.31.0"), Status.WARN),
        (program("v1.35.0"), Status.WARN),
        (program("v1.20.9"), Status.FAIL),
        (program(None, ""), Status.WARN),
    ],
)
def test_kubectl_is_within_one_minor_of_the_server(kubectl: dict[str, Any], status: Status) -> None:
    assert judge(STEP, "kubectl", seen(kubectl=kubectl)).status is status


@pytest.mark.parametrize("name", ["git", "ssh"])
def test_git_and_ssh_matter_only_without_a_chart(name: str) -> None:
    for version in ("2.47.3", None):
        there: dict[str, Any] = {name: program(version)}
        assert judge(STEP, name, seen(**there)).status is Status.PASS
    assert judge(STEP, name, seen()).status is Status.WARN
    assert judge(STEP, name, seen(chart={"found": True})).status is Status.SKIPPED


@pytest.mark.parametrize(
    ("default", "written"), [("1.27", "1.33"), ("1.27.3", "1.33.5"), ("v1.27.3", "v1.33.5"), (None, "1.33")]
)
def test_kubectl_of_the_chart_is_the_clusters_version(default: str | None, written: str) -> None:
    chart = {"found": True, "values": {"global": {"kubectl": default}}}
    assert values(STEP, seen(chart=chart)) == {"global.kubectl": written}


def test_a_chart_of_another_shape_is_no_trouble() -> None:
    assert values(STEP, seen(chart={"found": True, "values": {"global": None}})) == {"global.kubectl": "1.33"}
    assert values(STEP, seen(chart={"found": True, "values": None})) == {"global.kubectl": "1.33"}


def test_without_a_server_nothing_is_written() -> None:
    assert values(STEP, view({TOOLS: {}})) == {}


def test_paths_that_were_answered_are_asked_about() -> None:
    (need,) = STEP.checks[0].needs(view(answers={"tools.helm": "/opt/helm"}))
    assert need == Probe.of("tools", helm="/opt/helm")


def test_the_summary_names_versions() -> None:
    assert STEP.summary is not None
    assert (
        STEP.summary(seen(helm=program("v3.19.2"), git=program("git version 2.47.3")))
        == "helm 3.19.2, git 2.47.3"
    )
