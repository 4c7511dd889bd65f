"""Label selectors, as the API server reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def matches(selector: str, labels: Mapping[str, str]) -> bool:
    """Whether labels fit a selector text: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`."""
    return all(_term(term.strip(), labels) for term in re.split(r",(?![^(]*\))", selector) if term.strip())


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether labels fit a LabelSelector object."""
    if any(labels.get(k) != v for k, v in (selector.get("matchLabels") or {}).items()):
        return False
    return all(expression(e, labels) for e in selector.get("matchExpressions") or [])


def expression(wanted: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether labels fit one expression of a LabelSelector or a NodeSelector."""
    value, values = labels.get(wanted["key"]), wanted.get("values") or []
    match wanted["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt":
            return value is not None and int(value) > int(values[0])
        case "Lt":
            return value is not None and int(value) < int(values[0])
        case other:
            raise ValueError(f"no such operator: {other}")


def _term(term: str, labels: Mapping[str, str]) -> bool:
    if found := re.fullmatch(r"(\S+)\s+(in|notin)\s+\(([^)]*)\)", term):
        values = [v.strip() for v in found[3].split(",")]
        return (labels.get(found[1]) in values) == (found[2] == "in")
    if "!=" in term:
        key, _, value = term.partition("!=")
        return labels.get(key.strip()) != value.strip()
    if "=" in term:
        key, _, value = term.replace("==", "=").partition("=")
        return labels.get(key.strip()) == value.strip()
    return term[1:].strip() not in labels if term.startswith("!") else term in labels
