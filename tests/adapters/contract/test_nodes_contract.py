"""Labels and taints of nodes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from cocalc_tui.core.action import Label
from cocalc_tui.core.kinds import NODE
from cocalc_tui.errors import Refused
from cocalc_tui.ports import Cluster
from tests.adapters.contract.bench import Bench

pytestmark = pytest.mark.asyncio
ROLE = "contract/role"
TAINT = ("contract/prepull", "false", "PreferNoSchedule")


def label(node: str, taints: tuple[tuple[str, str, str], ...] = (), **labels: str | None) -> Label:
    return Label("l", "nodes", "A test.", node, {f"contract/{k}": v for k, v in labels.items()}, taints)


@pytest_asyncio.fixture
async def node(bench: Bench, cluster: Cluster) -> AsyncIterator[str]:
    """A node that has none of our labels before and after."""
    yield bench.node
    await cluster.label(label(bench.node, role=None, second=None))


async def labels_of(cluster: Cluster, name: str) -> dict[str, Any]:
    found = await cluster.get(NODE, name)
    assert found
    return {k: v for k, v in found["metadata"]["labels"].items() if k.startswith("contract/")}


async def test_labels_come_change_and_go(cluster: Cluster, node: str) -> None:
    after = await cluster.label(label(node, role="service"))
    assert after["metadata"]["labels"][ROLE] == "service"
    await cluster.label(label(node, role="project"))
    assert await labels_of(cluster, node) == {ROLE: "project"}
    await cluster.label(label(node, role=None))
    assert await labels_of(cluster, node) == {}


async def test_labels_that_an_action_does_not_name_stay(cluster: Cluster, node: str) -> None:
    before = await cluster.get(NODE, node)
    await cluster.label(label(node, role="service"))
    await cluster.label(label(node, second="2"))
    after = await cluster.get(NODE, node)
    assert before
    assert after
    assert after["metadata"]["labels"] == {
        **before["metadata"]["labels"],
        ROLE: "service",
        "contract/second": "2",
    }


async def test_taints_are_added_once(cluster: Cluster, node: str) -> None:
    await cluster.label(label(node, (TAINT,), role="project"))
    again = await cluster.label(label(node, (TAINT,), role="project"))
    assert again["spec"]["taints"].count(dict(zip(("key", "value", "effect"), TAINT, strict=True))) == 1


async def test_no_node_is_made_by_labelling(cluster: Cluster) -> None:
    with pytest.raises(Refused, match="not found") as refused:
        await cluster.label(label("no-such-node", role="service"))
    assert refused.value.code == 404
    assert await cluster.get(NODE, "no-such-node") is None
