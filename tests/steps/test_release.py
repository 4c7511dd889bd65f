"""The release: stuck, failed, deployed as planned, rolled out; and what is done about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from cocalc_tui.core import inputs, values_view, workloads
from cocalc_tui.core.action import Delete, Helm, Wait
from cocalc_tui.core.facts import Denied
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.release import lease_topic, topic_of
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate, Wish
from cocalc_tui.steps.release import STEP
from tests.steps.builders import judge, sound, view

NOW = 1_700_000_000.0
PW = SecretRef("env", "PW")
VALUES = {"global": {"settings": {}, "setup_admin": {"password": ""}}}
CHART: dict[str, Any] = {
    "found": True,
    "path": "/c/cocalc",
    "name": "cocalc",
    "values": VALUES,
    "digest": "d",
}
WISHES = (Wish("site", "name", (Candidate("global.settings.site_name"),), "A"),)
SECRET = Wish("admin", "password", (Candidate("global.setup_admin.password", "practice"),), PW)
GOOD = {"sha256": "aa", "length": 9, "edges": False, "error": None}
UNSET = {"sha256": "", "length": 0, "edges": False, "error": "PW is not set"}


def revision(
    number: int = 1, status: str = "deployed", label: str = "", age: float = 1000.0
) -> dict[str, Any]:
    labels = {"owner": "helm", "name": "cocalc", "version": str(number), "status": status}
    labels["modifiedAt"] = str(int(NOW - age))
    if label:
        labels["cocalc-tui-inputs"] = label
    return {"metadata": {"name": f"sh.helm.release.v1.cocalc.v{number}", "labels": labels}}


def lease(age: float) -> dict[str, Any]:
    at = datetime.fromtimestamp(NOW - age, UTC).isoformat().replace("+00:00", "Z")
    return {"spec": {"holderIdentity": "ada@bastion", "renewTime": at, "leaseDurationSeconds": 30}}


def deployment(name: str, ready: int = 1, release: str = "cocalc") -> dict[str, Any]:
    status = {
        "observedGeneration": 1,
        "updatedReplicas": 1,
        "readyReplicas": ready,
        "availableReplicas": ready,
    }
    metadata = {"name": name, "namespace": "cocalc", "generation": 1, "uid": name}
    metadata["annotations"] = {"meta.helm.sh/release-name": release}
    spec = {"replicas": 1, "strategy": {}, "template": {}}
    return {"metadata": metadata, "spec": spec, "status": status}


def seen(
    *revisions: dict[str, Any],
    held: Any = (),
    apps: Any = (),
    pods: Any = (),
    wishes: tuple[Wish, ...] = WISHES,
    secret: Any = GOOD,
    second: bool = False,
    text: str = "",
    chart: Any = CHART,
    refused: bool = False,
    answers: dict[str, Any] | None = None,
) -> View:
    given: dict[str, Any] = {**({"chart.directory": "/c"} if chart else {}), **(answers or {})}
    facts: dict[Any, Any] = {
        topic_of(view()): revisions,
        lease_topic(view()): held,
        workloads.deployments(view()): apps,
        Probe.of("file", path="my-values.yaml"): {
            "exists": bool(text),
            "text": text,
            "sha256": "",
            "error": None,
        },
        values_view.secret_file(view()): {"exists": second, "same": False},
        PW.probe(): secret,
    }
    facts |= dict.fromkeys(workloads.around(view()), ())
    facts[workloads.around(view())[1]] = pods
    if chart:
        facts[Probe.of("chart", directory="/c")] = chart
    first = view(facts, given, wishes=wishes, now=NOW)
    probe = values_view.dry_run(first)
    if refused and probe:
        facts[probe] = {"accepted": 0, "refused": [{"object": "a", "message": "b"}]}
    return view(facts, given, wishes=wishes, now=NOW)


PLANNED = inputs.digest(seen()) or ""
WITH_SECRET = inputs.digest(seen(wishes=(*WISHES, SECRET))) or ""


def test_sound() -> None:
    sound(STEP)


def test_the_digest_follows_what_is_installed() -> None:
    assert len(PLANNED) == 16
    assert inputs.digest(seen(text="# a comment\n")) == PLANNED
    assert inputs.digest(seen(text="a: 1\n")) != PLANNED
    assert inputs.digest(seen(chart={**CHART, "digest": "e"})) != PLANNED
    assert inputs.digest(seen(chart=None)) is None
    assert inputs.digest(seen(text="a: [\n")) is None
    other = seen(wishes=(*WISHES, SECRET), secret={**GOOD, "sha256": "bb"})
    assert inputs.digest(other) not in (PLANNED, WITH_SECRET)


def test_secrets_that_are_not_at_hand_count_as_unchanged() -> None:
    later = seen(revision(label=WITH_SECRET), second=True)
    assert judge(STEP, "deployed", later).status is Status.PASS
    helm, *_ = STEP.actions(later)
    assert isinstance(helm, Helm)
    assert helm.current
    assert helm.values_files == ("my-values.yaml", "my-values.secret.yaml")
    upgrade = STEP.actions(seen(revision(label="0" * 8 + WITH_SECRET[8:]), second=True))[0]
    assert isinstance(upgrade, Helm)
    assert (upgrade.current, upgrade.inputs) == (False, PLANNED[:8] + WITH_SECRET[8:])
    unset = seen(revision(label=WITH_SECRET), secret=UNSET, answers={"admin.password": PW})
    assert judge(STEP, "deployed", unset).status is Status.PASS


@pytest.mark.parametrize(
    ("name", "given", "status", "said"),
    [
        ("stuck", seen(), Status.PASS, "nothing installed"),
        ("stuck", seen(revision()), Status.PASS, "no interrupted"),
        ("stuck", seen(revision(1, "pending-install", "x")), Status.FAIL, "nobody is at work"),
        (
            "stuck",
            seen(revision(1, "pending-install", "x"), held=[lease(5)]),
            Status.FAIL,
            "ada@bastion is at work",
        ),
        (
            "stuck",
            seen(revision(1, "pending-install", "x"), held=[lease(60)]),
            Status.FAIL,
            "nobody is at work",
        ),
        ("stuck", seen(revision(2, "pending-upgrade", age=30)), Status.FAIL, "someone else is at work"),
        ("stuck", seen(revision(2, "pending-upgrade", age=3000)), Status.FAIL, "nobody is at work"),
        ("failed", seen(), Status.SKIPPED, "nothing installed"),
        ("failed", seen(revision()), Status.PASS, "revision 1 is deployed"),
        ("failed", seen(revision(3, "failed"), revision(2)), Status.FAIL, "revision 3 failed"),
        ("deployed", seen(), Status.FAIL, "not installed"),
        ("deployed", seen(revision(1, "uninstalled")), Status.FAIL, "not installed"),
        ("deployed", seen(revision(2, "pending-upgrade")), Status.SKIPPED, "pending-upgrade"),
        ("deployed", seen(revision(10, label=PLANNED), revision(9)), Status.PASS, "revision 10, as planned"),
        ("deployed", seen(revision(label="0" * 16)), Status.FAIL, "differs from the plan"),
        ("deployed", seen(revision()), Status.FAIL, "someone else"),
        ("deployed", seen(revision(), chart=None), Status.PASS, "revision 1 is deployed"),
        ("rollout", seen(), Status.SKIPPED, "needs the release"),
        ("rollout", seen(revision()), Status.SKIPPED, "no workloads"),
        ("rollout", seen(revision(), apps=[deployment("a"), deployment("b")]), Status.PASS, "2 of 2 ready"),
        ("rollout", seen(revision(), apps=[deployment("a"), deployment("b", 0)]), Status.FAIL, "b 0 of 1"),
        (
            "rollout",
            seen(revision(), apps=[deployment("a"), deployment("x", 0, "other")]),
            Status.PASS,
            "1 of 1",
        ),
    ],
)
def test_judgement(name: str, given: View, status: Status, said: str) -> None:
    found = judge(STEP, name, given)
    assert found.status is status, found
    assert said in found.summary


def test_states() -> None:
    assert judge(STEP, "deployed", seen()).state is State.ABSENT
    assert judge(STEP, "deployed", seen(revision(label="x"))).state is State.PARTIAL
    assert judge(STEP, "stuck", seen(revision(1, "pending-install", "x"))).state is None
    assert (
        judge(STEP, "stuck", seen(revision(1, "pending-install", "x"), held=[lease(5)])).state
        is State.PARTIAL
    )
    waiting = judge(STEP, "rollout", seen(revision(), apps=[deployment("b", 0)]))
    assert waiting.state is State.PARTIAL


def test_a_rollout_that_fails_names_its_cause() -> None:
    state = {"waiting": {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "x/y:1"'}}
    owner = [{"kind": "ReplicaSet", "name": "b-123", "uid": "rs"}]
    labels = {"pod-template-hash": "123"}
    pod = {
        "metadata": {"name": "b-123-x", "namespace": "cocalc", "ownerReferences": owner, "labels": labels},
        "spec": {"containers": [{"name": "b", "image": "x/y:1"}]},
        "status": {
            "phase": "Pending",
            "containerStatuses": [{"name": "b", "image": "x/y:1", "state": state}],
        },
    }
    found = judge(STEP, "rollout", seen(revision(), apps=[deployment("b", 0)], pods=[pod]))
    assert found.status is Status.FAIL
    assert "Deployment/b" in found.objects


def test_actions() -> None:
    helm, wait = STEP.actions(seen())
    assert isinstance(helm, Helm)
    assert isinstance(wait, Wait)
    assert (helm.inputs, helm.current, helm.chart) == (PLANNED, False, "/c/cocalc")
    assert wait.checks == ("release.rollout",)
    (kept,) = STEP.actions(seen(revision(label=PLANNED), apps=[deployment("a")]))
    assert isinstance(kept, Helm)
    assert kept.current
    assert len(STEP.actions(seen(revision(label=PLANNED), apps=[deployment("a", 0)]))) == 2
    (_, second) = STEP.actions(seen(revision(label="x"), apps=[deployment("a")]))
    assert isinstance(second, Wait)


def test_an_interrupted_revision_is_deleted_first() -> None:
    delete, helm, _ = STEP.actions(seen(revision(2, "pending-upgrade", "x"), revision(1, label="x")))
    assert isinstance(delete, Delete)
    assert isinstance(helm, Helm)
    assert delete.name == "sh.helm.release.v1.cocalc.v2"
    assert helm.after == (delete.id,)
    foreign = STEP.actions(seen(revision(2, "pending-upgrade", age=30)))
    assert not any(isinstance(a, Delete) for a in foreign)


def test_nothing_is_installed_that_was_refused_or_cannot_be_seen() -> None:
    assert not STEP.actions(seen(refused=True))
    assert not STEP.actions(seen(chart=None))
    assert not STEP.actions(seen(text="a: [\n"))
    blind = seen()
    need = topic_of(blind)
    facts = replace(blind.facts, observed={**blind.facts.observed, need: Denied("no")})
    assert not STEP.actions(replace(blind, facts=facts))


def test_fields_and_summary() -> None:
    timeout = STEP.field("timeout")
    assert timeout
    assert timeout.check
    assert timeout.check("5", view())
    assert timeout.check("600", view()) is None
    assert STEP.summary
    given = seen(revision(label=PLANNED), apps=[deployment("a")])
    assert STEP.summary(given) == "cocalc, revision 1, 1 of 1 ready"
