"""Answers: the values of fields, each with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from types import MappingProxyType
from typing import Any

from cocalc_tui.core.secret import SecretRef

Value = str | int | bool | SecretRef | Mapping[str, Any]


class Source(IntEnum):
    """Where an answer comes from, in order of precedence (design, part 3).

    `EXAMPLE` is what a rehearsal world brings, `KEPT` what an earlier run of the same cluster and namespace
    was given.
    """

    DEFAULT = 0
    DETECTED = 1
    CHART = 2
    EXAMPLE = 3
    KEPT = 4
    FILE = 5
    SET = 6
    YOU = 7

    @property
    def label(self) -> str:
        """The word that the screens show."""
        return ("default", "detected", "chart", "example", "kept", "file", "--set", "you")[self]


@dataclass(frozen=True, slots=True)
class Answer:
    """One value and its source."""

    value: Value
    source: Source

    @property
    def label(self) -> str:
        """Where it comes from, in a word; a secret from the environment says `env`."""
        if isinstance(self.value, SecretRef) and self.value.source in ("env", "keyring"):
            return self.value.source
        return self.source.label


FieldId = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers: per (step, field) what each source says. The highest source counts.

    An empty text is an answer; a missing key is none.
    """

    given: Mapping[FieldId, Mapping[Source, Value]] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, step: str, name: str) -> Answer | None:
        """The answer that counts, or None."""
        sources = self.given.get((step, name))
        if not sources:
            return None
        source = max(sources)
        return Answer(sources[source], source)

    def has(self, step: str, name: str, at_least: Source = Source.EXAMPLE) -> bool:
        """Whether a source of this rank or higher answered."""
        return any(s >= at_least for s in self.given.get((step, name), ()))

    def put(self, step: str, name: str, value: Value, source: Source) -> Answers:
        """The answers with one more; nothing of another source is lost."""
        before = self.given.get((step, name), {})
        merged = MappingProxyType({**before, source: value})
        return replace(self, given=MappingProxyType({**self.given, (step, name): merged}))

    def drop(self, step: str, name: str, source: Source) -> Answers:
        """The answers without what one source said of one field."""
        before = self.given.get((step, name), {})
        rest = {s: v for s, v in before.items() if s is not source}
        given = {k: v for k, v in self.given.items() if k != (step, name)}
        if rest:
            given[(step, name)] = MappingProxyType(rest)
        return replace(self, given=MappingProxyType(given))
