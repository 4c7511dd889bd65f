"""Names as Kubernetes and registries demand them; each function gives the error text or None."""

from __future__ import annotations

import re

_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"


def label_name(value: str, view: object = None) -> str | None:
    """A DNS label (RFC 1123): names of namespaces."""
    if len(value) <= 63 and re.fullmatch(_LABEL, value):
        return None
    return "use 1 to 63 lower-case letters, digits and hyphens, a letter or digit at both ends"


def object_name(value: str, view: object = None) -> str | None:
    """A DNS subdomain (RFC 1123): names of most objects."""
    if len(value) <= 253 and re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", value):
        return None
    return "use lower-case letters, digits, hyphens and dots, a letter or digit at both ends"


def registry_host(value: str, view: object = None) -> str | None:
    """A registry's host name, with a port or path at most."""
    if "://" in value:
        return "give the bare host name, without https://"
    if re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?(/[\w./-]*)?", value):
        return None
    return "use a host name such as europe-docker.pkg.dev"
