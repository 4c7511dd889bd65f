"""The real cluster behind the port `Cluster`: each request in a thread, each watch in one of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from cocalc_tui.adapters.kube import listing, nodes, probes, writing
from cocalc_tui.adapters.kube.contexts import Context, choose
from cocalc_tui.adapters.kube.discovery import Discovery
from cocalc_tui.adapters.kube.follow import FIRST_WORD, follow
from cocalc_tui.adapters.kube.request import Request
from cocalc_tui.adapters.kube.threads import Stop, in_thread
from cocalc_tui.adapters.kube.trouble import Expired, unseen
from cocalc_tui.adapters.kube.watching import IDLE, Watcher
from cocalc_tui.core.action import Apply, Label
from cocalc_tui.core.facts import Object, Observation, Seen
from cocalc_tui.core.kinds import POD, Kind
from cocalc_tui.core.secret import Slot
from cocalc_tui.core.topics import Topic
from cocalc_tui.errors import CocalcError, Refused, Unreached

if TYPE_CHECKING:
    from cocalc_tui.adapters.kube.client import Client

T = TypeVar("T")
CHANGE = 35.0  # seconds for a change, webhooks included
LOOK = 10.0  # seconds for reading one object
LONGEST_LOG = str(1 << 20)  # bytes


def no_secrets(slot: Slot) -> str:
    """Fills nothing."""
    raise Refused(f"the secret for {slot.key} cannot be read here", "Give the secret again.")


class KubeCluster:
    """The API server of one context of a kubeconfig, or of the cluster we run in.

    `fill` gives the value of a Secret's key; it is called in a thread and may block. `idle` is
    how long, in seconds, a watch may be silent before its topic is listed anew.
    """

    def __init__(self, client: Client, fill: Callable[[Slot], str] = no_secrets) -> None:
        self.idle = IDLE
        self.requests = 0
        self.writes = 0
        self._lock = threading.Lock()
        self._client = client
        client.count = self._count
        self._fill = fill
        self._kinds = Discovery(client)

    @classmethod
    def connect(
        cls,
        kubeconfig: str | None,
        context: str | None,
        fill: Callable[[Slot], str] = no_secrets,
    ) -> KubeCluster:
        """Imports the package and reads the kubeconfig; to be called off the UI thread. Logs in later.

        Raises `UsageError` where the kubeconfig or the context does not exist or cannot be read.
        """
        chosen = choose(kubeconfig, context)
        # the package takes half a second to import
        from cocalc_tui.adapters.kube.client import Client
        from cocalc_tui.adapters.kube.login import Login

        return cls(Client(Login(kubeconfig, chosen)), fill)

    @property
    def context(self) -> Context:
        """The context that this talks to."""
        return self._client.login.context

    def _count(self, request: Request) -> None:
        with self._lock:
            self.requests += 1
            self.writes += request.writes

    async def read(self, topic: Topic, timeout: float) -> Observation:
        """One bounded list. Raises `ValueError` for Secrets that are neither named nor metadata only."""
        listing.bounded(topic)

        def look(stop: Stop) -> list[Object]:
            try:
                return listing.list_all(self._client, topic, stop)[1]
            except Expired:  # the pages took longer than the server remembers
                return listing.list_all(self._client, topic, stop)[1]

        try:
            found = await self._call(look, timeout, f"listing {topic}")
        except listing.NoSuchKind:
            return Seen((), time.time())
        except CocalcError as error:
            return unseen(error)
        return Seen(tuple(found), time.time())

    def follow(self, topic: Topic) -> AsyncIterator[Observation]:
        """The objects now and after each change; the last ones with `stale` while the connection is lost."""
        listing.bounded(topic)
        return follow(
            lambda publish, stop: Watcher(self._client, topic, publish, self.idle).run(stop),
            f"watch {topic}",
            lambda: self._late(f"listing {topic}", FIRST_WORD),
        )

    async def get(self, kind: Kind, name: str, namespace: str | None = None) -> Object | None:
        """One object whole, a Secret's values as hashes; None where it does not exist."""
        return await self._call(
            lambda stop: writing.get(self._client, kind, name, namespace, stop),
            LOOK,
            f"reading {kind.name} {name}",
        )

    async def apply(self, action: Apply, *, dry_run: bool = False, force: bool = False) -> Object:
        """Server-side apply as `cocalc-tui`; a conflict is `Refused` (409) and names managers and fields."""
        return await self._call(
            lambda stop: writing.apply(self._client, action, self._fill, stop, dry_run=dry_run, force=force),
            CHANGE,
            f"applying {action.target}",
        )

    async def apply_object(self, manifest: Mapping[str, Any], *, dry_run: bool, namespace: str) -> Object:
        """Server-side apply of a rendered object; a dry run takes over what others manage."""
        return await self._call(
            lambda stop: writing.apply_object(
                self._client, self._kinds, manifest, stop, dry_run=dry_run, namespace=namespace
            ),
            CHANGE,
            f"applying {manifest.get('kind')}",
        )

    async def label(self, action: Label) -> Object:
        """Labels and taints of a node that exists."""
        return await self._call(
            lambda stop: nodes.label(self._client, action, stop), CHANGE, f"labelling node {action.node}"
        )

    async def create(self, kind: Kind, manifest: Mapping[str, Any]) -> Object:
        """Creates one object; `Refused` (409) where it exists."""
        return await self._call(
            lambda stop: writing.create(self._client, kind, manifest, stop), CHANGE, f"creating {kind.name}"
        )

    async def replace(self, kind: Kind, manifest: Mapping[str, Any]) -> Object:
        """Replaces one object; `Refused` (409) where its version moved."""
        return await self._call(
            lambda stop: writing.replace(self._client, kind, manifest, stop), CHANGE, f"replacing {kind.name}"
        )

    async def delete(self, kind: Kind, name: str, namespace: str | None = None) -> None:
        """Deletes one object; nothing happens where it does not exist."""
        await self._call(
            lambda stop: writing.delete(self._client, kind, name, namespace, stop),
            CHANGE,
            f"deleting {kind.name} {name}",
        )

    async def logs(self, namespace: str, pod: str, container: str, *, lines: int, previous: bool) -> str:
        """The last lines of a container's log, at most 1 MiB."""
        query = {"container": container, "tailLines": str(lines), "limitBytes": LONGEST_LOG}
        request = Request(
            f"reading the log of {pod}",
            listing.path_of(POD, namespace, pod) + "/log",
            query=query | ({"previous": "true"} if previous else {}),
            accept="*/*",
        )
        return await self._call(lambda stop: self._client.text(request, stop), LOOK, request.asked)

    async def probe_cluster(self, timeout: float) -> Observation:
        """Which cluster this is and as whom we are there."""

        async def ask() -> dict[str, Any]:
            asked = "asking which cluster this is"
            reply, who, uid = await asyncio.gather(
                self._call(lambda stop: probes.version(self._client, stop), timeout, asked),
                self._call(lambda stop: probes.user(self._client, stop), timeout, asked),
                self._call(lambda stop: probes.uid(self._client, stop), timeout, asked),
            )
            return probes.document(self._client, reply, who, uid)

        return await _observed(ask())

    async def probe_rules(self, namespace: str, timeout: float) -> Observation:
        """All that we may do in a namespace."""
        return await _observed(
            self._call(lambda stop: probes.rules(self._client, namespace, stop), timeout, "asking for rights")
        )

    async def probe_access(
        self, verb: str, group: str, resource: str, namespace: str | None, *, timeout: float
    ) -> Observation:
        """Whether we may do one thing."""
        what = probes.Access(verb, group, resource, namespace)
        return await _observed(
            self._call(
                lambda stop: probes.access(self._client, what, stop),
                timeout,
                "asking for rights",
            )
        )

    async def close(self) -> None:
        """Drops idle connections."""
        await self._call(lambda stop: self._client.close(), LOOK, "closing")

    async def _call(self, call: Callable[[Stop], T], seconds: float, asked: str) -> T:
        try:
            return await in_thread(call, seconds, asked)
        except TimeoutError:
            raise Unreached(self._late(asked, seconds)) from None

    def _late(self, asked: str, seconds: float) -> str:
        plugin = self._client.login.busy
        host = urlsplit(self.context.server).netloc or "the API server"
        who = f"the login plugin {plugin}" if plugin else host
        return f"{asked}: {who} did not answer within {seconds:g} s"


async def _observed(question: Coroutine[Any, Any, dict[str, Any]]) -> Observation:
    try:
        return Seen((await question,), time.time())
    except CocalcError as error:
        return unseen(error)
