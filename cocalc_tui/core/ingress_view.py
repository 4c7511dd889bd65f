"""What the Ingress step looks at: the classes, the controller of the chosen one, and what it allows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cocalc_tui.core.controllers import NGINX, Controller, recognise
from cocalc_tui.core.facts import Object
from cocalc_tui.core.kinds import CONFIG_MAP, DAEMON_SET, DEPLOYMENT, INGRESS_CLASS, SERVICE
from cocalc_tui.core.topics import Need, Topic
from cocalc_tui.core.view import View

CLASSES = Topic(INGRESS_CLASS)
DEFAULT = "ingressclass.kubernetes.io/is-default-class"
COMPONENT = "app.kubernetes.io/component"
SETTINGS = "ingress-nginx-controller"
NEW_DEFAULTS = (1, 9)  # since this version snippets are off unless they are allowed
RISK_LEVELS = (1, 12)  # since this version a server-snippet is too risky unless that is raised as well


def chosen(view: View) -> str:
    """The name of the class that CoCalc's Ingresses get."""
    return view.text("ingress.class").strip()


def installs(view: View) -> bool:
    """Whether ingress-nginx is to be installed."""
    return view.text("ingress.install") == "ingress-nginx"


def is_default(found: Object) -> bool:
    """Whether a class is the cluster's default."""
    return (found["metadata"].get("annotations") or {}).get(DEFAULT) == "true"


def maker(found: Object) -> str:
    """The controller that a class names."""
    return str((found.get("spec") or {}).get("controller") or "")


def detected(view: View) -> str | None:
    """The class that is meant without a word: the default, the only one, or the only one of ingress-nginx."""
    classes = view.objects(CLASSES)
    tested = [c for c in classes if recognise(maker(c)) is NGINX]
    for found in ([c for c in classes if is_default(c)], classes, tested):
        if len(found) == 1:
            return str(found[0]["metadata"]["name"])
    return None


def ingress_class(view: View) -> Object | None:
    """The chosen class, None if there is none of that name."""
    return next((c for c in view.objects(CLASSES) if c["metadata"]["name"] == chosen(view)), None)


def controller(view: View) -> Controller | None:
    """The make of the chosen class's controller; None where there is no class or it is not known."""
    found = ingress_class(view)
    return recognise(maker(found)) if found else None


def selector(make: Controller) -> str:
    """What the objects of a make are labelled with."""
    return f"app.kubernetes.io/name in ({','.join(make.labels)})"


def workload_topics(view: View) -> tuple[Topic, ...]:
    """The workloads that the controller may be."""
    make = controller(view)
    if make is None or not make.labels:
        return ()
    return tuple(Topic(kind, selector=selector(make)) for kind in (DEPLOYMENT, DAEMON_SET))


def workloads(view: View) -> tuple[Object, ...]:
    """The controller's workloads, without a default backend and the like."""
    found = (w for topic in workload_topics(view) for w in view.objects(topic))
    return tuple(w for w in found if _labels(w).get(COMPONENT, "controller") == "controller")


def services_topic(view: View) -> Topic | None:
    """The Services of the controller; None where it has none in the cluster."""
    make = controller(view)
    return Topic(SERVICE, selector=selector(make)) if make and make.labels else None


def services(view: View) -> tuple[Object, ...]:
    """The Services that lead to the controller from outside, else any of it."""
    topic = services_topic(view)
    found = view.objects(topic) if topic else ()
    outside = tuple(s for s in found if kind(s) in ("LoadBalancer", "NodePort"))
    return outside or found


def kind(service: Object) -> str:
    """The type of a Service."""
    return str((service.get("spec") or {}).get("type") or "ClusterIP")


def container(workload: Object) -> Object:
    """The container that is the controller."""
    found: list[Any] = workload["spec"]["template"]["spec"].get("containers") or [{}]
    first: Object = next((c for c in found if c.get("name") == "controller"), found[0])
    return first


def version(workload: Object) -> str:
    """The controller's version by its image, else by its label; empty if neither tells."""
    image = str(container(workload).get("image") or "").partition("@")[0]
    told = re.search(r":v?(\d+\.\d+(\.\d+)?)", image)
    if told:
        return told[1]
    return str(_labels(workload).get("app.kubernetes.io/version") or "").lstrip("v")


def settings_topic(view: View) -> Topic | None:
    """The ConfigMap of ingress-nginx, as its arguments name it; None for another controller."""
    if controller(view) is not NGINX or not workloads(view):
        return None
    workload = workloads(view)[0]
    namespace = str(workload["metadata"]["namespace"])
    for argument in (*container(workload).get("args", ()), *container(workload).get("command", ())):
        if str(argument).startswith("--configmap="):
            where, _, name = str(argument).partition("=")[2].rpartition("/")
            namespace = namespace if "$" in where or not where else where
            return Topic(CONFIG_MAP, namespace, name)
    return Topic(CONFIG_MAP, namespace, SETTINGS)


def snippets(view: View) -> bool | None:
    """Whether the controller takes a server-snippet; None where that was not seen."""
    topic = settings_topic(view)
    if topic is None or not view.seen(topic):
        return None
    data = (view.object(topic) or {}).get("data") or {}
    have = numbers(version(workloads(view)[0])) or RISK_LEVELS
    allowed = data.get("allow-snippet-annotations", "false" if have >= NEW_DEFAULTS else "true")
    level = data.get("annotations-risk-level", "High" if have >= RISK_LEVELS else "Critical")
    return bool(allowed == "true" and level == "Critical")


def numbers(text: str) -> tuple[int, ...]:
    """A version as numbers."""
    return tuple(int(n) for n in re.findall(r"\d+", text)[:3])


def needs_class(view: View) -> Iterable[Need]:
    """The classes."""
    return (CLASSES,)


def needs_controller(view: View) -> Iterable[Need]:
    """The classes, and the workloads of the chosen one's controller."""
    return (CLASSES, *workload_topics(view))


def needs_settings(view: View) -> Iterable[Need]:
    """What tells whether snippets are allowed."""
    topic = settings_topic(view)
    return (*needs_controller(view), *((topic,) if topic else ()))


def needs_address(view: View) -> Iterable[Need]:
    """The controller and its Services."""
    topic = services_topic(view)
    return (*needs_controller(view), *((topic,) if topic else ()))


def _labels(found: Object) -> dict[str, str]:
    return dict(found["metadata"].get("labels") or {})
