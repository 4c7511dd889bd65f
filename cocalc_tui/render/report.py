"""The report for a colleague or for support: one self-contained HTML page, or the same in Markdown."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from cocalc_tui import __version__
from cocalc_tui.core.findings import Status
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.words import glyph
from cocalc_tui.engine.judging import Judged
from cocalc_tui.ports import World
from cocalc_tui.render.documents import cluster_document, moment
from cocalc_tui.render.text import counts_text
from cocalc_tui.resources import asset


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row may be a state or status, which colours it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Preformatted text."""

    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its blocks."""

    title: str
    blocks: tuple[Table | Code | str, ...]


def sections(judged: Judged, world: World) -> tuple[Section, ...]:
    """What a report says, in order."""
    cluster = cluster_document(judged, world)
    about = Table(
        ("", ""),
        (
            *((k, str(v)) for k, v in cluster.items() if v is not None),
            ("cocalc-tui", __version__),
            ("seen", moment(judged.view.now)),
        ),
    )
    steps = Table(
        ("state", "step", "what was seen"),
        tuple((str(s.state), s.step.title, s.summary) for s in judged.steps),
    )
    bad = [f for f in judged.findings() if f.verdict.status in (Status.FAIL, Status.UNKNOWN, Status.WARN)]
    wrong = Table(
        ("status", "check", "what was seen", "what to do"),
        tuple(
            (
                str(f.verdict.status),
                f.check,
                " · ".join(t for t in (f.verdict.summary, f.verdict.detail, f.verdict.cause) if t),
                f.verdict.remedy,
            )
            for f in bad
        ),
    )
    fine = Table(
        ("status", "check", "what was seen"),
        tuple((str(f.verdict.status), f.check, f.verdict.summary) for f in judged.findings() if f not in bad),
    )
    plan = Table(
        ("verb", "step", "target", "note"),
        tuple((p.verb, p.step, p.action.target, p.blocked or p.note) for p in judged.plan.actions),
    )
    left = tuple((x.step, x.who or "you", x.what) for x in judged.plan.left)
    result = [
        Section("Cluster", (about,)),
        Section("Steps", (steps,)),
        Section(f"To mend: {len(bad)}", (wrong,) if bad else ("Nothing.",)),
        Section(
            "Plan",
            (
                f"Digest {judged.plan.digest[:16]}",
                plan,
                *(Code(f"{p.action.target}\n{p.diff}") for p in judged.plan.changes() if p.diff),
            ),
        ),
    ]
    if left:
        result.append(Section("Stays for a person", (Table(("step", "who", "what"), left),)))
    result.append(Section("Answers", (_answers(judged),)))
    result.append(Section(f"All checks: {counts_text(judged.findings())}", (fine,)))
    return tuple(result)


def _answers(judged: Judged) -> Table:
    rows = []
    for step in judged.steps:
        for field in step.step.fields:
            answer = judged.view.answers.get(step.id, field.name)
            if answer is None:
                continue
            value = f"●●●●●●●● {answer.value}" if isinstance(answer.value, SecretRef) else str(answer.value)
            rows.append((f"{step.id}.{field.name}", value, answer.label))
    return Table(("field", "value", "from"), tuple(rows))


def report_html(judged: Judged, world: World) -> str:
    """The report as one HTML page without any link or script."""
    title = f"CoCalc on {world.name}"
    body = [f"<h1>{html.escape(title)}</h1>", _rehearsal_note(world, "<p>{}</p>")]
    for section in sections(judged, world):
        body.append(f"<h2>{html.escape(section.title)}</h2>")
        for block in section.blocks:
            match block:
                case Table(head, rows):
                    body.append(_html_table(head, rows))
                case Code(text):
                    body.append(f"<pre>{html.escape(text)}</pre>")
                case str():
                    body.append(f"<p>{html.escape(block)}</p>")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{asset('report.css')}</style></head>\n<body>\n"
        + "\n".join(b for b in body if b)
        + "\n</body></html>\n"
    )


def _html_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["<table>"]
    if any(head):
        lines.append("<tr>" + "".join(f"<th>{html.escape(h)}</th>" for h in head) + "</tr>")
    for row in rows:
        first, *rest = row
        mark = f"{glyph(first)} " if head[0] in ("state", "status", "verb") else ""
        cells = f'<td class="{html.escape(first)}">{mark}{html.escape(first)}</td>'
        lines.append("<tr>" + cells + "".join(f"<td>{html.escape(c)}</td>" for c in rest) + "</tr>")
    return "\n".join([*lines, "</table>"])


def report_markdown(judged: Judged, world: World) -> str:
    """The report as Markdown."""
    lines = [f"# CoCalc on {world.name}", "", _rehearsal_note(world, "{}\n")]
    for section in sections(judged, world):
        lines += [f"## {section.title}", ""]
        for block in section.blocks:
            match block:
                case Table(head, rows):
                    lines += ["| " + " | ".join(h or " " for h in head) + " |", "|" + " --- |" * len(head)]
                    lines += ["| " + " | ".join(_cell(c) for c in row) + " |" for row in rows]
                case Code(text):
                    lines += ["````", text, "````"]
                case str():
                    lines.append(block)
            lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def _rehearsal_note(world: World, form: str) -> str:
    return form.format("From a rehearsal: this is no real cluster.") if world.rehearsal else ""
