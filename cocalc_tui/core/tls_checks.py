"""Judgements of a certificate: its files, key, chain, names and dates, and the Secret that holds it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from cocalc_tui.core.dns_view import domain
from cocalc_tui.core.facts import Object
from cocalc_tui.core.findings import State, Verdict, absent, failed, passed, skipped, warned
from cocalc_tui.core.ownership import ours
from cocalc_tui.core.tls_view import (
    CERT,
    KEY,
    TYPE,
    covers,
    given,
    mode,
    same,
    secret_name,
    seen,
    there,
    topic,
    usable,
)
from cocalc_tui.core.view import View

DAY = 86400.0
SOON = 21.0  # days, enough to have a certificate renewed


def chosen(view: View) -> Verdict:
    if not mode(view):
        return warned(
            "no certificate is given",
            "Set tls.mode to own and name your files, or to secret if the cluster has it already.",
            detail="Without one the controller answers with a certificate that no browser trusts.",
        )
    if mode(view) == "own" and not given(view):
        if there(view):
            return passed(f"certificate in {secret_name(view)}")
        missing = [f for f in ("tls.cert_file", "tls.key_file") if not view.text(f)]
        return absent(f"{' and '.join(missing)} not given", f"Give {' and '.join(missing)}.")
    return passed("own certificate" if mode(view) == "own" else f"certificate in {secret_name(view)}")


def of_files(judge: Callable[[Object, View], Verdict]) -> Callable[[View], Verdict]:
    """A judgement of what is in the files; without them the Secret has to do."""

    def verdict(view: View) -> Verdict:
        if mode(view) != "own" or not given(view):
            return skipped("no files are given" if mode(view) != "secret" else "only its hash is seen")
        found = seen(view)
        if found.get("error") or (found.get("key_error") and judge is key):
            if there(view):
                return skipped("the files are not at hand; the Secret in the cluster is used")
            if judge is not certificate and judge is not key:
                return skipped("needs the certificate")
        return judge(found, view)

    return verdict


def certificate(found: Object, view: View) -> Verdict:
    if error := found.get("error"):
        return failed(str(error), "Correct tls.cert_file; it is PEM text, the site's own certificate first.")
    return passed(f"{found.get('subject')}, from {found.get('issuer')}")


def key(found: Object, view: View) -> Verdict:
    if error := found.get("key_error"):
        return failed(str(error), "Correct tls.key_file; it is PEM text without a passphrase.")
    if found.get("error"):
        return skipped("needs the certificate")
    if not found.get("key_matches"):
        return failed(
            "the key belongs to another certificate",
            "Give the key that the certificate was asked for with, or put the site's certificate first.",
        )
    return passed("the key matches")


def chain(found: Object, view: View) -> Verdict:
    issuer = found.get("issuer")
    match found.get("chain"):
        case "complete":
            return passed(f"complete, {found.get('count')} in the file")
        case "self-signed":
            return warned(
                "self-signed, so every browser warns",
                "Have it signed by an authority, except for a trial.",
            )
        case "private":
            return warned(
                f"of a private authority: {issuer}",
                "Let all browsers and API clients trust that authority, or use a public one.",
            )
        case "disordered":
            return failed(
                "the certificates in the file do not follow from each other",
                "Put the site's certificate first, then the one that signed it, and so on.",
            )
        case _:
            return failed(
                f"the certificate of {issuer} is missing, or it is of an authority unknown here",
                "Append the authority's intermediate certificates to tls.cert_file, after the first one.",
                detail="Browsers may hide this; API clients and the hub itself do not.",
            )


def host(found: Object, view: View) -> Verdict:
    names = [str(n) for n in found.get("names") or ()]
    if not names:
        return failed(
            "the certificate names no host",
            "Have one made with the domain as subject alternative name; the common name no longer counts.",
        )
    told = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")
    if not domain(view):
        return passed(f"for {told}", "No domain is given to compare it with.")
    if not covers(names, domain(view)):
        return failed(
            f"for {told}, not for {domain(view)}",
            "Give a certificate for the domain, or correct dns.domain.",
        )
    return passed(f"for {told}")


def expiry(found: Object, view: View) -> Verdict:
    first, last = float(found.get("not_before") or 0), float(found.get("not_after") or 0)
    if first > view.now:
        return failed(
            f"valid only from {_date(first)}",
            "Wait until then, or correct the clock; browsers refuse it until then.",
        )
    days = (last - view.now) / DAY
    if days <= 0:
        return failed(f"expired on {_date(last)}", "Have it renewed and give the new files.")
    if days < SOON:
        return warned(
            f"expires on {_date(last)}, in {days:.0f} days",
            "Have it renewed and give the new files, then apply this step.",
        )
    return passed(f"until {_date(last)}, {days:.0f} days")


def secret(view: View) -> Verdict:
    if not mode(view):
        return skipped("no certificate is given")
    live, name = view.object(topic(view)), secret_name(view)
    objects = (f"Secret/{name}",)
    make = f"kubectl create secret tls {name} -n {view.namespace} --cert=FILE --key=FILE"
    if live is None:
        if mode(view) == "secret":
            remedy = f"Correct tls.secret_name, set tls.mode to own, or create it: {make}"
            return absent(f"{name} is absent", remedy, objects=objects)
        remedy = "Apply this step to create it." if usable(view) else "Give the two files, then apply."
        return absent(f"{name} is absent", remedy, objects=objects)
    if mode(view) == "own" and usable(view) and not same(view):
        if ours(live):
            remedy = "Apply this step to write the one that you gave."
            return failed(f"{name} holds another certificate", remedy, state=State.PARTIAL, objects=objects)
        return failed(
            f"{name} belongs to someone else and differs",
            "Choose: set tls.mode to secret to use it, or name another Secret as tls.secret_name.",
            state=State.FOREIGN,
            objects=objects,
        )
    if live.get("type") != TYPE:
        return failed(f"{name} is of type {live.get('type')}, not {TYPE}", f"Create it anew: {make}")
    lacks = [k for k in (CERT, KEY) if not (live.get("data") or {}).get(k)]
    if lacks:
        return failed(f"{name} lacks {' and '.join(lacks)}", f"Create it anew: {make}", objects=objects)
    return passed(f"{name}, same certificate" if same(view) else f"{name} is there")


def _date(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
