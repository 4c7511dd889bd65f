"""The programs on this machine (setup guide, "Dependencies")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cocalc_tui.core.findings import Check, Verdict, absent, failed, passed, skipped, warned
from cocalc_tui.core.step import Field, Step
from cocalc_tui.core.topics import Need, Probe
from cocalc_tui.core.versions import full, like, minor, skew, version
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate, Wish

HELM = (3, 13, 1)
KUBECTL = (1, 21, 0)
CLUSTER = Probe.of("cluster")


def probe(view: View) -> Probe:
    """The programs, where they were answered or else as the path finds them."""
    paths = {name: view.text(f"tools.{name}") or None for name in ("helm", "kubectl", "git")}
    return Probe.of("tools", **paths)


def chart(view: View) -> Probe | None:
    """The chart, if its folder is known: its default tells how `global.kubectl` is written."""
    directory = view.text("chart.directory")
    return Probe.of("chart", directory=directory) if directory else None


def needs_tools(view: View) -> Iterable[Need]:
    """What the programs say of themselves."""
    return (probe(view),)


def found(view: View, name: str) -> Mapping[str, Any]:
    """What is known of one program: path, version, error."""
    return view.result(probe(view)).get(name) or {}


def is_folder(view: View) -> bool:
    """Whether the chart is there already, so that git and ssh have nothing to do."""
    need = chart(view)
    return bool(need and view.result(need).get("found"))


def helm(view: View) -> Verdict:
    program = found(view, "helm")
    seen = version(program.get("version"))
    if not program.get("path"):
        return absent(
            "helm is not on this machine",
            "Install helm 3.13.1 or newer (https://helm.sh/docs/intro/install), or give its path as "
            "tools.helm.",
        )
    if seen is None:
        return failed(
            f"helm does not tell its version: {program.get('error') or 'no answer'}",
            f"Run {program['path']} version --short and mend what it reports, or give another path as "
            "tools.helm.",
        )
    if seen < HELM:
        return failed(
            f"helm {full(seen)} is older than {full(HELM)}",
            f"Replace {program['path']} by helm {full(HELM)} or newer; 4.x works as well.",
        )
    return passed(f"helm {full(seen)}", str(program["path"]))


def kubectl(view: View) -> Verdict:
    program = found(view, "kubectl")
    seen = version(program.get("version"))
    if not program.get("path") or seen is None:
        return warned(
            "kubectl is not on this machine"
            if not program.get("path")
            else "kubectl does not tell its version",
            "Install kubectl (https://kubernetes.io/docs/tasks/tools), or give its path as tools.kubectl.",
            detail="This program talks to the cluster itself; the exported script and the commands in the "
            f"remedies need kubectl. {program.get('error') or ''}".strip(),
        )
    if seen < KUBECTL:
        return failed(
            f"kubectl {full(seen)} is older than {minor(KUBECTL)}",
            f"Replace {program['path']} by kubectl {minor(KUBECTL)} or newer.",
        )
    server = version(view.result(CLUSTER).get("version"))
    if server is None:
        return passed(
            f"kubectl {full(seen)}", "The version of the cluster is not known, so it was not compared."
        )
    apart = skew(seen, server)
    if apart is None or apart > 1:
        return warned(
            f"kubectl {full(seen)} is more than one minor version from the cluster's {full(server)}",
            f"Use kubectl {minor(server)}: Kubernetes supports one minor version of difference.",
        )
    return passed(f"kubectl {full(seen)}", str(program["path"]))


def git(view: View) -> Verdict:
    return _for_checkout(view, "git", "Install git, or bring the chart as a folder and name it with --chart.")


def ssh(view: View) -> Verdict:
    return _for_checkout(
        view, "ssh", "Install an OpenSSH client: git reaches the vendor's repository with it."
    )


def _for_checkout(view: View, name: str, remedy: str) -> Verdict:
    """Programs that only fetching the chart needs."""
    program = found(view, name)
    seen = version(program.get("version"))
    if program.get("path"):
        told = str(program.get("version") or "")
        words = told if told[:1].isdigit() else full(seen) if seen else ""
        return passed(f"{name} {words}".strip(), str(program["path"]))
    if is_folder(view):
        return skipped(f"{name} is not on this machine, and the chart is there without it")
    return warned(f"{name} is not on this machine", remedy)


def default_of_chart(view: View) -> object:
    """The chart's default of `global.kubectl`, None where it is not known."""
    need = chart(view)
    values = view.result(need).get("values") if need else None
    section = values.get("global") if isinstance(values, Mapping) else None
    return section.get("kubectl") if isinstance(section, Mapping) else None


def values(view: View) -> Sequence[Wish]:
    server = version(view.result(CLUSTER).get("version"))
    if server is None:
        return ()
    wanted = like(server, default_of_chart(view))
    return (Wish("tools", "kubectl", (Candidate("global.kubectl"),), wanted),)


def summary(view: View) -> str:
    """The programs with their versions."""
    seen = [(name, version(found(view, name).get("version"))) for name in ("helm", "kubectl", "git")]
    return ", ".join(f"{name} {full(v)}" for name, v in seen if v)


def _path(name: str, what: str) -> Field:
    return Field(name, name, what, kind="path", placeholder="found on the PATH")


STEP = Step(
    id="tools",
    title="Tools",
    group="Cluster",
    why="Helm installs the chart; kubectl is what every remedy and the exported script use.",
    guide=("Compatibility", "Dependencies"),
    fields=(
        _path("helm", "Path of helm, if another than the one on the PATH is meant."),
        _path("kubectl", "Path of kubectl, if another than the one on the PATH is meant."),
        _path("git", "Path of git, if another than the one on the PATH is meant."),
    ),
    checks=(
        Check(
            "helm",
            "Helm",
            "Helm installs and updates CoCalc's chart. The setup guide names version 3.13.1; newer ones, "
            "also 4.x, work as well.",
            helm,
            needs_tools,
            counts=True,
        ),
        Check(
            "kubectl",
            "kubectl",
            "kubectl is the command line of Kubernetes, 1.21 or newer. Kubernetes supports a client that "
            "is at most one minor version older or newer than the server.",
            kubectl,
            lambda view: (probe(view), CLUSTER),
            counts=True,
        ),
        Check(
            "git",
            "git",
            "The chart is fetched from a private git repository and updated from it. Where the chart is an "
            "existing folder, git is not needed.",
            git,
            needs_tools,
        ),
        Check(
            "ssh",
            "ssh",
            "git reaches the vendor's private repository through ssh with the deploy key. Where the chart "
            "is an existing folder, ssh is not needed.",
            ssh,
            needs_tools,
        ),
    ),
    values=values,
    needs=lambda view: (CLUSTER, *((need,) if (need := chart(view)) else ())),
    summary=summary,
)
