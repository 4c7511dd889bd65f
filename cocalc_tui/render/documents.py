"""The versioned JSON documents of the commands (schemas beside the design are their contract)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from cocalc_tui.core.action import Action, Apply, WriteSecrets
from cocalc_tui.core.findings import Finding, worst
from cocalc_tui.core.plan import Left, Plan, Planned
from cocalc_tui.core.rights import rights_yaml
from cocalc_tui.core.sql import Sql
from cocalc_tui.core.step import Step
from cocalc_tui.core.view import View
from cocalc_tui.engine.judging import CLUSTER, Judged
from cocalc_tui.engine.progress import Progress
from cocalc_tui.ports import World
from cocalc_tui.steps.cluster import platform

KIND_WORDS = {
    "Apply": "apply",
    "Label": "label",
    "WriteFile": "file",
    "WriteSecrets": "file",
    "Helm": "helm",
    "HelmAddon": "helm",
    "Delete": "delete",
    "Wait": "wait",
    "Sql": "sql",
    "MakeKey": "key",
    "Git": "git",
}


def moment(at: float) -> str:
    """Unix time in seconds as RFC 3339 in UTC."""
    return dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def cluster_document(judged: Judged, world: World) -> dict[str, Any]:
    """Which cluster a document is about."""
    seen = judged.view.result(CLUSTER)
    return {
        "context": str(seen.get("context") or world.name),
        "server": f"rehearsal:{world.name}" if world.rehearsal else str(seen.get("server") or "unknown"),
        "uid": seen.get("uid"),
        "version": seen.get("version"),
        "namespace": judged.view.namespace,
        "platform": platform(judged.view)[0].id if seen else "unknown",
        "rehearsal": world.rehearsal,
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """One finding."""
    verdict = finding.verdict
    document: dict[str, Any] = {
        "id": finding.check,
        "step": finding.step,
        "status": str(verdict.status),
        "title": finding.title,
        "summary": verdict.summary,
    }
    for key in ("detail", "remedy", "cause"):
        if getattr(verdict, key):
            document[key] = getattr(verdict, key)
    if verdict.objects:
        document["objects"] = list(verdict.objects)
    return document


def check_document(
    judged: Judged, world: World, findings: Sequence[Finding], started: float, seconds: float
) -> dict[str, Any]:
    """`cocalc-tui/check/v1`."""
    return {
        "schema": "cocalc-tui/check/v1",
        "cluster": cluster_document(judged, world),
        "started": moment(started),
        "seconds": round(seconds, 3),
        "requests": world.cluster.requests,
        "worst": str(worst(f.verdict.status for f in findings)),
        "findings": [finding_document(f) for f in findings],
    }


def status_document(judged: Judged, world: World) -> dict[str, Any]:
    """`cocalc-tui/status/v1`."""
    return {
        "schema": "cocalc-tui/status/v1",
        "cluster": cluster_document(judged, world),
        "steps": [
            {
                "id": s.id,
                "title": s.step.title,
                "state": str(s.state),
                "summary": s.summary,
                "waits_for": list(s.waits),
            }
            for s in judged.steps
        ],
    }


def secrets_of(action: Action) -> list[str]:
    """The references of the secrets that an action needs."""
    match action:
        case Apply():
            return [f"{slot.key} {slot.ref}" for slot in action.slots]
        case WriteSecrets():
            return [f"{path} {ref}" for path, ref in action.entries]
        case Sql():
            return [f"{purpose} {ref}" for purpose, ref in action.refs]
        case _:
            return []


def action_document(planned: Planned) -> dict[str, Any]:
    """One action of a plan."""
    document: dict[str, Any] = {
        "id": planned.id,
        "step": planned.step,
        "kind": KIND_WORDS[type(planned.action).__name__],
        "verb": planned.verb,
        "target": planned.action.target,
        "why": planned.action.why,
        "diff": planned.diff or None,
        "secrets": secrets_of(planned.action),
    }
    for key in ("note", "blocked"):
        if getattr(planned, key):
            document[key] = getattr(planned, key)
    return document


def left_documents(left: Iterable[Left]) -> list[dict[str, Any]]:
    """What stays for a person."""
    return [
        {k: v for k, v in (("step", x.step), ("what", x.what), ("who", x.who), ("text", x.text)) if v}
        for x in left
    ]


def plan_document(judged: Judged, world: World, plan: Plan, only: frozenset[str]) -> dict[str, Any]:
    """`cocalc-tui/plan/v1`, also the plan file."""
    user = str(judged.view.result(CLUSTER).get("user") or "")
    return {
        "schema": "cocalc-tui/plan/v1",
        "digest": plan.digest,
        "cluster": cluster_document(judged, world),
        "created": moment(judged.view.now),
        "actions": [action_document(p) for p in plan.actions if not only or p.step in only],
        "left_for_a_person": left_documents(x for x in plan.left if not only or x.step in only),
        "rights": {
            "missing": [str(r) for r in plan.missing_rights],
            "yaml": rights_yaml(plan.missing_rights, user) if plan.missing_rights else "",
        },
        "unanswered": list(plan.questions),
        "only": sorted(only),
    }


def event_document(progress: Progress) -> dict[str, Any]:
    """`cocalc-tui/apply/v1`: one line."""
    document: dict[str, Any] = {
        "schema": "cocalc-tui/apply/v1",
        "at": moment(progress.at),
        "event": progress.event,
    }
    for key in ("action", "step", "message", "cause", "remedy"):
        if getattr(progress, key):
            document[key] = getattr(progress, key)
    for key in ("remaining_seconds", "writes", "done", "failed", "exit"):
        if getattr(progress, key) is not None:
            document[key] = getattr(progress, key)
    if progress.event == "summary":
        document["left_for_a_person"] = left_documents(progress.left)
    return document


def explain_document(steps: Sequence[Step], view: View) -> dict[str, Any]:
    """`cocalc-tui/explain/v1`."""
    return {
        "schema": "cocalc-tui/explain/v1",
        "steps": [
            {
                "id": step.id,
                "title": step.title,
                "why": step.why,
                "guide": list(step.guide),
                "after": list(step.after),
                "fields": [
                    {
                        "name": f.name,
                        "label": f.label,
                        "help": f.help,
                        "kind": f.kind,
                        "secret": f.secret,
                        "default": f.default if isinstance(f.default, str | int | bool) else None,
                        "choices": [c.value for c in f.choices(view)] if f.choices else None,
                    }
                    for f in step.fields
                ],
                "checks": [
                    {"id": f"{step.id}.{c.id}", "title": c.title, "explain": c.explain} for c in step.checks
                ],
            }
            for step in steps
        ],
    }
