"""The probe `dry-run`: the API server's own judgement of every rendered object, before the first write."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from cocalc_tui.adapters.helm.render import Renderer
from cocalc_tui.core.facts import Denied, Object, Observation, Seen
from cocalc_tui.core.kinds import NAMESPACE
from cocalc_tui.core.redact import redact
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused, UsageError
from cocalc_tui.ports import Cluster

AT_ONCE = 8  # requests; the client keeps connections for more
STAND_IN = "default"  # tried there while the namespace does not exist
HOOK = "helm.sh/hook"
TRIAL = "-trial"  # the name of an object that would only collide with one that is there


async def probe_dry_run(probe: Probe, renderer: Renderer, cluster: Cluster) -> Observation:
    """Tries every rendered object. Raises `Unreached` where the server stops answering."""
    wanted = probe.text("namespace")
    try:
        rendering = await renderer.render(probe)
    except UsageError as error:
        return _seen({"accepted": 0, "refused": [], "namespace": wanted, "error": error.message})
    if rendering.public["error"]:
        return _seen({"accepted": 0, "refused": [], "namespace": wanted, "error": rendering.public["error"]})
    found = await cluster.get(NAMESPACE, wanted)
    namespace = wanted if found else STAND_IN
    trial = _Trial(cluster, wanted, namespace)
    asked = [trial.judge(manifest) for manifest in rendering.objects]
    refused = [refusal for refusal in await asyncio.gather(*asked) if refusal]
    denied = [r for r in refused if r["code"] == 403 and namespace != wanted]
    if denied:
        return Denied(f"not tried: {denied[0]['message']} ({wanted} does not exist yet)")
    shown = [{"object": r["object"], "message": r["message"]} for r in refused]
    accepted = len(rendering.objects) - len(refused)
    return _seen({"accepted": accepted, "refused": shown, "namespace": namespace, "error": None})


class _Trial:
    def __init__(self, cluster: Cluster, wanted: str, namespace: str) -> None:
        self._cluster = cluster
        self._wanted = wanted
        self._namespace = namespace
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def judge(self, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
        """What the server refuses, or None."""
        manifest = self._placed(manifest)
        async with self._gate:
            try:
                await self._apply(manifest)
            except Refused as refused:
                if not self._collides(manifest, refused):
                    return _told(manifest, refused)
            else:
                return None
            try:  # helm replaces it (a hook), or it is somebody else's in the stand-in
                await self._apply(self._placed(manifest, TRIAL))
            except Refused as refused:
                return _told(manifest, refused)
        return None

    async def _apply(self, manifest: Mapping[str, Any]) -> None:
        await self._cluster.apply_object(manifest, dry_run=True, namespace=self._namespace)

    def _placed(self, manifest: Mapping[str, Any], suffix: str = "") -> Mapping[str, Any]:
        meta = {**(manifest.get("metadata") or {})}
        if suffix:
            meta["name"] = f"{meta.get('name')}{suffix}"
        if meta.get("namespace") == self._wanted:
            meta["namespace"] = self._namespace
        return {**manifest, "metadata": meta}

    def _collides(self, manifest: Mapping[str, Any], refused: Refused) -> bool:
        hook = HOOK in (manifest["metadata"].get("annotations") or {})
        if hook and refused.code in (409, 422):
            return True
        return refused.code in (409, 422) and self._namespace != self._wanted


def _told(manifest: Mapping[str, Any], refused: Refused) -> dict[str, Any]:
    meta = manifest["metadata"]
    message = redact(refused.message, _values(manifest))
    if refused.code == 404 and "this cluster has no kind" not in message:
        message = f"{message}: its namespace or kind does not exist"
    name = meta.get("name") or meta.get("generateName") or "without a name"
    return {"object": f"{manifest['kind']}/{name}", "message": message, "code": refused.code}


def _values(manifest: Mapping[str, Any]) -> Iterator[str]:
    """The values of a Secret: a server that refuses one may quote them."""
    if manifest["kind"] != "Secret":
        return
    yield from (str(value) for value in (manifest.get("stringData") or {}).values())
    for value in (manifest.get("data") or {}).values():
        yield str(value)
        with suppress(ValueError):
            yield base64.b64decode(str(value)).decode()


def _seen(document: Object) -> Seen:
    return Seen((document,))
