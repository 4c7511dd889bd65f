"""What the proxy can do to a request instead of, or besides, forwarding it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# they change nothing that anybody would call a change
UNCOUNTED = re.compile(
    r"/leases(/|$)|/(selfsubjectaccessreviews|selfsubjectrulesreviews|selfsubjectreviews|tokenreviews"
    r"|subjectaccessreviews|localsubjectaccessreviews)$"
)
REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Expired",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


@dataclass(slots=True)
class Request:
    verb: str
    target: str
    body: bytes
    number: int = 0
    write_number: int = 0  # 0: not a write
    status: int = 0  # 0: never answered

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    @property
    def writes(self) -> bool:
        """Counted as a write: leases, access and token reviews and dry runs are not."""
        if self.verb not in WRITES or UNCOUNTED.search(self.path):
            return False
        return "dryRun" not in self.query

    @property
    def watches(self) -> bool:
        return self.verb == "GET" and self.query.get("watch", ["0"])[0] in {"1", "true", "True"}


@dataclass(slots=True)
class Fault:
    """Strikes the requests it matches, from the `nth` on, `times` times (None: for ever)."""

    path: str = ""  # a regular expression, searched in path and query
    verb: str = ""
    writes: bool = False  # strike counted writes only
    nth: int = 1
    times: int | None = 1
    status: int = 0
    message: str = ""
    delay: float = 0
    hang: bool = False
    cut: bool = False  # close the connection without an answer
    cut_after: int = 0  # close it in the middle of the answer, after so many bytes
    after: bool = False  # let the server do it first, then lose the answer
    matched: int = field(default=0, init=False)

    def strikes(self, request: Request) -> bool:
        """Counts the request if it is one of ours."""
        if self.verb and self.verb != request.verb:
            return False
        if self.writes and not request.writes:
            return False
        if not re.search(self.path, request.target):
            return False
        self.matched += 1
        over = self.matched - self.nth
        return over >= 0 and (self.times is None or over < self.times)


def status_body(code: int, message: str = "") -> bytes:
    """As the API server words it."""
    reason = REASONS.get(code, "Unknown")
    details = {"retryAfterSeconds": 1} if code == 429 else {}
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message or f"injected by the test bed: {reason}",
        "reason": reason,
        "details": details,
        "code": code,
    }
    return json.dumps(body).encode()
