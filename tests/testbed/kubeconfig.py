"""Writes kubeconfigs."""

from __future__ import annotations

import json
from pathlib import Path

CONTEXT = "testbed"


def write(path: Path, server: str, ca_data: str, user: dict[str, str], *, namespace: str = "default") -> Path:
    """JSON is YAML, and every reader of kubeconfigs takes it."""
    context = {"cluster": CONTEXT, "user": CONTEXT, "namespace": namespace}
    text = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": CONTEXT, "cluster": {"server": server, "certificate-authority-data": ca_data}}],
        "users": [{"name": CONTEXT, "user": user}],
        "contexts": [{"name": CONTEXT, "context": context}],
        "current-context": CONTEXT,
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(text, indent=1) + "\n")
    return path
