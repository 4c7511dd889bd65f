"""`check` and `status`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time

from cocalc_tui.commands.common import chosen, exit_code, paint, session
from cocalc_tui.core.findings import State
from cocalc_tui.engine.judging import Judged
from cocalc_tui.engine.session import Session
from cocalc_tui.options import Options
from cocalc_tui.render.documents import check_document, status_document
from cocalc_tui.render.junit import junit
from cocalc_tui.render.text import Paint, counts_text, findings_text, status_text
from cocalc_tui.steps import STEPS


async def check(arguments: argparse.Namespace, options: Options) -> int:
    """Judges everything once within the deadline; with `--watch` goes on and tells each change."""
    chosen((), arguments.targets)
    started, begun = time.time(), time.monotonic()
    limit = max(0.5, arguments.timeout)
    async with session(options, live=arguments.watch, timeout=min(limit * 0.6, 5.0)) as running:
        judged = await running.settle(limit)
        seconds = time.monotonic() - begun
        findings = chosen(judged.findings(), arguments.targets)
        if arguments.output == "json":
            document = check_document(judged, running.world, findings, started, seconds)
            print(json.dumps(document, indent=None if arguments.watch else 2, ensure_ascii=False))
        elif arguments.output == "junit":
            print(junit(findings, seconds))
        else:
            print(findings_text(findings, STEPS, paint(options)))
            print(f"\n{counts_text(findings)} in {seconds:.1f} s")
        if arguments.watch:
            await _watch(running, arguments, paint(options))
        return exit_code(chosen(running.judged.findings(), arguments.targets))


async def _watch(running: Session, arguments: argparse.Namespace, out: Paint) -> None:
    """One line for each finding that changes, until interrupted."""
    changed = asyncio.Event()
    running.listen(lambda judged: changed.set())
    before = {f.check: f.verdict for f in chosen(running.judged.findings(), arguments.targets)}
    while True:
        await changed.wait()
        changed.clear()
        for finding in chosen(running.judged.findings(), arguments.targets):
            if finding.pending or before.get(finding.check) == finding.verdict:
                continue
            before[finding.check] = finding.verdict
            if arguments.output == "json":
                document = check_document(running.judged, running.world, [finding], time.time(), 0)
                print(json.dumps(document, ensure_ascii=False), flush=True)
            else:
                mark = out.mark(finding.verdict.status)
                clock = time.strftime("%H:%M:%S")
                print(f"{clock} {mark} {finding.check:<22} {finding.verdict.summary}", flush=True)


async def status(arguments: argparse.Namespace, options: Options) -> int:
    """The state of every step; 0 when every step could be seen, else 6."""
    async with session(options) as running:
        judged: Judged = await running.settle(15.0)
        if arguments.output == "json":
            print(json.dumps(status_document(judged, running.world), indent=2, ensure_ascii=False))
        else:
            print(status_text(judged, paint(options)))
        unseen = [s for s in judged.steps if s.state is State.UNKNOWN]
        if unseen:
            print("not seen: " + ", ".join(s.id for s in unseen), file=sys.stderr)
        return 6 if unseen else 0
