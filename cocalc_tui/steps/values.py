"""The file `my-values.yaml`: edited in place, proven by helm and by the server before it is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cocalc_tui.core import chart_view, values_view
from cocalc_tui.core.action import Action, WriteFile, WriteSecrets
from cocalc_tui.core.findings import Check, State, Verdict, absent, failed, passed, skipped, warned
from cocalc_tui.core.resolve import unknown_keys
from cocalc_tui.core.step import Field, Step
from cocalc_tui.core.topics import Need, Probe
from cocalc_tui.core.values import ValuesError, parse
from cocalc_tui.core.values_checks import by_hand, cause, some, type_problems, unknown_text
from cocalc_tui.core.values_view import DEFAULT, complaints, edited, needs, rendered, resolved, wanted
from cocalc_tui.core.view import View

CLUSTER = Probe.of("cluster")
FIRST = "needs a file that can be read"
NO_CHART = "needs the chart"


def needs_render(view: View) -> Iterable[Need]:
    """What helm makes of the wanted text."""
    probe = values_view.render(view)
    return (*needs(view), probe) if probe else needs(view)


def needs_dry_run(view: View) -> Iterable[Need]:
    """What the server says to it, if helm could render it."""
    probe = values_view.dry_run(view)
    if probe is None or not view.seen(values_view.render(view) or probe) or rendered(view).get("error"):
        return needs_render(view)
    return (*needs_render(view), probe)


def needs_all(view: View) -> Iterable[Need]:
    """What is to be written follows from the cluster, too."""
    return (*needs(view), CLUSTER)


def readable(view: View) -> Verdict:
    name = values_view.path(view)
    try:
        edited(view)
    except ValuesError as error:
        if not error.line:
            return failed(error.message, "Mend the file, or name another one: --values FILE")
        return failed(
            f"{name} line {error.line}: {error.message}",
            f"Correct line {error.line} of {name}; nothing is written to it until then.",
        )
    there = view.result(values_view.file(view)).get("exists")
    return passed(name if there else f"{name} is not there yet")


def written(view: View) -> Verdict:
    result = wanted(view)
    if result is None:
        return skipped(FIRST)
    seen, name = view.result(values_view.file(view)), values_view.path(view)
    count = len(result.entries) - len(result.having("removed"))
    if result.text == str(seen.get("text") or ""):
        return passed(f"{count} keys of ours in {name}")
    if not seen.get("exists"):
        return absent(f"{name} is absent, {count} keys to write", "Apply this step to write it.")
    todo = [(s, len(result.having(s))) for s in ("set", "updated", "removed")]
    words = {"set": "to add", "updated": "to change", "removed": "to take away"}
    told = ", ".join(f"{n} {words[s]}" for s, n in todo if n)
    return failed(f"keys of {name}: {told}", "Apply this step to write it.", state=State.PARTIAL)


def keys(view: View) -> Verdict:
    chart, result, places = chart_view.keys(view), wanted(view), resolved(view)
    if chart is None:
        waits = some([f"{w.step}.{w.field}" for w in places.unresolved])
        return skipped(f"{NO_CHART}; it decides the place of {waits}" if waits else NO_CHART)
    if result is None:
        return skipped(FIRST)
    if places.unresolved:
        tried = (f"{w.step}.{w.field}: {', '.join(c.path for c in w.candidates)}" for w in places.unresolved)
        return warned(
            f"this chart has no known place for {some([f'{w.step}.{w.field}' for w in places.unresolved])}",
            'Name the path in values.overrides, as PATH: {from: "STEP.FIELD"}.',
            detail="Tried for " + "; for ".join(tried),
        )
    unknown = unknown_keys(parse(result.text), chart)
    if unknown:
        return warned(
            f"this chart does not know {some([u.path for u in unknown])}",
            "Correct the key or take it out; the chart ignores it.",
            detail="; ".join(unknown_text(u) for u in unknown),
        )
    if places.dangling:
        return warned(
            "values.overrides links to no answer: " + ", ".join(places.dangling),
            "Name a step and a field that has a value, for example database.host.",
        )
    return passed("every key is known to the chart")


def hand(view: View) -> Verdict:
    result = wanted(view)
    if result is None:
        return skipped(FIRST)
    changed = result.having("hand")
    if changed:
        return warned(
            f"changed by hand: {some([e.path for e in changed])}",
            "Change the answer, or take the line out of the file; your value stays until then.",
            detail="; ".join(by_hand(e) for e in changed),
        )
    return passed("no value of ours was changed by hand")


def types(view: View) -> Verdict:
    chart, result = chart_view.keys(view), wanted(view)
    if chart is None or result is None:
        return skipped(NO_CHART if chart is None else FIRST)
    wrong = type_problems(parse(result.text), chart)
    if wrong:
        return failed(
            wrong[0] + (f" and {len(wrong) - 1} more" if wrong[1:] else ""),
            f"Correct the value in {values_view.path(view)}, or the answer that it comes from.",
            detail="; ".join(wrong),
        )
    return passed("every value has the type that the chart expects")


def lint(view: View) -> Verdict:
    if values_view.render(view) is None:
        return skipped(NO_CHART if chart_view.keys(view) is None else FIRST)
    wrong = complaints(view)
    if wrong:
        told = cause(" ".join(wrong), resolved(view).settings)
        return failed(f"helm lint: {wrong[0]}", _mend(told), detail="; ".join(wrong))
    return passed("helm lint passes")


def template(view: View) -> Verdict:
    if values_view.render(view) is None:
        return skipped(NO_CHART if chart_view.keys(view) is None else FIRST)
    if error := rendered(view).get("error"):
        first = str(error).strip().split("\n", maxsplit=1)[0]
        told = cause(str(error), resolved(view).settings)
        return failed(f"helm template: {first}", _mend(told), detail=str(error))
    return passed(f"{len(rendered(view).get('objects') or ())} objects")


def _mend(told: str) -> str:
    return (
        f"Correct {told}." if told else "Correct the value that the message names, in the file or its answer."
    )


def dry_run(view: View) -> Verdict:
    probe = values_view.dry_run(view)
    if probe is None:
        return skipped(NO_CHART if chart_view.keys(view) is None else FIRST)
    if rendered(view).get("error"):
        return skipped("needs a chart that renders")
    seen = view.result(probe)
    where = seen.get("namespace")
    note = f"Tried in the namespace {where}." if where and where != view.namespace else ""
    refused = seen.get("refused") or ()
    if refused:
        first = refused[0]
        more = f" and {len(refused) - 1} more" if refused[1:] else ""
        return failed(
            f"the server refuses {first.get('object')}{more}: {first.get('message')}",
            "Correct the value that it comes from, or let a cluster admin allow the object.",
            detail="; ".join(f"{r.get('object')}: {r.get('message')}" for r in refused) + note,
            objects=tuple(str(r.get("object")) for r in refused),
        )
    return passed(f"the server accepts {seen.get('accepted')} objects", note)


def actions(view: View) -> Sequence[Action]:
    result = wanted(view)
    if result is None or values_view.disproven(view):
        return ()
    seen = view.result(values_view.file(view))
    found: list[Action] = []
    if result.entries or seen.get("exists"):
        why = "Helm takes from this file everything that differs from the chart's defaults."
        base = str(seen.get("sha256") or "")
        found.append(WriteFile("values.file", "values", why, values_view.path(view), result.text, base))
    secrets = values_view.entries(view)
    if secrets:
        why = "The chart takes these secrets only as text; helm gets them from a private file."
        found.append(WriteSecrets("values.secrets", "values", why, values_view.secret_path(view), secrets))
    return found


def summary(view: View) -> str:
    result = wanted(view)
    changed = len(result.having("hand")) if result else 0
    return written(view).summary + (f", {changed} changed by hand" if changed else "")


STEP = Step(
    id="values",
    title="Values",
    group="Deploy",
    why="my-values.yaml holds what differs from the chart's defaults. It is yours and is edited in place.",
    guide=("Access to HELM Charts",),
    after=("chart", "nodes", "registry", "storage", "database", "site", "admin"),
    fields=(
        Field(
            "path",
            "File",
            "The values file, read and edited in place; the option --values gives the same. Secrets go into "
            "a second file beside it that ends in .secret.yaml.",
            kind="path",
            default=DEFAULT,
        ),
        Field(
            "overrides",
            "Further keys",
            'Any other key of the chart: PATH: VALUE. Or PATH: {from: "STEP.FIELD"}, to say where this chart '
            "keeps an answer.",
            kind="mapping",
        ),
    ),
    checks=(
        Check(
            "readable",
            "Readable",
            "The file must be one YAML mapping without tabs in the indentation and without a key twice, or "
            "helm would refuse it or drop one of the two.",
            readable,
            needs,
        ),
        Check(
            "keys",
            "Keys",
            "Every key must be known to this chart: helm silently ignores a misspelt one.",
            keys,
            needs,
        ),
        Check(
            "hand",
            "By hand",
            "A value of ours that was changed by hand is reported and stays as it is: the file is yours.",
            hand,
            needs,
        ),
        Check(
            "types",
            "Types",
            "Every value must have the type of the chart's default and schema; site settings must be quoted "
            "texts, because the hub refuses a bare true.",
            types,
            needs,
        ),
        Check(
            "lint",
            "helm lint",
            "Helm's own examination of the chart with these values, including the chart's schema.",
            lint,
            needs_render,
        ),
        Check(
            "template",
            "helm template",
            "The chart must render with these values; what a template refuses is traced to the answer.",
            template,
            needs_render,
        ),
        Check(
            "dry-run",
            "Dry run",
            "The API server examines every rendered object, with its admission rules, without storing it.",
            dry_run,
            needs_dry_run,
        ),
        Check(
            "written",
            "Written",
            "The file must hold what the answers say, apart from what was changed by hand.",
            written,
            needs_all,
            counts=True,
        ),
    ),
    actions=actions,
    summary=summary,
)
