"""Rights that a plan needs and a login has."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from cocalc_tui.core.action import Apply, Helm, Label, Wait, labelled
from cocalc_tui.core.facts import Denied
from cocalc_tui.core.kinds import NODE, PERSISTENT_VOLUME_CLAIM, SECRET
from cocalc_tui.core.plan import Right
from cocalc_tui.core.rights import (
    EVERYTHING,
    access_probe,
    allowed,
    has,
    missing,
    questions,
    rights_needed,
    rights_yaml,
    rules_probe,
)
from cocalc_tui.core.secret import PlainSlot, SecretRef
from cocalc_tui.core.topics import Probe, Topic
from tests.steps.builders import OURS, view

CLAIM = labelled(
    {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "projects-data", "namespace": "cocalc"},
        "spec": {"resources": {"requests": {"storage": "1Gi"}}},
    }
)
APPLY = Apply("storage.data", "storage", "why", CLAIM)
LABEL = Label("nodes.label.n1", "nodes", "why", "n1", {"cocalc-role": "services"})
HELM = Helm("release", "release", "why", "cocalc", "cocalc", "/chart", (), "abc")
RULES = rules_probe(view())
ALL = access_probe(EVERYTHING)
TOPIC = Topic(PERSISTENT_VOLUME_CLAIM, "cocalc", "projects-data")


def rule(verbs: str, groups: str, resources: str, names: str = "") -> dict[str, Any]:
    parts = [text.split(",") if text else [] for text in (verbs, resources, names)]
    return {"verbs": parts[0], "groups": [groups], "resources": parts[1], "names": parts[2]}


def test_an_apply_needs_to_look_create_and_patch() -> None:
    found = {str(r) for r in rights_needed(view(wanted=(APPLY,)))}
    assert {f"{v} persistentvolumeclaims in cocalc" for v in ("get", "create", "patch")} <= found
    assert "create leases.coordination.k8s.io in cocalc" in found


def test_what_is_there_already_needs_nothing() -> None:
    live = {**CLAIM, "spec": {**CLAIM["spec"], "volumeName": "pv-1"}}
    assert rights_needed(view({TOPIC: [live]}, wanted=(APPLY,))) == ()
    other = {**CLAIM, "spec": {"resources": {"requests": {"storage": "2Gi"}}}}
    assert rights_needed(view({TOPIC: [other]}, wanted=(APPLY,))) != ()


def test_a_secret_is_there_when_its_hash_is() -> None:
    ref = SecretRef("env", "X")
    meta = {"name": "s", "namespace": "cocalc", "labels": OURS}
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": "Opaque"}
    action = Apply("s", "s", "why", manifest, (PlainSlot("key", ref),))
    live = {**manifest, "data": {"key": "sha256:abc"}}
    facts = {Topic(SECRET, "cocalc", "s"): [live]}
    assert rights_needed(view({**facts, ref.probe(): {"sha256": "abc"}}, wanted=(action,))) == ()
    assert rights_needed(view({**facts, ref.probe(): {"sha256": "other"}}, wanted=(action,))) != ()


def test_labels_are_patches_of_nodes_and_waits_need_nothing() -> None:
    assert Right("patch", "", "nodes") in rights_needed(view(wanted=(LABEL,)))
    node = {"metadata": {"name": "n1", "labels": {"cocalc-role": "services"}}}
    assert rights_needed(view({Topic(NODE): [node]}, wanted=(LABEL,))) == ()
    assert rights_needed(view(wanted=(Wait("w", "s", "why", "t", ()),))) == ()


def test_helm_needs_what_the_chart_renders() -> None:
    objects = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hub"}},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "p"}},
    ]
    probe = Probe.of("render", chart="/chart", namespace="cocalc")
    found = {str(r) for r in rights_needed(view({probe: {"objects": objects}}, wanted=(HELM,)))}
    assert "patch deployments.apps in cocalc" in found
    assert "create clusterroles.rbac.authorization.k8s.io" in found
    assert "list secrets in cocalc" in found


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        ([rule("*", "*", "*")], True),
        ([rule("create,get", "", "secrets")], True),
        ([rule("get", "", "secrets"), rule("create", "", "secrets")], True),
        ([rule("create", "apps", "secrets")], False),
        ([rule("create", "", "secrets", "regcred")], False),
        ([], False),
    ],
)
def test_rules(rules: list[dict[str, Any]], answer: bool) -> None:
    assert allowed(rules, Right("create", "", "secrets", "cocalc")) is answer


def test_rules_for_certain_names_only_tell_nothing() -> None:
    assert allowed([rule("patch", "", "secrets", "regcred")], Right("patch", "", "secrets", "cocalc")) is None


def test_rights_for_the_whole_cluster_are_asked_all_at_once_first() -> None:
    facts: dict[Any, Any] = {RULES: {"rules": [rule("*", "*", "*")], "incomplete": False}}
    assert questions(view(facts, wanted=(APPLY,))) == ()
    assert questions(view(facts, wanted=(APPLY, LABEL))) == (ALL,)
    admin = view({**facts, ALL: {"allowed": True}}, wanted=(APPLY, LABEL))
    assert questions(admin) == (ALL,)
    assert has(admin, Right("patch", "", "nodes")) is True
    other = view({**facts, ALL: {"allowed": False}}, wanted=(APPLY, LABEL))
    assert {p.text("resource") for p in questions(other)} == {"*", "nodes"}


def test_an_incomplete_list_is_completed_by_questions() -> None:
    facts = {RULES: {"rules": [rule("get", "", "*")], "incomplete": True}, ALL: {"allowed": False}}
    seen = view(facts, wanted=(APPLY,))
    asked = {(p.text("verb"), p.text("resource")) for p in questions(seen)}
    assert ("create", "persistentvolumeclaims") in asked
    assert ("get", "persistentvolumeclaims") not in asked
    right = Right("create", "", "persistentvolumeclaims", "cocalc")
    assert has(seen, right) is None
    assert missing(seen) == ()
    told = view(
        {RULES: {"rules": [], "incomplete": True}, access_probe(right): {"allowed": False}}, wanted=(APPLY,)
    )
    assert missing(told) == (right,)


def test_a_refused_list_is_a_missing_right() -> None:
    lacking = missing(view({Topic(NODE): Denied("nodes is forbidden")}))
    assert Right("list", "", "nodes") in lacking


def test_the_roles_give_exactly_what_is_missing() -> None:
    rights = (
        Right("create", "", "secrets", "cocalc"),
        Right("patch", "", "secrets", "cocalc"),
        Right("patch", "", "nodes"),
        Right("create", "apps", "deployments", "cocalc"),
    )
    documents = list(yaml.safe_load_all(rights_yaml(rights, "ada@acme.edu")))
    assert [d["kind"] for d in documents] == ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]
    given = {
        Right(verb, group, resource, d["metadata"].get("namespace"))
        for d in documents
        for r in d.get("rules", ())
        for verb in r["verbs"]
        for group in r["apiGroups"]
        for resource in r["resources"]
    }
    assert given == set(rights)
    assert documents[3]["subjects"][0]["name"] == "ada@acme.edu"


def test_a_service_account_is_bound_as_one() -> None:
    text = rights_yaml((Right("patch", "", "nodes"),), "system:serviceaccount:ops:installer")
    subject = list(yaml.safe_load_all(text))[1]["subjects"][0]
    assert subject == {"kind": "ServiceAccount", "name": "installer", "namespace": "ops"}
