"""The namespace that everything runs in (setup guide, "Namespace")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cocalc_tui.core.action import Action, Apply, labelled
from cocalc_tui.core.findings import Check, Verdict, absent, failed, passed, skipped, warned
from cocalc_tui.core.kinds import NAMESPACE, RESOURCE_QUOTA
from cocalc_tui.core.names import label_name
from cocalc_tui.core.ownership import ours
from cocalc_tui.core.quantity import amount
from cocalc_tui.core.step import Field, Step
from cocalc_tui.core.topics import Need, Topic
from cocalc_tui.core.view import View

LEVEL = "pod-security.kubernetes.io/enforce"


def topic(view: View) -> Topic:
    """The namespace itself."""
    return Topic(NAMESPACE, name=view.namespace)


def quotas(view: View) -> Topic:
    """The quotas in the namespace."""
    return Topic(RESOURCE_QUOTA, view.namespace)


def needs_namespace(view: View) -> Iterable[Need]:
    """Most judgements need only the namespace itself."""
    return (topic(view),)


def exists(view: View) -> Verdict:
    found = view.object(topic(view))
    if found is None:
        return absent(f"{view.namespace} is absent", "Apply this step to create it.")
    if found.get("status", {}).get("phase") == "Terminating" or found["metadata"].get("deletionTimestamp"):
        return failed(
            f"{view.namespace} is being deleted",
            f"Wait until it is gone, or see what holds it: kubectl get namespace {view.namespace} -o yaml",
            detail="A namespace that is being deleted takes no new objects.",
        )
    return passed(view.namespace)


def pod_security(view: View) -> Verdict:
    found = view.object(topic(view))
    if found is None:
        return skipped("needs the namespace")
    level = found["metadata"].get("labels", {}).get(LEVEL, "")
    if level == "restricted":
        return failed(
            f"{view.namespace} enforces pod security restricted, which CoCalc's pods do not obey",
            f"Lower the level: kubectl label namespace {view.namespace} {LEVEL}=baseline --overwrite",
        )
    return passed(f"pod security {level}" if level else "no pod security level enforced")


def quota(view: View) -> Verdict:
    if view.object(topic(view)) is None:
        return skipped("needs the namespace")
    full = []
    for found in view.objects(quotas(view)):
        status = found.get("status", {})
        used = status.get("used", {})
        hard = status.get("hard", {})
        full += [f"{k} {used.get(k)} of {limit}" for k, limit in hard.items() if spent(used.get(k), limit)]
    if full:
        return warned(
            "quota used up: " + ", ".join(full),
            f"Raise the quota, or free what uses it: kubectl -n {view.namespace} describe quota",
        )
    return passed("quota leaves room" if view.objects(quotas(view)) else "no quota")


def spent(used: object, limit: object) -> bool:
    """Whether nothing is left of what a quota allows; a limit of zero forbids on purpose."""
    have, most = amount(used), amount(limit)
    return have is not None and most is not None and 0 < most <= have


def actions(view: View) -> Sequence[Action]:
    live = view.object(topic(view))
    if live is not None and not ours(live):
        return ()
    manifest = labelled({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": view.namespace}})
    return (Apply("namespace", "namespace", "Everything of CoCalc lives in one namespace.", manifest),)


STEP = Step(
    id="namespace",
    title="Namespace",
    group="Base",
    why="Everything of CoCalc runs in a single namespace.",
    guide=("Prerequisites: Kubernetes", "Namespace"),
    after=("cluster",),
    fields=(
        Field(
            "name",
            "Name",
            "The namespace that CoCalc is installed into. The setup guide calls it cocalc throughout.",
            default="cocalc",
            check=label_name,
        ),
    ),
    checks=(
        Check(
            "exists",
            "Namespace",
            "The namespace must exist and must not be in the course of deletion: a terminating namespace "
            "takes no new objects.",
            exists,
            needs_namespace,
            counts=True,
        ),
        Check(
            "pod-security",
            "Pod security",
            "The pod security level that the namespace enforces must let the chart's pods run. Projects and "
            "the permission fix need more than the level restricted allows.",
            pod_security,
            needs_namespace,
        ),
        Check(
            "quota",
            "Quota",
            "A resource quota of the namespace must leave room for the pods, claims and services that the "
            "chart creates; pods over the quota are silently not created.",
            quota,
            lambda view: (topic(view), quotas(view)),
        ),
    ),
    actions=actions,
    needs=needs_namespace,
    summary=lambda view: f"{view.namespace}, {pod_security(view).summary}, {quota(view).summary}",
)
