"""Texts of the plan's screen: title, rows, and what to know before applying."""

from __future__ import annotations

import time
from collections.abc import Iterator

from textual.content import Content

from cocalc_tui.core.plan import Planned, Verb
from cocalc_tui.engine.judging import Judged
from cocalc_tui.screens.glyphs import VERBS, WAITING
from cocalc_tui.screens.review_plan import CHOICE, RIGHT, TAKEN, Prospect, about
from cocalc_tui.screens.text import Part, counted, cut, fit, line, lines, verb_glyph, wrapped
from cocalc_tui.screens.widgets.changes import consequence

STEP, VERB = 10, 8
ORDER: tuple[Verb, ...] = ("create", "update", "adopt", "delete", "run", "keep")
CHOOSE = "choose: "
TONES = {RIGHT: "$error", CHOICE: "$foreign", TAKEN: "$foreign"}


def title(judged: Judged, width: int) -> Content:
    """The plan's digest, when it was made, how many of each verb."""
    digest = judged.plan.digest
    groups = " ".join(digest[n : n + 4] for n in range(0, 16 if width >= 100 else 12, 4))
    at = time.strftime("%H:%M:%S", time.localtime(judged.view.now))
    parts: list[Part] = [" ", ("Plan", "bold"), (" sha256 " if width >= 100 else " ", "$muted"), groups]
    if width >= 100:
        parts += ["   ", (f"seen {at}", "$muted")]
    counts = judged.plan.counts()
    parts.append(" ")
    for verb in ORDER:
        if number := counts.get(verb):
            parts += ["  ", verb_glyph(verb), f" {number} {verb}"]
    return line(*parts).truncate(width, ellipsis=True)


def row(planned: Planned, first: bool, note: str, width: int) -> Content:
    """Step, verb, target; at the right what stands in its way."""
    keep = planned.verb == "keep"
    tail = cut(note, 22)
    room = width - STEP - 2 - VERB - (len(tail) + 2 if tail else 0)
    out = note == "left out"
    glyph, token = VERBS[planned.verb]
    tone = "$muted" if keep or out else ""
    end: list[Part] = ["  ", (tail, TONES.get(note, "$muted"))] if tail else []
    return line(
        (fit(planned.step if first else "", STEP), "$muted"),
        (glyph, "$muted" if out else f"${token}"),
        " ",
        (f"{planned.verb:<{VERB}}", "$muted" if keep or out else f"${token}"),
        (fit(planned.action.target, room), tone),
        *end,
    )


def summary(prospect: Prospect) -> str:
    """How much can be done now, and how long that takes."""
    todo = len(prospect.doable) + len(prospect.waiting)
    if not todo:
        return "Nothing to change"
    done = f"{len(prospect.doable)} of {todo} can be done now"
    return f"{done}, {about(prospect.seconds)}" if prospect.doable else done


def before(judged: Judged, prospect: Prospect, width: int) -> Content:
    """What to know before applying: rights, people, choices, questions, and how far it will get."""
    blocks = [
        lines(block)
        for block in (
            list(_rights(judged, width)),
            list(_questions(judged, width)),
            list(_people(judged, width)),
            list(_choices(prospect, width)),
            list(_end(prospect, width)),
        )
        if block
    ]
    return Content("\n\n").join(blocks)


def brief(judged: Judged, prospect: Prospect, width: int) -> Content:
    """The same in one line each, for a low screen."""
    rows: list[Content] = []
    rights = [str(r) for r in judged.plan.missing_rights]
    if rights:
        more = f" and {len(rights) - 1} more" if rights[1:] else ""
        rows.append(_one("✗", "error", f"Right missing: {rights[0]}{more}", "→ ^s writes rights.yaml", width))
    asked = judged.plan.questions
    if asked:
        rows.append(_one("?", "unknown", f"No answer: {', '.join(asked)}", "", width))
    for left in judged.plan.left:
        if not left.what.startswith(CHOOSE):
            text = f"{left.who or left.step.capitalize()}: {left.what}"
            rows.append(_one(WAITING, "warning", f"By hand: {text}", "", width))
    for planned in prospect.plan:
        if prospect.notes.get(planned.id) == CHOICE:
            text = f"Choose: take over {planned.action.target} with space, or use another name"
            rows.append(_one("◆", "foreign", text, "", width))
    return lines(rows or list(_end(prospect, width)))


