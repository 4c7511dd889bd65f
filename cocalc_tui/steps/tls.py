"""The certificate of the site (setup guide, "TLS configuration")."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cocalc_tui.core.action import Action, Apply, labelled
from cocalc_tui.core.dns_view import ingresses
from cocalc_tui.core.findings import Check
from cocalc_tui.core.names import object_name
from cocalc_tui.core.ownership import ours
from cocalc_tui.core.secret import PlainSlot
from cocalc_tui.core.step import Choice, Field, Step
from cocalc_tui.core.tls_checks import certificate, chain, chosen, expiry, host, key, of_files, secret
from cocalc_tui.core.tls_view import (
    CERT,
    KEY,
    SECRET_NAME,
    TYPE,
    cert_ref,
    deployed_secret,
    given,
    key_ref,
    mode,
    needs_files,
    needs_secret,
    same,
    secret_name,
    seen,
    topic,
    usable,
)
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate, Wish

MODES = (
    Choice("own", note="your certificate and key, from two files"),
    Choice("secret", note="a Secret that the cluster has, whoever fills it"),
)
PLACES = (
    Candidate("global.ingress.tls.secretName", "practice"),
    *(
        Candidate(path, "guess")
        for path in (
            "global.tls.secretName",
            "global.networkingConfiguration.tls.secretName",
            "global.ingress.tlsSecretName",
            "global.ingress.secretName",
            "ingress.tls.secretName",
            "hub.ingress.tls.secretName",
        )
    ),
)
"""Where charts are known to keep it; none of it is public."""


def in_mode(*modes: str) -> Callable[[View], bool]:
    """Whether the certificate comes from there."""
    return lambda view: mode(view) in modes


def actions(view: View) -> Sequence[Action]:
    live = view.object(topic(view))
    if not given(view) or not usable(view) or (live and same(view) and not ours(live)):
        return ()
    metadata = {"name": secret_name(view), "namespace": view.namespace}
    manifest = labelled({"apiVersion": "v1", "kind": "Secret", "type": TYPE, "metadata": metadata})
    why = "The Ingress controller reads the certificate and its key from this Secret."
    slots = (PlainSlot(CERT, cert_ref(view)), PlainSlot(KEY, key_ref(view)))
    return (Apply("tls.secret", "tls", why, manifest, slots),)


def values(view: View) -> Sequence[Wish]:
    return (Wish("tls", "secret_name", PLACES, secret_name(view)),) if mode(view) else ()


def summary(view: View) -> str:
    if not mode(view):
        return chosen(view).summary
    if given(view) and not seen(view).get("error"):
        return f"{secret(view).summary}, {expiry(seen(view), view).summary}"
    return secret(view).summary


STEP = Step(
    id="tls",
    title="Certificate",
    group="Network",
    why="All traffic is HTTPS, so the Ingress needs a certificate for the domain and the key to it.",
    guide=("TLS configuration", "Networking"),
    after=("namespace",),
    fields=(
        Field(
            "mode",
            "From",
            "Where the certificate comes from: your own files, or a Secret that is in the cluster already.",
            kind="choice",
            choices=lambda view: MODES,
            detect=lambda view: "secret" if deployed_secret(view) else None,
            needs=lambda view: (ingresses(view),),
        ),
        Field(
            "cert_file",
            "Certificate",
            "A PEM file: the certificate of the site first, then the intermediate ones of its authority.",
            kind="path",
            shown=in_mode("own"),
        ),
        Field(
            "key_file",
            "Key",
            "The PEM file with the private key, without a passphrase. It goes into the Secret and nowhere "
            "else.",
            kind="path",
            shown=in_mode("own"),
        ),
        Field(
            "secret_name",
            "Secret",
            "The Secret of type kubernetes.io/tls that holds certificate and key.",
            default=SECRET_NAME,
            detect=deployed_secret,
            check=object_name,
            shown=in_mode("own", "secret"),
        ),
    ),
    checks=(
        Check(
            "mode",
            "Certificate",
            "The site needs a certificate; without one the controller shows one that no browser trusts.",
            chosen,
            lambda view: (topic(view),) if mode(view) == "own" and not given(view) else (),
        ),
        Check(
            "certificate",
            "File",
            "The file must hold PEM certificates, the one of the site first, and no private key.",
            of_files(certificate),
            needs_files,
        ),
        Check(
            "key",
            "Key",
            "The private key must be the one of the certificate and must not be protected by a passphrase, "
            "which the controller could not type.",
            of_files(key),
            needs_files,
        ),
        Check(
            "chain",
            "Chain",
            "The certificates in the file must lead, each signed by the next, to an authority that browsers "
            "know; a missing intermediate one breaks API clients first.",
            of_files(chain),
            needs_files,
        ),
        Check(
            "host",
            "Host",
            "The certificate must name the domain of the site, itself or by a wildcard of one label.",
            of_files(host),
            needs_files,
        ),
        Check(
            "expiry",
            "Expiry",
            "The certificate must be valid now and for some weeks to come; the earliest end in the chain "
            "counts.",
            of_files(expiry),
            needs_files,
        ),
        Check(
            "secret",
            "Secret",
            "The Secret must be in the namespace, of type kubernetes.io/tls, with both keys and the given "
            "certificate. It is compared by hash and never read.",
            secret,
            needs_secret,
            counts=True,
        ),
    ),
    actions=actions,
    values=values,
    summary=summary,
)
