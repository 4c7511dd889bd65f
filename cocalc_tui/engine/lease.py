"""The Lease that keeps two operators of one namespace apart (design, part 2)."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cocalc_tui.core.action import MANAGED_BY, MANAGER
from cocalc_tui.core.kinds import LEASE
from cocalc_tui.errors import CocalcError, LeaseHeld, Refused
from cocalc_tui.ports import Cluster

SECONDS = 30
RENEW = 10.0
HOST, PID, STEP = "cocalc-tui/host", "cocalc-tui/pid", "cocalc-tui/step"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lease: `identity` is operator@host, `alive(pid)` tells of processes of this host."""

    operator: str
    host: str
    pid: int
    alive: Callable[[int], bool]

    @property
    def identity(self) -> str:
        """The `holderIdentity`: one process of one operator."""
        return f"{self.operator}/{self.pid}"


def holder_text(lease: Mapping[str, Any]) -> str:
    """Who holds a lease, where and since when."""
    spec = lease.get("spec", {})
    notes = lease["metadata"].get("annotations", {})
    who = str(spec.get("holderIdentity", "someone")).partition("/")[0]
    at = f", at step {notes[STEP]}" if notes.get(STEP) else ""
    return f"{who} since {spec.get('acquireTime', 'an unknown time')}{at}"


def is_free(lease: Mapping[str, Any] | None, me: Holder, now: float) -> bool:
    """Whether nobody else holds it: absent, released, expired, or held by a dead process of this host."""
    if lease is None:
        return True
    spec = lease.get("spec", {})
    identity = spec.get("holderIdentity")
    if not identity or identity == me.identity:
        return True
    notes = lease["metadata"].get("annotations", {})
    if notes.get(HOST) == me.host and str(notes.get(PID, "")).isdigit() and not me.alive(int(notes[PID])):
        return True
    renewed = _seconds(spec.get("renewTime"))
    return renewed is None or now > renewed + float(spec.get("leaseDurationSeconds") or SECONDS)


def _seconds(text: object) -> float | None:
    try:
        return dt.datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return None


def _micro(now: float) -> str:
    return dt.datetime.fromtimestamp(now, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class LeaseKeeper:
    """Takes, renews and gives back the lease `cocalc-tui` of a namespace."""

    def __init__(
        self,
        cluster: Cluster,
        namespace: str,
        me: Holder,
        clock: Callable[[], float] = time.time,
        *,
        renew: float = RENEW,
    ) -> None:
        """`renew` is the time between renewals in seconds."""
        self.cluster = cluster
        self.namespace = namespace
        self.me = me
        self.clock = clock
        self.step = ""
        self.lost = False
        self._renewing = renew
        self._held: Mapping[str, Any] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def held(self) -> bool:
        """Whether we hold it."""
        return self._held is not None

    async def take(self) -> None:
        """Takes it, or raises `LeaseHeld` that names the holder. Nothing if already held."""
        if self.held:
            return
        found = await self.cluster.get(LEASE, MANAGER, self.namespace)
        if not is_free(found, self.me, self.clock()):
            raise LeaseHeld(
                f"{holder_text(found or {'metadata': {}})} is at work in namespace {self.namespace}",
                f"Wait until it ends, or at most {SECONDS} s after it was stopped.",
            )
        try:
            if found is None:
                self._held = await self.cluster.create(LEASE, self._manifest(None))
            else:
                self._held = await self.cluster.replace(LEASE, self._manifest(found))
        except Refused as error:
            if error.code == 409:
                raise LeaseHeld(
                    f"another operator took the lease of namespace {self.namespace} just now",
                    "Wait until it ends, then apply again.",
                ) from error
            raise
        self._task = asyncio.create_task(self._renew(), name="lease")

    async def give_back(self) -> None:
        """Releases it; a server that does not answer lets it expire."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._held is not None and not self.lost:
            free = {**self._manifest(self._held)}
            free["spec"] = {**free["spec"], "holderIdentity": "", "leaseDurationSeconds": 1}
            with suppress(CocalcError):
                await self.cluster.replace(LEASE, free)
        self._held = None

    def _manifest(self, before: Mapping[str, Any] | None) -> dict[str, Any]:
        now = _micro(self.clock())
        old = (before or {}).get("spec", {})
        ours = old.get("holderIdentity") == self.me.identity
        meta: dict[str, Any] = {
            "name": MANAGER,
            "namespace": self.namespace,
            "labels": {MANAGED_BY: MANAGER},
            "annotations": {HOST: self.me.host, PID: str(self.me.pid), STEP: self.step},
        }
        if before:
            meta["resourceVersion"] = before["metadata"]["resourceVersion"]
        return {
            "apiVersion": LEASE.api_version,
            "kind": LEASE.name,
            "metadata": meta,
            "spec": {
                "holderIdentity": self.me.identity,
                "leaseDurationSeconds": SECONDS,
                "acquireTime": old.get("acquireTime", now) if ours else now,
                "renewTime": now,
                "leaseTransitions": int(old.get("leaseTransitions") or 0) + (0 if ours else 1),
            },
        }

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._renewing)
            try:
                self._held = await self.cluster.replace(LEASE, self._manifest(self._held))
            except Refused as error:
                if error.code == 409:
                    self.lost = True
                    return
            except CocalcError:
                continue
