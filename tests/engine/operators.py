"""Operators at a rehearsal that runs fast, each like a process of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

import yaml

from cocalc_tui.adapters.rehearsal.definition import locate
from cocalc_tui.adapters.rehearsal.world import RehearsalWorld
from cocalc_tui.core.answers import Answers, Source
from cocalc_tui.engine.applying import Applier, Outcome
from cocalc_tui.engine.lease import Holder
from cocalc_tui.engine.progress import Progress
from cocalc_tui.engine.session import Session
from cocalc_tui.steps import STEPS
from cocalc_tui.wiring import with_examples

SPEED = 500


class Killed(BaseException):
    """What `kill -9` is to a process; nothing in it may run any more."""


@dataclass
class Operator:
    """One process: its session, and what it told."""

    session: Session
    world: RehearsalWorld
    pid: int
    alive: Callable[[int], bool]
    told: list[Progress] = field(default_factory=list)

    async def apply(self, **options: Any) -> Outcome:
        """Looks until all is known, then applies."""
        await self.session.settle(20)
        self.applier = Applier(self.session, Holder(f"op{self.pid}@desk", "desk", self.pid, self.alive))
        return await self.applier.run(self.told.append, **options)

    def kill(self) -> NoReturn:
        """Nothing reaches the cluster any more."""
        self.world.cluster.faults = replace(self.world.cluster.faults, silent=True)
        raise Killed

    def events(self, event: str) -> list[Progress]:
        """What it told of one kind."""
        return [p for p in self.told if p.event == event]


class Office:
    """A cluster and the processes that were started on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        _, path = locate("gke")
        definition = yaml.safe_load(path.read_text("utf-8"))
        self.file = folder / "fast.yaml"
        self.file.write_text(yaml.safe_dump({**definition, "world": "fast", "speed": SPEED}), "utf-8")
        self.running: set[int] = set()
        self._pid = 100

    @asynccontextmanager
    async def operator(self, **given: str) -> AsyncIterator[Operator]:
        """A new process."""
        self._pid += 1
        pid = self._pid
        world = RehearsalWorld.open(str(self.file), self.folder / "state")
        answers = Answers()
        for name, value in {"values__path": str(self.folder / "my-values.yaml"), **given}.items():
            step, _, one = name.partition("__")
            answers = answers.put(step, one, value, Source.SET)
        session = Session(world, STEPS, with_examples(answers, world))
        self.running.add(pid)
        await session.start()
        try:
            yield Operator(session, world, pid, self.running.__contains__)
        finally:
            self.running.discard(pid)
            await session.close()

    def state(self) -> dict[str, Any]:
        """What is in the namespace, without what differs from run to run."""
        world = RehearsalWorld.open(str(self.file), self.folder / "state")
        found: dict[str, Any] = {}
        for obj in world.store.all():
            meta = obj["metadata"]
            if obj["kind"] in PASSING or obj.get("type") == "helm.sh/release.v1":
                continue
            body = {k: v for k, v in obj.items() if k not in ("metadata", "status")}
            spec = dict(body.get("spec") or {})
            for moved in ("clusterIP", "clusterIPs", "volumeName", "claimRef"):
                spec.pop(moved, None)
            if obj["kind"] == "PersistentVolume":
                continue
            if obj.get("type") == "kubernetes.io/tls":  # of a certificate that each world makes anew
                body["data"] = sorted(body["data"])
            body["spec"], body["labels"] = spec, meta.get("labels")
            found[f"{obj['kind']}/{meta.get('namespace', '')}/{meta['name']}"] = body
        return found


PASSING = ("Event", "Pod", "ReplicaSet", "Lease", "EndpointSlice", "Endpoints", "Job")
