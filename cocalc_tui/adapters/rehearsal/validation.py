"""What the API server refuses: names, labels, quantities, and fields that may not change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Object = Mapping[str, Any]
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
QUANTITY = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?")
POWERS = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
SUFFIX = {letter: 10.0**power for letter, power in POWERS.items()} | {
    f"{letter}i": 1024.0 ** (power + 1) for power, letter in enumerate("KMGTPE")
}
CLAIM_IS_FIXED = (
    "spec: Forbidden: spec is immutable after creation except resources.requests and "
    "volumeAttributesClassName for bound claims"
)
LABEL_NAMED = {"Namespace", "Service"}
SECRET_KEYS = {
    "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
    "kubernetes.io/tls": ["tls.crt", "tls.key"],
}
MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")


def quantity(text: object) -> float:
    """A Kubernetes quantity as a number; raises ValueError."""
    found = re.fullmatch(r"([+-]?[\d.]+(?:[eE][+-]?\d+)?)([A-Za-z]*)", str(text))
    if not found or not QUANTITY.fullmatch(str(text)):
        raise ValueError(f"not a quantity: {text}")
    return float(found[1]) * SUFFIX[found[2]]


def faults(obj: Object, before: Object | None = None) -> list[str]:
    """What is wrong with an object, each as `field: reason`."""
    found = list(_metadata(obj)) + list(_quantities(obj.get("spec", {}), "spec"))
    if obj["kind"] == "PersistentVolumeClaim":
        found += _claim(obj)
    if obj["kind"] == "Secret":
        data = obj.get("data") or {}
        found += [
            f"data[{k}]: Required value" for k in SECRET_KEYS.get(obj.get("type", ""), []) if k not in data
        ]
    if before is not None:
        found += _changes(obj, before)
    return found


def _metadata(obj: Object) -> Iterator[str]:
    meta = obj["metadata"]
    name = str(meta.get("name", ""))
    if obj["kind"] in LABEL_NAMED and not (DNS_LABEL.fullmatch(name) and len(name) <= 63):
        yield (
            f'metadata.name: Invalid value: "{name}": a lowercase RFC 1123 label must consist of lower case '
            "alphanumeric characters or '-', and must start and end with an alphanumeric character"
        )
    elif "rbac" not in obj["apiVersion"] and not (SUBDOMAIN.fullmatch(name) and len(name) <= 253):
        yield (
            f'metadata.name: Invalid value: "{name}": a lowercase RFC 1123 subdomain must consist of lower '
            "case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
        )
    for key, value in (meta.get("labels") or {}).items():
        if not isinstance(value, str) or len(value) > 63 or not LABEL_VALUE.fullmatch(value):
            rule = f"a valid label value of {key} has at most 63 letters, digits, '-', '_' or '.'"
            yield f'metadata.labels: Invalid value: "{value}": {rule}'


def _quantities(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key in ("requests", "limits", "capacity", "hard") and isinstance(part, Mapping):
                for name, amount in part.items():
                    wrong = f'{path}.{key}[{name}]: Invalid value: "{amount}": '
                    if not QUANTITY.fullmatch(str(amount)):
                        yield wrong + "quantities must match the regular expression"
                    elif quantity(amount) < 0:
                        yield wrong + "must be greater than or equal to 0"
            else:
                yield from _quantities(part, f"{path}.{key}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _quantities(part, f"{path}[{index}]")


def _claim(obj: Object) -> Iterator[str]:
    spec = obj.get("spec", {})
    modes = spec.get("accessModes") or []
    if not modes:
        yield "spec.accessModes: Required value: at least 1 access mode is required"
    for mode in modes:
        if mode not in MODES:
            yield f'spec.accessModes: Unsupported value: "{mode}": supported values: ' + ", ".join(
                f'"{m}"' for m in MODES
            )
    if "storage" not in ((spec.get("resources") or {}).get("requests") or {}):
        yield "spec.resources[storage]: Required value"


def _changes(obj: Object, before: Object) -> Iterator[str]:
    new, old = obj.get("spec", {}), before.get("spec", {})
    match obj["kind"]:
        case "PersistentVolumeClaim":
            if {**new, "resources": None} != {**old, "resources": None}:
                yield CLAIM_IS_FIXED
            else:
                have, want = (
                    s.get("resources", {}).get("requests", {}).get("storage", "0") for s in (old, new)
                )
                if QUANTITY.fullmatch(str(want)) and quantity(want) < quantity(have):
                    field = "spec.resources.requests.storage"
                    yield f"{field}: Forbidden: field can not be less than status.capacity"
        case "Secret" if obj.get("type") != before.get("type"):
            yield f'type: Invalid value: "{obj.get("type")}": field is immutable'
        case "Deployment" | "DaemonSet" | "ReplicaSet" | "Job" if new.get("selector") != old.get("selector"):
            yield "spec.selector: Invalid value: field is immutable"
        case "StorageClass":
            for field in ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"):
                if obj.get(field) != before.get(field):
                    yield f"{field}: Forbidden: updates to {field} are forbidden."
        case "RoleBinding" | "ClusterRoleBinding" if obj.get("roleRef") != before.get("roleRef"):
            yield "roleRef: Invalid value: cannot change roleRef"
