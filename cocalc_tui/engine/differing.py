"""From wanted actions to a plan: the verb and the difference of each, what is blocked, what stays by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from cocalc_tui.core.action import (
    MANAGED_BY,
    MANAGER,
    NODES,
    Action,
    Apply,
    Delete,
    Git,
    Helm,
    Label,
    MakeKey,
    Wait,
    WriteFile,
    WriteSecrets,
)
from cocalc_tui.core.diff import as_yaml, restrict, same, unified
from cocalc_tui.core.facts import Object, Seen
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.plan import NOT_SEEN, Planned
from cocalc_tui.core.sql import Sql
from cocalc_tui.core.topics import Need
from cocalc_tui.core.view import View, why_unseen
from cocalc_tui.engine.differing_git import repository

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
            return _secret_values(action, view)
        case Helm():
            return Planned(action, "keep" if action.current else "run", diff=_helm_diff(action))
        case HelmAddon():
            return Planned(action, "keep" if action.current else "run", diff=_addon_diff(action))
        case Delete():
            if not view.seen(action.topic):
                return Planned(action, "delete", blocked=NOT_SEEN + why_unseen(view.get(action.topic)))
            return Planned(action, "delete" if view.object(action.topic) else "keep")
        case Sql():
            return _sql(action, view)
        case Wait():
            return Planned(action, "run", note="changes nothing")
        case MakeKey() | Git():
            return repository(action, view)
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
        return (
            f"({'set' if key not in old else 'unchanged' if old[key] == value else 'changed'}, {value[:11]}…)"
        )

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


def _sql(action: Sql, view: View) -> Planned:
    unseen = [n for n in action.looks_at() if not view.seen(n)]
    if unseen:
        return Planned(action, "run", blocked=NOT_SEEN + why_unseen(view.get(unseen[0])))
    if not action.statements:
        return Planned(action, "keep")
    unusable = next((e for _, ref in action.refs if (e := view.result(ref.probe()).get("error"))), "")
    return Planned(action, "run", "\n".join(f"+{line}" for line in action.shown()), blocked=str(unusable))


def _secret_values(action: WriteSecrets, view: View) -> Planned:
    found = view.result(action.probe)
    if not view.seen(action.probe):
        return Planned(action, "create", blocked=NOT_SEEN + why_unseen(view.get(action.probe)))
    diff = "\n".join(f"+{path}: (changed)" for path, _ in action.entries)
    if found.get("same"):
        return Planned(action, "keep", diff=diff.replace("+", " ").replace("changed", "unchanged"))
    return Planned(action, "update" if found.get("exists") else "create", diff=diff)


def _helm_diff(action: Helm) -> str:
    files = "".join(f"  --values {f}\n" for f in action.values_files)
    text = (
        f"helm upgrade --install {action.release} {action.chart}\n  --namespace {action.namespace}\n{files}"
    )
    return text + f"  --labels cocalc-tui-inputs={action.inputs}"


def _addon_diff(action: HelmAddon) -> str:
    values = "".join(f"  {line}\n" for line in action.values.splitlines())
    chart = " ".join(action.arguments())
    head = f"helm upgrade --install {action.release} {chart}\n  --namespace {action.namespace}\n"
    return f"{head}{values}".rstrip()
