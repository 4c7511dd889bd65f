"""The values of the practice chart: its defaults, and what Helm makes of them with the user's own."""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from enum import Enum, auto
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

Values = dict[str, Any]
SUBCHARTS = ("hub", "static", "manage")


@cache
def text_of(path: str) -> str:
    """The text of one file of the practice chart."""
    return files("cocalc_tui").joinpath("assets/practice-chart/cocalc", path).read_text("utf-8")


@cache
def yaml_of(path: str) -> Any:
    """The content of one YAML file of the practice chart; not to be changed."""
    return yaml.safe_load(text_of(path))


class OnNull(Enum):
    """What a null of the user does to a default; Helm has three ways, depending on the place."""

    DELETES = auto()  # in the chart's own values
    STAYS = auto()  # in the block of a sub-chart
    IS_IGNORED = auto()  # in `global` as a sub-chart sees it


def merge(defaults: Mapping[str, Any], *overlays: Mapping[str, Any]) -> Values:
    """Values as Helm merges them: tables unite, lists replace, null deletes a default."""
    return _fill(_stack(overlays), defaults, OnNull.DELETES)


def chart_values(values: Mapping[str, Any]) -> Values:
    """The user's values over the chart's defaults, with those of the sub-charts and their `global`."""
    user, defaults = _stack([values]), dict(yaml_of("values.yaml"))
    shared = deepcopy(user["global"]) if isinstance(user.get("global"), dict) else {}
    _fill(shared, defaults["global"], OnNull.IS_IGNORED, nested=True)
    blocks = {name: _block(name, user.pop(name, {}), defaults.pop(name), shared) for name in SUBCHARTS}
    return {**_fill(user, defaults, OnNull.DELETES), **blocks}


def lookup(values: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path; empty text where there is none, like Helm's `get`."""
    found: Any = values
    for part in path.split("."):
        found = found.get(part, "")
    return found


def to_json(value: Any) -> str:
    """JSON as Go writes it: sorted keys, no blanks, escaped angle brackets and ampersands."""
    text = json.dumps(_whole(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def as_text(value: Any) -> str:
    """Text as it is, anything else as JSON."""
    return value if isinstance(value, str) else to_json(value)


def _stack(layers: Iterable[Mapping[str, Any]]) -> Values:
    """Value files one over the other; nulls stay for the defaults to come."""
    stack: Values = {}
    for layer in layers:
        for key, value in layer.items():
            old = stack.get(key)
            both = isinstance(old, dict) and isinstance(value, Mapping)
            stack[key] = _stack([old or {}, value]) if both else deepcopy(value)
    return stack


def _fill(user: Values, defaults: Mapping[str, Any], on_null: OnNull, *, nested: bool = False) -> Values:
    for key, default in defaults.items():
        if key not in user or (user[key] is None and on_null is OnNull.IS_IGNORED):
            user[key] = deepcopy(default)
        elif user[key] is None and on_null is OnNull.DELETES:
            del user[key]
        elif isinstance(default, Mapping) and isinstance(user[key], dict):
            _fill(user[key], default, on_null, nested=True)
    if nested and on_null is not OnNull.STAYS:
        for key in [key for key, value in user.items() if value is None]:
            del user[key]
    return user


def _block(name: str, user: Any, defaults: Mapping[str, Any], shared: Values) -> Any:
    """The values of one sub-chart; a block that is null loses what the chart above has for it."""
    if user is None:
        user = {}
    elif isinstance(user, dict):
        _fill(user, defaults, OnNull.STAYS)
    else:
        return user  # the schema will refuse it
    return {**_fill(user, yaml_of(f"charts/{name}/values.yaml"), OnNull.DELETES), "global": shared}


def _whole(value: Any) -> Any:
    """Go has one kind of number: 1.0 is written as 1."""
    if isinstance(value, Mapping):
        return {str(key): _whole(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
