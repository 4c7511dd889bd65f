"""Rights at the API server: what the plan needs, what this login has, and the roles that give the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from cocalc_tui.core.action import MANAGER, Action, Apply, Delete, Helm, Label
from cocalc_tui.core.diff import same
from cocalc_tui.core.facts import Denied, Object
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.kinds import (
    CLUSTER_ROLE,
    CLUSTER_ROLE_BINDING,
    DEPLOYMENT,
    LEASE,
    NAMESPACE,
    NODE,
    SECRET,
    SERVICE,
    SERVICE_ACCOUNT,
    Kind,
    kind_of,
)
from cocalc_tui.core.ownership import ours
from cocalc_tui.core.plan import Right
from cocalc_tui.core.topics import Probe, Topic
from cocalc_tui.core.view import View

WRITE = ("get", "create", "patch")
RELEASE = ("get", "list", "create", "update", "delete")
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete")
EVERYTHING = Right("*", "*", "*")
GROUP = "rbac.authorization.k8s.io"


def rules_probe(view: View) -> Probe:
    """The question for everything that this login may do in the namespace."""
    return Probe.of("rules", namespace=view.namespace)


def access_probe(right: Right) -> Probe:
    """The question for one right."""
    return Probe.of(
        "access", verb=right.verb, group=right.group, resource=right.resource, namespace=right.namespace
    )


def rights_needed(view: View) -> tuple[Right, ...]:
    """What the wanted changes need: those of the actions not yet true, of Helm and what it renders."""
    found: dict[Right, None] = {}
    for action in view.wanted:
        for right in _of_action(view, action):
            found[right] = None
    if found:
        for verb in ("get", "create", "update"):
            found[Right(verb, LEASE.group, LEASE.plural, view.namespace)] = None
    return tuple(found)


def _of_action(view: View, action: Action) -> Iterable[Right]:
    match action:
        case Apply():
            return () if already(view, action) else _on(action.kind, WRITE, action.namespace)
        case Label():
            return () if labelled_already(view, action) else _on(NODE, ("get", "patch"), None)
        case Delete():
            return _on(action.kind, ("get", "delete"), action.namespace)
        case HelmAddon():
            return () if action.current else _of_addon(action)
        case Helm():
            return () if action.current else _of_release(view, action)
        case _:
            return ()


def _of_release(view: View, action: Helm) -> Iterable[Right]:
    """Helm keeps its releases in Secrets, and makes whatever the chart renders."""
    yield from _on(SECRET, RELEASE, action.namespace)
    for manifest in rendered(view):
        kind = kind_of(str(manifest.get("apiVersion", "v1")), str(manifest.get("kind", "")))
        where = manifest.get("metadata", {}).get("namespace") or action.namespace
        yield from _on(kind, (*WRITE, "delete"), where)


def _of_addon(action: HelmAddon) -> Iterable[Right]:
    """What every controller's chart brings; what it has besides is told by helm."""
    yield from _on(SECRET, RELEASE, action.namespace)
    for kind in (NAMESPACE, CLUSTER_ROLE, CLUSTER_ROLE_BINDING, DEPLOYMENT, SERVICE, SERVICE_ACCOUNT):
        yield from _on(kind, WRITE, action.namespace)


def _on(kind: Kind, verbs: Iterable[str], namespace: str | None) -> tuple[Right, ...]:
    where = namespace if kind.namespaced else None
    return tuple(Right(verb, kind.group, kind.plural, where) for verb in verbs)


def rendered(view: View) -> tuple[Object, ...]:
    """The objects of the chart as they were rendered for this namespace; empty where that was not seen."""
    found: list[Object] = []
    for need in view.facts.observed:
        if isinstance(need, Probe) and need.kind == "render" and need.text("namespace") == view.namespace:
            found += view.result(need).get("objects") or ()
    return tuple(found)


def already(view: View, action: Apply) -> bool:
    """Whether the object is there, made by us, with everything that the action wants."""
    live = view.object(action.topic)
    if live is None or not ours(live):
        return False
    data = {s.key: f"sha256:{view.result(s.probe()).get('sha256') or ''}" for s in action.slots}
    wanted = {k: v for k, v in action.manifest.items() if k not in ("apiVersion", "kind")}
    return same({**wanted, "data": {**wanted.get("data", {}), **data}}, {"data": {}, **live})


def labelled_already(view: View, action: Label) -> bool:
    """Whether the node has the labels; taints are set anew each time they are wanted."""
    live = next((n for n in view.objects(Topic(NODE)) if n["metadata"]["name"] == action.node), None)
    have = (live or {}).get("metadata", {}).get("labels", {})
    return live is not None and not action.taints and same(dict(action.labels), have)


