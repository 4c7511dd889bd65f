"""Why a pod does not start, besides its images: what it refers to is missing, or the program stops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cocalc_tui.adapters.rehearsal.moment import Moment
from cocalc_tui.adapters.rehearsal.store import Object
from cocalc_tui.core.kinds import CONFIG_MAP, SECRET, Kind

REFERENCES = (
    ("secret", "secretName", SECRET),
    ("configMap", "name", CONFIG_MAP),
)


def mount_problem(moment: Moment, pod: Object) -> str:
    """The kubelet's words for a volume that cannot be mounted; empty if all can."""
    for volume in pod["spec"].get("volumes") or []:
        for field, key, kind in REFERENCES:
            source = volume.get(field)
            if not source or source.get("optional"):
                continue
            if moment.store.find(kind, source[key], pod["metadata"]["namespace"]) is None:
                word = "secret" if kind == SECRET else "configmap"
                failed = f'MountVolume.SetUp failed for volume "{volume["name"]}"'
                return f'{failed} : {word} "{source[key]}" not found'
    return ""


def config_problem(moment: Moment, pod: Object) -> str:
    """The kubelet's words for an environment that cannot be made; empty if it can."""
    namespace = pod["metadata"]["namespace"]
    for container in pod["spec"]["containers"]:
        for kind, name, key in _environment(container):
            word = "secret" if kind == SECRET else "configmap"
            found = moment.store.find(kind, name, namespace)
            if found is None:
                return f'{word} "{name}" not found'
            if key and key not in (found.get("data") or {}):
                return f"couldn't find key {key} in {word.title().replace('map', 'Map')} {namespace}/{name}"
    return ""


def behaviour(moment: Moment, pod: Object) -> Mapping[str, Any]:
    """What the world says of a program: {crash: exit code, log, unready: reason}; empty if it just runs."""
    name = pod["metadata"]["name"]
    for found in moment.world.get("programs") or ():
        if name.startswith(found["pod"]):
            return dict(found)
    return database_refusal(moment, pod)


def database_refusal(moment: Moment, pod: Object) -> Mapping[str, Any]:
    """A program that gets another password than the database takes stops at once."""
    for container in pod["spec"]["containers"]:
        env = {e["name"]: e for e in container.get("env") or []}
        host = env.get("PGHOST", {}).get("value")
        ref = (env.get("PGPASSWORD", {}).get("valueFrom") or {}).get("secretKeyRef")
        database = moment.world.get("databases", {}).get(host or "")
        if not database or not ref or not database.get("password_hash"):
            continue
        secret = moment.store.find(SECRET, ref["name"], pod["metadata"]["namespace"]) or {}
        if secret.get("data", {}).get(ref["key"]) != database["password_hash"]:
            user = env.get("PGUSER", {}).get("value", "")
            return {"crash": 1, "log": f'FATAL:  password authentication failed for user "{user}"'}
    return {}


def _environment(container: Object) -> Iterator[tuple[Kind, str, str]]:
    for entry in container.get("env") or []:
        source = entry.get("valueFrom") or {}
        for field, kind in (("secretKeyRef", SECRET), ("configMapKeyRef", CONFIG_MAP)):
            if field in source and not source[field].get("optional"):
                yield kind, source[field]["name"], source[field]["key"]
    for entry in container.get("envFrom") or []:
        for field, kind in (("secretRef", SECRET), ("configMapRef", CONFIG_MAP)):
            if field in entry and not entry[field].get("optional"):
                yield kind, entry[field]["name"], ""
