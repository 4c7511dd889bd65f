"""The Ingress controller that leads requests to CoCalc (setup guide, "Networking")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import yaml

from cocalc_tui.core import chart_view
from cocalc_tui.core.action import Action
from cocalc_tui.core.addons import installed, record
from cocalc_tui.core.controllers import NGINX, recognise
from cocalc_tui.core.findings import Check, Status
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.ingress_checks import accepts, address, at_work, class_exists
from cocalc_tui.core.ingress_view import (
    CLASSES,
    chosen,
    controller,
    detected,
    ingress_class,
    installs,
    is_default,
    maker,
    needs_address,
    needs_class,
    needs_controller,
    needs_settings,
    snippets,
)
from cocalc_tui.core.names import label_name
from cocalc_tui.core.step import Choice, Field, Step
from cocalc_tui.core.topics import Need
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate, Wish

RELEASE, NAMESPACE = "ingress-nginx", "ingress-nginx"
REPOSITORY = "https://kubernetes.github.io/ingress-nginx"
LAST, GUIDE = "4.15.1", "4.8.3"
HIDE = Candidate("global.networkingConfiguration.hideMetrics")
CLASS_NAMES = (
    Candidate("global.ingress.className", "practice"),
    *(
        Candidate(path, "guess")
        for path in (
            *("global.ingress.ingressClassName", "global.ingress.class", "global.ingressClassName"),
            *("global.networkingConfiguration.ingressClassName", "global.networkingConfiguration.className"),
            *("ingress.className", "ingress.ingressClassName", "hub.ingress.className", "ingressClassName"),
        )
    ),
)


def addon(view: View) -> HelmAddon:
    """ingress-nginx, with the class and the snippets that were asked for."""
    allow = view.flag("ingress.allow_snippets")
    settings: dict[str, object] = {
        "allowSnippetAnnotations": allow,
        "ingressClassResource": {"name": chosen(view), "enabled": True},
    }
    if allow:
        settings["config"] = {"annotations-risk-level": "Critical"}
    return HelmAddon(
        id="ingress.install",
        step="ingress",
        why="Leads requests for the site's domain to CoCalc.",
        release=RELEASE,
        namespace=NAMESPACE,
        chart="ingress-nginx",
        source=view.text("ingress.chart_repo").strip() or REPOSITORY,
        version=view.text("ingress.version").strip() or LAST,
        values=yaml.safe_dump({"controller": settings}, sort_keys=False),
    )


def needs(view: View) -> Iterable[Need]:
    """Helm's record of our own installation, where one is wanted."""
    return (CLASSES, addon(view).records) if installs(view) else ()


def actions(view: View) -> Sequence[Action]:
    if not installs(view) or not view.seen(CLASSES):
        return ()
    there = ingress_class(view) is not None
    ready = at_work(view).status is Status.PASS
    return installed(view, addon(view), there=there, ready=ready, checks=("class", "controller"))


def values(view: View) -> Sequence[Wish]:
    found = []
    keys = chart_view.keys(view)
    places = tuple(c for c in CLASS_NAMES if keys and isinstance(keys.default(c.path), str))
    if places and chosen(view) and (ingress_class(view) or installs(view)):
        found.append(Wish("ingress", "class", places, chosen(view)))
    make = controller(view)
    if view.value("ingress.hide_metrics") is not None and make in (None, NGINX):
        found.append(Wish("ingress", "hide_metrics", (HIDE,), view.flag("ingress.hide_metrics")))
    return found


def hides(view: View) -> str | None:
    """Whether /metrics can be hidden: what the controller allows; None where that is not known."""
    allowed = snippets(view)
    ours = installs(view) and (ingress_class(view) is None or record(view, addon(view)) is not None)
    if allowed is None or ours:
        allowed = view.flag("ingress.allow_snippets") if ours else None
    return None if allowed is None else "yes" if allowed else "no"


