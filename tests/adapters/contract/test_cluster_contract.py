"""What every cluster does with one object: create, apply, own, refuse, replace, delete."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.action import MANAGER, Apply
from cocalc_tui.core.kinds import CONFIG_MAP, LEASE, PERSISTENT_VOLUME_CLAIM
from cocalc_tui.errors import Refused
from cocalc_tui.ports import Cluster
from tests.adapters.contract.bench import OTHER, Bench

pytestmark = pytest.mark.asyncio


def action(manifest: dict[str, Any]) -> Apply:
    return Apply("a", "namespace", "A test.", manifest)


def claim(bench: Bench, size: str = "1Gi") -> dict[str, Any]:
    spec = {
        "accessModes": ["ReadWriteMany"],
        "storageClassName": "nfs",
        "resources": {"requests": {"storage": size}},
    }
    return bench.object("v1", "PersistentVolumeClaim", "data", spec=spec)


async def test_create_gives_what_get_gives(bench: Bench, cluster: Cluster) -> None:
    assert await cluster.get(CONFIG_MAP, "c", bench.namespace) is None
    made = await cluster.create(CONFIG_MAP, bench.config_map(k="v"))
    assert await cluster.get(CONFIG_MAP, "c", bench.namespace) == made
    assert (made["apiVersion"], made["kind"], made["data"]) == ("v1", "ConfigMap", {"k": "v"})
    assert made["metadata"]["uid"]


async def test_create_refuses_what_exists(bench: Bench, cluster: Cluster) -> None:
    await cluster.create(CONFIG_MAP, bench.config_map())
    with pytest.raises(Refused, match="already exists") as refused:
        await cluster.create(CONFIG_MAP, bench.config_map())
    assert refused.value.code == 409


async def test_apply_is_ours_and_twice_is_once(bench: Bench, cluster: Cluster) -> None:
    first = await cluster.apply(action(bench.config_map(k="v")))
    second = await cluster.apply(action(bench.config_map(k="v")))
    assert {"manager": MANAGER, "operation": "Apply"} in first["metadata"]["managedFields"]
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


async def test_apply_takes_away_what_we_no_longer_want(bench: Bench, cluster: Cluster) -> None:
    await cluster.apply(action(bench.config_map(k="v", gone="soon")))
    after = await cluster.apply(action(bench.config_map(k="v")))
    assert after["data"] == {"k": "v"}


async def test_apply_leaves_what_others_manage(bench: Bench, cluster: Cluster) -> None:
    bench.by_other(bench.config_map(theirs="1"))
    after = await cluster.apply(action(bench.config_map(ours="2")))
    assert after["data"] == {"theirs": "1", "ours": "2"}


async def test_a_conflict_names_manager_and_field(bench: Bench, cluster: Cluster) -> None:
    bench.by_other(bench.config_map(k="theirs"))
    with pytest.raises(Refused) as refused:
        await cluster.apply(action(bench.config_map(k="ours")))
    assert refused.value.code == 409
    assert OTHER in refused.value.message
    assert ".data.k" in refused.value.message
    assert refused.value.remedy
    untouched = await cluster.get(CONFIG_MAP, "c", bench.namespace)
    assert untouched
    assert untouched["data"] == {"k": "theirs"}


async def test_force_takes_the_field_over(bench: Bench, cluster: Cluster) -> None:
    bench.by_other(bench.config_map(k="theirs"))
    after = await cluster.apply(action(bench.config_map(k="ours")), force=True)
    assert after["data"] == {"k": "ours"}


async def test_the_same_value_is_no_conflict(bench: Bench, cluster: Cluster) -> None:
    bench.by_other(bench.config_map(k="v"))
    await cluster.apply(action(bench.config_map(k="v")))


async def test_a_dry_run_changes_nothing(bench: Bench, cluster: Cluster) -> None:
    writes = cluster.writes
    shown = await cluster.apply(action(bench.config_map(k="v")), dry_run=True)
    assert shown["data"] == {"k": "v"}
    assert await cluster.get(CONFIG_MAP, "c", bench.namespace) is None
    assert cluster.writes == writes


async def test_a_rendered_object_goes_into_the_given_namespace(bench: Bench, cluster: Cluster) -> None:
    bare = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}
    made = await cluster.apply_object(bare, dry_run=False, namespace=bench.namespace)
    assert made["metadata"]["namespace"] == bench.namespace
    assert await cluster.get(CONFIG_MAP, "c", bench.namespace)


async def test_a_dry_run_of_what_helm_will_take_over_is_no_conflict(bench: Bench, cluster: Cluster) -> None:
    bench.by_other(bench.config_map(k="theirs"))
    shown = await cluster.apply_object(bench.config_map(k="new"), dry_run=True, namespace=bench.namespace)
    assert shown["data"] == {"k": "new"}


async def test_a_dry_run_refuses_a_wrong_quantity(bench: Bench, cluster: Cluster) -> None:
    with pytest.raises(Refused, match=r"quantit|storage") as refused:
        await cluster.apply_object(claim(bench, "ten gigs"), dry_run=True, namespace=bench.namespace)
    assert refused.value.code in (400, 422)


async def test_a_dry_run_refuses_an_unknown_kind(bench: Bench, cluster: Cluster) -> None:
    unknown = bench.object("acme.example/v1", "Rocket", "r")
    with pytest.raises(Refused) as refused:
        await cluster.apply_object(unknown, dry_run=True, namespace=bench.namespace)
    assert refused.value.code == 404


async def test_a_dry_run_refuses_a_wrong_name(bench: Bench, cluster: Cluster) -> None:
    with pytest.raises(Refused) as refused:
        await cluster.apply_object(bench.config_map("Not_A_Name"), dry_run=True, namespace=bench.namespace)
    assert refused.value.code == 422


async def test_replace_needs_the_newest_version(bench: Bench, cluster: Cluster) -> None:
    made = await cluster.create(CONFIG_MAP, bench.config_map(k="1"))
    changed = await cluster.replace(CONFIG_MAP, {**made, "data": {"k": "2"}})
    assert changed["data"] == {"k": "2"}
    with pytest.raises(Refused) as refused:
        await cluster.replace(CONFIG_MAP, {**made, "data": {"k": "3"}})
    assert refused.value.code == 409


async def test_delete_is_quiet_about_what_is_absent(bench: Bench, cluster: Cluster) -> None:
    await cluster.create(CONFIG_MAP, bench.config_map())
    await cluster.delete(CONFIG_MAP, "c", bench.namespace)
    assert await cluster.get(CONFIG_MAP, "c", bench.namespace) is None
    await cluster.delete(CONFIG_MAP, "c", bench.namespace)


async def test_nothing_is_made_in_a_missing_namespace(bench: Bench, cluster: Cluster) -> None:
    lost = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "missing"}}
    with pytest.raises(Refused, match="missing") as created:
        await cluster.create(CONFIG_MAP, lost)
    with pytest.raises(Refused, match="missing") as applied:
        await cluster.apply(action(lost))
    assert (created.value.code, applied.value.code) == (404, 404)


async def test_a_claim_cannot_change_its_class(bench: Bench, cluster: Cluster) -> None:
    await cluster.apply(action(claim(bench)))
    other = claim(bench)
    other["spec"]["storageClassName"] = "another"
    with pytest.raises(Refused, match="immutable") as refused:
        await cluster.apply(action(other))
    assert refused.value.code == 422
    kept = await cluster.get(PERSISTENT_VOLUME_CLAIM, "data", bench.namespace)
    assert kept
    assert kept["spec"]["storageClassName"] == "nfs"


async def test_a_pod_that_is_absent_has_no_log(bench: Bench, cluster: Cluster) -> None:
    with pytest.raises(Refused, match="not found") as refused:
        await cluster.logs(bench.namespace, "p", "c", lines=5, previous=False)
    assert refused.value.code == 404


async def test_writes_are_counted_without_the_lease(bench: Bench, cluster: Cluster) -> None:
    requests, writes = cluster.requests, cluster.writes
    lease = bench.object("coordination.k8s.io/v1", "Lease", "l", spec={"holderIdentity": "me"})
    held = await cluster.create(LEASE, lease)
    await cluster.replace(LEASE, {**held, "spec": {"holderIdentity": "you"}})
    assert cluster.writes == writes
    await cluster.create(CONFIG_MAP, bench.config_map())
    await cluster.apply(action(bench.config_map(k="v")))
    await cluster.delete(CONFIG_MAP, "c", bench.namespace)
    assert cluster.writes == writes + 3
    assert cluster.requests >= requests + 5
