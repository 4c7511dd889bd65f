"""The release: `helm upgrade --install` of the chart with the values, and its rollout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cocalc_tui.core import chart_view, inputs, values_view, workloads
from cocalc_tui.core.action import Action, Delete, Helm, Wait
from cocalc_tui.core.findings import Check, State, Verdict, absent, failed, passed, skipped
from cocalc_tui.core.kinds import SECRET
from cocalc_tui.core.names import label_name
from cocalc_tui.core.release import (
    NO_SECRETS,
    Revision,
    holder,
    lease_topic,
    newest,
    release_name,
    same_inputs,
    topic_of,
)
from cocalc_tui.core.rollout import causes
from cocalc_tui.core.step import Field, Step
from cocalc_tui.core.topics import Need
from cocalc_tui.core.view import View

TIMEOUT = 600
GONE = ("uninstalled", "superseded")
NOT_YET = "needs the release"


def latest(view: View) -> Revision | None:
    """The newest revision; one that was uninstalled counts as none."""
    found = newest(view.objects(topic_of(view)))
    return None if found is None or found.status in GONE else found


def timeout(view: View) -> int:
    """How long helm and the rollout may take, in seconds."""
    return view.number("release.timeout", TIMEOUT) or TIMEOUT


def at_work(view: View, revision: Revision) -> str:
    """Who is installing now, empty where nobody is: ours hold the Lease, others are given the timeout."""
    if revision.inputs:
        return holder(view.object(lease_topic(view)), view.now)
    return "someone else" if view.now - revision.at < timeout(view) else ""


def needs_revisions(view: View) -> Iterable[Need]:
    """Helm's own record."""
    return (topic_of(view),)


def needs_lease(view: View) -> Iterable[Need]:
    """The record, and who is at work."""
    return (topic_of(view), lease_topic(view))


def needs_inputs(view: View) -> Iterable[Need]:
    """The record, and everything that an installation is made from."""
    return (topic_of(view), *inputs.needs(view))


def needs_rollout(view: View) -> Iterable[Need]:
    """The workloads; what surrounds them only while one is not ready."""
    first = (topic_of(view), workloads.deployments(view))
    return first if all(w.done for w in rolled(view)) else (*first, *workloads.around(view))


def rolled(view: View) -> tuple[workloads.Workload, ...]:
    """The workloads of the release."""
    mine = workloads.of_release(view.objects(workloads.deployments(view)), release_name(view))
    return tuple(workloads.workload(d) for d in mine)


def stuck(view: View) -> Verdict:
    revision = latest(view)
    if revision is None or not revision.pending:
        return passed("no interrupted revision" if revision else "nothing installed yet")
    told = f"revision {revision.number} is {revision.status}"
    if who := at_work(view, revision):
        return failed(
            f"{told}, {who} is at work",
            "Wait until it ends, then look again.",
            state=State.PARTIAL,
        )
    return failed(
        f"{told} and nobody is at work on it",
        f"Apply this step: it deletes the Secret {revision.secret}, so that helm can go on.",
        detail="Helm was interrupted. It refuses any other operation while this record is there.",
        objects=(f"Secret/{revision.secret}",),
    )


def unbroken(view: View) -> Verdict:
    revision = latest(view)
    if revision is None:
        return skipped("nothing installed yet")
    if revision.status == "failed":
        return failed(
            f"revision {revision.number} failed",
            f"Apply this step again; see why: helm history {release_name(view)} -n {view.namespace}",
        )
    return passed(f"revision {revision.number} is {revision.status}")


def deployed(view: View) -> Verdict:
    revision = latest(view)
    if revision is None:
        return absent("not installed", "Apply this step to install CoCalc.")
    told = f"revision {revision.number}"
    if revision.status != "deployed":
        return skipped(f"{told} is {revision.status}")
    wanted = inputs.digest(view)
    if wanted is None:
        return passed(
            f"{told} is deployed", "Not compared with the plan, which needs the chart and the values."
        )
    if not revision.inputs:
        return failed(
            f"{told} was installed by someone else, so it is not known from what",
            "Apply this step to upgrade it to the plan.",
            state=State.PARTIAL,
        )
    if same_inputs(revision.inputs, wanted):
        return passed(f"{told}, as planned")
    return failed(
        f"{told} differs from the plan",
        "Apply this step to upgrade it.",
        detail="Chart, values or secrets changed since.",
        state=State.PARTIAL,
    )


