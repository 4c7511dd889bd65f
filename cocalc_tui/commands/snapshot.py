"""`snapshot`: a redacted picture of the cluster that loads as a world."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any

from cocalc_tui.commands.common import session
from cocalc_tui.commands.output import write_out
from cocalc_tui.core.facts import Denied, Seen, Unreachable
from cocalc_tui.core.redact import redact
from cocalc_tui.core.secret import DockerConfigSlot, PlainSlot, SecretRef
from cocalc_tui.core.topics import Probe, Topic
from cocalc_tui.engine.answers_file import dump
from cocalc_tui.engine.judging import Judged
from cocalc_tui.options import Options
from cocalc_tui.steps import STEPS
from cocalc_tui.wiring import known_values

HIDDEN = ("secret", "credentials", "secret-values")


async def snapshot(arguments: argparse.Namespace, options: Options) -> int:
    """Writes what was seen: objects, probes, what could not be seen, and the answers without secrets."""
    async with session(options) as running:
        judged = await running.settle(20.0)
        document = snapshot_document(judged, running.world.name)
        text = redact(json.dumps(document, indent=1, ensure_ascii=False, default=str), known_values())
        write_out(arguments.out, text + "\n", force=arguments.force, mode=0o600)
        return 0


def snapshot_document(judged: Judged, name: str) -> dict[str, Any]:
    """The world file of what a judgement saw. Hashes of secrets are left out."""
    objects: dict[str, Any] = {}
    probes, unseen = [], []
    for need, observation in judged.view.facts.observed.items():
        match need, observation:
            case Topic(), Seen(found):
                for item in found:
                    objects[f"{need.kind.name}/{item['metadata'].get('uid') or id(item)}"] = _object(
                        need, item
                    )
            case Probe(), Seen(found) if need.kind not in HIDDEN and found:
                probes.append({"kind": need.kind, "args": _args(need), "document": dict(found[0])})
            case ((Topic() | Probe()), (Denied(reason) | Unreachable(reason))):
                how = "denied" if isinstance(observation, Denied) else "unreachable"
                unseen.append({"what": str(need), "how": how, "reason": reason})
    return {
        "made_by": "cocalc-tui snapshot",
        "version": 1,
        "world": f"snapshot of {name}",
        "title": f"snapshot of {name}",
        "objects": list(objects.values()),
        "probes": probes,
        "unseen": unseen,
        "answers_text": dump(judged.view.answers, STEPS),
    }


def _args(probe: Probe) -> dict[str, Any]:
    return {k: _plain(v) for k, v in probe.args}


def _plain(value: object) -> Any:
    if isinstance(value, SecretRef):
        return {value.source: value.name}
    if isinstance(value, PlainSlot | DockerConfigSlot):
        return str(value.ref)
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value


def _object(topic: Topic, item: Mapping[str, Any]) -> dict[str, Any]:
    meta = {k: v for k, v in item.get("metadata", {}).items() if k != "managedFields"}
    result = {"apiVersion": topic.kind.api_version, "kind": topic.kind.name, **item, "metadata": meta}
    if topic.kind.name == "Secret":
        result["data"] = dict.fromkeys(item.get("data", {}), "(not in a snapshot)")
    return result
