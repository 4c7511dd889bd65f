"""The domain of the site and the record that leads to it (setup guide, "Domain or Sub-Domain")."""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.core import chart_view
from cocalc_tui.core.dns_checks import caa, name, people, resolves
from cocalc_tui.core.dns_view import deployed_domain, domain, ingresses, needs, probe, wrong
from cocalc_tui.core.findings import Check
from cocalc_tui.core.step import Field, Step
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate, Wish

SETTING = Candidate("global.settings.dns")
HOSTS = (
    *("global.ingress.host", "global.ingress.hostname", "global.ingress.domain"),
    *("global.networkingConfiguration.host", "global.networkingConfiguration.domain"),
    *("global.dns", "global.domain", "global.hostname", "global.host"),
    *("ingress.host", "ingress.hostname", "hub.ingress.host", "dns", "domain"),
)
"""Where a chart may want the host of its Ingress besides; none of them is public."""


def values(view: View) -> Sequence[Wish]:
    given = domain(view)
    if not given:
        return ()
    found = [Wish("dns", "domain", (SETTING,), given)]
    keys = chart_view.keys(view)
    places = [p for p in HOSTS if keys and isinstance(keys.default(p), str)]
    if places:
        found.append(Wish("dns", "host", tuple(Candidate(p, "guess") for p in places), given))
    return found


def summary(view: View) -> str:
    if probe(view) is None:
        return name(view).summary
    return resolves(view).summary


STEP = Step(
    id="dns",
    title="Domain",
    group="Network",
    why="People reach the site by a name of its own, which has to lead to the load balancer.",
    guide=("Prerequisites: Domain or Sub-Domain", "Introduction"),
    after=("namespace",),
    fields=(
        Field(
            "domain",
            "Domain",
            "The domain or sub-domain of the site: a bare name without https://, port or path. CoCalc cannot "
            "live below a path of another site.",
            check=lambda value, view: wrong(value.strip()),
            detect=deployed_domain,
            needs=lambda view: (ingresses(view),),
            placeholder="cocalc.example.edu",
        ),
    ),
    checks=(
        Check(
            "name",
            "Domain",
            "The site needs a domain or sub-domain of its own, because links in mails, the certificate and "
            "sign-in are made for it.",
            name,
        ),
        Check(
            "resolves",
            "Resolves",
            "The domain must lead to the load balancer by an A, AAAA or CNAME record. The name servers of "
            "the domain are asked themselves where this machine can, because caches are late.",
            resolves,
            needs,
        ),
        Check(
            "caa",
            "Authorities",
            "CAA records of the domain, or of one above it, say which authorities may issue certificates; "
            "Let's Encrypt must be among them if it is to be used.",
            caa,
            needs,
        ),
    ),
    values=values,
    people=people,
    summary=summary,
)
