"""Actions: one change each, as data. Interpreters `match` on them and end in `assert_never`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.kinds import NODE, SECRET, Kind, kind_of
from cocalc_tui.core.secret import SecretRef, Slot
from cocalc_tui.core.sql import Sql
from cocalc_tui.core.topics import Need, Probe, Topic

MANAGER = "cocalc-tui"
MANAGED_BY = "app.kubernetes.io/managed-by"
NODES = Topic(NODE)
SHORT = {"PersistentVolumeClaim": "PVC", "PersistentVolume": "PV"}
"""What kubectl and people call these."""


@dataclass(frozen=True, slots=True)
class Apply:
    """Server-side apply of one object. Values of `slots` are filled in by the adapter, never before.

    `after` names ids of actions that must be done first, besides those of the steps it depends on.
    """

    id: str
    step: str
    why: str
    manifest: Mapping[str, Any] = field(hash=False)
    slots: tuple[Slot, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """The object's kind."""
        namespaced = "namespace" in self.manifest["metadata"]
        return kind_of(self.manifest["apiVersion"], self.manifest["kind"], namespaced=namespaced)

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.manifest["metadata"]["name"])

    @property
    def namespace(self) -> str | None:
        """The object's namespace."""
        found = self.manifest["metadata"].get("namespace")
        return str(found) if found else None

    @property
    def target(self) -> str:
        """What it changes, as the screens name it."""
        return f"{SHORT.get(self.kind.name, self.kind.name)}/{self.name}"

    @property
    def topic(self) -> Topic:
        """Where the live object is seen."""
        return Topic(self.kind, self.namespace if self.kind.namespaced else None, self.name)


@dataclass(frozen=True, slots=True)
class Label:
    """Labels (and taints) of one node; `None` as a value takes a label away."""

    id: str
    step: str
    why: str
    node: str
    labels: Mapping[str, str | None] = field(hash=False)
    taints: tuple[tuple[str, str, str], ...] = ()
    after: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """What it changes, as the screens name it."""
        return f"Node/{self.node} label " + ", ".join(f"{k}={v}" for k, v in self.labels.items())


@dataclass(frozen=True, slots=True)
class WriteFile:
    """One text file of the user's, written whole and atomically. `base_sha256` is what it was made from.

    `base_sha256` is empty where the file did not exist.
    """

    id: str
    step: str
    why: str
    path: str
    text: str
    base_sha256: str = ""
    after: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """What it changes, as the screens name it."""
        return self.path.rpartition("/")[2]

    @property
    def probe(self) -> Probe:
        """Where the present content is seen: `{exists, text, sha256}`."""
        return Probe.of("file", path=self.path)


@dataclass(frozen=True, slots=True)
class WriteSecrets:
    """The values that the chart takes only as text, in a second values file (0600, never exported)."""

    id: str
    step: str
    why: str
    path: str
    entries: tuple[tuple[str, SecretRef], ...]
    after: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """What it changes, as the screens name it."""
        return self.path.rpartition("/")[2]

    @property
    def probe(self) -> Probe:
        """Whether it is there with these values: `{exists, same}`."""
        return Probe.of("secret-values", path=self.path, entries=self.entries)


@dataclass(frozen=True, slots=True)
class Helm:
    """`helm upgrade --install`; `inputs` is the digest of chart, values and secrets that it installs.

    `carry`: no secret is at hand, so those that the release was installed with are given to helm again.
    """

    id: str
    step: str
    why: str
    release: str
    namespace: str
    chart: str
    values_files: tuple[str, ...]
    inputs: str
    timeout: int = 600
    current: bool = False
    carry: bool = False
    after: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """What it changes, as the screens name it."""
        return f"helm upgrade --install {self.release}"


@dataclass(frozen=True, slots=True)
class Delete:
    """Deletion of one object that this tool or an interrupted helm left behind."""

    id: str
    step: str
    why: str
    kind: Kind
    name: str
    namespace: str | None = None
    after: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """What it changes, as the screens name it."""
        return f"{self.kind.name}/{self.name}"

    @property
    def topic(self) -> Topic:
        """Where the live object is seen."""
        return Topic(self.kind, self.namespace, self.name, metadata_only=self.kind == SECRET)


@dataclass(frozen=True, slots=True)
class Wait:
    """Waits until checks of a step pass: claims bound, rollout complete. Changes nothing."""

    id: str
    step: str
    why: str
    target: str
    checks: tuple[str, ...]
    timeout: int = 600
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MakeKey:
    """An ed25519 key pair in OpenSSH's format, 0600 from its first byte. Never overwrites anything."""

    id: str
    step: str
    why: str
    path: str
    comment: str
    after: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """What it changes, as the screens name it."""
        return f"key {self.path}"

    @property
    def probe(self) -> Probe:
        """Whether it is there."""
        return Probe.of("deploy-key", path=self.path)


@dataclass(frozen=True, slots=True)
class Git:
    """A checkout as the setup guide makes it, at `commit` (empty: the branch's newest, then as it is).

    `host_fingerprint` is the confirmed key of a host whose keys are not built in; `news` are lines that tell
    what a move brings.
    """

    id: str
    step: str
    why: str
    directory: str
    repo: str
    branch: str
    key: str
    host_fingerprint: str = ""
    commit: str = ""
    news: tuple[str, ...] = ()
    remote: str = "github"
    after: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """What it changes, as the screens name it."""
        at = f" at {self.commit[:7]}" if self.commit else ""
        return f"checkout {self.directory}{at}"

    @property
    def probe(self) -> Probe:
        """What is there now."""
        return Probe.of("checkout", directory=self.directory, key=self.key)


Action = Apply | Label | WriteFile | WriteSecrets | Helm | Delete | Wait | Sql | MakeKey | Git | HelmAddon


def looks_at(action: Action) -> tuple[Need, ...]:
    """The facts that tell whether an action is already done."""
    match action:
        case Apply():
            return (action.topic, *(slot.probe() for slot in action.slots))
        case Delete():
            return (action.topic,)
        case Label():
            return (NODES,)
        case WriteFile() | WriteSecrets() | MakeKey() | Git():
            return (action.probe,)
        case HelmAddon():
            return (action.records,)
        case Sql():
            return action.looks_at()
        case _:
            return ()


def labelled(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with the label that says who made it."""
    meta = dict(manifest["metadata"])
    meta["labels"] = {**meta.get("labels", {}), MANAGED_BY: MANAGER}
    return {**manifest, "metadata": meta}
