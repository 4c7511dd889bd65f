"""What can be observed: a `Topic` is listed and watched, a `Probe` is tried."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from cocalc_tui.core.kinds import Kind


@dataclass(frozen=True, slots=True)
class Topic:
    """Objects of one kind to list and watch, bounded by namespace, name or label selector.

    Secrets are read in full only by name, and then only as hashes of their values
    (`data: {key: "sha256:…"}`); with `metadata_only` no content is transferred at all.
    """

    kind: Kind
    namespace: str | None = None
    name: str | None = None
    selector: str = ""
    metadata_only: bool = False

    def __str__(self) -> str:
        where = f" in {self.namespace}" if self.namespace else ""
        which = f" {self.name}" if self.name else f" {self.selector}" if self.selector else ""
        return f"{self.kind.plural}{which}{where}"


@dataclass(frozen=True, slots=True)
class Probe:
    """A question that only an attempt can answer: SQL login, helm's version, a file's content.

    `args` is a sorted tuple of (name, value) pairs, so that equal questions are one question.
    """

    kind: str
    args: tuple[tuple[str, Hashable], ...] = ()

    @staticmethod
    def of(kind: str, **args: Hashable) -> Probe:
        """A probe from keyword arguments; arguments that are `None` are left out."""
        return Probe(kind, tuple(sorted((k, v) for k, v in args.items() if v is not None)))

    def get(self, name: str, default: Hashable = None) -> Hashable:
        """One argument."""
        return dict(self.args).get(name, default)

    def text(self, name: str, default: str = "") -> str:
        """One argument as text."""
        value = self.get(name)
        return default if value is None else str(value)

    def __str__(self) -> str:
        return self.kind


Need = Topic | Probe
