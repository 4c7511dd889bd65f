"""What a step or a plan would do, as differences on tinted ground."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from cocalc_tui.core.action import Helm, WriteFile, WriteSecrets
from cocalc_tui.core.plan import Planned, Verb
from cocalc_tui.core.sql import Sql
from cocalc_tui.screens.glyphs import VERBS
from cocalc_tui.screens.text import counted, cut, line, lines, verb_glyph, wrapped

ORDER: tuple[Verb, ...] = ("run", "create", "update", "adopt", "delete", "keep")


def changes(planned: Sequence[Planned], width: int) -> Content:
    """All actions, each with its verb, target, difference and note."""
    blocks = [lines(block(p, width)) for p in planned]
    return Content("\n\n").join(blocks)


def block(planned: Planned, width: int) -> list[Content]:
    """One action: head, difference, what it waits for."""
    head = line(verb_glyph(planned.verb), " ", (f"{planned.verb:<8}", "bold"))
    target = planned.action.target
    kind, slash, name = target.partition("/")
    if len(target) > width - 10 and slash and " " not in kind:
        rows = [line(head, (kind, "bold")), *wrapped(name, width, "bold", "  ", 2)]
    else:
        rows = wrapped(target, width, "bold", head, 10)
    if planned.note:
        rows += wrapped(planned.note, width, "$warning")
    if planned.blocked:
        rows += wrapped(planned.blocked, width, "$muted", line(("…", "$warning"), " "), 2)
    if planned.verb == "keep":
        return rows + [_row(t, width) for t in planned.diff.splitlines() if "sha256" in t]
    between = planned.diff.splitlines()[:1]
    return rows + [_row(t, width) for t in planned.diff.splitlines() if [t] != between or t[:2] != "@@"]


def _row(text: str, width: int) -> Content:
    """One line of a difference: sign, text, ground over the whole width."""
    text = text.replace("\t", "    ")
    if text.startswith("@@"):
        return line(("  …", "$muted"))
    tone = {"+": "$success on $diff-add", "-": "$error on $diff-del"}.get(text[:1], "$muted")
    shown = f"{text[:1]} {text[1:]}" if text[:1] in "+- " else f"  {text}"
    shown = Content(shown).truncate(width, ellipsis=True).plain if len(shown) > width else shown
    return line((shown.ljust(width) if text[:1] in ("+", "-") else shown, tone))


def verb_counts(planned: Iterable[Planned]) -> str:
    """How many of each verb: "1 create · 2 keep"."""
    verbs = [p.verb for p in planned]
    return " · ".join(f"{verbs.count(v)} {v}" for v in ORDER if v in verbs)


def consequence(planned: Iterable[Planned]) -> str:
    """What applying would touch: "2 changes in the cluster, 1 in a file"."""
    todo = [p for p in planned if p.verb != "keep"]
    files = sum(isinstance(p.action, WriteFile | WriteSecrets) for p in todo)
    helm = sum(isinstance(p.action, Helm) for p in todo)
    waits = sum(p.note == "changes nothing" for p in todo)
    sql = sum(isinstance(p.action, Sql) for p in todo)
    cluster = len(todo) - files - helm - waits - sql
    parts = []
    if cluster:
        parts.append(counted(cluster, "change") + " in the cluster")
    if sql:
        parts.append("SQL runs")
    if helm:
        parts.append("helm runs")
    if files:
        parts.append(f"{files} in a file" if parts else counted(files, "change") + " in a file")
    return ", ".join(parts)


def short(planned: Planned, width: int) -> Content:
    """One line: glyph, verb, target, what it waits for."""
    tail = planned.blocked or planned.note
    room = width - 10
    target = cut(planned.action.target + (f"  {tail}" if tail else ""), room)
    return line(verb_glyph(planned.verb), " ", (f"{planned.verb:<7}", f"${VERBS[planned.verb][1]}"), target)