def rollout(view: View) -> Verdict:
    if latest(view) is None:
        return skipped(NOT_YET)
    found = rolled(view)
    if not found:
        return skipped("the release has no workloads")
    if all(w.done for w in found):
        return passed(workloads.told(found))
    mine = workloads.of_release(view.objects(workloads.deployments(view)), release_name(view))
    sets, pods, events, claims = (view.objects(topic) for topic in workloads.around(view))
    why = causes(workloads=mine, replicasets=sets, pods=pods, events=events, claims=claims, now=view.now)
    if not why:
        return failed(workloads.told(found), "Wait, the rollout is under way.", state=State.PARTIAL)
    first = why[0]
    return failed(
        f"{first.workload}: {first.summary}" + (f" and {len(why) - 1} more" if why[1:] else ""),
        first.remedy,
        detail="\n".join(f"{c.workload}: {c.detail or c.summary}" for c in why),
        cause=first.workload,
        objects=tuple(c.workload for c in why),
        state=State.BROKEN if any(c.persistent for c in why) else State.PARTIAL,
    )


def actions(view: View) -> Sequence[Action]:
    wanted, revision = inputs.digest(view), latest(view)
    if not view.seen(topic_of(view)):
        return ()
    found: list[Action] = []
    waits: tuple[str, ...] = ()
    if revision and revision.pending and (revision.inputs or not at_work(view, revision)):
        why = f"Helm was interrupted at revision {revision.number} and refuses to go on before this is gone."
        delete = Delete("release.unlock", "release", why, SECRET, revision.secret, view.namespace)
        found, waits = [delete], (delete.id,)
    if wanted is None or values_view.disproven(view):
        return found
    carry = revision is not None and wanted.endswith(NO_SECRETS)
    if revision and revision.inputs and carry:
        wanted = wanted[:8] + revision.inputs[8:]
    current = revision is not None and revision.status == "deployed" and same_inputs(revision.inputs, wanted)
    chart = str(chart_view.document(view).get("path") or chart_view.directory(view))
    found.append(
        Helm(
            id="release.install",
            step="release",
            why="Installs the chart with your values, or upgrades what is installed.",
            release=release_name(view),
            namespace=view.namespace,
            chart=chart,
            values_files=inputs.values_files(view),
            inputs=wanted,
            timeout=timeout(view),
            current=current,
            carry=carry,
            after=waits,
        )
    )
    if not current or not workloads.finished(rolled(view)):
        why = "The site answers when every workload is ready."
        wait = Wait("release.rollout", "release", why, "rollout", ("release.rollout",), timeout(view))
        found.append(wait)
    return found


def summary(view: View) -> str:
    revision = latest(view)
    number = f"revision {revision.number}" if revision else "not installed"
    return f"{release_name(view)}, {number}, {rollout(view).summary}"


def valid_timeout(value: str, view: View) -> str | None:
    """A number of seconds."""
    return (
        None if value.isdigit() and 10 <= int(value) <= 86400 else "use a number of seconds from 10 to 86400"
    )


STEP = Step(
    id="release",
    title="Release",
    group="Deploy",
    why="Helm installs the chart with your values as one release, and upgrades it when they change.",
    guide=("Dependencies: HELM charts",),
    after=("cluster", "namespace", "registry", "storage", "database", "values"),
    fields=(
        Field(
            "name",
            "Name",
            "The name of the helm release. An installation that is there already keeps its name.",
            default="cocalc",
            check=label_name,
        ),
        Field(
            "timeout",
            "Timeout",
            "How many seconds helm and the rollout may take. Images of over 10 GB take long at first.",
            kind="number",
            default=TIMEOUT,
            check=valid_timeout,
        ),
    ),
    checks=(
        Check(
            "stuck",
            "Not stuck",
            "No revision may be left pending by an interrupted helm, because helm then refuses to do "
            "anything more with the release.",
            stuck,
            needs_lease,
        ),
        Check(
            "failed",
            "Not failed",
            "The newest revision must not have failed; a failed one is mended by applying again.",
            unbroken,
            needs_revisions,
        ),
        Check(
            "deployed",
            "Deployed",
            "The deployed revision must be made from the chart, values and secrets of the plan. A label of "
            "helm's own record tells from what it was made.",
            deployed,
            needs_inputs,
            counts=True,
        ),
        Check(
            "rollout",
            "Rollout",
            "Every workload of the release must have all its pods ready; what keeps one from it is named "
            "with its cause.",
            rollout,
            needs_rollout,
        ),
    ),
    actions=actions,
    summary=summary,
)
