"""The cluster and this login (setup guide, "Compatibility")."""

from __future__ import annotations

from collections.abc import Iterable

from cocalc_tui.core.answers import Value
from cocalc_tui.core.facts import Object
from cocalc_tui.core.findings import Check, Verdict, failed, passed, skipped, unknown, warned
from cocalc_tui.core.kinds import NODE
from cocalc_tui.core.plan import Right
from cocalc_tui.core.platform import Platform, recognise
from cocalc_tui.core.rights import has, missing, questions, refused, rendered, rights_needed, rules_probe
from cocalc_tui.core.step import Field, Step
from cocalc_tui.core.topics import Need, Probe, Topic
from cocalc_tui.core.versions import minor, version
from cocalc_tui.core.view import View

PROBE = Probe.of("cluster")
NODES = Topic(NODE)
GUIDE = (1, 26, 0)
OLD = (1, 24, 0)
INGRESS = (1, 19, 0)
MARGIN = 600
SKEW = 60


def needs_cluster(view: View) -> Iterable[Need]:
    """What the server and this login say of themselves."""
    return (PROBE,)


def document(view: View) -> Object:
    """The probe's answer; empty where it was not seen."""
    return view.result(PROBE)


def platform(view: View) -> tuple[Platform, str]:
    """What kind of cluster it is, and what told it."""
    seen = document(view)
    return recognise(
        str(seen.get("version", "")),
        tuple(str(h) for h in seen.get("platform_hints") or ()),
        view.objects(NODES),
        str(seen.get("context") or ""),
    )


def reachable(view: View) -> Verdict:
    seen = document(view)
    return passed(f"{seen.get('server', 'the API server')} answers", "Asked from this machine.")


def login(view: View) -> Verdict:
    seen = document(view)
    renew = platform(view)[0].login
    if seen.get("error"):
        return failed(f"the login is refused: {seen['error']}", renew)
    user = str(seen.get("user") or "this login")
    expires = seen.get("expires_at")
    if expires is None:
        return passed(f"{user} is accepted")
    left = float(expires) - view.now
    if left <= 0:
        return failed(f"the login of {user} has expired", renew)
    if left < MARGIN:
        return warned(f"the login of {user} ends in {span(left)}", renew)
    return passed(f"{user} is accepted, for {span(left)} more")


def needs_platform(view: View) -> Iterable[Need]:
    """The nodes only where the version does not tell it: not every login may list them."""
    told = recognise(str(document(view).get("version", "")))[0].id != "other"
    return (PROBE,) if told else (PROBE, NODES)