def classes(view: View) -> Sequence[Choice]:
    found = []
    for each in view.objects(CLASSES):
        make = recognise(maker(each))
        note = (make.name if make else maker(each)) + (", the default" if is_default(each) else "")
        fits = True if make is NGINX else None
        found.append(Choice(str(each["metadata"]["name"]), fits, note, make.advice if make else ""))
    return found


def valid_class(value: str, view: View) -> str | None:
    """The name of an object; a class that is not there is judged by the check."""
    return label_name(value, view)


def when_installing(view: View) -> bool:
    """Questions of an installation only."""
    return installs(view)


def known(*choices: tuple[str, str]) -> Callable[[View], Sequence[Choice]]:
    """Fixed choices with their notes."""
    return lambda view: tuple(Choice(value, note=note) for value, note in choices)


def summary(view: View) -> str:
    told = [class_exists(view).summary, at_work(view).summary, address(view).summary]
    return ", ".join([chosen(view), *told[1:]])


STEP = Step(
    id="ingress",
    title="Ingress",
    group="Network",
    why="An Ingress controller leads requests for the site's domain to CoCalc's services.",
    guide=("Prerequisites: Networking", "Networking"),
    after=("cluster",),
    fields=(
        Field(
            "install",
            "Install",
            "Whether to install ingress-nginx, the controller that the setup guide is tested with. A "
            "controller that is there already is used as it is, whoever made it.",
            kind="choice",
            default="none",
            choices=known(
                ("none", "use the controller that is there"),
                ("ingress-nginx", "retired in March 2026, no security fixes since; tested with CoCalc"),
            ),
        ),
        Field(
            "class",
            "Class",
            "The IngressClass that CoCalc's Ingresses name, and so the controller that serves them.",
            kind="choice",
            default="nginx",
            choices=classes,
            detect=detected,
            check=valid_class,
            needs=needs_class,
        ),
        Field(
            "version",
            "Chart version",
            "Which release of ingress-nginx's chart: the last one, or the one that the setup guide names.",
            kind="choice",
            default=LAST,
            choices=known(
                (LAST, "the last release, controller 1.15.1, for Kubernetes 1.31 to 1.35"),
                (GUIDE, "of the setup guide, controller 1.9.4, for Kubernetes 1.25 to 1.28"),
            ),
            check=lambda value, view: None if value.strip() else "give a version",
            shown=when_installing,
        ),
        Field(
            "chart_repo",
            "Chart from",
            "Where ingress-nginx's chart comes from: the URL of a chart repository, an oci:// reference, or "
            "a folder or archive on this machine.",
            default=REPOSITORY,
            shown=when_installing,
        ),
        Field(
            "allow_snippets",
            "Allow snippets",
            "Whether the installed controller takes configuration snippets, which hiding /metrics needs. "
            "Everyone who may write an Ingress can then configure the controller.",
            kind="flag",
            default="no",
            shown=when_installing,
        ),
        Field(
            "hide_metrics",
            "Hide /metrics",
            "Whether the chart's Ingresses ask the controller to hide the path /metrics by a snippet. A "
            "controller that refuses snippets refuses the Ingress then.",
            kind="flag",
            detect=hides,
            needs=needs_settings,
            paths=(HIDE,),
        ),
    ),
    checks=(
        Check(
            "class",
            "Class",
            "The IngressClass that CoCalc's Ingresses name must exist; a controller brings it along.",
            class_exists,
            needs_class,
            counts=True,
        ),
        Check(
            "controller",
            "Controller",
            "A pod of the controller of that class must be ready, and its version is told. ingress-nginx "
            "was retired in March 2026: it works on, without security fixes.",
            at_work,
            needs_controller,
        ),
        Check(
            "annotations",
            "Annotations",
            "The chart's annotations set cookie affinity, the size of uploads and, by a snippet, hide "
            "/metrics. They work with ingress-nginx; for another controller they are translated here.",
            accepts,
            needs_settings,
        ),
        Check(
            "address",
            "Address",
            "The controller's Service must have an address that the domain can lead to.",
            address,
            needs_address,
        ),
    ),
    actions=actions,
    values=values,
    needs=needs,
    summary=summary,
)
