"""The declaration of a prerequisite: everything else is derived from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from cocalc_tui.core.action import Action
from cocalc_tui.core.answers import Value
from cocalc_tui.core.findings import Check, Finding, State
from cocalc_tui.core.topics import Need
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate, Wish

FieldKind = Literal["text", "number", "flag", "choice", "path", "secret", "size", "mapping"]
Group = Literal["Cluster", "Chart", "Base", "Network", "Site", "Deploy"]


def no_needs(view: View) -> Iterable[Need]:
    """Looks at nothing."""
    return ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a drop-down: its value, whether it fits (✓ ✗ ?), and what is known of it."""

    value: str
    fits: bool | None = None
    note: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a step.

    `check(value, view)` gives the error text or None; `detect(view)` what the cluster answers, `chart(view)`
    what the chart answers; `needed(view)` whether applying has to wait for an answer; `shown(view)` whether
    the question makes sense now. `needs(view)` are the facts that `choices`, `detect` and `chart` look at.
    `placeholder` is shown while it is empty. `paths` are the chart's keys that hold exactly this value: a
    deployed release that has one of them answers the field.
    """

    name: str
    label: str
    help: str
    kind: FieldKind = "text"
    default: Value | None = None
    choices: Callable[[View], Sequence[Choice]] | None = None
    check: Callable[[str, View], str | None] | None = None
    detect: Callable[[View], Value | None] | None = None
    chart: Callable[[View], Value | None] | None = None
    needed: Callable[[View], bool] = lambda view: False
    shown: Callable[[View], bool] = lambda view: True
    needs: Callable[[View], Iterable[Need]] = no_needs
    placeholder: str = ""
    paths: tuple[Candidate, ...] = ()

    @property
    def secret(self) -> bool:
        """Whether its value is a secret, given as a reference."""
        return self.kind == "secret"


@dataclass(frozen=True, slots=True)
class Person:
    """Something that only a person can do: who, what, and the text to send or type."""

    who: str
    what: str
    text: str = ""


def no_actions(view: View) -> Sequence[Action]:
    """Changes nothing."""
    return ()


def no_values(view: View) -> Sequence[Wish]:
    """Writes nothing into my-values.yaml."""
    return ()


def no_people(view: View) -> Sequence[Person]:
    """Waits for nobody."""
    return ()


@dataclass(frozen=True, slots=True)
class Step:
    """One prerequisite of the setup guide; `guide` names the headings that it serves.

    `actions` and `values` give the wanted end state, whether or not it is there already: the engine finds
    out what is to be done. `summary(view)` is the line of a ready step; `state` may override the derived one.
    """

    id: str
    title: str
    group: Group
    why: str
    fields: tuple[Field, ...] = ()
    checks: tuple[Check, ...] = ()
    actions: Callable[[View], Sequence[Action]] = no_actions
    values: Callable[[View], Sequence[Wish]] = no_values
    after: tuple[str, ...] = ()
    guide: tuple[str, ...] = ()
    needs: Callable[[View], Iterable[Need]] = no_needs
    summary: Callable[[View], str] | None = None
    state: Callable[[View, Sequence[Finding]], State | None] | None = None
    people: Callable[[View], Sequence[Person]] = no_people

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((f for f in self.fields if f.name == name), None)
