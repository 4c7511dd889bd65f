"""Server-side apply on one object: leaves, keyed lists, owners."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.adapters.rehearsal.fieldtree import flat, leaves, nested
from cocalc_tui.adapters.rehearsal.ownership import Conflict, applied, owners_of, updated

NAME = {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "x"}}
KEYS = st.sampled_from(["a", "b.c", "d/e"])
TREES: Any = st.dictionaries(
    KEYS,
    st.recursive(
        st.integers(0, 3) | st.lists(st.integers(0, 3)),
        lambda inner: st.dictionaries(KEYS, inner),
        max_leaves=6,
    ),
)


def thing(**rest: Any) -> dict[str, Any]:
    return {**deepcopy(NAME), **rest}


def put(live: dict[str, Any], wanted: dict[str, Any], who: str, force: bool = False) -> dict[str, Any]:
    return applied(live, wanted, who, force=force, now="now")


def pod(**container: Any) -> dict[str, Any]:
    return thing(spec={"containers": [{"name": "c", **container}]})


@given(TREES)
def test_paths_survive_the_form_of_managed_fields(tree: dict[str, Any]) -> None:
    paths = {path for path, _ in leaves({"data": tree})}
    assert flat(nested(paths)) == paths


@given(TREES)
def test_what_is_applied_is_there_and_twice_is_once(tree: dict[str, Any]) -> None:
    once = put(thing(), thing(data=tree), "me")
    assert once.get("data", {}) == tree
    assert put(once, thing(data=tree), "me") == once


@given(TREES, TREES)
def test_only_the_last_wish_of_a_manager_counts(first: dict[str, Any], second: dict[str, Any]) -> None:
    after = put(put(thing(), thing(data=first), "me"), thing(data=second), "me")
    assert dict(leaves(after.get("data", {}))) == dict(leaves(second))


@given(TREES)
def test_force_ends_every_quarrel(tree: dict[str, Any]) -> None:
    theirs = put(thing(), thing(data=tree), "other")
    mine = put(theirs, thing(data={**tree, "a": 9}), "me", force=True)
    assert mine["data"]["a"] == 9


def test_a_container_keeps_what_others_set() -> None:
    live = put(thing(), pod(image="a", env=[{"name": "X", "value": "1"}]), "me")
    both = put(live, pod(env=[{"name": "Y", "value": "2"}]), "other")
    assert both["spec"]["containers"] == [
        {"name": "c", "image": "a", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}]}
    ]
    mine = put(both, pod(image="a"), "me")
    assert mine["spec"]["containers"][0]["env"] == [{"name": "Y", "value": "2"}]


def test_a_conflict_names_the_item_of_a_list() -> None:
    live = put(thing(), pod(image="a"), "other")
    with pytest.raises(Conflict, match="other manages") as conflict:
        put(live, pod(image="b"), "me")
    assert '.spec.containers[name="c"].image' in str(conflict.value)


def test_ports_are_told_apart_by_protocol() -> None:
    tcp, udp = {"containerPort": 53, "name": "tcp"}, {"containerPort": 53, "name": "udp", "protocol": "UDP"}
    live = put(put(thing(), pod(ports=[tcp]), "me"), pod(ports=[udp]), "other")
    assert [p["name"] for p in live["spec"]["containers"][0]["ports"]] == ["tcp", "udp"]


def test_other_lists_are_one_value() -> None:
    live = put(thing(), thing(spec={"accessModes": ["A"]}), "other")
    with pytest.raises(Conflict):
        put(live, thing(spec={"accessModes": ["A", "B"]}), "me")


def test_a_plain_write_takes_what_it_changes() -> None:
    live = put(thing(), thing(data={"a": "1", "b": "2"}), "me")
    after = updated(live, thing(data={"a": "1", "b": "3"}), "kubectl", now="now")
    owners = owners_of(after)
    assert owners["me", "Apply"] == {("f:data", "f:a")}
    assert owners["kubectl", "Update"] == {("f:data", "f:b")}
