"""A plan: what would be done, in order, each with its verb and its difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cocalc_tui.core.action import Action

Verb = Literal["create", "update", "adopt", "keep", "delete", "run"]
# How the reason begins of an action that waits for something to be seen
NOT_SEEN = "not seen: "


@dataclass(frozen=True, slots=True)
class Planned:
    """An action with what it means now. `blocked` tells what it waits for (empty: it can be done now)."""

    action: Action
    verb: Verb
    diff: str = ""
    note: str = ""
    blocked: str = ""

    @property
    def id(self) -> str:
        """The action's id."""
        return self.action.id

    @property
    def step(self) -> str:
        """The action's step."""
        return self.action.step


@dataclass(frozen=True, slots=True)
class Left:
    """What stays for a person: which step, what to do, and what it is about."""

    step: str
    what: str
    who: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Right:
    """One right at the API server; `namespace` is None for the whole cluster."""

    verb: str
    group: str
    resource: str
    namespace: str | None = None

    def __str__(self) -> str:
        name = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{self.verb} {name}" + (f" in {self.namespace}" if self.namespace else "")


@dataclass(frozen=True, slots=True)
class Plan:
    """The ordered actions with a digest of everything that decides them.

    `questions` are the fields (STEP.FIELD) that are needed and unanswered.
    """

    actions: tuple[Planned, ...]
    digest: str
    cluster_uid: str | None
    generation: int
    left: tuple[Left, ...] = ()
    missing_rights: tuple[Right, ...] = ()
    questions: tuple[str, ...] = ()

    def counts(self) -> dict[Verb, int]:
        """How many actions of each verb."""
        result: dict[Verb, int] = {}
        for planned in self.actions:
            result[planned.verb] = result.get(planned.verb, 0) + 1
        return result

    def changes(self) -> tuple[Planned, ...]:
        """What is not merely kept."""
        return tuple(a for a in self.actions if a.verb != "keep")
