"""What a world refuses or keeps silent about, besides what any API server refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cocalc_tui.core.facts import Denied, Unreachable
from cocalc_tui.core.kinds import Kind


@dataclass(frozen=True, slots=True)
class Faults:
    """`forbidden`: rules of {verb, resource, namespace}, `*` for any; `silent`: the server never answers.

    `unseen` is what a snapshot could not see, by topic or probe: its observation.
    `login` is the text of a refused login (401), empty where the login is good.
    """

    forbidden: tuple[Mapping[str, str], ...] = ()
    silent: bool = False
    login: str = ""
    user: str = "practice@example.edu"
    unseen: Mapping[str, Denied | Unreachable] = field(default_factory=dict)

    @staticmethod
    def of(world: Mapping[str, Any]) -> Faults:
        """From a world's `faults` and the name that its cluster knows the operator by."""
        found = world.get("faults") or {}
        user = (world.get("cluster") or {}).get("user") or "practice@example.edu"
        unseen = {
            u["what"]: (Denied if u["how"] == "denied" else Unreachable)(u["reason"])
            for u in world.get("unseen") or ()
        }
        rules, login = tuple(found.get("forbidden") or ()), str(found.get("login") or "")
        return Faults(rules, bool(found.get("silent")), login, user, unseen)

    def refusal(self, verb: str, kind: Kind, namespace: str | None, name: str | None = None) -> str:
        """Who may not do what, in the words that the real adapter has for it; empty where it is allowed."""
        for rule in self.forbidden:
            if (
                rule.get("verb", "*") in ("*", verb)
                and rule.get("resource", "*") in ("*", kind.plural)
                and rule.get("namespace", "*") in ("*", namespace or "")
            ):
                thing = f"{kind.plural}.{kind.group}" if kind.group else kind.plural
                where = f" in namespace {namespace}" if namespace else ""
                named = f" {name}" if name else ""
                return f"user {self.user} may not {verb} {thing}{named}{where}"
        return ""
