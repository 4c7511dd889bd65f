"""What went wrong between us and the server, in words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from cocalc_tui.core.facts import Denied, Unreachable
from cocalc_tui.errors import CocalcError, Refused, Unreached

FORBIDDEN = re.compile(
    r'User "(?P<user>.+?)" cannot (?P<verb>\S+) (?:resource|path) "(?P<what>.+?)"'
    r'(?: in API group "(?P<group>.*?)")?'
    r'(?: in the namespace "(?P<namespace>.+?)"| at the cluster scope)?(?:: (?P<more>.+))?$',
    re.DOTALL,
)
CORRECT = "Correct what is named."
REMEDIES = {404: "Create first what it names.", 409: "Look again, then retry."}
LOGIN_REMEDY = "Log in again, or choose another context."
PREAMBLE = re.compile(r"^.*Kind=\w+\)?: ")
MISFIT = re.compile("failed to convert|unable to convert|failed to create typed patch")
LONGEST = 600


class Expired(CocalcError):
    """The version to watch from is too old (410)."""


class Idle(Unreached):
    """A watch was silent for so long that its connection may be dead."""


def refusal(asked: str, code: int, body: bytes) -> CocalcError:
    """The error for an answer of 400 or above; `asked` says what was being done."""
    status = _status(body)
    said = str(status.get("message") or body.decode(errors="replace")).strip().rstrip(".")[:LONGEST]
    said = " ".join(said.split())
    match code:
        case 401:
            return Refused(f"{asked}: login expired or not valid", LOGIN_REMEDY, code)
        case 403:
            return Refused(f"{asked}: {_forbidden(said)}", "Ask the cluster's administrator for it.", code)
        case 409 if conflict := _conflict(status):
            return Refused(
                f"{asked}: {conflict}", "Take the fields over, or leave the object as it is.", code
            )
        case 410:
            return Expired(f"{asked}: {said}")
        case 500 if MISFIT.search(said):  # what server-side apply says to a value of the wrong form
            return Refused(f"{asked}: {PREAMBLE.sub('', said)}", CORRECT, 422)
        case 408 | 429 | 500 | 502 | 503 | 504 if not said.startswith("admission webhook"):
            return Unreached(f"{asked}: the server answered {code}, {said or 'without a word'}")
        case _:
            remedy = REMEDIES.get(code, CORRECT)
            return Refused(f"{asked}: {said or f'the server answered {code}'}", remedy, code)


def not_json(asked: str) -> Unreached:
    """The answer was no JSON, so it did not come from an API server."""
    return Unreached(f"{asked}: the answer is not what a Kubernetes server gives")


def unseen(error: CocalcError) -> Denied | Unreachable:
    """The observation that an error stands for."""
    if isinstance(error, Refused) and error.code == 401:
        return Denied(error.message, error.remedy)
    if isinstance(error, Refused) and error.code == 403:
        return Denied(error.message)
    return Unreachable(error.message, error.remedy)


def _status(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _forbidden(said: str) -> str:
    found = FORBIDDEN.search(said)
    if not found:
        return said or "forbidden"
    part = found.groupdict()
    what = f"{part['what']}.{part['group']}" if part["group"] else part["what"]
    where = f" in namespace {part['namespace']}" if part["namespace"] else ""
    more = f" ({part['more']})" if part["more"] and not part["more"].startswith("RBAC:") else ""
    return f"user {part['user']} may not {part['verb']} {what}{where}{more}"


def _conflict(status: Mapping[str, Any]) -> str:
    """Which managers hold which fields, where the server says it."""
    causes = (status.get("details") or {}).get("causes") or ()
    held: dict[str, list[str]] = {}
    for cause in causes:
        if cause.get("reason") == "FieldManagerConflict":
            manager = re.search(r'conflict with "(.+?)"', str(cause.get("message")))
            held.setdefault(manager[1] if manager else "another manager", []).append(str(cause.get("field")))
    return "; ".join(f"{manager} manages {', '.join(fields)}" for manager, fields in held.items())
