"""Ingress controllers: how each is recognised, and what CoCalc's nginx annotations become with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Controller:
    """One make of controller.

    `marks` begin `IngressClass.spec.controller`; `labels` are values of app.kubernetes.io/name of its
    workload and Service, empty where it runs outside the cluster. `advice` translates affinity, body size
    and the hidden /metrics.
    """

    id: str
    name: str
    marks: tuple[str, ...]
    labels: tuple[str, ...] = ()
    advice: str = ""


NGINX = Controller(
    "ingress-nginx", "ingress-nginx", ("k8s.io/ingress-nginx",), ("ingress-nginx", "rke2-ingress-nginx")
)
KNOWN = (
    NGINX,
    Controller(
        "nginx-inc",
        "NGINX Ingress Controller of F5",
        ("nginx.org/ingress-controller",),
        ("nginx-ingress",),
        "Affinity: nginx.com/sticky-cookie-services, which needs NGINX Plus. Body size: "
        "nginx.org/client-max-body-size. /metrics: nginx.org/server-snippets, where snippets are enabled.",
    ),
    Controller(
        "traefik",
        "Traefik",
        ("traefik.io/ingress-controller",),
        ("traefik",),
        'Affinity: traefik.ingress.kubernetes.io/service.sticky.cookie: "true" on the Services of the hub. '
        "Body size: unlimited unless a buffering Middleware limits it. /metrics: an IngressRoute of higher "
        "priority for PathPrefix(`/metrics`) with a Middleware that allows no address.",
    ),
    Controller(
        "haproxy-ingress",
        "HAProxy Ingress",
        ("haproxy-ingress.github.io/controller",),
        ("haproxy-ingress",),
        "Affinity: haproxy-ingress.github.io/affinity: cookie. Body size: "
        "haproxy-ingress.github.io/proxy-body-size. /metrics: a rule of config-backend that denies the path.",
    ),
    Controller(
        "haproxy",
        "HAProxy Kubernetes Ingress Controller",
        ("haproxy.org/ingress-controller",),
        ("kubernetes-ingress",),
        "Affinity: haproxy.org/cookie-persistence. Body size: not limited. /metrics: "
        "haproxy.org/backend-config-snippet with a deny of the path.",
    ),
    Controller(
        "alb",
        "AWS Load Balancer Controller",
        ("ingress.k8s.aws/alb",),
        ("aws-load-balancer-controller",),
        "Affinity: alb.ingress.kubernetes.io/target-group-attributes: stickiness.enabled=true,"
        "stickiness.type=lb_cookie. Body size: not limited. /metrics: a path whose action "
        "(alb.ingress.kubernetes.io/actions.NAME) is a fixed response 404.",
    ),
    Controller(
        "gce",
        "GKE Ingress",
        ("k8s.io/gce", "k8s.io/gce-internal", "networking.gke.io/"),
        (),
        "Affinity: a BackendConfig with sessionAffinity.affinityType GENERATED_COOKIE, and timeoutSec long "
        "enough for websockets. Body size: not limited. /metrics: a rule of Cloud Armor that denies it.",
    ),
    Controller(
        "agic",
        "Application Gateway Ingress Controller",
        ("azure/application-gateway",),
        ("ingress-azure",),
        'Affinity: appgw.ingress.kubernetes.io/cookie-based-affinity: "true". Body size: the gateway\'s own '
        "limit. /metrics: a rule of its firewall policy that denies the path.",
    ),
)

RETIRED = (
    "ingress-nginx is retired: its last releases were made until March 2026, and there is no security fix "
    "since. It goes on working, and CoCalc's chart is tested with it; plan for another controller."
)


def recognise(spec_controller: str) -> Controller | None:
    """The make of a class's controller; None if it is not known here."""
    return next((c for c in KNOWN if spec_controller.startswith(c.marks)), None)
