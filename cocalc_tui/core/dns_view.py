"""What the DNS step looks at: the domain, where it should lead, and what name servers say."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence

from cocalc_tui.core.facts import Denied, Object, Unreachable
from cocalc_tui.core.kinds import INGRESS, SERVICE
from cocalc_tui.core.topics import Need, Probe, Topic
from cocalc_tui.core.view import View

CONTROLLERS = Topic(SERVICE, selector="app.kubernetes.io/component=controller")
"""The Services of Ingress controllers, as the charts of ingress-nginx and others label them."""

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"


def ingresses(view: View) -> Topic:
    """The Ingresses of the namespace."""
    return Topic(INGRESS, view.namespace)


def domain(view: View) -> str:
    """The domain of the site, empty if none is known."""
    return view.text("dns.domain").strip()


def deployed_domain(view: View) -> str | None:
    """The host of an Ingress that is there already."""
    for found in view.objects(ingresses(view)):
        for rule in (found.get("spec") or {}).get("rules") or ():
            if rule.get("host"):
                return str(rule["host"])
    return None


def wrong(value: str) -> str | None:
    """Why a text cannot be the domain of the site, None if it can."""
    if "://" in value:
        return "give the bare name, without https://"
    if "/" in value:
        return "give the bare name: CoCalc needs a whole domain and cannot live below a path"
    if re.fullmatch(r".+:\d*", value) and value.count(":") == 1:
        return "give the bare name, without a port"
    if "*" in value:
        return "give one name; a wildcard is none"
    if is_address(value):
        return "give a name; a certificate and an Ingress need one, an address is none"
    if not value.isascii():
        return "give the name as DNS has it, which begins with xn--"
    if value != value.lower():
        return "write it in lower-case letters, as an Ingress wants it"
    if len(value) > 253 or not re.fullmatch(rf"{_LABEL}(\.{_LABEL})+", value):
        return "give a name such as cocalc.example.edu"
    return None


def is_address(value: str) -> bool:
    """Whether a text is an IP address."""
    try:
        ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        return False
    return True


def private(address: str) -> bool:
    """Whether an address is of a private network."""
    return is_address(address) and ipaddress.ip_address(address).is_private


def targets(view: View) -> tuple[str, ...]:
    """Where the domain should lead: of the site's Ingresses, else of the controller's Services."""
    found = [a for i in view.objects(ingresses(view)) for a in addresses(i)]
    if not found:
        for service in view.objects(CONTROLLERS):
            if (service.get("spec") or {}).get("type") == "LoadBalancer":
                found += addresses(service)
    return tuple(dict.fromkeys(found))


def addresses(found: Object) -> tuple[str, ...]:
    """The addresses or host names that an Ingress or a Service was given."""
    given = ((found.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return tuple(str(a.get("ip") or a.get("hostname")) for a in given if a.get("ip") or a.get("hostname"))


def probe(view: View) -> Probe | None:
    """The question to the name servers; None without a domain that could be one."""
    name = domain(view)
    return Probe.of("dns", name=name, caa=True) if name and not wrong(name) else None


def balancers(view: View) -> tuple[Probe, ...]:
    """The questions where the load balancer's host names lead."""
    return tuple(Probe.of("dns", name=t) for t in targets(view) if not is_address(t))


def seen(view: View) -> Object:
    """What the name servers say; empty where they were not asked."""
    asked = probe(view)
    return view.result(asked) if asked else {}


def wanted(view: View) -> tuple[str, ...]:
    """The addresses that the domain should have, the load balancer's host names resolved."""
    found = [t for t in targets(view) if is_address(t)]
    for asked in balancers(view):
        found += [str(a) for a in view.result(asked).get("addresses") or ()]
    return tuple(found)


def record(view: View) -> tuple[str, str] | None:
    """The record to add: a short form and a line of a zone file; None without a target."""
    name, goals = domain(view), targets(view)
    if not goals:
        return None
    hosts = [g for g in goals if not is_address(g)]
    if hosts:
        if seen(view).get("zone") == name:
            return (
                f"ALIAS {name} {hosts[0]}",
                f"{name}. 300 IN ALIAS {hosts[0]}.  ; a domain itself can have no CNAME",
            )
        return f"CNAME {name} {hosts[0]}", f"{name}. 300 IN CNAME {hosts[0]}."
    kind = "AAAA" if ":" in goals[0] else "A"
    lines = [f"{name}. 300 IN {'AAAA' if ':' in g else 'A'} {g}" for g in goals]
    return f"{kind} {name} {goals[0]}", "\n".join(lines)


def needs_targets(view: View) -> Iterable[Need]:
    """Ingresses and Services; what may not be listed is done without."""
    topics: Sequence[Topic] = (ingresses(view), CONTROLLERS)
    return tuple(t for t in topics if not isinstance(view.get(t), Denied | Unreachable))


def needs(view: View) -> Iterable[Need]:
    """The name servers, and where the domain should lead."""
    asked = probe(view)
    if asked is None:
        return ()
    unseen = (b for b in balancers(view) if not isinstance(view.get(b), Unreachable))
    return (asked, *needs_targets(view), *unseen)
