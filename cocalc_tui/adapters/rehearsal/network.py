"""Addresses: of Services of type LoadBalancer, and of Ingresses that a controller serves."""

from __future__ import annotations

from typing import Any

from cocalc_tui.adapters.rehearsal.moment import Moment
from cocalc_tui.adapters.rehearsal.store import Object
from cocalc_tui.core.kinds import INGRESS, INGRESS_CLASS, SERVICE

ADDRESS_AFTER = 8.0
SERVED_AFTER = 6.0


def reconcile(moment: Moment) -> None:
    """A world without a load balancer leaves its Services waiting, as bare metal does."""
    address = moment.world.get("loadbalancer")
    for service in moment.moving(SERVICE):
        waiting = service["spec"].get("type") == "LoadBalancer" and not _addresses(service)
        if waiting and address and moment.elapsed(service, "address", ADDRESS_AFTER):
            moment.status(service, loadBalancer={"ingress": [dict(address)]})
            moment.event(service, "EnsuredLoadBalancer", "Ensured load balancer", "service-controller")
    for ingress in moment.moving(INGRESS):
        found = _controller(moment, ingress)
        if found and _addresses(ingress) != found and moment.elapsed(ingress, "served", SERVED_AFTER):
            moment.status(ingress, loadBalancer={"ingress": [_bare(a) for a in found]})
            moment.event(ingress, "Sync", "Scheduled for sync", "nginx-ingress-controller")


def _controller(moment: Moment, ingress: Object) -> list[Any]:
    """The addresses of the controller that serves an Ingress."""
    name = ingress["spec"].get("ingressClassName")
    if not name or moment.store.find(INGRESS_CLASS, name) is None:
        return []
    for service in moment.select(SERVICE):
        labels = service["metadata"].get("labels", {})
        if labels.get("app.kubernetes.io/component") == "controller" and _addresses(service):
            return [_bare(a) for a in _addresses(service)]
    return []


def _bare(address: Object) -> Object:
    return {k: v for k, v in address.items() if k in ("ip", "hostname")}


def _addresses(obj: Object) -> list[Any]:
    found = obj.get("status", {}).get("loadBalancer", {}).get("ingress", [])
    return list(found)
