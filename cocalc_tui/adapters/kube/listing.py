"""Bounded lists: by name or selector, in pages, without content where none is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cocalc_tui.adapters.kube.objects import cleaned
from cocalc_tui.adapters.kube.request import JSON, Request
from cocalc_tui.adapters.kube.threads import Stop
from cocalc_tui.adapters.kube.trouble import not_json
from cocalc_tui.core.facts import Object
from cocalc_tui.core.kinds import SECRET, Kind
from cocalc_tui.core.topics import Topic
from cocalc_tui.errors import Refused

if TYPE_CHECKING:
    from cocalc_tui.adapters.kube.client import Client

PAGE = "500"  # a page decodes in some 20 ms, which is how long it may hold up the screen
METADATA = f"{JSON};as=PartialObjectMetadata{{}};g=meta.k8s.io;v=v1"


class NoSuchKind(Exception):
    """The server does not know this kind: no object of it can exist."""


def path_of(kind: Kind, namespace: str | None = None, name: str | None = None) -> str:
    """The request path; names are quoted, so that none can lead elsewhere."""
    return kind.path(
        quote(namespace, safe=":") if namespace else None, quote(name, safe=":") if name else None
    )


def bounded(topic: Topic) -> None:
    """Raises `ValueError` for a topic that would read Secrets of others."""
    secret = (topic.kind.group, topic.kind.plural) == (SECRET.group, SECRET.plural)
    if secret and not topic.metadata_only and not topic.name:
        raise ValueError("Secrets are read by name, or as metadata only")


def query_of(topic: Topic) -> dict[str, str]:
    """What restricts a list or a watch to the topic."""
    query = {}
    if topic.name:
        query["fieldSelector"] = f"metadata.name={topic.name}"
    if topic.selector:
        query["labelSelector"] = topic.selector
    return query


def accept_of(topic: Topic, of_list: bool) -> str:
    """The media type to ask for."""
    return METADATA.format("List" if of_list else "") if topic.metadata_only else JSON


def list_all(client: Client, topic: Topic, stop: Stop) -> tuple[str, list[Object]]:
    """The version of the list and its objects. Raises `NoSuchKind` besides what a request raises."""
    found: list[Object] = []
    version, more = "", ""
    while True:
        query = {**query_of(topic), "limit": PAGE} | ({"continue": more} if more else {})
        request = Request(
            f"listing {topic}",
            path_of(topic.kind, topic.namespace),
            query=query,
            accept=accept_of(topic, of_list=True),
            gzip=True,
        )
        try:
            body = client.json(request, stop)
        except Refused as error:
            if error.code == 404 and not _is_served(client, topic.kind, stop):
                raise NoSuchKind from None
            raise
        items, meta = body.get("items") or [], body.get("metadata")
        if (
            not str(body.get("kind")).endswith("List")
            or not isinstance(items, list)
            or not isinstance(meta, dict)
        ):
            raise not_json(request.asked)
        found += [cleaned(item, topic.kind, metadata_only=topic.metadata_only) for item in items]
        version, more = str(meta.get("resourceVersion", "")), str(meta.get("continue") or "")
        if not more:
            return version, found


def _is_served(client: Client, kind: Kind, stop: Stop) -> bool:
    """Whether the server's own index has the kind; a 404 alone may come from something else."""
    if not kind.group:
        return True
    asked = f"looking for {kind.plural}.{kind.group}"
    groups: Any = client.json(Request(asked, "/apis"), stop).get("groups") or ()
    group = next((g for g in groups if g.get("name") == kind.group), None)
    if group is None or all(v.get("version") != kind.version for v in group.get("versions") or ()):
        return False
    index = client.json(Request(asked, f"/apis/{kind.group}/{kind.version}"), stop)
    return any(one.get("name") == kind.plural for one in index.get("resources") or ())
