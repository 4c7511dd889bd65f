"""From wanted actions to a plan: the verb and the difference of each, what is blocked, what stays by hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, assert_never

from cocalc_tui.core.action import (
    MANAGED_BY,
    MANAGER,
    NODES,
    Action,
    Apply,
    Delete,
    Helm,
    Label,
    Wait,
    WriteFile,
    WriteSecrets,
)
from cocalc_tui.core.diff import as_yaml, restrict, same, unified
from cocalc_tui.core.facts import Object, Seen
from cocalc_tui.core.findings import Finding, State, Status
from cocalc_tui.core.plan import Left, Plan, Planned
from cocalc_tui.core.rights import missing
from cocalc_tui.core.step import Step
from cocalc_tui.core.topics import Need
from cocalc_tui.core.view import View, why_unseen

NOT_SEEN = "not seen: "
CHOICE = "your choice"


def planned(action: Action, view: View) -> Planned:
    """What an action means now: its verb, its difference, and whether it was seen at all."""
    match action:
        case Apply():
            return _apply(action, view)
        case Label():
            return _label(action, view)
        case WriteFile():
            return _file(action, view)
        case WriteSecrets():
            found = view.result(action.probe)
            if not view.seen(action.probe):
                return Planned(action, "create", blocked=NOT_SEEN + why_unseen(view.get(action.probe)))
            diff = "\n".join(f"+{path}: (changed)" for path, _ in action.entries)
            if found.get("same"):
                return Planned(action, "keep", diff=diff.replace("+", " ").replace("changed", "unchanged"))
            return Planned(action, "update" if found.get("exists") else "create", diff=diff)
        case Helm():
            return Planned(action, "keep" if action.current else "run", diff=_helm_diff(action))
        case Delete():
            if not view.seen(action.topic):
                return Planned(action, "delete", blocked=NOT_SEEN + why_unseen(view.get(action.topic)))
            return Planned(action, "delete" if view.object(action.topic) else "keep")
        case Wait():
            return Planned(action, "run", note="changes nothing")
        case _:
            assert_never(action)


def desired(action: Apply, view: View) -> dict[str, Any]:
    """The manifest with the wanted values of its slots as hashes, comparable with a Secret in facts."""
    manifest = dict(action.manifest)
    if action.slots:
        data = {s.key: f"sha256:{view.result(s.probe()).get('sha256') or ''}" for s in action.slots}
        manifest["data"] = {**manifest.get("data", {}), **data}
    return manifest


def is_done(action: Apply, live: Object | None, view: View) -> bool:
    """Whether the live object already is as wanted."""
    return live is not None and same(_body(desired(action, view)), live)


def _body(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in manifest.items() if k not in ("apiVersion", "kind")}


def _apply(action: Apply, view: View) -> Planned:
    needs: tuple[Need, ...] = (action.topic, *(s.probe() for s in action.slots))
    unseen = [n for n in needs if not view.seen(n)]
    if unseen:
        return Planned(action, "create", blocked=NOT_SEEN + why_unseen(view.get(unseen[0])))
    unusable = next((e for s in action.slots if (e := view.result(s.probe()).get("error"))), "")
    wanted = desired(action, view)
    live = view.object(action.topic)
    if live is None:
        diff = unified("", as_yaml(_shown(wanted, None)))
        return Planned(action, "create", diff=diff, blocked=str(unusable))
    if is_done(action, live, view):
        return Planned(action, "keep", diff=as_yaml(_shown(restrict(live, wanted), live)).rstrip())
    diff = unified(as_yaml(_shown(restrict(live, _body(wanted)), live)), as_yaml(_shown(_body(wanted), live)))
    if live["metadata"].get("labels", {}).get(MANAGED_BY) == MANAGER:
        return Planned(action, "update", diff=diff, blocked=str(unusable))
    owner = live["metadata"].get("labels", {}).get(MANAGED_BY) or ", ".join(
        m["manager"] for m in live["metadata"].get("managedFields", ())[:2]
    )
    return Planned(action, "adopt", diff, f"managed by {owner or 'someone else'}", CHOICE)


def _shown(manifest: Any, live: Object | None) -> Any:
    """A Secret's values as short hashes with whether they change."""
    if not isinstance(manifest, Mapping) or "data" not in manifest:
        return manifest
    old = (live or {}).get("data", {})

    def word(key: str, value: str) -> str:
        if not value.startswith("sha256:"):
            return value
        return f"({'set' if key not in old else 'unchanged' if old[key] == value else 'changed'}, {value[:11]}…)"

    return {**manifest, "data": {k: word(k, str(v)) for k, v in manifest["data"].items()}}


