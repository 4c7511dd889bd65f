"""The deploy key and the checkout that it opens: every verdict, and what is planned for it."""

from __future__ import annotations

import pytest

from cocalc_tui.core import checkout, ssh
from cocalc_tui.core.action import Git, MakeKey
from cocalc_tui.core.facts import Denied, Unreachable
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.shell import commands
from cocalc_tui.core.topics import Probe
from cocalc_tui.engine.judging import Judged
from cocalc_tui.steps import deploy_key
from tests.steps.builders import sound
from tests.steps.repository_facts import (
    CHART,
    GOOD,
    GRANTED,
    HERE,
    KEY,
    NEWS,
    NO_KEY,
    NO_NEWS,
    NOWHERE,
    PINNED,
    REFUSED,
    judged,
)


def test_sound() -> None:
    sound(deploy_key.STEP)


@pytest.mark.parametrize(
    ("name", "seen", "status", "said"),
    [
        ("deploy-key.key", judged(NO_KEY), Status.FAIL, "is absent"),
        ("deploy-key.key", judged(), Status.PASS, f"{KEY}, ed25519, 0600"),
        ("deploy-key.key", judged({**GOOD, "mode": 0o644}), Status.FAIL, "mode 0644"),
        ("deploy-key.key", judged({**GOOD, "type": "ssh-rsa"}), Status.WARN, "rsa"),
        ("deploy-key.key", judged({**GOOD, "encrypted": True}), Status.WARN, "passphrase"),
        ("deploy-key.key", judged({**GOOD, "error": "no private key"}), Status.FAIL, "no private key"),
        ("deploy-key.key", judged(Unreachable("silent for 5 s")), Status.UNKNOWN, "silent"),
        ("deploy-key.host-key", judged(NO_KEY), Status.SKIPPED, "needs the key"),
        ("deploy-key.host-key", judged(), Status.PASS, "github.com, pinned"),
        (
            "deploy-key.host-key",
            judged(access={**REFUSED, "denied": False, "host_key": {**PINNED, "state": "unknown"}}),
            Status.FAIL,
            "not confirmed",
        ),
        (
            "deploy-key.host-key",
            judged(access={**REFUSED, "denied": False, "host_key": {**PINNED, "state": "changed"}}),
            Status.FAIL,
            "another host key",
        ),
        ("deploy-key.host-key", judged(access={**GRANTED, "host_key": None}), Status.SKIPPED, "not reached"),
        ("deploy-key.access", judged(NO_KEY), Status.SKIPPED, "needs the key"),
        ("deploy-key.access", judged(), Status.PASS, "main of git@github.com"),
        ("deploy-key.access", judged(access=REFUSED), Status.FAIL, "SageMath has not granted it yet"),
        ("deploy-key.access", judged(access=Unreachable("could not resolve")), Status.UNKNOWN, "resolve"),
        ("deploy-key.access", judged(access=Denied("no")), Status.UNKNOWN, "no"),
        (
            "deploy-key.access",
            judged(access={**REFUSED, "denied": False, "error": "no branch main"}),
            Status.FAIL,
            "no branch main",
        ),
        ("chart.found", judged(NO_KEY), Status.FAIL, "no checkout in cocalc-cloud yet"),
        ("chart.found", judged(folder={**NOWHERE, "state": "broken", "error": "bad"}), Status.FAIL, "bad"),
        ("chart.found", judged(folder={**NOWHERE, "state": "folder"}), Status.FAIL, "no chart in"),
        ("chart.clean", judged(folder=HERE, chart_seen=CHART), Status.PASS, "clean"),
        (
            "chart.clean",
            judged(folder={**HERE, "dirty": ["cocalc/values.yaml"]}, chart_seen=CHART),
            Status.WARN,
            "cocalc/values.yaml",
        ),
        ("chart.remote", judged(folder=HERE, chart_seen=CHART), Status.PASS, "github/main"),
        (
            "chart.remote",
            judged(folder={**HERE, "remote": "git@elsewhere:x.git"}, chart_seen=CHART),
            Status.WARN,
            "elsewhere",
        ),
        (
            "chart.remote",
            judged(folder={**HERE, "key_set": False}, chart_seen=CHART),
            Status.WARN,
            "core.sshCommand",
        ),
        ("chart.behind", judged(folder=HERE, chart_seen=CHART), Status.PASS, "up to date"),
        ("chart.behind", judged(access=REFUSED, folder=HERE, chart_seen=CHART), Status.SKIPPED, "access"),
        ("chart.behind", judged(folder=HERE, news=NEWS, chart_seen=CHART), Status.WARN, "2 commits behind"),
        (
            "chart.behind",
            judged(folder=HERE, news={**NEWS, "ahead": 1}, chart_seen=CHART),
            Status.WARN,
            "went different ways",
        ),
        (
            "chart.behind",
            judged(folder=HERE, news={**NO_NEWS, "ahead": 1}, chart_seen=CHART),
            Status.WARN,
            "1 commit that the vendor has not",
        ),
        (
            "chart.behind",
            judged(folder=HERE, news={**NO_NEWS, "error": "odd"}, chart_seen=CHART),
            Status.UNKNOWN,
            "odd",
        ),
        (
            "chart.behind",
            judged(folder=HERE, news=Unreachable("offline"), chart_seen=CHART),
            Status.UNKNOWN,
            "offline",
        ),
    ],
)
def test_judgement(name: str, seen: Judged, status: Status, said: str) -> None:
    found = seen.finding(name)
    assert found
    assert found.verdict.status is status, found
    assert said in found.verdict.summary


