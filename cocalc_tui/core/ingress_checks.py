"""What the Ingress step judges."""

from __future__ import annotations

from cocalc_tui.core.controllers import NGINX, RETIRED
from cocalc_tui.core.dns_view import addresses
from cocalc_tui.core.findings import State, Verdict, absent, failed, passed, skipped, warned
from cocalc_tui.core.ingress_view import (
    CLASSES,
    chosen,
    controller,
    ingress_class,
    installs,
    is_default,
    kind,
    maker,
    services,
    snippets,
    version,
    workloads,
)
from cocalc_tui.core.view import View

NO_CONTROLLER = "needs the controller"
OTHERWISE = (
    "Without the snippet the path /metrics of the site answers everybody. Deny it before the controller, "
    "for example in a firewall or a proxy of yours."
)


def class_exists(view: View) -> Verdict:
    found = ingress_class(view)
    if found:
        told = f"{chosen(view)} of {maker(found)}"
        return passed(f"{told}, the default" if is_default(found) else told)
    others = ", ".join(sorted(c["metadata"]["name"] for c in view.objects(CLASSES)))
    seen = f"there is no IngressClass {chosen(view)}, only {others}" if others else "there is no IngressClass"
    if installs(view):
        return absent(seen, "Apply this step to install ingress-nginx.")
    remedy = "Choose a class that is there." if others else "Install a controller of your own."
    return absent(
        seen,
        f"Answer ingress-nginx to ingress.install and apply. Or: {remedy}",
        detail="Without a controller nobody serves CoCalc's Ingresses.",
    )


def at_work(view: View) -> Verdict:
    found = ingress_class(view)
    if found is None:
        return skipped("needs the class")
    make = controller(view)
    if make is None:
        return skipped(f"{maker(found)} is no controller that is known here")
    if not make.labels:
        return passed(f"{make.name}, which runs outside the cluster")
    running = workloads(view)
    if not running:
        return failed(
            f"no workload of {make.name} was found",
            "Install the controller again, or delete the class that was left behind: "
            f"kubectl delete ingressclass {chosen(view)}",
            detail=f"The class {chosen(view)} names {maker(found)}, which serves nobody while nothing runs.",
            state=None if not installs(view) else State.PARTIAL,
        )
    first = max(running, key=lambda w: int((w.get("status") or {}).get(_ready(w)) or 0))
    ready = int((first.get("status") or {}).get(_ready(first)) or 0)
    number = version(first)
    told = f"{make.name} {number}".strip()
    where = f"{first['kind'].lower()}/{first['metadata']['name']} -n {first['metadata']['namespace']}"
    if not ready:
        return failed(
            f"{told} has no pod that is ready",
            f"See why: kubectl describe {where}",
            state=State.PARTIAL,
        )
    return passed(
        f"{told}, {ready} pod{'s' if ready > 1 else ''} ready", RETIRED if make is NGINX else make.advice
    )


def _ready(workload: object) -> str:
    return (
        "numberReady"
        if isinstance(workload, dict) and workload.get("kind") == "DaemonSet"
        else "readyReplicas"
    )


def accepts(view: View) -> Verdict:
    make = controller(view)
    if make is None:
        return skipped(
            "needs the class" if ingress_class(view) is None else "the controller is not known here"
        )
    if make is not NGINX:
        return passed(f"{make.name} ignores the annotations of nginx", make.advice)
    allowed = snippets(view)
    if allowed is None:
        return skipped(NO_CONTROLLER)
    if allowed:
        return passed("affinity, body size and the snippet for /metrics are allowed")
    if view.flag("ingress.hide_metrics"):
        return warned(
            "the controller refuses snippets, so it refuses to hide /metrics",
            "Answer no to ingress.hide_metrics, or let the controller take snippets: "
            "controller.allowSnippetAnnotations true and annotations-risk-level Critical.",
            detail="With hideMetrics the chart's Ingresses have a server-snippet, which the controller's "
            "admission then refuses. With snippets whoever may write an Ingress configures the controller.",
        )
    return passed("affinity and body size are allowed, snippets are not", OTHERWISE)


def address(view: View) -> Verdict:
    make = controller(view)
    if make is None:
        return skipped(
            "needs the class" if ingress_class(view) is None else "the controller is not known here"
        )
    found = services(view)
    if not make.labels or make.id in ("alb", "agic"):
        return skipped("comes with the Ingress itself")
    if not found:
        return skipped("the controller has no Service" if workloads(view) else NO_CONTROLLER)
    given = [a for s in found if kind(s) == "LoadBalancer" for a in addresses(s)]
    if given:
        return passed(", ".join(given))
    waiting = next((s for s in found if kind(s) == "LoadBalancer"), None)
    if waiting:
        name = f"{waiting['metadata']['namespace']}/{waiting['metadata']['name']}"
        return warned(
            f"Service {name} waits for an address",
            "Wait for the load balancer of the cluster, or bring one, such as MetalLB or minikube tunnel.",
            detail="A cloud gives an address within minutes; bare metal has no load balancer by itself.",
        )
    ports = [str(p["nodePort"]) for s in found for p in s["spec"].get("ports") or () if p.get("nodePort")]
    if ports:
        return passed(
            f"node ports {', '.join(ports)}",
            "No Service of type LoadBalancer: a proxy of yours has to lead ports 80 and 443 to these.",
        )
    return passed("inside the cluster only", "The pods have to use the host's ports 80 and 443.")
