"""One pod with all that is known about it, as the judges of causes need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cocalc_tui.core.cause import Cause, cleaned
from cocalc_tui.core.raw import Raw, event_time, moment, name, namespace, rows, text, value

YOUNG = 120.0
_NO_LOG = ("Error from server", "unable to retrieve container logs")


@dataclass(frozen=True, slots=True)
class PodCase:
    """A pod, its events (oldest first), the claims, classes and logs around it; `now` in Unix seconds."""

    workload: str
    pod: Raw
    events: Sequence[Raw] = ()
    claims: Sequence[Raw] = ()
    claim_events: Sequence[Raw] = ()
    classes: Sequence[Raw] | None = None
    logs: Mapping[str, str] | None = None
    now: float = 0.0

    @property
    def name(self) -> str:
        """The pod's name."""
        return name(self.pod)

    @property
    def namespace(self) -> str:
        """The pod's namespace."""
        return namespace(self.pod)

    @property
    def node(self) -> str:
        """The node that it runs on; empty before it has one."""
        return text(self.pod, "spec", "nodeName")

    @property
    def age(self) -> float:
        """Seconds since the pod was made."""
        made = moment(value(self.pod, "metadata", "creationTimestamp"))
        return max(0.0, self.now - made) if made is not None else 0.0

    @property
    def kubectl(self) -> str:
        """The begin of a command about its namespace."""
        return f"kubectl -n {self.namespace}" if self.namespace else "kubectl"

    @property
    def mortal(self) -> bool:
        """Whether its containers may end: of a job, or never started again."""
        return text(self.pod, "spec", "restartPolicy") in ("Never", "OnFailure")

    def statuses(self) -> tuple[tuple[Raw, bool], ...]:
        """The status of each container with whether it is an init container, in their order."""
        inits = [(c, True) for c in rows(self.pod, "status", "initContainerStatuses")]
        return (*inits, *((c, False) for c in rows(self.pod, "status", "containerStatuses")))

    def container(self, called: str) -> Raw:
        """The declaration of a container."""
        both = (*rows(self.pod, "spec", "initContainers"), *rows(self.pod, "spec", "containers"))
        return next((c for c in both if c.get("name") == called), {})

    def of_container(self, called: str) -> tuple[Raw, ...]:
        """The events about one container, or about the pod without naming one."""
        ends = f"{{{called}}}"
        named = ((e, text(e, "involvedObject", "fieldPath")) for e in self.events)
        return tuple(e for e, field in named if not field or field.endswith(ends))

    def last(self, *reasons: str, type_: str = "") -> Raw:
        """The newest event with one of these reasons; empty where there is none."""
        mine = [e for e in self.events if e.get("reason") in reasons and type_ in ("", e.get("type"))]
        return max(mine, key=event_time, default={})

    def log(self, called: str) -> str:
        """The last lines of a container's log in one; empty where none was read."""
        told = text(self.logs, f"{self.name}/{called}")
        if told.startswith(_NO_LOG):
            return ""
        return " / ".join([line.strip() for line in told.splitlines() if line.strip()][-3:])

    def cause(
        self, summary: str, remedy: str, detail: str = "", container: str = "", persistent: bool = True
    ) -> Cause:
        """A cause that was found at this pod."""
        return Cause(
            self.workload, summary, remedy, cleaned(detail), self.name, self.node, container, persistent
        )
