"""The certificate: of the user's files, or of a Secret that is there."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.action import Apply
from cocalc_tui.core.dns_view import ingresses
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.tls_view import covers, probe, topic
from cocalc_tui.core.view import View
from cocalc_tui.steps.tls import STEP
from tests.steps.builders import OURS, judge, sound, values, view

NOW = 1_700_000_000.0
DAY = 86400
HOST = "cocalc.example.edu"
OWN = {"tls.mode": "own", "tls.cert_file": "site.crt", "tls.key_file": "site.key", "dns.domain": HOST}
SECRET = {"tls.mode": "secret", "dns.domain": HOST}
GOOD = {
    "error": None,
    "key_error": None,
    "subject": f"CN={HOST}",
    "issuer": "CN=Authority",
    "names": [HOST],
    "not_before": NOW - DAY,
    "not_after": NOW + 90 * DAY,
    "key_matches": True,
    "chain": "complete",
    "count": 2,
    "hashes": ["sha256:c", "sha256:c-n"],
    "key_hashes": ["sha256:k", "sha256:k-n"],
}


def live(cert: str = "sha256:c", key: str = "sha256:k", kind: str = "kubernetes.io/tls", **meta: Any) -> Any:
    return [
        {"metadata": {"name": "cocalc-tls", **meta}, "type": kind, "data": {"tls.crt": cert, "tls.key": key}}
    ]


def tls(answers: dict[str, Any], secret: Any = (), **found: Any) -> View:
    """A view of TLS answers, of the Secret and of what is in the files."""
    plain = view({}, answers, steps=(STEP,))
    facts = {topic(plain): secret, probe(plain): {**GOOD, **found}}
    return view(facts, answers, steps=(STEP,), now=NOW)


MINE = live(labels=OURS)
GONE: dict[str, Any] = {"error": "site.crt does not exist", "hashes": [], "key_hashes": []}


def test_sound() -> None:
    sound(STEP)


@pytest.mark.parametrize(
    ("name", "given", "status", "said"),
    [
        ("mode", tls({}), Status.WARN, "no certificate is given"),
        ("mode", tls(OWN), Status.PASS, "own certificate"),
        ("mode", tls(SECRET), Status.PASS, "certificate in cocalc-tls"),
        ("mode", tls({"tls.mode": "own", "tls.key_file": "k"}), Status.FAIL, "tls.cert_file not given"),
        ("mode", tls({"tls.mode": "own"}, live()), Status.PASS, "certificate in cocalc-tls"),
        ("certificate", tls({}), Status.SKIPPED, "no files"),
        ("certificate", tls(SECRET, live()), Status.SKIPPED, "only its hash"),
        ("certificate", tls(OWN), Status.PASS, HOST),
        ("certificate", tls(OWN, **GONE), Status.FAIL, "does not exist"),
        ("certificate", tls(OWN, live(), **GONE), Status.SKIPPED, "not at hand"),
        ("key", tls(OWN), Status.PASS, "matches"),
        ("key", tls(OWN, key_matches=False), Status.FAIL, "another certificate"),
        ("key", tls(OWN, key_error="no key"), Status.FAIL, "no key"),
        ("key", tls(OWN, **GONE), Status.SKIPPED, "needs the certificate"),
        ("key", tls(OWN, live(), key_error="k does not exist"), Status.SKIPPED, "not at hand"),
        ("chain", tls(OWN), Status.PASS, "complete, 2"),
        ("chain", tls(OWN, chain="self-signed"), Status.WARN, "self-signed"),
        ("chain", tls(OWN, chain="private"), Status.WARN, "private authority"),
        ("chain", tls(OWN, chain="disordered"), Status.FAIL, "do not follow"),
        ("chain", tls(OWN, chain="incomplete"), Status.FAIL, "missing"),
        ("chain", tls(OWN, **GONE), Status.SKIPPED, "needs the certificate"),
        ("host", tls(OWN), Status.PASS, HOST),
        ("host", tls(OWN, names=["*.example.edu"]), Status.PASS, "*.example.edu"),
        ("host", tls(OWN, names=["other.example.edu"]), Status.FAIL, f"not for {HOST}"),
        ("host", tls(OWN, names=[]), Status.FAIL, "names no host"),
        ("host", tls({**OWN, "dns.domain": ""}, names=list("abcd")), Status.PASS, "a, b, c and 1 more"),
        ("expiry", tls(OWN), Status.PASS, "90 days"),
        ("expiry", tls(OWN, not_after=NOW + 5 * DAY), Status.WARN, "in 5 days"),
        ("expiry", tls(OWN, not_after=NOW - 1), Status.FAIL, "expired on 2023-11-14"),
        ("expiry", tls(OWN, not_before=NOW + 60), Status.FAIL, "valid only from"),
        ("secret", tls({}), Status.SKIPPED, "no certificate"),
        ("secret", tls(OWN), Status.FAIL, "cocalc-tls is absent"),
        ("secret", tls(SECRET), Status.FAIL, "cocalc-tls is absent"),
        ("secret", tls(OWN, MINE), Status.PASS, "same certificate"),
        ("secret", tls(OWN, live("sha256:c-n", "sha256:k-n")), Status.PASS, "same certificate"),
        ("secret", tls(OWN, live(), **GONE), Status.PASS, "is there"),
        ("secret", tls(SECRET, live("sha256:z")), Status.PASS, "is there"),
        ("secret", tls(SECRET, live(kind="Opaque")), Status.FAIL, "of type Opaque"),
        ("secret", tls(SECRET, live(key="")), Status.FAIL, "lacks tls.key"),
    ],
)
def test_judgement(name: str, given: View, status: Status, said: str) -> None:
    found = judge(STEP, name, given)
    assert found.status is status, found
    assert said in found.summary


@pytest.mark.parametrize(
    ("seen", "name", "state"),
    [
        (tls(OWN), "secret", State.ABSENT),
        (tls(OWN, live("sha256:z", labels=OURS)), "secret", State.PARTIAL),
        (tls(OWN, live("sha256:z")), "secret", State.FOREIGN),
        (tls({"tls.mode": "own"}), "mode", State.ABSENT),
    ],
)
def test_what_a_fault_makes_of_the_step(seen: View, name: str, state: State) -> None:
    assert judge(STEP, name, seen).state is state


def test_the_secret_is_made_from_references() -> None:
    (action,) = STEP.actions(tls(OWN))
    assert isinstance(action, Apply)
    assert action.manifest["type"] == "kubernetes.io/tls"
    assert [(s.key, s.ref.name) for s in action.slots] == [("tls.crt", "site.crt"), ("tls.key", "site.key")]


@pytest.mark.parametrize(
    ("seen", "count"),
    [
        (tls(OWN, MINE), 1),
        (tls(OWN, live()), 0),
        (tls(OWN, live("sha256:z")), 1),
        (tls(OWN, key_matches=False), 0),
        (tls(OWN, **GONE), 0),
        (tls(SECRET), 0),
        (tls({}), 0),
    ],
)
def test_what_is_applied(seen: View, count: int) -> None:
    assert len(STEP.actions(seen)) == count


@pytest.mark.parametrize(
    ("names", "good"),
    [
        ([HOST], True),
        (["COCALC.example.edu"], True),
        (["*.example.edu"], True),
        (["*.edu"], False),
        (["example.edu"], False),
        (["*.cocalc.example.edu"], False),
        ([], False),
    ],
)
def test_what_a_name_covers(names: list[str], good: bool) -> None:
    assert covers(names, HOST) is good


def test_a_deployed_site_answers_for_itself() -> None:
    site = [{"spec": {"tls": [{"hosts": [HOST]}, {"secretName": "older-tls"}]}}]
    seen = view({ingresses(view()): site}, steps=(STEP,))
    assert (seen.text("tls.mode"), seen.text("tls.secret_name")) == ("secret", "older-tls")
    assert view({ingresses(view()): ()}, steps=(STEP,)).value("tls.mode") is None


def test_values() -> None:
    assert values(STEP, tls({})) == {}
    assert values(STEP, tls(OWN)) == {"global.ingress.tls.secretName": "cocalc-tls"}
    assert values(STEP, tls({**SECRET, "tls.secret_name": "x"})) == {"global.ingress.tls.secretName": "x"}


def test_summary() -> None:
    assert STEP.summary
    assert STEP.summary(tls({})) == "no certificate is given"
    assert STEP.summary(tls(OWN, MINE)) == "cocalc-tls, same certificate, until 2024-02-12, 90 days"
    assert STEP.summary(tls(SECRET, live())) == "cocalc-tls is there"
