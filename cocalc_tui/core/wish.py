"""What a step wants in `my-values.yaml`, before it is known where this chart keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from cocalc_tui.core.secret import SecretRef

Confidence = Literal["documented", "practice", "guess"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A key path that may hold a value, and how sure that is (`cocalc-chart.md`, section 1).

    `documented` paths have a public source and may be written without a chart; the others are written
    only where the chart at hand has them.
    """

    path: str
    confidence: Confidence = "documented"


@dataclass(frozen=True, slots=True)
class Wish:
    """One value for `my-values.yaml`. `value` is a `SecretRef` where the chart takes the secret as text."""

    step: str
    field: str
    candidates: tuple[Candidate, ...]
    value: Any

    @property
    def secret(self) -> bool:
        """Whether it goes into the second, secret file."""
        return isinstance(self.value, SecretRef)
