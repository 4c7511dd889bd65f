"""Which texts of a document are secrets, by the names of the keys that they stand below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cocalc_tui.core.redact import MASK

SECRET = re.compile(r"secret|passw|passphrase|token|key|cert|credential", re.IGNORECASE)


def masked(node: Any, *, secret: bool = False) -> Any:
    """The document with each of its secrets masked; its shape stays."""
    if isinstance(node, Mapping):
        return {k: masked(v, secret=secret or bool(SECRET.search(str(k)))) for k, v in node.items()}
    if isinstance(node, list):
        return [masked(v, secret=secret) for v in node]
    return MASK if secret and node is not None and not isinstance(node, bool) else node


def secrets_in(node: Any, *, secret: bool = False) -> Iterator[str]:
    """The secrets of a document, as text."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from secrets_in(value, secret=secret or bool(SECRET.search(str(key))))
    elif isinstance(node, list):
        for value in node:
            yield from secrets_in(value, secret=secret)
    elif secret and node is not None and not isinstance(node, bool):
        yield str(node)
