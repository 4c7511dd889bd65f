"""Texts of the values screen: title, lines of the file, labels of keys, what is known of one key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textual.content import Content

from cocalc_tui.core import chart_view
from cocalc_tui.core.resolve import ChartKeys
from cocalc_tui.core.settings import RULES, WORDS
from cocalc_tui.engine.judging import Judged
from cocalc_tui.screens.glyphs import BULLETS
from cocalc_tui.screens.text import Part, counted, cut, line, wrapped
from cocalc_tui.screens.values_keys import SECRET, Keys, Standing, shown

NUMBER = 5
_MARK = re.compile(r"\s*# cocalc-tui: (\S+) [0-9a-f]{6}\s*$")
_KEY = re.compile(r"^(\s*)([^\s#:\-][^:#]*|\"[^\"]*\")(:)(\s.*|)$")
HAND = "by hand"
KINDS = {
    "yesno": 'text, "yes" or "no"',
    "text": "text",
    "json": "text, a JSON object",
    "email": "text, an e-mail address",
    "number": "text, a whole number",
    "host": "text, a host name",
    "domain": "text, a bare domain",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "array": "a list",
    "object": "a mapping",
}


def title(judged: Judged, keys: Keys, width: int) -> Content:
    """The file, how many keys are ours, what differs, the chart."""
    view = judged.view
    name = view.text("values.path", "my-values.yaml").rpartition("/")[2]
    parts: list[Part] = [" ", (name, "bold"), "  "]
    if keys.edited is None:
        where = f"line {keys.wrong_line}: " if keys.wrong_line else ""
        parts += [("✗ ", "$error"), (f"{where}{keys.why}", "$error")]
        return line(*parts).truncate(width, ellipsis=True)
    count = len(keys.settings)
    parts.append(f"{counted(count, 'key')} of ours")
    if keys.by_hand:
        parts += [", ", (f"{len(keys.by_hand)} changed by hand", "$warning")]
    found = chart_view.document(view)
    if keys.chart and found.get("name"):
        chart = f"chart {found.get('name')} {found.get('version')}"
        git = found.get("git") or {}
        if width >= 100 and git.get("commit"):
            chart += f", commit {str(git['commit'])[:7]}"
        parts += ["   ", (chart, "$muted")]
        lint = judged.finding("values.lint")
        if width >= 100 and lint:
            parts += [(f", {lint.verdict.summary}", "$muted")]
    else:
        parts += ["   ", ("no chart yet: its defaults are not known", "$unknown")]
    return line(*parts).truncate(width, ellipsis=True)


def file_rows(keys: Keys, width: int) -> Iterator[Content]:
    """Each line of the file, its number, and at the right the step whose line it is."""
    hand = {e.line for e in keys.by_hand}
    for number, text in enumerate(keys.text.splitlines(), 1):
        mark = _MARK.search(text)
        bare = text[: mark.start()] if mark else text
        by = HAND if number in hand else mark.group(1) if mark else ""
        room = width - NUMBER - (len(by) + 1 if by else 0)
        tone = "$warning" if number in hand else "$error" if number == keys.wrong_line else ""
        body = _line(bare, keys.lines.get(number, ""), room, tone)
        gap = " " * max(0, room - body.cell_length)
        end: list[Part] = [gap, " ", (by, "$warning" if by == HAND else "$muted")] if by else []
        yield line((f"{number:>{NUMBER - 1}} ", "$muted"), body, *end)


def _line(text: str, path: str, room: int, tone: str) -> Content:
    text = text.replace("\t", "→   ")
    if SECRET.search(path.rpartition(".")[2]) and (found := _KEY.match(text)) and found[4].strip(" \"'"):
        text = f"{found[1]}{found[2]}: {BULLETS}"
    shown_text = Content(text).truncate(room, ellipsis=True).plain
    if tone:
        return line((shown_text, tone))
    if shown_text.lstrip().startswith("#"):
        return line((shown_text, "$muted"))
    found = _KEY.match(shown_text)
    if found is None:
        return Content(shown_text)
    return line(found[1], (found[2], "$primary"), found[3], found[4])


def branch(path: str, keys: Keys, width: int) -> Iterator[Content]:
    """What is known of a mapping, and what still works where something is missing."""
    if path:
        yield line((cut(path, width), "bold"))
        if comment := keys.comments.get(path):
            yield from wrapped(_sentence(comment), width)
    if keys.edited is None:
        where = f"Line {keys.wrong_line}: " if keys.wrong_line else ""
        yield from wrapped(f"{where}{keys.why}", width, "$error", line(("✗", "$error"), " "), 2)
        mend = "Correct it in your editor; nothing is written to the file until then."
        yield from wrapped(mend, width, "", ("  → ", "$muted"), 4)
    elif keys.chart is None:
        text = "No chart was read: its keys and defaults are not known. The file can be written without it."
        yield from wrapped(text, width, "$muted", line(("?", "$unknown"), " "), 2)
        yield from wrapped("Name its folder in the step Chart.", width, "", ("  → ", "$muted"), 4)


def key_pane(found: Standing, keys: Keys, width: int) -> list[Content]:
    """Path, type, default, comment, who sets it, what the file says."""
    return list(_key_pane(found, keys, width))


def _key_pane(found: Standing, keys: Keys, width: int) -> Iterator[Content]:
    yield line((cut(found.path, width), "bold"))
    yield line((cut(_kind(found, keys.chart), width), "$muted"))
    comment = keys.comments.get(found.path, "")
    if found.has_default:
        default = f"Default {shown(found.default, found.secret)}."
        yield from wrapped(f"{default} {_sentence(comment)}", width)
    elif comment:
        yield from wrapped(_sentence(comment), width)
    if not found.known:
        near = keys.chart.near(found.path) if keys.chart else ()
        text = "This chart does not know it" + (f"; nearest is {near[0]}" if near else "") + "."
        yield from wrapped(text, width, "$warning", line(("▲", "$warning"), " "), 2)
    yield from _standing(found, width)


def _standing(found: Standing, width: int) -> Iterator[Content]:
    mine, ours = shown(found.mine, found.secret), shown(found.answer, found.secret)
    if found.hand:
        text = f"Your file says {mine}, the answer of {found.by} {ours}."
        yield from wrapped(text, width, "$warning", line(("▲", "$warning"), " "), 2)
        yield from wrapped("Keep one of them: k mine, u the answer.", width, "", ("  → ", "$muted"), 4)
    elif found.by and found.answer is None:
        yield from wrapped(f"{BULLETS} from the step {found.by}, in the secret file.", width, "$success")
    elif found.by:
        who = "a further key of yours" if found.by == "values" else f"the step {found.by}"
        yield from wrapped(f"Set by {who}: {ours}.", width, "$success")
    elif found.in_file:
        yield from wrapped(f"Your file says {mine}.", width, "$primary")
    else:
        yield from wrapped("Not set: the default holds. enter sets it.", width, "$muted")


def _kind(found: Standing, chart: ChartKeys | None) -> str:
    name = found.path.removeprefix("global.settings.")
    if name != found.path and name in WORDS:
        return "text, one of " + ", ".join(w for w in WORDS[name] if w)
    if name != found.path and name in RULES:
        rule = RULES[name]
        return {"yesno": 'text, "yes" or "no"', "text": "text", "json": "JSON as text"}.get(
            rule, f"text: {rule}"
        )
    rule_found = chart.rule(found.path) if chart else {}
    if words := rule_found.get("enum"):
        return "one of " + ", ".join(str(w) for w in words)
    if kind := rule_found.get("type"):
        names = [kind] if isinstance(kind, str) else [str(k) for k in kind]
        return " or ".join("a number" if k == "number" else KINDS.get(k, k) for k in names)
    value = found.default if found.has_default else found.answer if found.answer is not None else found.mine
    types = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list"}
    return types.get(type(value), "a mapping" if isinstance(value, dict) else "any value")


def _sentence(text: str) -> str:
    return text if not text or text[-1] in ".!?:" else text + "."


def label_parts(found: Standing, name: str) -> list[tuple[str, str]]:
    """A key's row in the tree: name, default, what differs from it; each with a token, empty for plain."""
    parts = [(name, "")]
    if found.has_default:
        parts.append((" " + shown(found.default, found.secret), "muted"))
    if found.hand:
        return [*parts, (f" {HAND}: {shown(found.mine, found.secret)}", "warning")]
    if found.by and found.answer is None:
        return [*parts, (f" {BULLETS} secret file", "success")]
    if found.by:
        same = found.has_default and found.default == found.answer
        by = "you" if found.by == "values" else found.by
        told = f"set by {by}" if same else f"{by}: {shown(found.answer, found.secret)}"
        return [*parts, (f" {told}", "success")]
    if found.in_file and not (found.has_default and found.default == found.mine):
        return [
            *parts,
            (f" your file: {shown(found.mine, found.secret)}", "primary" if found.known else "warning"),
        ]
    return parts
