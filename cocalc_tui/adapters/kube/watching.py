"""Follows one topic in a thread: list, watch from there, list again when the watch is lost."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from cocalc_tui.adapters.kube.listing import NoSuchKind, accept_of, list_all, path_of, query_of
from cocalc_tui.adapters.kube.objects import cleaned, place
from cocalc_tui.adapters.kube.request import Request
from cocalc_tui.adapters.kube.threads import Stop, Stopping
from cocalc_tui.adapters.kube.trouble import Expired, Idle, not_json, refusal, unseen
from cocalc_tui.core.facts import Denied, Object, Observation, Seen
from cocalc_tui.core.topics import Topic
from cocalc_tui.errors import CocalcError

if TYPE_CHECKING:
    from cocalc_tui.adapters.kube.client import Client

FIRST, LONGEST = 0.25, 10.0  # seconds before a lost connection is tried again
WATCH = "290"  # seconds after which the server ends a watch by itself
IDLE = 75.0  # seconds without a byte; a server that lives sends a bookmark every 60
SHORTEST = 0.5  # seconds between two watches, should something end them at once
STEADY = 10.0  # seconds a watch must last before the next loss is tried again at once


class Watcher:
    """Keeps the objects of a topic and publishes them after each change."""

    def __init__(
        self, client: Client, topic: Topic, publish: Callable[[Observation], None], idle: float = IDLE
    ) -> None:
        self._idle = idle
        self._client = client
        self._topic = topic
        self._publish = publish
        self._objects: dict[tuple[str, str], Object] = {}
        self._seen = False

    def run(self, stop: Stop) -> None:
        """Until told to stop."""
        delay = FIRST
        while not stop:
            began = time.monotonic()
            try:
                version = self._list(stop)
                began = time.monotonic()
                while not stop:
                    since = time.monotonic()
                    version = self._watch(version, stop)
                    stop.wait(max(0, SHORTEST - (time.monotonic() - since)))
            except Stopping:
                return
            except NoSuchKind:
                self._objects = {}
                self._tell()
                delay = LONGEST  # the kind may be installed at any time
            except Idle:
                continue  # the next list shows within seconds whether the server lives
            except Expired:
                delay = FIRST if time.monotonic() - began > STEADY else delay
                self._tell(stale="the watch was too old for the server")
            except CocalcError as error:
                if stop:
                    return
                delay = FIRST if time.monotonic() - began > STEADY else delay
                self._failed(error)
            stop.wait(delay * random.uniform(0.5, 1))  # noqa: S311 - many clients must not come back at once
            delay = min(2 * delay, LONGEST)

    def _list(self, stop: Stop) -> str:
        version, found = list_all(self._client, self._topic, stop)
        self._objects = {place(each): each for each in found}
        self._tell()
        return version

    def _watch(self, version: str, stop: Stop) -> str:
        """Follows from a version until the server ends it; the version that it came to."""
        query = {
            **query_of(self._topic),
            "watch": "1",
            "allowWatchBookmarks": "true",
            "timeoutSeconds": WATCH,
            "resourceVersion": version,
        }
        request = Request(
            f"watching {self._topic}",
            path_of(self._topic.kind, self._topic.namespace),
            query=query,
            accept=accept_of(self._topic, of_list=False),
            silence=self._idle,
        )
        with closing(self._client.lines(request, stop)) as batches:
            for batch in batches:
                before = self._objects.copy()
                for line in batch:
                    version = self._take(_event(request, line), request) or version
                if self._objects != before:
                    self._tell()
        return version

    def _take(self, event: Mapping[str, Any], request: Request) -> str:
        """Takes over one event; the version that it brings."""
        found = event.get("object")
        if not isinstance(found, dict):
            raise not_json(request.asked)
        if event.get("type") == "ERROR":
            raise refusal(request.asked, int(found.get("code") or 500), json.dumps(found).encode())
        version = str((found.get("metadata") or {}).get("resourceVersion", ""))
        if event.get("type") == "BOOKMARK":
            return version
        each = cleaned(found, self._topic.kind, metadata_only=self._topic.metadata_only)
        if event.get("type") == "DELETED":
            self._objects.pop(place(each), None)
        else:
            self._objects[place(each)] = each
        return version

    def _tell(self, stale: str = "") -> None:
        if stale and not self._seen:
            return
        self._seen = True
        objects = tuple(each for _, each in sorted(self._objects.items(), key=lambda item: item[0]))
        self._publish(Seen(objects, time.time(), stale))

    def _failed(self, error: CocalcError) -> None:
        """The last objects, marked; but what is forbidden now is not shown as if it were known."""
        observation = unseen(error)
        if self._seen and not isinstance(observation, Denied):
            self._tell(stale=observation.reason)
        else:
            self._publish(observation)


def _event(request: Request, line: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        raise not_json(request.asked) from None
    if not isinstance(found, dict):
        raise not_json(request.asked)
    return found
