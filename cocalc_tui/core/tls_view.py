"""What the TLS step looks at: the mode, the user's files, the Secret."""

from __future__ import annotations

from collections.abc import Iterable

from cocalc_tui.core.dns_view import ingresses
from cocalc_tui.core.facts import Object
from cocalc_tui.core.kinds import SECRET
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Need, Probe, Topic
from cocalc_tui.core.view import View

CERT, KEY = "tls.crt", "tls.key"
TYPE = "kubernetes.io/tls"
SECRET_NAME = "cocalc-tls"


def mode(view: View) -> str:
    """Where the certificate comes from: own, secret, or empty for none."""
    return view.text("tls.mode").strip()


def secret_name(view: View) -> str:
    """The Secret with certificate and key."""
    return view.text("tls.secret_name", SECRET_NAME) or SECRET_NAME


def deployed_secret(view: View) -> str | None:
    """The Secret that a deployed Ingress takes its certificate from."""
    for found in view.objects(ingresses(view)):
        for entry in (found.get("spec") or {}).get("tls") or ():
            if entry.get("secretName"):
                return str(entry["secretName"])
    return None


def topic(view: View) -> Topic:
    """The Secret, its values as hashes."""
    return Topic(SECRET, view.namespace, secret_name(view))


def cert_ref(view: View) -> SecretRef:
    """The certificate's file, as a slot of a Secret wants it."""
    return SecretRef("file", view.text("tls.cert_file"))


def key_ref(view: View) -> SecretRef:
    """The key's file."""
    return SecretRef("file", view.text("tls.key_file"))


def given(view: View) -> bool:
    """Whether both files are named."""
    return mode(view) == "own" and bool(view.text("tls.cert_file")) and bool(view.text("tls.key_file"))


def probe(view: View) -> Probe:
    """The question what is in the two files."""
    return Probe.of("certificate", cert_file=view.text("tls.cert_file"), ref=key_ref(view))


def seen(view: View) -> Object:
    """What is in the two files; empty where they are not named or were not read."""
    return view.result(probe(view)) if given(view) else {}


def usable(view: View) -> bool:
    """Whether the files hold a certificate and its key."""
    found = seen(view)
    return (
        bool(found)
        and not found.get("error")
        and not found.get("key_error")
        and bool(found.get("key_matches"))
    )


def there(view: View) -> bool:
    """Whether the cluster has a certificate under this name."""
    live = view.object(topic(view)) or {}
    data = live.get("data") or {}
    return live.get("type") == TYPE and bool(data.get(CERT)) and bool(data.get(KEY))


def same(view: View) -> bool:
    """Whether the Secret holds what the files hold, with or without a line end at the end."""
    data = (view.object(topic(view)) or {}).get("data") or {}
    found = seen(view)
    return data.get(CERT) in (found.get("hashes") or ()) and data.get(KEY) in (found.get("key_hashes") or ())


def covers(names: Iterable[str], host: str) -> bool:
    """Whether a certificate for these names is one for a host; a wildcard stands for one label."""
    host = host.lower()
    below = host.partition(".")[2]
    return any(n.lower() in (host, f"*.{below}") for n in names if below)


def needs_files(view: View) -> Iterable[Need]:
    """The files, and the Secret that can stand in for them."""
    return (probe(view), topic(view)) if given(view) else ()


def needs_secret(view: View) -> Iterable[Need]:
    """The Secret, and the files that it should hold."""
    if not mode(view):
        return ()
    return (topic(view), *needs_files(view))
