"""`export`: what was generated, to take away."""

from __future__ import annotations

import argparse
import sys

from cocalc_tui.cli import FOLDERS
from cocalc_tui.commands.common import session
from cocalc_tui.commands.folder import write_folder
from cocalc_tui.commands.output import write_out
from cocalc_tui.core import checkout
from cocalc_tui.core.action import WriteFile
from cocalc_tui.core.rights import rights_yaml
from cocalc_tui.engine.answers_file import dump
from cocalc_tui.engine.judging import CLUSTER, Judged
from cocalc_tui.engine.session import Session
from cocalc_tui.errors import UsageError
from cocalc_tui.options import Options
from cocalc_tui.render.argocd import argocd
from cocalc_tui.render.flux import flux
from cocalc_tui.render.gitops import Bundle
from cocalc_tui.render.kustomize import kustomize
from cocalc_tui.render.report import report_html, report_markdown
from cocalc_tui.render.script import script
from cocalc_tui.render.text import questions_text
from cocalc_tui.steps import STEPS


async def export(arguments: argparse.Namespace, options: Options) -> int:
    """Writes one kind to standard output or a file, or into a folder."""
    async with session(options) as running:
        await running.settle(15.0)
        if arguments.kind in FOLDERS:
            files = exported_folder(arguments.kind, running)
            write_folder(arguments.out or f"cocalc-{arguments.kind}", files, force=arguments.force)
            return 0
        text = exported(arguments.kind, running, str(arguments.out or ""))
        mode = 0o755 if arguments.kind == "script" else 0o644
        write_out(arguments.out, text, force=arguments.force, mode=mode)
        return 0


def exported(kind: str, running: Session, name: str = "") -> str:
    """The text of one export; a report is Markdown where `name` ends in .md."""
    judged, world = running.judged, running.world
    match kind:
        case "values":
            return values_text(judged)
        case "script":
            refuse_unanswered(judged)
            return script(judged.view.wanted, rehearsal=world.rehearsal, context=world.name)
        case "rights":
            user = str(judged.view.result(CLUSTER).get("user") or "")
            missing = judged.plan.missing_rights
            head = "# Made by cocalc-tui: what the plan needs and this login lacks.\n"
            return head + (rights_yaml(missing, user) if missing else "# Nothing is missing.\n")
        case "answers":
            where = f"rehearsal:{world.name}" if world.rehearsal else world.name
            return dump(judged.view.answers, STEPS, f"# Answers for cocalc-tui, from {where}.\n")
        case _:
            return report_markdown(judged, world) if name.endswith(".md") else report_html(judged, world)


def exported_folder(kind: str, running: Session) -> dict[str, str]:
    """The files of one kind of folder, by name."""
    judged = running.judged
    refuse_unanswered(judged, f"the {kind} folder")
    view = judged.view
    bundle = Bundle(
        actions=tuple(view.wanted),
        repo=checkout.repo(view),
        branch=checkout.branch(view),
        version=str(view.result(CLUSTER).get("version") or "").removeprefix("v").partition("-")[0],
        rehearsal=running.world.rehearsal,
    )
    return {"kustomize": kustomize, "argocd": argocd, "flux": flux}[kind](bundle)


def values_text(judged: Judged) -> str:
    """The values file as it would be written. Raises `UsageError` where it cannot be made."""
    action = next((a for a in judged.view.wanted if isinstance(a, WriteFile) and a.step == "values"), None)
    if action is None:
        bad = judged.step("values").worst
        reason = bad.verdict.summary if bad else "not known yet"
        raise UsageError(f"the values file cannot be made: {reason}", bad.verdict.remedy if bad else "")
    return action.text


def refuse_unanswered(judged: Judged, what: str = "the script") -> None:
    """Raises `UsageError` where needed fields have no answer: an export with holes helps nobody."""
    if judged.plan.questions:
        print(questions_text(judged.plan.questions, STEPS), file=sys.stderr)
        raise UsageError(f"{what} needs these answers first")
