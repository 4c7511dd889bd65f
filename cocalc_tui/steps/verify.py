"""What runs in the end, and what to try next by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cocalc_tui.core.facts import Object
from cocalc_tui.core.findings import Check, State, Verdict, absent, failed, passed, skipped, warned
from cocalc_tui.core.kinds import INGRESS
from cocalc_tui.core.step import Step
from cocalc_tui.core.topics import Need, Topic
from cocalc_tui.core.values import ValuesError, lookup, parse
from cocalc_tui.core.values_view import needs as needs_values
from cocalc_tui.core.values_view import wanted
from cocalc_tui.core.view import View
from cocalc_tui.core.workloads import MANAGE, NEW_HUB, OLD_HUB, Workload, deployments, group, lacking, told
from cocalc_tui.steps.cluster import platform

FIRST = "Apply the step Release first."
OTHER_ADDRESS = "Install an Ingress controller for their class, or see what it says: kubectl describe ingress"
ADDRESS = {
    "minikube": "Run minikube tunnel in another terminal, and minikube addons enable ingress if it is off.",
    "kubeadm": "Give the controller an address: install MetalLB, or another load balancer for bare metal.",
}
"""How Ingresses get an address where no cloud gives one, by platform."""


def ingresses(view: View) -> Topic:
    """The Ingresses of the namespace."""
    return Topic(INGRESS, view.namespace)


def needs(view: View) -> Iterable[Need]:
    """The workloads of the namespace."""
    return (deployments(view),)


def needs_ingress(view: View) -> Iterable[Need]:
    """The Ingresses of the namespace."""
    return (ingresses(view),)


def running(name: str, *generations: frozenset[str]) -> Callable[[View], Verdict]:
    """The judgement of one group of workloads, in either generation of names."""

    def judge(view: View) -> Verdict:
        found = group(view.objects(deployments(view)), name)
        if not found:
            return absent(f"no workload of {name}", FIRST)
        if not all(w.done for w in found):
            return failed(
                f"{name}: {told(found)}",
                "Wait for the rollout, or see what the step Release says of it.",
                state=State.PARTIAL,
            )
        missing = lacking((w.name for w in found), *generations) if generations else ()
        if missing:
            return warned(
                f"{', '.join(missing)} is missing",
                "Compare with the chart: kubectl get deployments shows what runs.",
                detail="Neither the older nor the newer set of names is whole.",
            )
        return passed(_short(found))

    return judge


def _short(found: Sequence[Workload]) -> str:
    pods = sum(w.ready for w in found)
    return f"{len(found)} workload{'s' if len(found) > 1 else ''} ready, {pods} pod{'s' if pods != 1 else ''}"


def addresses(found: Object) -> tuple[str, ...]:
    """The addresses that a controller gave to an Ingress."""
    given = ((found.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return tuple(str(a.get("ip") or a.get("hostname")) for a in given if a.get("ip") or a.get("hostname"))


def ingress(view: View) -> Verdict:
    found = view.objects(ingresses(view))
    if not found:
        return absent("no Ingress", FIRST)
    without = [str(i["metadata"]["name"]) for i in found if not addresses(i)]
    if without:
        return warned(
            f"no address yet: {', '.join(without)}",
            ADDRESS.get(platform(view)[0].id, OTHER_ADDRESS),
            detail="A controller gives an Ingress the address at which the site is reached.",
        )
    return passed(", ".join(dict.fromkeys(a for i in found for a in addresses(i))))


def domain(view: View) -> str:
    """The domain of the site, from its Ingresses or the values file; empty where none is set."""
    for found in view.objects(ingresses(view)):
        for rule in (found.get("spec") or {}).get("rules") or ():
            if rule.get("host"):
                return str(rule["host"])
    result = wanted(view)
    try:
        return str(lookup(parse(result.text), "global.settings.dns")[1] or "") if result else ""
    except ValuesError:
        return ""


def further(view: View) -> Verdict:
    hub = group(view.objects(deployments(view)), "hub")
    if not hub or not all(w.done for w in hub):
        return skipped("needs the hub")
    where = next((a for i in view.objects(ingresses(view)) for a in addresses(i)), "")
    name = domain(view)
    steps = [
        f"Open https://{name}/ in a browser."
        if name
        else "Set global.settings.dns and open the site in a browser.",
        f"If the name does not resolve yet, point it to {where}." if where and name else "",
        f"Sign in as {email}; the page Admin must be there."
        if (email := view.text("admin.email"))
        else "Sign up.",
        f"Create a project and start it: kubectl get pods -n {view.namespace} -l run=project shows it.",
        "Reset a password, which sends a mail.",
    ]
    first = f"open https://{name}/ and start a project" if name else "set the domain, then open the site"
    return passed(f"Next: {first}", "\n".join(s for s in steps if s))


STEP = Step(
    id="verify",
    title="Verify",
    group="Deploy",
    why="An installation is done when its services answer, not when helm has ended.",
    guide=("Networking",),
    after=("release",),
    checks=(
        Check(
            "hub",
            "Hub",
            "Every service of the hub must be available. Their names differ between older and newer charts; "
            "both sets are known.",
            running("hub", OLD_HUB, NEW_HUB),
            needs,
            counts=True,
        ),
        Check(
            "manage",
            "Manage",
            "The services that start, watch and stop projects must be available.",
            running("manage", MANAGE),
            needs,
            counts=True,
        ),
        Check(
            "static",
            "Static",
            "The server of static files must be available, because every page loads from it.",
            running("static"),
            needs,
            counts=True,
        ),
        Check(
            "ingress",
            "Ingress",
            "The Ingresses must have an address, which an Ingress controller gives them; without one the "
            "site cannot be reached from outside.",
            ingress,
            needs_ingress,
            counts=True,
        ),
        Check(
            "next",
            "Next",
            "What only a person can try: open the site, sign in, start a project, have a mail sent.",
            further,
            lambda view: (*needs(view), *needs_ingress(view), *needs_values(view)),
        ),
    ),
    summary=lambda view: "hub, manage and static are ready, " + ingress(view).summary,
)