def _one(glyph: str, token: str, text: str, hint: str, width: int) -> Content:
    room = width - 2 - (len(hint) + 2 if hint else 0)
    return line((glyph, f"${token}"), " ", (cut(text, room), f"${token}"), "  " if hint else "", hint)


def _head(glyph: str, token: str, text: str) -> Content:
    return line((glyph, f"${token}"), " ", (text, f"${token}"))


def _rights(judged: Judged, width: int) -> Iterator[Content]:
    rights = judged.plan.missing_rights
    if not rights:
        if judged.plan.changes():
            yield line(("✓", "$success"), (" No right is known to be missing", "$muted"))
        return
    yield _head("✗", "error", f"{counted(len(rights), 'right')} missing")
    for right in rights[:8]:
        yield from wrapped(str(right), width, "", "  ", 4)
    if rights[8:]:
        yield line((f"  and {len(rights) - 8} more", "$muted"))
    remedy = "Let a cluster admin bind the roles in rights.yaml (^s writes it)."
    yield from wrapped(remedy, width, "", line("  ", ("→", "$muted"), " "), 4)


def _questions(judged: Judged, width: int) -> Iterator[Content]:
    asked = judged.plan.questions
    if not asked:
        return
    yield _head("?", "unknown", f"{counted(len(asked), 'question')} without an answer")
    for name in asked:
        step, _, field = name.partition(".")
        found = judged.step(step).step
        label = (f.label if (f := found.field(field)) else field).lower()
        yield from wrapped(f"{found.title}: {label} (open the step {found.title})", width, "", "  ", 4)


def _people(judged: Judged, width: int) -> Iterator[Content]:
    left = [x for x in judged.plan.left if not x.what.startswith(CHOOSE)]
    if not left:
        return
    yield _head(WAITING, "warning", f"{len(left)} {'stays' if len(left) == 1 else 'stay'} by hand")
    titles = {s.id: s.step.title for s in judged.steps}
    wide = min(14, max(len(x.who or titles[x.step]) for x in left) + 2)
    for one in left:
        who = fit(one.who or titles[one.step], wide)
        yield from wrapped(one.what, width, "", line("  ", (who, "$muted")), wide + 2)


def _choices(prospect: Prospect, width: int) -> Iterator[Content]:
    adopts = [p for p in prospect.plan if p.verb == "adopt"]
    if not adopts:
        return
    yield _head("◆", "foreign", counted(len(adopts), "choice"))
    for planned in adopts:
        if prospect.notes[planned.id] == TAKEN:
            text = f"{planned.action.target} is taken over: the fields in its difference become ours."
        else:
            note = f" ({planned.note})" if planned.note else ""
            text = (
                f"Take over {planned.action.target}{note} with space, or name another one in the step "
                f"{planned.step} and leave this one alone."
            )
        yield from wrapped(text, width, "", "  ", 2)


def _end(prospect: Prospect, width: int) -> Iterator[Content]:
    yield from wrapped(summary(prospect) + ".", width, "$muted")
    if touched := consequence(prospect.doable):
        yield from wrapped(f"{touched[:1].upper()}{touched[1:]}.", width, "$muted")
    waiting = len(prospect.waiting)
    if waiting:
        verb = "waits and is" if waiting == 1 else "wait and are"
        which = f"The other {waiting}" if prospect.doable else f"All {waiting}" if waiting > 1 else "It"
        yield from wrapped(f"{which} {verb} done when you apply again.", width, "$muted")
