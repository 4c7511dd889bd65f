"""What the ingress controller's admission webhook refuses, in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SNIPPET = "nginx.ingress.kubernetes.io/server-snippet"


def denied(world: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """The refusal, or an empty text. A world says `snippets: refused` where its controller forbids them."""
    notes = manifest["metadata"].get("annotations") or {}
    if manifest["kind"] != "Ingress" or SNIPPET not in notes or world.get("snippets") != "refused":
        return ""
    return (
        'admission webhook "validate.nginx.ingress.kubernetes.io" denied the request: '
        f"{SNIPPET} annotation cannot be used. Snippet directives are disabled by the Ingress administrator"
    )