def test_a_given_folder_needs_no_key() -> None:
    seen = judged(chart_seen=CHART, answers={"chart.directory": "/d"})
    step = seen.step("deploy-key")
    assert step.state is State.READY
    assert step.summary == "not needed: the chart is a folder"
    assert {f.verdict.status for f in step.findings} == {Status.SKIPPED}
    assert not seen.plan.actions
    assert {n.kind for n in seen.needs if isinstance(n, Probe)} == {"cluster", "chart"}


def test_a_given_checkout_names_its_key_and_repository() -> None:
    git = {
        "ssh_command": "ssh -i /keys/mine",
        "remote": "git@git.example.edu:mirror.git",
        "branch": "stable",
        "commit": "a" * 40,
    }
    seen = judged(chart_seen={**CHART, "git": git}, answers={"chart.directory": "/d"})
    assert checkout.key_path(seen.view) == "/keys/mine"
    assert checkout.repo(seen.view) == "git@git.example.edu:mirror.git"
    assert checkout.branch(seen.view) == "stable"


def test_nothing_there_plans_key_and_checkout() -> None:
    seen = judged(NO_KEY)
    key, fetched = (p.action for p in seen.plan.actions)
    assert isinstance(key, MakeKey)
    assert isinstance(fetched, Git)
    assert (key.path, key.comment) == (KEY, "cocalc-prod")
    assert seen.step("deploy-key").state is State.ABSENT
    assert seen.step("chart").state is State.ABSENT


def test_waiting_for_the_vendor() -> None:
    seen = judged(access=REFUSED)
    step = seen.step("deploy-key")
    assert step.state is State.PARTIAL
    assert step.summary == "SageMath: access not granted"
    assert step.people[0].who == "SageMath"
    assert str(GOOD["public"]) in step.people[0].text
    assert "SHA256:abc" in step.people[0].text
    assert "sagemathinc/cocalc-cloud-helm" in step.people[0].text
    assert [(p.id, p.verb, p.blocked) for p in seen.plan.actions] == [
        ("deploy-key.key", "keep", ""),
        ("chart.checkout", "create", "after deploy-key"),
    ]
    assert len([left for left in seen.plan.left if left.step == "deploy-key"]) == 1


def test_access_plans_the_newest_commit() -> None:
    fetched = judged().plan.actions[-1]
    assert (fetched.verb, fetched.blocked) == ("create", "")
    assert isinstance(fetched.action, Git)
    assert fetched.action.commit == "b" * 40


def test_an_update_is_chosen_and_told() -> None:
    stays = judged(folder=HERE, news=NEWS, chart_seen=CHART)
    assert {p.verb for p in stays.plan.actions} == {"keep"}
    values = "global:\n  settings:\n    kucalc: yes\n"
    moves = judged(
        folder=HERE, news=NEWS, chart_seen=CHART, values=values, answers={"chart.commit": "latest"}
    )
    planned = moves.plan.actions[-1]
    assert planned.verb == "update"
    for line in (
        "your key global.settings.kucalc is no longer there",
        "bbbbbbb New hub",
        "hub.image.tag: 1 → 2",
        "a.b: (empty) → x",
        "gone value old",
    ):
        assert f"\n {line}" in planned.diff
    found = moves.finding("chart.behind")
    assert found
    assert "1 of your keys would vanish: global.settings.kucalc" in found.verdict.summary


def test_a_former_commit_can_be_chosen() -> None:
    seen = judged(folder=HERE, chart_seen=CHART, answers={"chart.commit": "ccccccc"})
    assert seen.plan.actions[-1].verb == "update"
    again = judged(folder={**HERE, "commit": "c" * 40}, chart_seen=CHART, answers={"chart.commit": "ccccccc"})
    assert again.plan.actions[-1].verb == "keep"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chart.repo", "ext::sh -c id"),
        ("chart.repo", "--upload-pack=id"),
        ("chart.branch", "-x"),
        ("chart.commit", "main; id"),
        ("deploy-key.host_fingerprint", "abc"),
    ],
)
def test_odd_answers_are_refused(field: str, value: str) -> None:
    step, _, name = field.partition(".")
    assert judged(answers={field: value}).step(step).error(name)


@pytest.mark.parametrize(
    ("repo", "shown"),
    [
        ("git@github.com:a/b.git", "github.com"),
        ("ssh://git@127.0.0.1:2222/a/b.git", "127.0.0.1:2222"),
        ("git.example.edu:a.git", "git.example.edu"),
        ("https://github.com/a/b.git", None),
        ("/srv/git/a", None),
        ("file:///srv/git/a", None),
    ],
)
def test_hosts(repo: str, shown: str | None) -> None:
    found = ssh.host_of(repo)
    assert (found.shown if found else None) == shown


@pytest.mark.parametrize("key", ["/a/b", "~/.ssh/k", "/with space/k", "/100%/k", "/it's/k"])
def test_the_key_is_found_again_in_the_command(key: str) -> None:
    assert ssh.key_of(ssh.ssh_command(key)) == key


def test_commands_are_those_of_the_guide() -> None:
    key, fetched = (commands(p.action) for p in judged().plan.actions)
    assert f"ssh-keygen -q -t ed25519 -N '' -C cocalc-prod -f {KEY}" in key
    for words in ("init", "core.sshCommand", "remote add github", "--set-upstream-to=github/main"):
        assert words in fetched
