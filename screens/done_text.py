"""Texts of the last screen: what runs, where the data is, how to look, what to do next."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from textual.content import Content

from cocalc_tui.core import claims, database_view, storage_view, workloads
from cocalc_tui.core.facts import Seen
from cocalc_tui.core.findings import Status
from cocalc_tui.core.release import release_name
from cocalc_tui.core.view import View
from cocalc_tui.core.words import duration
from cocalc_tui.engine.judging import Judged
from cocalc_tui.screens.applying import ApplyRun
from cocalc_tui.screens.hub_side import TONE
from cocalc_tui.screens.review_export import Taken
from cocalc_tui.screens.text import Part, counted, cut, fit, line, status_glyph, wrapped
from cocalc_tui.screens.widgets.rollout import Rollout
from cocalc_tui.steps.verify import domain

NAME = 26
SHORT = {"ReadWriteMany": "RWX", "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteOncePod": "RWOP"}
PURPOSES: Mapping[str, str] = {
    "hub-proxy": "every browser's first contact",
    "hub-next": "pages and sign-in",
    "hub-conat-api": "what the pages ask for",
    "hub-conat-router": "messages between all parts",
    "hub-conat-persist": "keeps messages",
    "hub-websocket": "live connections of browsers",
    "hub-api": "what the pages ask for",
    "hub-mentions": "tells people of mentions",
    "hub-stats": "counts what is used",
    "hub-delete-projects": "removes deleted projects",
    "hub-maintenance-expired": "removes what has expired",
    "hub-maintenance-syncstrings": "archives old edits",
    "manage-action": "starts and stops projects",
    "manage-state": "watches projects",
    "manage-idle": "stops idle projects",
    "manage-share": "published files",
    "manage-copy": "copies files between projects",
    "static": "scripts, styles, pictures",
    "ssh-gateway": "SSH into projects",
}


def address(judged: Judged) -> str:
    """The address of the site, empty where no domain is known."""
    name = domain(judged.view)
    return f"https://{name}" if name else ""


def title(judged: Judged, found: Rollout, job: ApplyRun | None, operator: str, width: int) -> Content:
    """Whether it runs, where, and how it came about."""
    ready = sum(s.state == "ready" for s in judged.steps)
    where = address(judged)
    runs = judged.step("release").state == "ready"
    head: list[Part]
    if runs:
        head = [("✓", "$success"), (" CoCalc runs", "bold")]
    elif found.loads:
        head = [("◐", "$warning"), (f" {found.ready} of {len(found.loads)} workloads run", "bold")]
    else:
        head = [("○", "$muted"), (" CoCalc is not installed yet", "bold")]
    if runs and where:
        head += [(" at ", "bold"), (where, "underline $primary")]
    tail = f"{ready} of {len(judged.steps)} ready"
    if width >= 100 and job and job.outcome and job.outcome.done and not job.only:
        tail += f", applied in {duration(job.events[-1].at - job.started_at)} by {operator}"
    if width >= 100 and found.revision:
        tail += f", revision {found.revision}"
    return line(" ", *head, "   ", (tail, "$muted")).truncate(width, ellipsis=True)


def running(found: Rollout, width: int) -> Iterator[Content]:
    """Each workload with its pods and what it is for."""
    name = min(NAME, max(18, width * 2 // 5))
    for load in found.loads:
        sign: Part = ("✓", "$success") if load.done else ("…", "$warning")
        if load.cause and load.cause.persistent:
            sign = ("✗", "$error")
        text = (
            PURPOSES.get(load.name, "") if load.done else (load.cause.summary if load.cause else load.stage)
        )
        count = "off" if not load.wanted else f"{load.ready}/{load.wanted}"
        room = width - name - 10
        yield line(sign, " ", fit(load.name, name), (f"{count:>5}  ", "$muted"), cut(text, room))
    if not found.loads:
        yield from wrapped(
            "Nothing is installed here. F4 shows the plan, F9 there applies it.", width, "$muted"
        )


def pods(found: Rollout) -> str:
    """How many workloads and pods."""
    number = sum(x.ready for x in found.loads)
    return f"{counted(len(found.loads), 'deployment')} · {counted(number, 'pod')}" if found.loads else ""


def data(view: View, width: int) -> Iterator[Content]:
    """The claims and the database."""
    name = min(NAME, max(16, width // 3))
    for part in storage_view.PARTS:
        claim, label = storage_view.live(view, part), storage_view.claim_name(view, part)
        if claim is None:
            yield line(("○", "$muted"), " ", fit(label, name), ("absent", "$muted"))
            continue
        bound = claims.phase(claim) == "Bound"
        modes = ", ".join(
            "".join(c for c in m if c.isupper()) for m in claim["spec"].get("accessModes") or ()
        )
        text = f"{claims.size(claim):<8}{claims.class_name(claim)}  {modes.replace('RWM', 'RWX')}"
        sign: Part = ("✓", "$success") if bound else ("…", "$warning")
        yield line(sign, " ", fit(label, name), cut(text, width - name - 3))
    server = view.text("database.host")
    if server:
        seen = view.result(database_view.probe(view))
        version = f"PostgreSQL {seen['version']}, " if seen.get("version") else ""
        sign = ("✓", "$success") if version else ("?", "$unknown")
        text = f"{version}database {view.text('database.name', 'cocalc')}"
        yield line(sign, " ", fit(server, name), cut(text, width - name - 3))


def commands(view: View) -> tuple[tuple[str, str], ...]:
    """What to type to see the same by hand."""
    where = f"-n {view.namespace}"
    return (
        ("kubectl", f"{where} get pods -l group=hub"),
        ("kubectl", f"{where} get pods -l run=project"),
        ("kubectl", f"{where} logs deploy/hub-next -f"),
        ("helm", f"{where} status {release_name(view)}"),
    )


def to_look(view: View, width: int) -> Iterator[Content]:
    """The commands as rows."""
    for program, rest in commands(view):
        yield line((fit(program, 9), "$muted"), cut(rest, width - 9))


def verified(judged: Judged, width: int) -> Iterator[Content]:
    """The findings of the step Verify, what to do next apart."""
    for one in judged.step("verify").findings:
        if one.check == "verify.next":
            continue
        status = Status.UNKNOWN if one.pending else one.verdict.status
        head = line(status_glyph(status), " ", fit(one.title, 10))
        yield from wrapped("looking" if one.pending else one.verdict.summary, width, TONE[status], head, 12)
        if one.verdict.remedy and status is not Status.PASS:
            yield from wrapped(one.verdict.remedy, width, "", line("  ", ("→", "$muted"), " "), 4)


def verified_at(judged: Judged) -> str:
    """When that was seen, as a clock time."""
    seen = judged.view.get(workloads.deployments(judged.view))
    at = seen.at if isinstance(seen, Seen) and seen.at else judged.view.now
    return time.strftime("%H:%M:%S", time.localtime(at))


def to_do(judged: Judged) -> Iterator[str]:
    """What a person does next, in order."""
    for left in judged.plan.left:
        yield f"{left.who}: {left.what}" if left.who else left.what
    found = judged.finding("verify.next")
    if found and found.verdict.status is Status.PASS:
        yield from found.verdict.detail.splitlines()
    if judged.step("release").state == "ready":
        path = judged.view.text("values.path", "my-values.yaml").rpartition("/")[2]
        secret = f"{path.removesuffix('.yaml')}.secret.yaml"
        yield f"Put {path} under version control, and leave {secret} out of it."
        yield "Come back once a month: look again (F5), review the plan (F4)."
    else:
        yield "Review the plan (F4) and apply it."


def next_steps(judged: Judged, width: int) -> Iterator[Content]:
    """The same, numbered."""
    for number, text in enumerate(to_do(judged), 1):
        yield from wrapped(text, width, "", (f"{number:<2}", "bold"), 2)


def to_take(taken: list[Taken], width: int) -> Iterator[Content]:
    """What can be exported."""
    for one in taken:
        yield line((fit(one.file, 17), "$muted"), cut(one.purpose, width - 17))