def allowed(rules: Sequence[Mapping[str, Any]], right: Right) -> bool | None:
    """Whether the rules give a right; None where they give it for objects of certain names only."""
    named = False
    for rule in rules:
        if not (
            _lists(rule.get("verbs"), right.verb)
            and _lists(rule.get("groups"), right.group)
            and _lists(rule.get("resources"), right.resource)
        ):
            continue
        if not rule.get("names"):
            return True
        named = True
    return None if named and right.verb != "create" else False


def _lists(entries: Sequence[str] | None, name: str) -> bool:
    return name in (entries or ()) or "*" in (entries or ())


def questions(view: View) -> tuple[Probe, ...]:
    """Rights that the rules cannot answer: those for the whole cluster, and what an incomplete list lacks.

    Asked for everything at once first: an administrator needs one question instead of fifty.
    """
    document = view.result(rules_probe(view))
    rules = document.get("rules", ())
    open_ones = tuple(
        access_probe(right)
        for right in rights_needed(view)
        if right.namespace != view.namespace
        or (document.get("incomplete") and allowed(rules, right) is not True)
    )
    if not open_ones:
        return ()
    everything = access_probe(EVERYTHING)
    return (everything, *open_ones) if view.result(everything).get("allowed") is False else (everything,)


def has(view: View, right: Right) -> bool | None:
    """Whether this login has a right; None where that was not seen."""
    if view.result(access_probe(EVERYTHING)).get("allowed"):
        return True
    asked = view.result(access_probe(right))
    if "allowed" in asked:
        return bool(asked["allowed"])
    document = view.result(rules_probe(view))
    if not document or right.namespace != view.namespace:
        return None
    found = allowed(document.get("rules", ()), right)
    return None if found is False and document.get("incomplete") else found


def refused(view: View) -> tuple[Right, ...]:
    """Rights to look, for every list that the server refused."""
    found: list[Right] = []
    for need, observation in view.facts.observed.items():
        if isinstance(need, Topic) and isinstance(observation, Denied):
            found += _on(need.kind, ("get", "list", "watch"), need.namespace)
    return tuple(dict.fromkeys(found))


def missing(view: View) -> tuple[Right, ...]:
    """What the plan needs and this login is known to lack, and what it was refused to look at."""
    lacking = [right for right in rights_needed(view) if has(view, right) is False]
    return tuple(dict.fromkeys((*lacking, *refused(view))))


def lacking_for(view: View, action: Action) -> tuple[Right, ...]:
    """What one action needs and this login is known to lack."""
    return tuple(right for right in _of_action(view, action) if has(view, right) is False)


def rights_yaml(lacking: Sequence[Right], user: str) -> str:
    """The Roles and the ClusterRole that give these rights to a login, with their bindings."""
    documents: list[Mapping[str, Any]] = []
    for namespace in sorted({r.namespace for r in lacking}, key=lambda n: (n is not None, n or "")):
        rules = _rules([r for r in lacking if r.namespace == namespace])
        documents += _role(namespace, rules, user)
    return yaml.safe_dump_all(documents, sort_keys=False, default_flow_style=None, width=100)


def _rules(rights: Sequence[Right]) -> list[dict[str, list[str]]]:
    """Rights of one place, one rule for all resources of a group with the same verbs."""
    verbs: dict[tuple[str, str], list[str]] = {}
    for right in sorted(rights, key=lambda r: VERBS.index(r.verb) if r.verb in VERBS else 0):
        verbs.setdefault((right.group, right.resource), []).append(right.verb)
    together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, resource), what in sorted(verbs.items()):
        together.setdefault((group, tuple(dict.fromkeys(what))), []).append(resource)
    return [
        {"apiGroups": [group], "resources": resources, "verbs": list(what)}
        for (group, what), resources in together.items()
    ]


def _role(namespace: str | None, rules: list[dict[str, list[str]]], user: str) -> list[Mapping[str, Any]]:
    meta = {"name": MANAGER} | ({"namespace": namespace} if namespace else {})
    kind = "Role" if namespace else "ClusterRole"
    return [
        {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": meta, "rules": rules},
        {
            "apiVersion": f"{GROUP}/v1",
            "kind": f"{kind}Binding",
            "metadata": dict(meta),
            "roleRef": {"apiGroup": GROUP, "kind": kind, "name": MANAGER},
            "subjects": [_subject(user)],
        },
    ]


def _subject(user: str) -> dict[str, str]:
    """The login as RBAC names it; service accounts have a kind of their own."""
    head, _, rest = user.partition("system:serviceaccount:")
    if not head and ":" in rest:
        namespace, _, name = rest.partition(":")
        return {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    return {"apiGroup": GROUP, "kind": "User", "name": user or "USER"}
