"""The machines of the cluster (setup guide, "Cluster/VMs" and "Local disk")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cocalc_tui.core import node_checks, node_sizes
from cocalc_tui.core.action import Action, Label
from cocalc_tui.core.answers import Value
from cocalc_tui.core.findings import Check, State, Verdict, absent, failed, passed, warned
from cocalc_tui.core.kinds import NODE
from cocalc_tui.core.nodes import (
    PROJECTS,
    ROLE,
    SERVICES,
    Node,
    idle,
    name,
    parts,
    pick,
    prepull_taints,
    role,
    some,
)
from cocalc_tui.core.step import Choice, Field, Step
from cocalc_tui.core.topics import Need, Topic
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate, Wish

NODES = Topic(NODE)
PREPULL_PATH = (Candidate("manage.prepull.enabled"),)
FIELD = {SERVICES: "nodes.service_nodes", PROJECTS: "nodes.project_nodes"}
UNTAINT = "kubectl taint node {} cocalc-projects-init- cocalc-projects-"


def needs_nodes(view: View) -> Iterable[Need]:
    """All judgements look at the nodes."""
    return (NODES,)


def partitioned(view: View) -> bool:
    """Whether projects get nodes of their own."""
    return view.text("nodes.layout") == "partitioned"


def chosen(view: View, part: str) -> tuple[Node, ...]:
    """The nodes that are to have a role."""
    return pick(view.objects(NODES), view.text(FIELD[part]))


def seen(judge: Callable[[Sequence[Node]], Verdict]) -> Callable[[View], Verdict]:
    """A judgement of the nodes alone."""
    return lambda view: judge(view.objects(NODES))


def sized(size: node_sizes.Size) -> Callable[[View], Verdict]:
    """The judgement of one resource."""
    return lambda view: node_sizes.judge(view.objects(NODES), size, partitioned(view))


def roles(view: View) -> Verdict:
    nodes = view.objects(NODES)
    labelled = [n for n in nodes if role(n) in FIELD]
    if not partitioned(view):
        if labelled:
            return warned(
                f"{len(labelled)} nodes have role labels, and the layout is minimal",
                "Choose the layout partitioned, or take the labels away: "
                f"kubectl label node {name(labelled[0])} {ROLE}-",
            )
        return passed("the layout minimal needs no labels")
    lost = [f"{pattern} ({FIELD[part]})" for part in FIELD for pattern in idle(nodes, view.text(FIELD[part]))]
    if lost:
        return failed(
            f"no node is meant by {', '.join(lost[:3])}",
            "Give names of nodes, patterns such as pool-2-* or labels such as pool=projects: kubectl get "
            "nodes",
            state=State.PARTIAL,
        )
    both = [n for n in chosen(view, SERVICES) if n in chosen(view, PROJECTS)]
    if both:
        return failed(
            f"{some(both)} would be for services and for projects",
            "Name each node in one of nodes.service_nodes and nodes.project_nodes only.",
        )
    empty = [FIELD[part] for part in FIELD if not chosen(view, part)]
    if empty:
        return absent(f"no node is chosen by {' and '.join(empty)}", f"Answer {' and '.join(empty)}.")
    wrong = [n for part in FIELD for n in chosen(view, part) if role(n) != part]
    if not wrong:
        counts = {part: sum(role(n) == part for n in nodes) for part in FIELD}
        bare = len(nodes) - sum(counts.values())
        return passed(
            f"{counts[SERVICES]} for services, {counts[PROJECTS]} for projects",
            f"{bare} further nodes have no role." if bare else "",
        )
    total = sum(len(chosen(view, part)) for part in FIELD)
    told = f"{len(wrong)} of {total} nodes have no role label: {some(wrong)}"
    return failed(
        told, "Apply this step to label them.", state=State.ABSENT if len(wrong) == total else State.PARTIAL
    )


def taints(view: View) -> Verdict:
    tainted = [n for n in view.objects(NODES) if prepull_taints(n)]
    prepull = view.flag("nodes.prepull")
    if prepull and not partitioned(view):
        return warned(
            "prepull works on nodes for projects, and the layout is minimal",
            "Choose the layout partitioned, or answer no to nodes.prepull.",
        )
    if not prepull and tainted:
        return failed(
            f"taints of prepull on {some(tainted)}, and prepull is off",
            f"Take the taints away, or answer yes to nodes.prepull: {UNTAINT.format(name(tainted[0]))}",
            detail="Only the prepull service removes these taints; until then no project starts there.",
        )
    if prepull:
        return passed(
            f"prepull is on, {len(tainted)} nodes wait for it",
            "A node that carries no taint has its images, or never had one. Set them on the node pool, so "
            "that new nodes come with them: cocalc-projects-init=false:NoExecute and "
            "cocalc-projects=init:NoSchedule.",
        )
    return passed("no taints of prepull, and prepull is off")


def layout(view: View) -> Value | None:
    """Labelled nodes tell that the cluster is partitioned."""
    return "partitioned" if any(role(n) in FIELD for n in view.objects(NODES)) else None


def labelled_with(part: str) -> Callable[[View], Value | None]:
    """Nodes that have the role already, as a selector: new ones of the pool are then meant as well."""
    selector = f"{ROLE}={part}"
    return lambda view: selector if pick(view.objects(NODES), selector) else None


def actions(view: View) -> Sequence[Action]:
    """Labels for the nodes that were chosen; those chosen by the label itself have it."""
    if not partitioned(view):
        return ()
    found: list[Action] = []
    for part, field in FIELD.items():
        other = PROJECTS if part == SERVICES else SERVICES
        twice = {name(n) for n in chosen(view, other)}
        why = f"CoCalc's {part} run on nodes with this label."
        for node in chosen(view, part):
            if name(node) not in twice and parts(view.text(field)) != (f"{ROLE}={part}",):
                ident = f"nodes.label.{name(node)}"
                found.append(Label(ident, "nodes", why, name(node), {ROLE: part}))
    return found


def values(view: View) -> Sequence[Wish]:
    return (Wish("nodes", "prepull", PREPULL_PATH, view.flag("nodes.prepull")),)


def summary(view: View) -> str:
    """How many there are, and how they are divided."""
    return (
        f"{len(view.objects(NODES))} nodes, {roles(view).summary if partitioned(view) else 'minimal layout'}"
    )


def _which(part: str, label: str) -> Field:
    return Field(
        f"{part.removesuffix('s')}_nodes",
        label,
        f"The nodes that run CoCalc's {part}: names, patterns such as pool-2-* or labels such as pool=x, "
        "separated by commas.",
        detect=labelled_with(part),
        needed=partitioned,
        shown=partitioned,
        needs=needs_nodes,
        placeholder="pool-2-*",
    )


def _check(
    id_: str, title: str, explain: str, judge: Callable[[View], Verdict], counts: bool = False
) -> Check:
    return Check(id_, title, explain, judge, needs_nodes, counts)


STEP = Step(
    id="nodes",
    title="Nodes",
    group="Cluster",
    why="Services and projects need nodes that are large enough; projects may get nodes of their own.",
    guide=("Prerequisites: Cluster/VMs", "Prerequisites: Local disk"),
    after=("cluster",),
    fields=(
        Field(
            "layout",
            "Layout",
            "minimal: services and projects share all nodes. partitioned (recommended): projects run on "
            "nodes of their own and never disturb the services.",
            kind="choice",
            default="minimal",
            choices=lambda view: (
                Choice("minimal", note="all nodes run everything", detail="2 nodes, for trying out"),
                Choice("partitioned", note="projects apart", detail="labels nodes by their role"),
            ),
            detect=layout,
            needs=needs_nodes,
        ),
        _which(SERVICES, "Service nodes"),
        _which(PROJECTS, "Project nodes"),
        Field(
            "prepull",
            "Prepull",
            "Loads the project images, over 10 GB, onto new nodes before projects may run there. It needs "
            "taints on the project nodes and rights for the whole cluster.",
            kind="flag",
            default=False,
            paths=PREPULL_PATH,
        ),
    ),
    checks=(
        _check(
            "ready",
            "Ready",
            "At least two nodes must be ready, so that every service can run twice and one node may fail "
            "or be updated.",
            seen(node_checks.ready),
        ),
        _check(
            "open",
            "Open to pods",
            "A taint that no pod of CoCalc tolerates keeps its pods away from a node, and so does "
            "cordoning. Such nodes do not count.",
            seen(node_checks.open_to_pods),
        ),
        _check(
            "cpu",
            "CPU",
            "The setup guide asks for 2 CPU cores on every node. Services reserve parts of a core; "
            "projects use what is left.",
            sized(node_sizes.CPU),
        ),
        _check(
            "memory",
            "Memory",
            "The setup guide asks for 8 GB of memory on every node, and 16 GB on nodes for projects: each "
            "running project takes its share.",
            sized(node_sizes.MEMORY),
        ),
        _check(
            "disk",
            "Disk",
            "Images for projects are larger than 10 GB, old ones stay for a while, and a node short of "
            "disk evicts its pods: 50 GB is the floor, 100 GB where projects run.",
            sized(node_sizes.DISK),
        ),
        _check(
            "architecture",
            "Architecture",
            "CoCalc's images are built for amd64 processors only; on arm64 nodes its containers do not "
            "start.",
            seen(node_checks.amd64),
        ),
        _check(
            "pressure",
            "Pressure",
            "A node that reports pressure on disk, memory or processes takes no new pods and evicts some "
            "that it has.",
            seen(node_checks.pressure),
        ),
        _check(
            "labels",
            "Labels",
            "In the layout partitioned the label cocalc-role says which nodes run services and which run "
            "projects. The layout minimal needs no label.",
            roles,
            counts=True,
        ),
        _check(
            "taints",
            "Taints",
            "The taints cocalc-projects-init and cocalc-projects belong to prepull, which takes them away "
            "once the images are loaded. Without prepull nothing does, and no project is ever scheduled.",
            taints,
        ),
    ),
    actions=actions,
    values=values,
    needs=needs_nodes,
    summary=summary,
)
