"""Reading and following topics, and what is told of Secrets."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest

from cocalc_tui.adapters.secrets_hash import docker_config_hash
from cocalc_tui.core.action import Apply
from cocalc_tui.core.facts import Observation, Seen
from cocalc_tui.core.kinds import CONFIG_MAP, NAMESPACE, SECRET
from cocalc_tui.core.secret import DockerConfigSlot, PlainSlot
from cocalc_tui.core.topics import Topic
from cocalc_tui.ports import Cluster
from tests.adapters.contract.bench import Bench

pytestmark = pytest.mark.asyncio
SECRET_VALUE = "canary-4711-no-one-may-see"
QUICK = 1.0


def labelled(bench: Bench, name: str, **labels: str) -> dict[str, Any]:
    manifest = bench.config_map(name, k="v")
    manifest["metadata"]["labels"] = labels
    return manifest


async def names(cluster: Cluster, topic: Topic) -> list[str]:
    seen = await cluster.read(topic, 5)
    assert isinstance(seen, Seen)
    return [each["metadata"]["name"] for each in seen.objects]


async def until(stream: AsyncIterator[Observation], good: Callable[[Seen], bool]) -> Seen:
    """The first observation that is good, within a second."""
    async with asyncio.timeout(QUICK):
        async for seen in stream:
            assert isinstance(seen, Seen)
            if good(seen):
                return seen
    raise AssertionError("the stream ended")


async def test_a_list_is_bounded_by_name_and_selector(bench: Bench, cluster: Cluster) -> None:
    for name, colour in (("a", "red"), ("b", "blue"), ("c", "red")):
        await cluster.create(CONFIG_MAP, labelled(bench, name, colour=colour))
    where = bench.namespace
    assert await names(cluster, Topic(CONFIG_MAP, where, "b")) == ["b"]
    assert await names(cluster, Topic(CONFIG_MAP, where, "none")) == []
    assert await names(cluster, Topic(CONFIG_MAP, where, selector="colour=red")) == ["a", "c"]
    assert await names(cluster, Topic(CONFIG_MAP, where, selector="colour!=red,colour")) == ["b"]
    assert await names(cluster, Topic(NAMESPACE, name=where)) == [where]


async def test_metadata_only_has_no_content(bench: Bench, cluster: Cluster) -> None:
    await cluster.create(CONFIG_MAP, labelled(bench, "a", colour="red"))
    topic = Topic(CONFIG_MAP, bench.namespace, selector="colour=red", metadata_only=True)
    seen = await cluster.read(topic, 5)
    assert isinstance(seen, Seen)
    assert set(seen.objects[0]) == {"apiVersion", "kind", "metadata"}
    assert (seen.objects[0]["apiVersion"], seen.objects[0]["kind"]) == ("v1", "ConfigMap")


async def test_read_follow_and_get_tell_the_same(bench: Bench, cluster: Cluster) -> None:
    made = await cluster.create(CONFIG_MAP, labelled(bench, "a"))
    topic = Topic(CONFIG_MAP, bench.namespace, "a")
    assert await cluster.read(topic, 5) == Seen((made,))
    async with aclosing(cluster.follow(topic)) as stream:  # type: ignore[type-var]
        assert await until(stream, lambda seen: True) == Seen((made,))
    assert await cluster.get(CONFIG_MAP, "a", bench.namespace) == made


@pytest.mark.parametrize("metadata_only", [False, True])
async def test_follow_tells_each_change_within_a_second(
    bench: Bench, cluster: Cluster, metadata_only: bool
) -> None:
    topic = Topic(CONFIG_MAP, bench.namespace, selector="colour", metadata_only=metadata_only)
    async with aclosing(cluster.follow(topic)) as stream:  # type: ignore[type-var]
        assert await until(stream, lambda seen: True) == Seen(())
        made = await cluster.create(CONFIG_MAP, labelled(bench, "a", colour="red"))
        seen = await until(stream, lambda seen: len(seen.objects) == 1)
        assert seen.objects[0]["metadata"] == made["metadata"]
        made = await cluster.replace(CONFIG_MAP, labelled(bench, "a", colour="blue"))
        seen = await until(stream, lambda seen: seen.objects[0]["metadata"]["labels"]["colour"] == "blue")
        assert ("data" in seen.objects[0]) is not metadata_only
        await cluster.replace(CONFIG_MAP, labelled(bench, "a"))
        await until(stream, lambda seen: not seen.objects)
        await cluster.replace(CONFIG_MAP, labelled(bench, "a", colour="red"))
        await until(stream, lambda seen: len(seen.objects) == 1)
        await cluster.delete(CONFIG_MAP, "a", bench.namespace)
        await until(stream, lambda seen: not seen.objects)


async def test_a_secret_is_told_as_hashes_only(bench: Bench, cluster: Cluster) -> None:
    manifest = bench.object("v1", "Secret", "s", type="Opaque", data={"plain": "eA=="})
    slot = PlainSlot("password", bench.vault.remember("x", SECRET_VALUE))
    applied = await cluster.apply(Apply("a", "database", "A test.", manifest, (slot,)))
    topic = Topic(SECRET, bench.namespace, "s")
    read, got = await cluster.read(topic, 5), await cluster.get(SECRET, "s", bench.namespace)
    assert isinstance(read, Seen)
    assert got
    wanted = {
        "plain": "sha256:" + hashlib.sha256(b"x").hexdigest(),
        "password": "sha256:" + hashlib.sha256(SECRET_VALUE.encode()).hexdigest(),
    }
    assert applied["data"] == read.objects[0]["data"] == got["data"] == wanted
    told = f"{applied}{read}{got}"
    assert SECRET_VALUE not in told
    assert base64.b64encode(SECRET_VALUE.encode()).decode() not in told


async def test_what_kubectl_notes_of_a_secret_is_not_told(bench: Bench, cluster: Cluster) -> None:
    manifest = bench.object("v1", "Secret", "s", data={"k": "eA=="})
    note = f'{{"stringData":{{"k":"{SECRET_VALUE}"}}}}'
    manifest["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": note}
    bench.by_other(manifest)
    for topic in (
        Topic(SECRET, bench.namespace, "s"),
        Topic(SECRET, bench.namespace, "s", metadata_only=True),
    ):
        read = await cluster.read(topic, 5)
        assert isinstance(read, Seen)
        assert read.objects[0]["metadata"]["name"] == "s"
        assert SECRET_VALUE not in str(read)


async def test_a_pull_secret_equals_one_made_by_kubectl(bench: Bench, cluster: Cluster) -> None:
    slot = DockerConfigSlot(bench.vault.remember("x", SECRET_VALUE), "r.example.org", "_json_key", "a@b.c")
    manifest = bench.object("v1", "Secret", "regcred", type="kubernetes.io/dockerconfigjson")
    applied = await cluster.apply(Apply("a", "registry", "A test.", manifest, (slot,)))
    kubectl = {"r.example.org": {"username": "_json_key", "password": SECRET_VALUE, "email": "x@y.z"}}
    assert applied["data"] == {slot.key: "sha256:" + docker_config_hash(kubectl)}


async def test_applying_a_secret_again_changes_nothing(bench: Bench, cluster: Cluster) -> None:
    slot = PlainSlot("password", bench.vault.remember("x", SECRET_VALUE))
    action = Apply("a", "database", "A test.", bench.object("v1", "Secret", "s"), (slot,))
    first, second = await cluster.apply(action), await cluster.apply(action)
    assert first["metadata"]["resourceVersion"] == second["metadata"]["resourceVersion"]


async def test_secrets_of_others_are_never_read_whole(bench: Bench, cluster: Cluster) -> None:
    topic = Topic(SECRET, bench.namespace)
    with pytest.raises(ValueError, match="by name"):
        await cluster.read(topic, 5)
    with pytest.raises(ValueError, match="by name"):
        async with aclosing(cluster.follow(topic)) as stream:  # type: ignore[type-var]
            await anext(stream)
