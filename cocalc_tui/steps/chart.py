"""CoCalc's Helm chart: a folder that is given, or a checkout (guide, "Access to HELM Charts")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cocalc_tui.core import checkout, checkout_checks
from cocalc_tui.core.chart_view import directory, document, keys, needs
from cocalc_tui.core.checkout_plan import actions, commits, from_checkout
from cocalc_tui.core.findings import Check, Verdict, absent, failed, passed, skipped, warned
from cocalc_tui.core.step import Field, Step
from cocalc_tui.core.values_checks import some
from cocalc_tui.core.values_view import resolved
from cocalc_tui.core.view import View

VENDOR = "sagemathinc/cocalc-cloud-helm"
# Keys that the public guide names: a chart with none of them is not CoCalc's
MARKS = (
    "global.settings",
    "global.database.secretName",
    "global.storage.data.claimName",
    "global.storage.software.claimName",
    "global.networkingConfiguration.hideMetrics",
    "storage.create",
    "hub.resources",
    "manage.prepull.enabled",
    "manage.project.tag",
)
FIRST = "needs a chart that can be read"


def found(view: View) -> Verdict:
    if not directory(view):
        return absent(
            "no chart is given",
            "Give the folder of the chart or of its checkout: --chart DIR, or --set chart.directory=DIR.",
            detail="The vendor grants access to the chart's repository; ask your contact at SageMath, Inc.",
        )
    if not document(view).get("found"):
        return checkout_checks.missing(view, directory(view)) or failed(
            f"no chart in {directory(view)}",
            "Give the folder that holds Chart.yaml, or the checkout that holds it as cocalc/.",
            detail=str(document(view).get("error") or ""),
        )
    return passed(str(document(view).get("path") or directory(view)))


def readable(view: View) -> Verdict:
    seen = document(view)
    if not seen.get("found"):
        return skipped("needs the chart")
    if error := seen.get("error"):
        return failed(
            f"the chart cannot be read: {error}",
            "Restore the file from the repository: git checkout -- FILE",
        )
    app = f", app {seen['app_version']}" if seen.get("app_version") else ""
    return passed(f"{seen.get('name')} {seen.get('version')}{app}")


def dependencies(view: View) -> Verdict:
    if keys(view) is None:
        return skipped(FIRST)
    missing = document(view).get("missing_dependencies") or ()
    if missing:
        return failed(
            "missing in charts/: " + ", ".join(missing),
            f"Fetch them: helm dependency build {document(view).get('path') or directory(view)}",
        )
    count = len(document(view).get("subcharts") or ())
    return passed(f"{count} sub-charts present" if count else "no sub-charts")


def has_keys(view: View) -> Verdict:
    chart = keys(view)
    if chart is None:
        return skipped(FIRST)
    lacks = [m for m in MARKS if not chart.has(m)]
    name = document(view).get("name")
    if len(lacks) == len(MARKS):
        return failed(
            f"{name} has none of CoCalc's keys",
            "Give the folder cocalc of the vendor's repository; this is another program's chart.",
            detail="It lacks " + ", ".join(lacks),
        )
    wanted = resolved(view).unresolved
    missing = [w.candidates[0].path for w in wanted if w.candidates]
    if missing:
        return warned(
            f"{name} lacks {len(missing)} of our keys: {some(missing)}",
            'Name the right path in values.overrides, as PATH: {from: "STEP.FIELD"}.',
            detail="For " + ", ".join(f"{w.step}.{w.field}: {w.candidates[0].path}" for w in wanted),
        )
    return passed("every key that we would write is there", ("It lacks " + ", ".join(lacks)) if lacks else "")


def git(view: View) -> Mapping[str, Any] | None:
    """What git says of the folder; None outside a checkout."""
    seen = document(view).get("git")
    return seen if isinstance(seen, Mapping) else None


def clean(view: View) -> Verdict:
    if ours := checkout_checks.clean(view):
        return ours
    state = git(view)
    if state is None:
        return skipped("not a git checkout")
    if error := state.get("error"):
        return warned(f"git cannot read the checkout: {error}", "Look at it by hand: git status")
    commit = str(state.get("commit") or "")[:7]
    if state.get("dirty"):
        return warned(
            f"commit {commit} with changes of your own",
            "Keep your changes in my-values.yaml and undo those in the checkout: git status shows them.",
            detail="A changed file stops the next git pull.",
        )
    return passed(f"commit {commit}, clean")


def remote(view: View) -> Verdict:
    if ours := checkout_checks.remote(view):
        return ours
    state = git(view)
    if state is None:
        return skipped("not a git checkout")
    address = str(state.get("remote") or "")
    if not address:
        return warned(
            "the checkout has no remote",
            f"Add it: git remote add github git@github.com:{VENDOR}.git",
        )
    if VENDOR in address and "@" in address and not state.get("ssh_command"):
        return warned(
            "core.sshCommand is not set, so git uses your own SSH keys",
            'Name the deploy key: git config --local core.sshCommand "ssh -i PATH_OF_KEY"',
        )
    return passed(address, "" if VENDOR in address else "Not the vendor's repository.")


def behind(view: View) -> Verdict:
    if ours := checkout_checks.behind(view):
        return ours
    state = git(view)
    if state is None or state.get("behind") is None:
        return skipped("not compared with the vendor's" if state else "not a git checkout")
    count = int(state["behind"])
    if count:
        return warned(
            f"{count} commit{'s' if count > 1 else ''} behind the vendor's",
            "Look at what is new and pull it: git pull github main",
            detail="Image tags change with the chart.",
        )
    return passed("up to date")


def summary(view: View) -> str:
    commit = str((git(view) or {}).get("commit") or "")[:7]
    return readable(view).summary + (f", commit {commit}" if commit else "")


STEP = Step(
    id="chart",
    title="Chart",
    group="Chart",
    why="CoCalc is installed by a private Helm chart that the vendor grants access to.",
    guide=("Access to HELM Charts", "Prerequisites: HELM Charts"),
    after=("tools", "deploy-key"),
    fields=(
        Field(
            "directory",
            "Folder",
            "The chart's folder, or the checkout of the vendor's repository that contains it as cocalc/. "
            "The option --chart gives the same. A folder that is not there yet is where the repository is "
            "fetched into.",
            kind="path",
            default=checkout.DIRECTORY,
            needed=lambda view: True,
            placeholder="~/cocalc-cloud",
        ),
        Field(
            "repo",
            "Repository",
            "The address of the vendor's repository, which the deploy key opens.",
            default=checkout.REPO,
            detect=from_checkout("remote"),
            needs=needs,
            check=checkout_checks.address_form,
        ),
        Field(
            "branch",
            "Branch",
            "The branch that the vendor keeps for you.",
            default=checkout.BRANCH,
            detect=from_checkout("branch"),
            needs=needs,
            check=checkout_checks.branch_form,
        ),
        Field(
            "commit",
            "Commit",
            "Empty leaves the checkout at its commit. The word latest moves it to the branch's newest "
            "commit, a commit to that one, also back to a former one.",
            kind="choice",
            choices=commits,
            needs=checkout.news_needs,
            check=checkout_checks.commit_form,
            placeholder="as it is",
        ),
    ),
    checks=(
        Check(
            "found",
            "Checkout",
            "A folder with Chart.yaml must be there: the chart itself, or the checkout that contains it.",
            found,
            checkout.checkout_needs,
            counts=True,
        ),
        Check(
            "readable",
            "Readable",
            "Chart.yaml and values.yaml must be readable YAML, because every value is written to a key path "
            "that this very chart has.",
            readable,
            needs,
        ),
        Check(
            "dependencies",
            "Sub-charts",
            "Every chart that Chart.yaml depends on must be in its folder charts/; helm refuses otherwise.",
            dependencies,
            needs,
        ),
        Check(
            "keys",
            "Keys",
            "The chart must have the keys that my-values.yaml is to set. Its layout is not public, so each "
            "value has several candidate paths, and one of them must exist.",
            has_keys,
            needs,
        ),
        Check(
            "clean",
            "Clean",
            "The checkout should have no changes of your own: your values belong into my-values.yaml, and a "
            "changed file stops the next update.",
            clean,
            checkout.checkout_needs,
        ),
        Check(
            "remote",
            "Remote",
            "The checkout should know the vendor's repository and the deploy key, as the guide sets them up, "
            "so that it can be updated.",
            remote,
            checkout.checkout_needs,
        ),
        Check(
            "behind",
            "Up to date",
            "The vendor asks to pull regularly, because image tags change with the chart.",
            behind,
            checkout.news_needs,
        ),
    ),
    actions=actions,
    summary=summary,
)
