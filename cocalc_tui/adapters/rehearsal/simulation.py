"""What a cluster does by itself, as a function of time: controllers run until nothing is due any more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cocalc_tui.adapters.rehearsal import garbage, kubelet, namespaces, network, scheduler, volumes, workloads
from cocalc_tui.adapters.rehearsal.moment import Moment
from cocalc_tui.adapters.rehearsal.store import Store

CONTROLLERS: tuple[Callable[[Moment], None], ...] = (
    namespaces.reconcile,
    workloads.deployments,
    workloads.replica_sets,
    workloads.other_owners,
    volumes.reconcile,
    scheduler.reconcile,
    kubelet.reconcile,
    workloads.statuses,
    network.reconcile,
    garbage.reconcile,
)
CATCH_UP = 3600.0
POLL = 0.25


class Simulation:
    """Moves a store to the clock's time, through every moment in between at which something happens.

    A world of speed 5 does in one second what a real cluster does in five.
    """

    def __init__(self, store: Store, world: Mapping[str, Any], clock: Callable[[], float]) -> None:
        self.store = store
        self.world = world
        self.clock = clock
        self.speed = float(world.get("speed", 1))
        self.due: float | None = None
        self._settled = (-1, 0.0)
        self._running = False

    def advance(self) -> None:
        """Lets everything happen that is due by now."""
        now = self.clock()
        if self._running:
            return
        if self._settled[0] == self.store.version and (self.due is None or now < self.due):
            self.store.time = max(self.store.time, now)
            return
        self._running = True
        try:
            self._run(now)
        finally:
            self._running = False

    def pause(self) -> float:
        """How long to sleep, in seconds, before looking again."""
        wait = POLL if self.due is None else self.due - self.clock()
        return min(max(wait, 0.005), POLL)

    def _run(self, now: float) -> None:
        self.store.time = max(self.store.time, now - CATCH_UP)
        while True:
            self.due = self._settle()
            if self.due is None or self.due > now:
                break
            self.store.time = self.due
        self.store.time = max(self.store.time, now)
        self._settled = (self.store.version, now)

    def _settle(self) -> float | None:
        """Runs the controllers at one moment until none changes anything; the next due moment."""
        for _ in range(100):
            before = self.store.version
            moment = Moment(self.store, self.world)
            for controller in CONTROLLERS:
                controller(moment)
            if self.store.version == before:
                return moment.due
        raise RuntimeError("the controllers of the rehearsal do not come to rest")
