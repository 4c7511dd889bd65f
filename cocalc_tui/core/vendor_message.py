"""The message that asks the vendor for access, ready to be sent."""

from __future__ import annotations

from cocalc_tui.core import checkout
from cocalc_tui.core.view import View


def who(view: View) -> str:
    """For whom CoCalc is installed: the organization, else the domain, else the cluster."""
    return (
        view.text("site.organization") or view.text("dns.domain") or checkout.slug(view) or "our organization"
    )


def subject(view: View) -> str:
    """The subject line."""
    return f"Deploy key for {short_name(view)}, {who(view)}"


def short_name(view: View) -> str:
    """The repository's own name."""
    return checkout.repo(view).rpartition("/")[2].removesuffix(".git")


def message(view: View, public: str, fingerprint: str) -> str:
    """Subject and text, with the whole public key."""
    owner = checkout.repo(view).rpartition(":")[2].removesuffix(".git")
    name = owner if "/" in owner and "@" not in owner else short_name(view)
    return (
        f"To: your contact at SageMath, Inc.\nSubject: {subject(view)}\n\n"
        f"Hello, we are installing CoCalc for {who(view)}. Add this public key as a read-only deploy key "
        f"of the repository {name}:\n\n{public}\n\nFingerprint {fingerprint}\n"
    )
