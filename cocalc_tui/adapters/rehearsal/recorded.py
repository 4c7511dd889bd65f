"""Answers of probes that a snapshot recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe


class Recorded:
    """Documents by question. One asked with a secret also answers where that secret is not at hand."""

    def __init__(self, world: Mapping[str, Any]) -> None:
        self._exact: dict[str, Mapping[str, Any]] = {}
        self._without: dict[str, Mapping[str, Any]] = {}
        for record in world.get("probes") or ():
            args = record.get("args") or {}
            self._exact[_key(record["kind"], args)] = record["document"]
            self._without[_key(record["kind"], _no_ref(args))] = record["document"]

    def document(self, probe: Probe) -> Mapping[str, Any] | None:
        """The recorded document, None where the question was not recorded."""
        args = {name: _plain(value) for name, value in probe.args}
        found = self._exact.get(_key(probe.kind, args))
        return found if found is not None else self._without.get(_key(probe.kind, _no_ref(args)))


def _no_ref(args: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in args.items() if k != "ref"}


def _key(kind: str, args: Mapping[str, Any]) -> str:
    return json.dumps([kind, args], sort_keys=True, default=str)


def _plain(value: object) -> Any:
    """As a snapshot writes an argument."""
    if isinstance(value, SecretRef):
        return {value.source: value.name}
    return [_plain(v) for v in value] if isinstance(value, tuple) else value
