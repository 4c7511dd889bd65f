"""One question to the API server, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SILENCE = 4.5  # seconds in which a server must say something
JSON = "application/json"
# they change nothing that anybody would call a change
UNCOUNTED = re.compile(r"/leases(/|$)|/(self|local)?subject(access|rules)?reviews$|/tokenreviews$")


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `asked` says in words what for. `silence` is how long, in seconds, nothing may come."""

    asked: str
    path: str
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    content_type: str = JSON
    accept: str = JSON
    silence: float = SILENCE
    gzip: bool = False

    @property
    def writes(self) -> bool:
        """Whether it counts as a write."""
        return self.method != "GET" and "dryRun" not in self.query and not UNCOUNTED.search(self.path)


@dataclass(frozen=True, slots=True)
class Reply:
    """A decoded answer, with the server's clock and ours (Unix s) around it."""

    body: dict[str, Any]
    date: str
    sent: float
    received: float
