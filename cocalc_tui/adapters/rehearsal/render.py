"""The practice chart without helm: the objects of `helm template`, and the complaints of `helm lint`."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from cocalc_tui.adapters.rehearsal import chart_parts as parts
from cocalc_tui.adapters.rehearsal.chart_values import SUBCHARTS, chart_values, merge, text_of
from cocalc_tui.adapters.rehearsal.chart_workloads import Group, Object, Scope, workloads

if TYPE_CHECKING:
    from jsonschema import Draft7Validator, ValidationError

_HOLE = "the templates need a block that is null here"

__all__ = ["ChartRefused", "lint", "merge", "render"]


class ChartRefused(ValueError):
    """The chart does not accept these values; the text names each key."""


def render(values: Mapping[str, Any], *, release: str, namespace: str) -> list[Object]:
    """The objects that `helm template RELEASE CHART -n NAMESPACE -f VALUES` prints."""
    whole = chart_values(values)
    if problems := _problems(whole):
        raise ChartRefused("\n".join(problems))
    hub, static, manage = (Scope(release, namespace, whole[name]) for name in SUBCHARTS)
    try:
        umbrella = _umbrella(Scope(release, namespace, whole))
        return [*umbrella, *_hub(hub), *_static(static), *_manage(manage)]
    except (AttributeError, KeyError, TypeError) as error:
        raise ChartRefused(_HOLE) from error


def lint(values: Mapping[str, Any]) -> list[str]:
    """What the chart's schema and its own rules have against these values; never a value itself."""
    return _problems(chart_values(values))


def _umbrella(scope: Scope) -> Iterator[Object]:
    for part in (parts.settings, parts.storage, parts.network_policy):
        yield from part(scope)
    gateway = scope.values["ssh-gateway"]
    if gateway.get("enabled"):
        image = scope.image("ssh-gateway", "0.1.0")
        yield from workloads(scope, Group("ssh-gateway", "", "default", image, gateway))


def _hub(scope: Scope) -> Iterator[Object]:
    yield from _services(scope, "hub", "hub")
    yield from parts.account(scope, "hub", parts.HUB_RULES)
    yield from parts.hub_ingress(scope)
    yield from parts.persist(scope)


def _static(scope: Scope) -> Iterator[Object]:
    yield from _services(scope, "static", "default")
    yield parts.ingress(scope, "static", "/static", "static", {})


def _manage(scope: Scope) -> Iterator[Object]:
    yield from _services(scope, "manage", "manage")
    yield from parts.account(scope, "manage", parts.MANAGE_RULES)
    yield from parts.project(scope)
    yield from parts.prepull(scope)


def _services(scope: Scope, chart: str, account: str) -> Iterator[Object]:
    image = scope.image(scope.values["image"]["name"], scope.values["image"]["tag"])
    return workloads(scope, Group(chart, f"charts/{chart}/", account, image, scope.values))


def _problems(whole: Mapping[str, Any]) -> list[str]:
    """Schema first; the rules of the templates only on values that pass it, as in Helm."""
    found = sorted({_complaint(error) for error in _validator().iter_errors(whole)})
    try:
        return found or list(_rules(whole["global"]))
    except (AttributeError, KeyError, TypeError):
        return [_HOLE]


def _rules(shared: Mapping[str, Any]) -> Iterator[str]:
    if not shared["database"].get("host"):
        yield "global.database.host is required"
    storage = shared["storage"]
    if storage["data"]["claimName"] == storage["software"]["claimName"]:
        yield "global.storage.data.claimName and global.storage.software.claimName must differ"


def _complaint(error: "ValidationError") -> str:
    """The library's own message shows the value, which may be a password."""
    path = ".".join(str(part) for part in error.absolute_path) or "(top)"
    match error.validator:
        case "type":
            return f"{path}: must be of type {error.validator_value}"
        case "enum":
            return f"{path}: must be one of {str(error.validator_value).strip('[]')}"
        case "pattern":
            return f"{path}: does not have the form {error.validator_value}"
        case rule:
            return f"{path}: breaks the rule {rule} {json.dumps(error.validator_value)}"


@cache
def _validator() -> "Draft7Validator":
    from jsonschema import Draft7Validator

    return Draft7Validator(json.loads(text_of("values.schema.json")))
