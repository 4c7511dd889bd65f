"""What checks, actions and values look at: facts and answers together, read-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cocalc_tui.core.action import Action
from cocalc_tui.core.answers import Answer, Answers
from cocalc_tui.core.facts import Denied, Facts, Object, Observation, Pending, Seen, Unreachable
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Need, Probe, Topic
from cocalc_tui.core.wish import Wish


@dataclass(frozen=True, slots=True)
class View:
    """Facts and effective answers, with what all steps want (`wishes` and `wanted` come last).

    Fields are named `STEP.FIELD`. The engine computes answers first, then wishes, then wanted actions,
    then judges; so a step's `values` sees no wishes, and its `actions` see no actions.
    """

    facts: Facts
    answers: Answers
    wishes: tuple[Wish, ...] = ()
    wanted: tuple[Action, ...] = ()
    now: float = 0.0

    def answer(self, field: str) -> Answer | None:
        """The answer of `STEP.FIELD` with its source."""
        step, _, name = field.partition(".")
        return self.answers.get(step, name)

    def value(self, field: str) -> Any:
        """The bare value of `STEP.FIELD`, or None."""
        found = self.answer(field)
        return found.value if found else None

    def text(self, field: str, default: str = "") -> str:
        """The value as text; `default` where it was not answered."""
        value = self.value(field)
        return default if value is None or isinstance(value, SecretRef) else str(value)

    def number(self, field: str, default: int = 0) -> int:
        """The value as a whole number; `default` where it is none."""
        try:
            return int(self.text(field) or default)
        except ValueError:
            return default

    def flag(self, field: str) -> bool:
        """The value as yes or no; `yes`, `true`, `on` and 1 are yes."""
        value = self.value(field)
        if isinstance(value, bool):
            return value
        return str(value).strip().lower() in ("yes", "true", "on", "1")

    def secret(self, field: str) -> SecretRef | None:
        """The reference of a secret field, or None."""
        value = self.value(field)
        return value if isinstance(value, SecretRef) else None

    def mapping(self, field: str) -> Mapping[str, Any]:
        """The value as a mapping, empty where it is none."""
        value = self.value(field)
        return value if isinstance(value, Mapping) else {}

    @property
    def namespace(self) -> str:
        """The namespace that everything goes into."""
        return self.text("namespace.name", "cocalc") or "cocalc"

    def seen(self, need: Need) -> bool:
        """Whether the need was answered."""
        return isinstance(self.facts.get(need), Seen)

    def get(self, need: Need) -> Observation:
        """The observation of a need."""
        return self.facts.get(need)

    def objects(self, topic: Topic) -> tuple[Object, ...]:
        """The objects of a topic, empty where they were not seen."""
        return self.facts.objects(topic)

    def object(self, topic: Topic) -> Object | None:
        """The one object of a topic that names it."""
        return self.facts.object(topic)

    def result(self, probe: Probe) -> Object:
        """The document of a probe; empty where it was not seen."""
        return self.facts.result(probe) or {}


def why_unseen(observation: Observation) -> str:
    """Why something was not seen, as a summary without a full stop."""
    match observation:
        case Pending():
            return "not answered yet"
        case Denied(reason):
            return reason
        case Unreachable(reason):
            return reason
        case Seen():
            return ""
