"""Judgements of the domain: its form, where it leads, and who may issue certificates for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cocalc_tui.core.dns_view import (
    domain,
    private,
    probe,
    record,
    seen,
    targets,
    wanted,
    wrong,
)
from cocalc_tui.core.facts import Object
from cocalc_tui.core.findings import State, Verdict, failed, passed, skipped, unknown, warned
from cocalc_tui.core.step import Person
from cocalc_tui.core.view import View

LETSENCRYPT = "letsencrypt.org"


def name(view: View) -> Verdict:
    given = domain(view)
    if not given:
        return warned(
            "no domain is given",
            "Give dns.domain, the name that people will type into their browser.",
            detail="Links in mails, the certificate and sign-in need it.",
        )
    if why := wrong(given):
        return failed(f"{given} is no bare domain", f"Correct dns.domain: {why}.")
    return passed(given)


def resolves(view: View) -> Verdict:
    if probe(view) is None:
        return skipped("needs a domain")
    found, given = seen(view), domain(view)
    if found.get("kind") == "servfail":
        return unknown(
            str(found.get("error")),
            "Look again, or ask who runs the domain: its zone or its signatures (DNSSEC) may be broken.",
        )
    goals, leads = targets(view), [str(a) for a in found.get("addresses") or ()]
    if not leads:
        what = "does not exist" if found.get("kind") == "nxdomain" else "has no address"
        return _to_add(view, f"{given} {what} in DNS")
    if not goals:
        return passed(
            f"{given} leads to {', '.join(leads)}",
            "The load balancer has no address yet to compare it with.",
        )
    if not wanted(view):
        return unknown(
            f"{given} leads to {', '.join(leads)}, the load balancer's {goals[0]} was not resolved",
            "Look again, so that the two can be compared.",
        )
    return _compared(view, leads)


def _compared(view: View, leads: Sequence[str]) -> Verdict:
    given, right = domain(view), wanted(view)
    strange = [a for a in leads if a not in right]
    if len(strange) == len(leads):
        if all(private(a) for a in right) and not all(private(a) for a in leads):
            return warned(
                f"{given} leads to {', '.join(leads)}, the load balancer is {', '.join(right)}",
                f"Forward ports 80 and 443 of {leads[0]} to {right[0]}, or correct the record.",
                detail="The load balancer has a private address, so a firewall may stand before it.",
            )
        return _to_add(view, f"{given} leads to {', '.join(leads)}, not to {', '.join(targets(view))}")
    if strange:
        return warned(
            f"{given} leads also to {', '.join(strange)}, which is not the load balancer",
            f"Take the record of {strange[0]} away; part of the visitors would end there.",
        )
    late = [str(s.get("name")) for s in _servers(view) if not set(s.get("addresses") or ()) & set(right)]
    old = [a for a in _texts(seen(view).get("here")) if a not in right]
    notes = [f"Not known yet to {', '.join(late)}."] if late else []
    notes += [f"This machine still hears {', '.join(old)}."] if old else []
    notes += [] if _servers(view) else ["Told by this machine's resolver; the name servers were not asked."]
    through = _texts(seen(view).get("cname"))
    way = f" by {through[-1]}" if through else ""
    return passed(f"{given} leads to {', '.join(leads)}{way}", " ".join(notes))


def _to_add(view: View, summary: str) -> Verdict:
    asked = record(view)
    if asked is None:
        return failed(
            summary,
            "Wait until the load balancer has an address, then add the record that is shown here.",
            state=State.PARTIAL,
        )
    return failed(
        summary,
        f"Add the DNS record {asked[0]}.",
        detail=asked[1],
        state=State.PARTIAL,
    )


def caa(view: View) -> Verdict:
    if probe(view) is None:
        return skipped("needs a domain")
    if seen(view).get("kind") == "servfail":
        return skipped("needs the name servers")
    found: Object = seen(view).get("caa") or {}
    wants = view.text("tls.mode") == "letsencrypt"
    if error := found.get("error"):
        if not wants:
            return skipped(f"{error}; it matters to Let's Encrypt only")
        return unknown(str(error), "Ask who runs the domain; Let's Encrypt refuses while this fails.")
    allowed = [
        str(r.get("value") or "").partition(";")[0].strip()
        for r in found.get("records") or ()
        if r.get("tag") == "issue"
    ]
    if not allowed:
        return passed("every authority may issue certificates")
    names = ", ".join(a for a in allowed if a) or "nobody"
    if wants and LETSENCRYPT not in allowed:
        return failed(
            f"only {names} may issue certificates for {found.get('at')}",
            f'Add the DNS record CAA {found.get("at")} 0 issue "{LETSENCRYPT}", or choose another tls.mode.',
            state=State.PARTIAL,
        )
    return passed(f"{names} may issue certificates", f"By the CAA record of {found.get('at')}.")


def people(view: View) -> Sequence[Person]:
    """Who has to add a record, with the line to send."""
    found = []
    asked = record(view)
    if asked and probe(view) and seen(view) and resolves(view).state is State.PARTIAL:
        leads = _texts(seen(view).get("addresses"))
        what = f"change to {asked[0]}, now {leads[0]}" if leads else f"add {asked[0]}"
        found.append(Person("DNS admin", what, asked[1]))
    if probe(view) and caa(view).state is State.PARTIAL:
        at = (seen(view).get("caa") or {}).get("at")
        line = f'{at}. 300 IN CAA 0 issue "{LETSENCRYPT}"'
        found.append(Person("DNS admin", f"add CAA {at} {LETSENCRYPT}", line))
    return found


def _servers(view: View) -> Iterable[Object]:
    return list(seen(view).get("servers") or ())


def _texts(values: object) -> list[str]:
    return [str(v) for v in values] if isinstance(values, (list, tuple)) else []
