"""The API server of a rehearsal, in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

from cocalc_tui.adapters.rehearsal.faults import Faults
from cocalc_tui.adapters.rehearsal.podlogs import log_of
from cocalc_tui.adapters.rehearsal.reading import listing, shown
from cocalc_tui.adapters.rehearsal.simulation import Simulation
from cocalc_tui.adapters.rehearsal.store import Object as Stored
from cocalc_tui.adapters.rehearsal.store import Store
from cocalc_tui.adapters.rehearsal.writing import Writer, without_nulls
from cocalc_tui.core.action import MANAGER, Apply, Label
from cocalc_tui.core.facts import Denied, Object, Observation, Seen, Unreachable
from cocalc_tui.core.kinds import LEASE, NODE, SECRET, Kind, kind_of
from cocalc_tui.core.secret import Slot
from cocalc_tui.core.topics import Topic
from cocalc_tui.errors import Refused, Unreached

SILENCE = "the API server did not answer (asked from this machine)"
NO_SUCH_KIND = "the server could not find the requested resource"


class MemoryCluster:
    """A cluster in memory (`ports.Cluster`).

    `hash_slot` gives "sha256:…" of a slot's secret; no value ever comes in here. `saved` is called after
    each write, `refresh` before each request; `exclusive` keeps other processes out during a write.
    `before_write(n)` may raise to interrupt the n-th write.
    """

    def __init__(
        self,
        store: Store,
        simulation: Simulation,
        *,
        faults: Faults,
        hash_slot: Callable[[Slot], str],
        kinds: Iterable[Kind] = (),
        saved: Callable[[], None] = lambda: None,
        refresh: Callable[[], None] = lambda: None,
        exclusive: AbstractContextManager[None] | None = None,
    ) -> None:
        self.store = store
        self.simulation = simulation
        self.faults = faults
        self.requests = 0
        self.writes = 0
        self.before_write: Callable[[int], None] | None = None
        self.writer = Writer(store, kinds)
        self._hash_slot = hash_slot
        self.saved = saved
        self.exclusive = exclusive or nullcontext()
        self._refresh = refresh

    async def read(self, topic: Topic, timeout: float) -> Observation:
        """One bounded list of a topic."""
        self.requests += 1
        if self.faults.silent:
            await asyncio.sleep(timeout)
        return self._observe(topic)

    async def follow(self, topic: Topic) -> AsyncIterator[Observation]:
        """The topic's objects, now and after each change."""
        self.requests += 2  # a list and a watch
        changed = asyncio.Event()
        stop = self.store.listen(changed.set)
        before: Observation | None = None
        try:
            while True:
                changed.clear()
                found = self._observe(topic)
                if found != before:
                    before = found
                    yield found
                # not wait_for: of Python 3.11 it may swallow a cancellation
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.simulation.pause()):
                        await changed.wait()
        finally:
            stop()

    async def get(self, kind: Kind, name: str, namespace: str | None = None) -> Object | None:
        """One object whole, None where it does not exist."""
        await self._ask("get", kind, namespace, name)
        found = self.store.find(kind, name, namespace if kind.namespaced else None)
        return shown(found) if found else None

    async def apply(self, action: Apply, *, dry_run: bool = False, force: bool = False) -> Object:
        """Server-side apply as field manager `cocalc-tui`."""
        manifest = without_nulls(action.manifest)
        if action.slots:
            data = {slot.key: self._hash_slot(slot) for slot in action.slots}
            manifest["data"] = {**manifest.get("data", {}), **data}
        return await self._apply(manifest, dry_run=dry_run, force=force)

    async def apply_object(self, manifest: Mapping[str, Any], *, dry_run: bool, namespace: str) -> Object:
        """Server-side apply of a rendered object; `namespace` where the manifest names none.

        A dry run takes over what other managers hold, as helm would.
        """
        wanted = without_nulls(manifest)
        known = kind_of(wanted["apiVersion"], wanted["kind"])
        if known.namespaced:
            wanted["metadata"] = {"namespace": namespace, **wanted["metadata"]}
        return await self._apply(wanted, dry_run=dry_run, force=dry_run)

    async def label(self, action: Label) -> Object:
        """Labels and taints of a node."""
        with self.exclusive:
            await self._ask("patch", NODE, None, action.node)
            self._count(NODE)
            return self._done(self.writer.label(action))

    async def create(self, kind: Kind, manifest: Mapping[str, Any]) -> Object:
        """Creates one object; `Refused` with code 409 where it exists."""
        wanted = without_nulls(manifest)
        with self.exclusive:
            await self._ask("create", kind, wanted["metadata"].get("namespace"))
            self._count(kind)
            return self._done(self.writer.create(kind, wanted, MANAGER))

    async def replace(self, kind: Kind, manifest: Mapping[str, Any]) -> Object:
        """Replaces one object; `Refused` with code 409 where its `resourceVersion` moved."""
        wanted = without_nulls(manifest)
        meta = wanted["metadata"]
        if kind == SECRET:
            raise ValueError("Secrets are applied, not replaced")
        with self.exclusive:
            await self._ask("update", kind, meta.get("namespace"), meta["name"])
            self._count(kind)
            return self._done(self.writer.replace(kind, wanted, MANAGER))

    async def delete(self, kind: Kind, name: str, namespace: str | None = None) -> None:
        """Deletes one object; nothing happens where it does not exist."""
        with self.exclusive:
            await self._ask("delete", kind, namespace, name)
            self._count(kind)
            self.writer.delete(kind, name, namespace)
            self._done(None)

    async def logs(self, namespace: str, pod: str, container: str, *, lines: int, previous: bool) -> str:
        """The last lines of a container's log."""
        kind = kind_of("v1", "Pod")
        await self._ask("get", kind, namespace, pod)
        found = self.store.find(kind, pod, namespace)
        if found is None:
            raise Refused(f'pods "{pod}" not found', code=404)
        text = log_of(found, container, self.simulation.world, previous=previous)
        return "\n".join(text.splitlines()[-lines:])

    def enter(self) -> None:
        """Catches up with the clock and with what another process wrote."""
        self._refresh()
        self.simulation.advance()

    async def _apply(self, manifest: Stored, *, dry_run: bool, force: bool) -> Object:
        kind = self.writer.kind(manifest)
        meta = manifest["metadata"]
        with self.exclusive:
            await self._ask("patch", kind, meta.get("namespace"), meta["name"])
            if not dry_run:
                self._count(kind)
            result = self.writer.apply(kind, manifest, MANAGER, force=force, dry_run=dry_run)
            return shown(result) if dry_run else self._done(result)

    def _observe(self, topic: Topic) -> Observation:
        kind = topic.kind
        if self.faults.silent:
            return Unreachable(SILENCE)
        if self.faults.login:
            return Denied(self.faults.login)
        if unseen := self.faults.unseen.get(str(topic)):
            return unseen
        self.enter()
        verb = "get" if topic.name and kind == SECRET else "list"
        if refusal := self.faults.refusal(verb, kind, topic.namespace, topic.name):
            return Denied(refusal)
        if not self.writer.knows(kind):
            return Seen((), at=self.store.time)
        return Seen(listing(self.store, topic), at=self.store.time)

    async def _ask(self, verb: str, kind: Kind, namespace: str | None, name: str | None = None) -> None:
        self.requests += 1
        if self.faults.silent:
            raise Unreached(SILENCE)
        if self.faults.login:
            raise Refused(self.faults.login, "Log in again, then retry.", code=401)
        self.enter()
        if refusal := self.faults.refusal(verb, kind, namespace, name):
            raise Refused(refusal, "Ask a cluster administrator for this right.", code=403)
        if not self.writer.knows(kind):
            raise Refused(NO_SUCH_KIND, code=404)

    def _count(self, kind: Kind) -> None:
        if kind == LEASE:
            return
        if self.before_write is not None:
            self.before_write(self.writes + 1)
        self.writes += 1

    def _done(self, result: Stored | None) -> Object:
        self.simulation.advance()
        self.saved()
        return shown(result) if result else {}