def _label(action: Label, view: View) -> Planned:
    node = next((n for n in view.objects(NODES) if n["metadata"]["name"] == action.node), None)
    if node is None:
        return Planned(action, "update", blocked=f"{NOT_SEEN}node {action.node}")
    labels = node["metadata"].get("labels", {})
    taints = {(t["key"], t.get("value", ""), t["effect"]) for t in node.get("spec", {}).get("taints", ())}
    if all(labels.get(k) == v for k, v in action.labels.items()) and set(action.taints) <= taints:
        return Planned(action, "keep")
    before = "".join(f"{k}: {labels[k]}\n" for k in action.labels if k in labels)
    after = "".join(f"{k}: {v}\n" for k, v in action.labels.items() if v is not None)
    after += "".join(f"taint {k}={v}:{e}\n" for k, v, e in action.taints)
    return Planned(action, "update", unified(before, after))


def _file(action: WriteFile, view: View) -> Planned:
    seen = view.get(action.probe)
    if not isinstance(seen, Seen):
        return Planned(action, "create", blocked=NOT_SEEN + why_unseen(seen))
    found = view.result(action.probe)
    before = str(found.get("text") or "")
    if found.get("exists") and before == action.text:
        return Planned(action, "keep")
    return Planned(action, "update" if found.get("exists") else "create", unified(before, action.text))


def _helm_diff(action: Helm) -> str:
    files = "".join(f"  --values {f}\n" for f in action.values_files)
    text = f"helm upgrade --install {action.release} {action.chart}\n  --namespace {action.namespace}\n{files}"
    return text + f"  --labels cocalc-tui-inputs={action.inputs}"


def make_plan(
    steps: Sequence[Step],
    view: View,
    plans: Mapping[str, Sequence[Planned]],
    states: Mapping[str, State],
    findings: Mapping[str, Sequence[Finding]],
    questions: tuple[str, ...],
) -> Plan:
    """The plan of all steps in their order."""
    actions: list[Planned] = []
    stuck: dict[str, str] = {}
    for step in steps:
        cause = next((f"after {dep}" for dep in step.after if dep in stuck), "")
        here = [replace(p, blocked=p.blocked or cause) if p.verb != "keep" else p for p in plans[step.id]]
        here = _quiet_waits(here, states[step.id])
        actions += here
        if cause or _blocks(states[step.id], here, findings[step.id]):
            stuck[step.id] = cause or states[step.id]
    return Plan(
        tuple(actions),
        _digest(actions, view),
        view.facts.cluster_uid,
        view.facts.generation,
        _left(steps, view, plans, states, findings),
        missing(view),
        questions,
    )


def _quiet_waits(here: list[Planned], state: State) -> list[Planned]:
    """A wait is kept where its step is ready and nothing else of it changes."""
    changing = any(p.verb != "keep" and not isinstance(p.action, Wait) for p in here)
    if changing or state is not State.READY:
        return here
    return [replace(p, verb="keep") if isinstance(p.action, Wait) else p for p in here]


def _blocks(state: State, here: Sequence[Planned], findings: Sequence[Finding]) -> bool:
    """Whether what depends on this step has to wait even when its own actions were done."""
    if state in (State.BROKEN, State.FOREIGN):
        mends = {p.step for p in here if p.verb in ("update", "delete", "run") and not p.blocked}
        return not mends or state is State.FOREIGN
    if state is State.UNKNOWN:
        return any(f.step == "cluster" for f in findings)
    return state is not State.READY and not any(p.verb != "keep" and not p.blocked for p in here)


def _left(
    steps: Sequence[Step],
    view: View,
    plans: Mapping[str, Sequence[Planned]],
    states: Mapping[str, State],
    findings: Mapping[str, Sequence[Finding]],
) -> tuple[Left, ...]:
    left = []
    for step in steps:
        for person in step.people(view):
            left.append(Left(step.id, person.what, person.who, person.text))
        for p in plans[step.id]:
            if p.verb == "adopt":
                left.append(Left(step.id, f"choose: adopt {p.action.target} ({p.note}), or use another name"))
        if states[step.id] in (State.BROKEN, State.FOREIGN, State.ABSENT) and not any(
            p.verb != "keep" for p in plans[step.id]
        ):
            bad = next((f for f in findings[step.id] if f.verdict.status is Status.FAIL), None)
            if bad:
                left.append(Left(step.id, bad.verdict.remedy))
    return tuple(left)


def _digest(actions: Sequence[Planned], view: View) -> str:
    content = [
        [p.verb, repr(p.action), _versions(p.action, view)] for p in actions
    ]
    text = json.dumps([view.facts.cluster_uid, content], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _versions(action: Action, view: View) -> list[str]:
    """Secrets enter the digest as reference and hash of their value."""
    match action:
        case Apply():
            return [str(view.result(s.probe()).get("sha256")) for s in action.slots]
        case _:
            return []
