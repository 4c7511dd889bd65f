"""The step nodes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.core.action import Label
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.nodes import idle, name, pick
from cocalc_tui.core.view import View
from cocalc_tui.steps.nodes import NODES, STEP
from tests.steps.builders import judge, sound, values, view

INIT = {"key": "cocalc-projects-init", "value": "false", "effect": "NoExecute"}
PULL = {"key": "cocalc-projects", "value": "init", "effect": "NoSchedule"}
GPU = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
SOFT = {"key": "spot", "value": "true", "effect": "PreferNoSchedule"}
NOT_READY = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}


def node(
    name: str,
    role: str = "",
    *,
    ready: str = "True",
    cpu: str = "4",
    memory: str = "16Gi",
    disk: str | None = "100Gi",
    arch: str = "amd64",
    taints: tuple[dict[str, str], ...] = (),
    pressure: str = "",
    cordoned: bool = False,
    **labels: str,
) -> dict[str, Any]:
    named = {**labels, **({"cocalc-role": role} if role else {})}
    capacity = {"cpu": cpu, "memory": memory, **({"ephemeral-storage": disk} if disk else {})}
    conditions = [{"type": "Ready", "status": ready}]
    if pressure:
        conditions.append({"type": pressure, "status": "True"})
    return {
        "metadata": {"name": name, "labels": named},
        "spec": {"taints": list(taints), "unschedulable": cordoned},
        "status": {"capacity": capacity, "conditions": conditions, "nodeInfo": {"architecture": arch}},
    }


def seen(*nodes: dict[str, Any], **answers: Any) -> View:
    return view({NODES: nodes}, {f"nodes.{k}": v for k, v in answers.items()}, steps=(STEP,))


A, B = node("a"), node("b")


def test_it_is_declared_whole() -> None:
    sound(STEP)


@pytest.mark.parametrize(
    ("nodes", "status"),
    [
        ((A, B), Status.PASS),
        ((A,), Status.WARN),
        ((A, B, node("c", ready="False")), Status.WARN),
        ((A, node("c", ready="Unknown")), Status.FAIL),
        ((node("c", ready="False"),), Status.FAIL),
        ((), Status.FAIL),
    ],
)
def test_ready(nodes: tuple[Any, ...], status: Status) -> None:
    assert judge(STEP, "ready", seen(*nodes)).status is status


@pytest.mark.parametrize(
    ("nodes", "status"),
    [
        ((A, B), Status.PASS),
        ((A, B, node("c", taints=(GPU,))), Status.PASS),
        ((A, node("c", taints=(GPU,))), Status.WARN),
        ((node("c", taints=(GPU,)), node("d", cordoned=True)), Status.FAIL),
        ((A, node("c", taints=(SOFT, PULL, INIT, NOT_READY))), Status.PASS),
        ((node("c", ready="False"),), Status.SKIPPED),
    ],
)
def test_nodes_that_pods_may_not_enter_do_not_count(nodes: tuple[Any, ...], status: Status) -> None:
    assert judge(STEP, "open", seen(*nodes)).status is status


def test_a_cordoned_node_is_let_in_by_uncordon() -> None:
    assert "kubectl uncordon d" in judge(STEP, "open", seen(node("d", cordoned=True))).remedy


@pytest.mark.parametrize(
    ("check", "sizes", "status"),
    [
        ("cpu", ("2", "2"), Status.PASS),
        ("cpu", ("2", "1930m"), Status.WARN),
        ("cpu", ("1", "1"), Status.FAIL),
        ("memory", ("8148072Ki", "8Gi"), Status.PASS),
        ("memory", ("7910348Ki", "7910348Ki"), Status.PASS),
        ("memory", ("4Gi", "8Gi"), Status.WARN),
        ("memory", ("4Gi", "4Gi"), Status.FAIL),
        ("disk", ("98831908Ki", "98831908Ki"), Status.PASS),
        ("disk", ("100G", "100G"), Status.PASS),
        ("disk", ("60Gi", "100Gi"), Status.WARN),
        ("disk", ("20Gi", "100Gi"), Status.WARN),
        ("disk", ("20Gi", "20Gi"), Status.FAIL),
    ],
)
def test_sizes(check: str, sizes: tuple[str, str], status: Status) -> None:
    wanted: list[dict[str, Any]] = [{check: size} for size in sizes]
    nodes = [node(f"n{i}", **size) for i, size in enumerate(wanted)]
    assert judge(STEP, check, seen(*nodes)).status is status


def test_one_large_node_of_a_single_node_cluster_suffices() -> None:
    assert judge(STEP, "cpu", seen(A)).status is Status.PASS


def test_small_nodes_beside_enough_large_ones_are_only_told() -> None:
    verdict = judge(STEP, "cpu", seen(A, B, node("tiny", cpu="1")))
    assert verdict.status is Status.PASS
    assert "tiny" in verdict.detail


def test_nodes_that_report_no_disk_are_unknown() -> None:
    assert judge(STEP, "disk", seen(node("a", disk=None))).status is Status.UNKNOWN


def test_nodes_for_projects_need_more() -> None:
    nodes = node("s", "services", memory="8Gi", disk="60Gi"), node("p", "projects", memory="8Gi")
    assert judge(STEP, "memory", seen(*nodes)).status is Status.WARN
    large = node("s", "services", memory="8Gi", disk="60Gi"), node("p", "projects", memory="16Gi")
    assert judge(STEP, "memory", seen(*large)).status is Status.PASS
    assert judge(STEP, "disk", seen(*large)).status is Status.PASS


@pytest.mark.parametrize("check", ["cpu", "memory", "disk", "architecture"])
def test_without_a_usable_node_sizes_are_skipped(check: str) -> None:
    assert judge(STEP, check, seen(node("a", ready="False"))).status is Status.SKIPPED


@pytest.mark.parametrize(
    ("archs", "status"),
    [(("amd64", "amd64"), Status.PASS), (("amd64", "arm64"), Status.WARN), (("arm64", "arm64"), Status.FAIL)],
)
def test_architecture(archs: tuple[str, str], status: Status) -> None:
    assert (
        judge(STEP, "architecture", seen(*(node(f"n{i}", arch=a) for i, a in enumerate(archs)))).status
        is status
    )


def test_pressure() -> None:
    tight = node("c", pressure="DiskPressure")
    assert judge(STEP, "pressure", seen(A, B)).status is Status.PASS
    assert judge(STEP, "pressure", seen(A, tight)).status is Status.WARN
    assert judge(STEP, "pressure", seen(tight)).status is Status.FAIL


def test_a_large_cluster_names_three_at_most() -> None:
    nodes = [node(f"n{i}", pressure="MemoryPressure") for i in range(500)]
    assert judge(STEP, "pressure", seen(*nodes)).summary.endswith("n0, n1, n2 and 497 more")


def test_long_names_are_named_singly() -> None:
    nodes = [node(f"gke-cocalc-1-services-6f1a9c3e-{i}", pressure="DiskPressure") for i in range(4)]
    assert judge(STEP, "pressure", seen(*nodes)).summary.endswith("6f1a9c3e-0 and 3 more")


def test_the_minimal_layout_needs_no_labels() -> None:
    assert judge(STEP, "labels", seen(A, B)).status is Status.PASS
    assert STEP.actions(seen(A, B)) == ()
    assert values(STEP, seen(A, B)) == {"manage.prepull.enabled": False}
    odd = seen(A, node("p", "projects"), layout="minimal")
    assert judge(STEP, "labels", odd).status is Status.WARN


def test_labelled_nodes_tell_the_layout_and_are_left_alone() -> None:
    found = seen(node("s", "services"), node("p", "projects"), A)
    assert found.text("nodes.layout") == "partitioned"
    assert found.text("nodes.project_nodes") == "cocalc-role=projects"
    assert judge(STEP, "labels", found).summary == "1 for services, 1 for projects"
    assert STEP.actions(found) == []


def test_a_partition_without_names_has_to_be_asked() -> None:
    asked = seen(A, B, layout="partitioned")
    assert [f.name for f in STEP.fields if f.needed(asked) and not asked.text(f"nodes.{f.name}")] == [
        "service_nodes",
        "project_nodes",
    ]
    verdict = judge(STEP, "labels", asked)
    assert (verdict.status, verdict.state) == (Status.FAIL, State.ABSENT)


def test_chosen_nodes_get_their_label() -> None:
    nodes = node("pool-1-a"), node("pool-2-a"), node("pool-2-b", "projects")
    chosen = seen(*nodes, layout="partitioned", service_nodes="pool-1-*", project_nodes="pool-2-*")
    labels = [(a.node, dict(a.labels)) for a in STEP.actions(chosen) if isinstance(a, Label)]
    assert labels == [
        ("pool-1-a", {"cocalc-role": "services"}),
        ("pool-2-a", {"cocalc-role": "projects"}),
        ("pool-2-b", {"cocalc-role": "projects"}),
    ]
    verdict = judge(STEP, "labels", chosen)
    assert verdict.state is State.PARTIAL
    assert verdict.summary == "2 of 3 nodes have no role label: pool-1-a, pool-2-a"


@pytest.mark.parametrize(
    ("service", "project", "words"),
    [("a", "zz-*", "zz-*"), ("a", "a,b", "for services and for projects"), ("pool=x", "b", "pool=x")],
)
def test_names_that_cannot_be_meant(service: str, project: str, words: str) -> None:
    verdict = judge(
        STEP, "labels", seen(A, B, layout="partitioned", service_nodes=service, project_nodes=project)
    )
    assert verdict.status is Status.FAIL
    assert words in verdict.summary


@pytest.mark.parametrize(
    ("nodes", "answers", "status"),
    [
        ((A, B), {}, Status.PASS),
        ((A, node("p", taints=(INIT, PULL))), {}, Status.FAIL),
        ((node("s", "services"), node("p", "projects", taints=(INIT, PULL))), {"prepull": True}, Status.PASS),
        ((A, B), {"prepull": "yes"}, Status.WARN),
    ],
)
def test_taints_only_with_prepull(nodes: tuple[Any, ...], answers: dict[str, Any], status: Status) -> None:
    assert judge(STEP, "taints", seen(*nodes, **answers)).status is status


def test_the_trap_is_left_by_a_command() -> None:
    verdict = judge(STEP, "taints", seen(A, node("p", taints=(INIT,))))
    assert "kubectl taint node p cocalc-projects-init- cocalc-projects-" in verdict.remedy


def test_selectors_patterns_and_names() -> None:
    nodes = [node("a", pool="x"), node("b", pool="y"), node("c")]
    assert [name(n) for n in pick(nodes, "pool=x, c")] == ["a", "c"]
    assert [name(n) for n in pick(nodes, "pool=*")] == ["a", "b"]
    assert [name(n) for n in pick(nodes, "[ab]")] == ["a", "b"]
    assert idle(nodes, "a,z,pool=z") == ("z", "pool=z")


@given(st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True), unique=True), st.text())
def test_any_list_of_names_means_some_of_the_nodes(names: list[str], text: str) -> None:
    nodes = [node(n) for n in names]
    found = pick(nodes, text)
    assert all(n in nodes for n in found)
    assert pick(nodes, ",".join(names)) == tuple(nodes)
    assert pick(nodes, "*") == tuple(nodes)
