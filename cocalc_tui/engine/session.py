"""A session with one world: it asks what the steps need to know, and judges whatever comes back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from cocalc_tui.core.answers import Answers, Source, Value
from cocalc_tui.core.facts import Facts, Forgotten, Observation, Observed, Pending, Seen, Unreachable, fold
from cocalc_tui.core.step import Step
from cocalc_tui.core.topics import Need, Probe, Topic
from cocalc_tui.engine.judging import CLUSTER, Judged, judge
from cocalc_tui.engine.progress import Progress
from cocalc_tui.ports import World

QUIET = 0.05
PATIENCE = {"render": 4.0, "dry-run": 4.0, "tools": 2.0, "chart": 2.0, "git-access": 2.0, "git-remote": 4.0}
AGAIN = {
    "file": 1.0,
    "secret-values": 2.0,
    "chart": 15.0,
    "cluster": 30.0,
    "rules": 60.0,
    "postgres": 30.0,
    "postgres-admin": 30.0,
    "certificate": 5.0,
    "dns": 20.0,
    "registry": 120.0,
    "deploy-key": 5.0,
    "git-access": 60.0,
    "checkout": 10.0,
    "git-remote": 600.0,
    "dry-run": 120.0,
}
UNSEEN_AGAIN = 10.0
SETTLE_TYPING = 0.4

Listener = Callable[[Judged], None]


class Session:
    """Detects live and judges. Tasks belong to the session, not to a screen.

    With `live` topics are watched and probes repeated; without, each need is asked once, and every request
    ends within `timeout` seconds. Listeners are told at most every 50 ms, always with the newest judgement.
    """

    def __init__(
        self,
        world: World,
        steps: Sequence[Step],
        given: Answers,
        *,
        live: bool = True,
        timeout: float = 5.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.world = world
        self.steps = tuple(steps)
        self.given = given
        self.live = live
        self.timeout = timeout
        self.clock = clock
        self.journal: Callable[[Progress], None] = lambda progress: None
        self.facts = Facts()
        self._judged = judge(self.steps, self.facts, given, clock())
        self._trouble: Exception | None = None
        self._tasks: dict[Need, asyncio.Task[None]] = {}
        self._listeners: list[Listener] = []
        self._dirty = asyncio.Event()
        self._judging = asyncio.Lock()
        self._changed = asyncio.Event()
        self._loop_task: asyncio.Task[None] | None = None
        self._typed_at = 0.0
        self._judged_at = 0.0
        self._running = False

    @property
    def judged(self) -> Judged:
        """The newest judgement. Raises what stopped judging: an old one must not pass for the present."""
        if self._trouble:
            raise self._trouble
        return self._judged

    async def start(self) -> None:
        """Begins to look. Returns at once."""
        self._running = True
        self._ask()
        self._loop_task = asyncio.create_task(self._judge_forever(), name="judge")

    async def close(self) -> None:
        """Ends all tasks; the world stays open."""
        self._running = False
        tasks = [*self._tasks.values(), *([self._loop_task] if self._loop_task else [])]
        pending = {task for task in tasks if not task.done()}
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=0.5)
        await asyncio.gather(*tasks, return_exceptions=True)  # what stopped judging was told to its readers
        self._tasks.clear()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls the listener after each change; returns the function that ends it."""
        self._listeners.append(listener)

        def end() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return end

    def answer(self, step: str, field: str, value: Value | None, source: Source = Source.YOU) -> Judged:
        """A typed answer (None takes it back); judged before this returns, asked for soon after."""
        if value is None:
            self.given = self.given.drop(step, field, source)
        else:
            self.given = self.given.put(step, field, value, source)
        self._typed_at = time.monotonic()
        self._judged = judge(self.steps, self.facts, self.given, self.clock())
        self._tell()
        self._dirty.set()
        return self.judged

    def look_again(self, step: str | None = None) -> None:
        """Asks probes anew (those of one step, or all) and lists stale topics again."""
        wanted = self.judged.needs if step is None else self._needs_of(step)
        for need in wanted:
            stale = bool(getattr(self.facts.get(need), "stale", "")) or not self.judged.view.seen(need)
            if isinstance(need, Probe) or stale:
                self._start(need)

    def put(self, need: Need, observation: Observation) -> None:
        """Folds one observation made elsewhere (an action that looked again)."""
        before = self.facts
        self.facts = fold(self.facts, Observed(need, observation))
        if need == CLUSTER and isinstance(observation, Seen) and observation.objects:
            uid = observation.objects[0].get("uid")
            if uid != self.facts.cluster_uid:
                self.facts = replace(self.facts, cluster_uid=uid, generation=self.facts.generation + 1)
        if self.facts is not before:
            self._dirty.set()

    async def settle(self, seconds: float) -> Judged:
        """Waits until nothing is pending, or the time is over: then what is pending is *unknown*."""
        end = time.monotonic() + seconds
        while True:
            await self._judge_now()
            pending = self.judged.pending
            if not pending:
                return self.judged
            left = end - time.monotonic()
            if left <= 0:
                break
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, 0.5)):
                    await self._changed.wait()
        for _ in range(10):
            pending = self.judged.pending
            if not pending:
                break
            for need in pending:
                self.put(need, Unreachable(f"{need} not answered within {seconds:g} s"))
            await self._judge_now()
        return self.judged

    async def known(self, need: Need) -> Observation:
        """Waits for the first answer to a need that is being asked."""
        while isinstance(self.facts.get(need), Pending) and need in self._tasks:
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    await self._changed.wait()
        return self.facts.get(need)

    async def refresh(self, need: Need) -> Observation:
        """Asks one need now, folds and returns the answer."""
        observation = await self._once(need)
        self.put(need, observation)
        return observation

    async def judge_now(self) -> Judged:
        """Judges with the newest facts and asks what is newly needed."""
        await self._judge_now()
        return self.judged

    # What follows runs behind the scenes.

    def _needs_of(self, step: str) -> frozenset[Need]:
        declared = next(s for s in self.steps if s.id == step)
        view = self.judged.view
        needs: set[Need] = set(declared.needs(view))
        for check in declared.checks:
            needs.update(check.needs(view))
        for field in declared.fields:
            needs.update(field.needs(view))
        return frozenset(needs)

    async def _judge_forever(self) -> None:
        while True:
            await self._dirty.wait()
            quiet = self._judged_at + (QUIET if self.live else 0.005) - time.monotonic()
            await asyncio.sleep(max(0.0, quiet))  # the first change after a pause is judged at once
            try:
                await self._judge_now()
            except Exception as error:
                self._trouble = error
                self._changed.set()
                raise
            self._judged_at = time.monotonic()

    async def _judge_now(self) -> None:
        async with self._judging:  # of two at once the older could end last, and stay
            self._dirty.clear()
            facts, given = self.facts, self.given
            judged = await asyncio.to_thread(judge, self.steps, facts, given, self.clock())
            if given is self.given:
                self._judged = judged
                self._ask()
                self._tell()
            else:
                self._dirty.set()
            self._changed.set()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener(self.judged)

    def _ask(self) -> None:
        if not self._running:
            return
        needs = self.judged.needs
        for need in [n for n in self._tasks if n not in needs]:
            self._tasks.pop(need).cancel()
            if isinstance(need, Topic):
                self.facts = fold(self.facts, Forgotten(need))
        for need in needs:
            known = self.facts.observed.get(need)
            if need not in self._tasks and (self.live or known is None or isinstance(known, Pending)):
                self._start(need)

    def _start(self, need: Need) -> None:
        old = self._tasks.pop(need, None)
        if old:
            old.cancel()
        work = self._follow(need) if isinstance(need, Topic) else self._try(need)
        self._tasks[need] = asyncio.create_task(work, name=str(need))

    async def _follow(self, topic: Topic) -> None:
        if not self.live:
            self.put(topic, await self._once(topic))
            return
        stream = self.world.cluster.follow(topic)
        async for observation in stream:
            self.put(topic, observation)

    async def _try(self, probe: Probe) -> None:
        if self.live and self._typed_at:
            await asyncio.sleep(max(0.0, self._typed_at + SETTLE_TYPING - time.monotonic()))
        while True:
            observation = await self._once(probe)
            self.put(probe, observation)
            delay = AGAIN.get(probe.kind, 0.0 if isinstance(observation, Seen) else UNSEEN_AGAIN)
            if not self.live or not delay:
                return
            await asyncio.sleep(delay)

    async def _once(self, need: Need) -> Observation:
        if isinstance(need, Topic):
            return await self.world.cluster.read(need, self.timeout)
        return await self.world.probe(need, self.timeout * PATIENCE.get(need.kind, 1.0))
