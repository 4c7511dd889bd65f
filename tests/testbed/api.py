"""A few lines of Kubernetes API client, so that the test bed does not lean on what it tests."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind the server knows."""

    version: str
    kind: str
    plural: str
    namespaced: bool
    verbs: frozenset[str]

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        root = "/api" if "/" not in self.version else "/apis"
        scope = f"/namespaces/{namespace}" if namespace else ""
        return f"{root}/{self.version}{scope}/{self.plural}" + (f"/{name}" if name else "")


class Api:
    def __init__(self, url: str, ca_file: Path, token: str) -> None:
        context = ssl.create_default_context(cafile=str(ca_file))
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=url, verify=context, headers=headers, timeout=30, trust_env=False)
        self._known: dict[tuple[str, str], Resource] = {}

    def close(self) -> None:
        self._http.close()

    def answers(self, path: str) -> bool:
        try:
            return self._http.get(path, timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def request(self, verb: str, path: str, body: object = None, **options: Any) -> Object:
        answer = self._http.request(verb, path, json=body, **options)
        if answer.is_error:
            raise ApiError(verb, path, answer.status_code, answer.text)
        found: Object = answer.json()
        return found

    def get(self, path: str, **params: str) -> Object:
        return self.request("GET", path, params=params)

    def items(self, path: str) -> list[Object]:
        found: list[Object] = self.get(path)["items"]
        return found

    def apply(self, *objects: Object) -> list[Object]:
        """Server-side apply, with the status where the object has one."""
        return [self._apply(thing) for thing in objects]

    def _apply(self, thing: Object) -> Object:
        meta = thing["metadata"]
        resource = self.resource(thing["apiVersion"], thing["kind"])
        namespace = meta.get("namespace", "default") if resource.namespaced else None
        path = resource.path(namespace, meta["name"])
        options: dict[str, Any] = {
            "params": {"fieldManager": "testbed", "force": "true"},
            "headers": {"Content-Type": "application/apply-patch+yaml"},
        }
        made = self.request("PATCH", path, thing, **options)
        if "status" in thing:
            made = self.request("PATCH", f"{path}/status", thing, **options)
        return made

    def delete(self, path: str) -> None:
        try:
            self.request("DELETE", path, {"propagationPolicy": "Background", "gracePeriodSeconds": 0})
        except ApiError as problem:
            if problem.status != 404:
                raise

    def resource(self, version: str, kind: str) -> Resource:
        if (version, kind) not in self._known:
            self._known = {(found.version, found.kind): found for found in self.resources()}
        return self._known[version, kind]

    def resources(self) -> Iterator[Resource]:
        """Every kind of the server, in its preferred version."""
        yield from self._of_version("/api/v1", "v1")
        for group in self.get("/apis")["groups"]:
            version = group["preferredVersion"]["groupVersion"]
            with suppress(ApiError):  # a group whose own server is down
                yield from self._of_version(f"/apis/{version}", version)

    def _of_version(self, path: str, version: str) -> Iterator[Resource]:
        for found in self.get(path)["resources"]:
            if "/" not in found["name"]:
                verbs = frozenset(found["verbs"])
                yield Resource(version, found["kind"], found["name"], found["namespaced"], verbs)


class ApiError(Exception):
    def __init__(self, verb: str, path: str, status: int, text: str) -> None:
        super().__init__(f"{verb} {path}: {status} {text[:500]}")
        self.status = status


class Late(Exception):
    """Something did not happen in time."""


T = TypeVar("T")


def wait_for(what: str, look: Callable[[], T | None], seconds: float = 30) -> T:
    """What `look` returns, once it is true."""
    until = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > until:
            raise Late(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)
    return found