def span(seconds: float) -> str:
    """A duration in words: `45 s`, `12 min`, `3 h`, `90 days`, `9 years`."""
    if seconds < 120:
        return f"{int(seconds)} s"
    if seconds < 7200:
        return f"{int(seconds // 60)} min"
    if seconds < 172800:
        return f"{int(seconds // 3600)} h"
    days = int(seconds // 86400)
    return f"{days} days" if days < 1000 else f"{days // 365} years"


def release(view: View) -> Verdict:
    told = str(document(view).get("version", ""))
    seen = version(told)
    if seen is None:
        return unknown(
            "the server does not tell its version", "Look with kubectl version what the server is."
        )
    if seen < INGRESS:
        return failed(
            f"Kubernetes {minor(seen)} has no Ingress of version v1, which the chart uses",
            f"Update the cluster to {minor(GUIDE)} or newer.",
        )
    if seen < OLD:
        return warned(
            f"Kubernetes {minor(seen)} is much older than the {minor(GUIDE)} of the setup guide",
            f"Update the cluster to {minor(GUIDE)} or newer before people depend on it.",
        )
    detail = f"The setup guide was tested with {minor(GUIDE)}; other versions near it work as well."
    return passed(f"Kubernetes {told.removeprefix('v')}", detail)


def kind(view: View) -> Verdict:
    found, told = platform(view)
    if found.id == "other":
        return passed(found.name, found.mind)
    return passed(found.name, f"{told[:1].upper()}{told[1:]}. {found.mind}")


def clock(view: View) -> Verdict:
    skew = document(view).get("clock_skew")
    if skew is None:
        return unknown(
            "the server's clock was not told",
            "Compare date -u on this machine and on the nodes; all must be within a minute.",
        )
    if abs(float(skew)) > SKEW:
        side = "ahead of" if float(skew) > 0 else "behind"
        return warned(
            f"the server's clock is {span(abs(float(skew)))} {side} this machine's",
            "Set both clocks by NTP: certificates, logins and projects go wrong on clocks that differ.",
        )
    return passed("clocks agree", f"{abs(float(skew)):.0f} s apart, measured from this machine.")


def needs_rights(view: View) -> Iterable[Need]:
    """The rules of this login, and each right that they cannot answer."""
    if not rights_needed(view) and not refused(view):
        return ()
    return (rules_probe(view), *questions(view))


def rights(view: View) -> Verdict:
    needed = rights_needed(view)
    lacking = missing(view)
    give = "Give the roles of this command to a cluster administrator: cocalc-tui export rights."
    looks = set(refused(view))
    writes = tuple(r for r in lacking if r not in looks)
    if writes:
        return failed(
            f"{len(writes)} rights of the plan are missing: {some(writes)}", give, detail=listed(lacking)
        )
    doubtful = tuple(r for r in needed if has(view, r) is None)
    if doubtful:
        return unknown(
            f"{len(doubtful)} rights could not be told: {some(doubtful)}",
            f"Ask the server yourself: kubectl auth can-i {doubtful[0].verb} {doubtful[0].resource}.",
            detail=listed(doubtful),
        )
    if lacking:
        return warned(f"this login may not look at everything: {some(lacking)}", give, detail=listed(lacking))
    if not needed:
        return skipped("nothing is to be changed, so no right is needed")
    unseen = "" if rendered(view) else "What the chart itself needs is known once it could be rendered."
    return passed(f"all {len(needed)} rights of the plan", unseen)


def some(rights: tuple[Right, ...]) -> str:
    """At most three of them by name."""
    more = f" and {len(rights) - 3} more" if len(rights) > 3 else ""
    return ", ".join(str(r) for r in rights[:3]) + more


def listed(rights: tuple[Right, ...]) -> str:
    """All of them, one a line."""
    return "\n".join(str(r) for r in rights)


def context(view: View) -> Value | None:
    """The context that the kubeconfig has chosen."""
    return str(document(view).get("context") or "") or None


STEP = Step(
    id="cluster",
    title="Cluster",
    group="Cluster",
    why="CoCalc runs on a Kubernetes cluster; this login must reach it and may do what the plan needs.",
    guide=("Introduction", "Compatibility"),
    fields=(
        Field(
            "context",
            "Context",
            "The context of the kubeconfig file: which cluster is meant, and with which login.",
            detect=context,
            needs=needs_cluster,
        ),
    ),
    checks=(
        Check(
            "reachable",
            "Reachable",
            "The API server of the cluster must answer from this machine. A VPN, a proxy or a firewall is "
            "the usual reason if it does not.",
            reachable,
            needs_cluster,
        ),
        Check(
            "login",
            "Login",
            "The login of the kubeconfig file must be accepted, and should last until the installation is "
            "done. Cloud logins often end after an hour.",
            login,
            needs_cluster,
        ),
        Check(
            "version",
            "Version",
            "The setup guide was tested with Kubernetes 1.26. Newer versions work; much older ones lack what "
            "the chart and its add-ons use.",
            release,
            needs_cluster,
        ),
        Check(
            "platform",
            "Platform",
            "The kind of cluster decides which storage, which load balancer and which traps are to be "
            "expected. It is told by the server's version, node labels and provider ids.",
            kind,
            needs_platform,
        ),
        Check(
            "clock",
            "Clock",
            "The clocks of this machine and of the server must agree: tokens and certificates are only valid "
            "between two points in time, and CoCalc expects UTC everywhere.",
            clock,
            needs_cluster,
        ),
        Check(
            "rights",
            "Rights",
            "Every change of the plan needs a right at the API server, and helm needs those for each "
            "object that the chart renders. Better known before the first change than in the middle.",
            rights,
            needs_rights,
        ),
    ),
    summary=lambda view: f"{platform(view)[0].name} {release(view).summary.removeprefix('Kubernetes ')}",
)
