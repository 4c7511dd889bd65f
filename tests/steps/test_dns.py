"""The domain: a bare name that leads to the load balancer, or the record to add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from cocalc_tui.core.dns_view import CONTROLLERS, ingresses, probe, wrong
from cocalc_tui.core.facts import Denied, Unreachable
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.topics import Probe
from cocalc_tui.core.view import View
from cocalc_tui.steps.dns import STEP
from tests.steps.builders import check_of, judge, sound, values, view

NAME = "cocalc.example.edu"
ASKED = Probe.of("dns", name=NAME, caa=True)
LB = "203.0.113.10"
HOST = "lb.elb.example.com"


def given(*addresses: str) -> dict[str, Any]:
    """The status of what was given addresses."""
    kinds = [{"hostname" if a[-1].isalpha() else "ip": a} for a in addresses]
    return {"status": {"loadBalancer": {"ingress": kinds}}}


def service(*addresses: str, kind: str = "LoadBalancer") -> dict[str, Any]:
    return {"metadata": {"name": "c"}, "spec": {"type": kind}, **given(*addresses)}


def answer(*addresses: str, **more: Any) -> dict[str, Any]:
    kind = "ok" if addresses else "nxdomain"
    base = {"kind": kind, "error": None, "here": list(addresses), "cname": [], "zone": "example.edu"}
    servers = [{"name": "ns1.example.edu", "addresses": list(addresses)}]
    return {
        **base,
        "addresses": list(addresses),
        "servers": servers,
        "caa": {"at": None, "records": []},
        **more,
    }


def dns(
    said: Any = None,
    *services: Any,
    site: Sequence[Any] = (),
    extra: dict[Any, Any] | None = None,
    **answers: Any,
) -> View:
    """A view of the domain, of what name servers say, of Services and Ingresses."""
    facts: dict[Any, Any] = {ingresses(view()): site, CONTROLLERS: services, **(extra or {})}
    if said is not None:
        facts[ASKED] = said
    return view(facts, {"dns.domain": NAME, **{k.replace("_", "."): v for k, v in answers.items()}})


def caa(*allowed: str, **more: Any) -> dict[str, Any]:
    records = [{"tag": "issue", "value": a} for a in allowed]
    return answer(LB, caa={"at": "example.edu", "records": records, "error": None, **more})


LB_NAMES = {Probe.of("dns", name=HOST): answer("203.0.113.41", "203.0.113.42")}
BROKEN = answer(kind="servfail", error="SERVFAIL", caa=None)


def test_sound() -> None:
    sound(STEP)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://cocalc.example.edu", "without https://"),
        ("example.edu/cocalc", "below a path"),
        ("cocalc.example.edu:8443", "without a port"),
        ("*.example.edu", "wildcard"),
        ("192.0.2.1", "an address is none"),
        ("2001:db8::1", "an address is none"),
        ("bücher.example", "xn--"),
        ("CoCalc.example.edu", "lower-case"),
        ("cocalc", "such as"),
        ("a..b", "such as"),
        ("-a.example", "such as"),
        ("cocalc.example.edu.", "such as"),
        ("a b.example", "such as"),
    ],
)
def test_what_is_no_domain(text: str, said: str) -> None:
    assert said in str(wrong(text))
    found = judge(STEP, "name", view({}, {"dns.domain": text}))
    assert (found.status, found.state) == (Status.FAIL, None)
    assert said in found.remedy
    assert probe(view({}, {"dns.domain": text})) is None


@pytest.mark.parametrize("text", [NAME, "example.edu", "a-b.c.xn--p1ai", "x" * 63 + ".example"])
def test_what_is_a_domain(text: str) -> None:
    assert wrong(text) is None


@pytest.mark.parametrize(
    ("name", "given", "status", "said"),
    [
        ("name", view(), Status.WARN, "no domain is given"),
        ("name", dns(), Status.PASS, NAME),
        ("resolves", view(), Status.SKIPPED, "needs a domain"),
        ("resolves", dns(answer(LB), service(LB)), Status.PASS, f"leads to {LB}"),
        ("resolves", dns(answer(LB), service(), site=[given(LB)]), Status.PASS, LB),
        ("resolves", dns(answer(LB), service(LB, kind="ClusterIP")), Status.PASS, LB),
        ("resolves", dns(answer(LB)), Status.PASS, LB),
        ("resolves", dns(answer(), service(LB)), Status.FAIL, "does not exist in DNS"),
        ("resolves", dns(answer(kind="nodata"), service(LB)), Status.FAIL, "has no address in DNS"),
        ("resolves", dns(answer()), Status.FAIL, "does not exist"),
        ("resolves", dns(answer("192.0.2.1"), service(LB)), Status.FAIL, f"to 192.0.2.1, not to {LB}"),
        ("resolves", dns(answer("192.0.2.1", LB), service(LB)), Status.WARN, "also to 192.0.2.1"),
        (
            "resolves",
            dns(answer("8.8.8.8"), service("10.0.0.5")),
            Status.WARN,
            "the load balancer is 10.0.0.5",
        ),
        ("resolves", dns(answer("10.0.0.9"), service("10.0.0.5")), Status.FAIL, "not to 10.0.0.5"),
        ("resolves", dns(BROKEN, service(LB)), Status.UNKNOWN, "SERVFAIL"),
        (
            "resolves",
            dns(answer("203.0.113.41", cname=[HOST]), service(HOST), extra=LB_NAMES),
            Status.PASS,
            f"by {HOST}",
        ),
        (
            "resolves",
            dns(answer(LB), service(HOST), extra={Probe.of("dns", name=HOST): Unreachable("silent")}),
            Status.UNKNOWN,
            "was not resolved",
        ),
        ("caa", view(), Status.SKIPPED, "needs a domain"),
        ("caa", dns(answer(LB)), Status.PASS, "every authority"),
        ("caa", dns(BROKEN), Status.SKIPPED, "needs the name servers"),
        (
            "caa",
            dns(caa("letsencrypt.org; validationmethods=dns-01", "x")),
            Status.PASS,
            "letsencrypt.org, x",
        ),
        ("caa", dns(caa("ca.example")), Status.PASS, "ca.example may issue"),
        ("caa", dns(caa(";")), Status.PASS, "nobody may issue"),
        ("caa", dns(caa("ca.example"), tls_mode="letsencrypt"), Status.FAIL, "only ca.example"),
        ("caa", dns(caa("letsencrypt.org"), tls_mode="letsencrypt"), Status.PASS, "letsencrypt.org"),
        ("caa", dns(caa(error="SERVFAIL")), Status.SKIPPED, "SERVFAIL"),
        ("caa", dns(caa(error="SERVFAIL"), tls_mode="letsencrypt"), Status.UNKNOWN, "SERVFAIL"),
    ],
)
def test_judgement(name: str, given: View, status: Status, said: str) -> None:
    found = judge(STEP, name, given)
    assert found.status is status, found
    assert said in found.summary
    if status is Status.FAIL:
        assert found.state is State.PARTIAL


def test_late_servers_and_caches_are_told_and_no_fault() -> None:
    servers = [{"name": "ns1", "addresses": [LB]}, {"name": "ns2", "addresses": ["192.0.2.1"]}]
    found = judge(STEP, "resolves", dns(answer(LB, servers=servers, here=["192.0.2.1"]), service(LB)))
    assert found.status is Status.PASS
    assert "Not known yet to ns2" in found.detail
    assert "still hears 192.0.2.1" in found.detail
    alone = judge(STEP, "resolves", dns(answer(LB, servers=[]), service(LB)))
    assert "resolver" in alone.detail


@pytest.mark.parametrize(
    ("seen", "what", "line"),
    [
        (dns(answer(), service(LB)), f"add A {NAME} {LB}", f"{NAME}. 300 IN A {LB}"),
        (dns(answer(), service("2001:db8::1")), f"add AAAA {NAME} 2001:db8::1", "IN AAAA 2001:db8::1"),
        (dns(answer(), service(HOST), extra=LB_NAMES), f"add CNAME {NAME} {HOST}", f"IN CNAME {HOST}."),
        (dns(answer(zone=NAME), service(HOST), extra=LB_NAMES), f"add ALIAS {NAME} {HOST}", "no CNAME"),
        (dns(answer("192.0.2.1"), service(LB)), f"change to A {NAME} {LB}, now 192.0.2.1", LB),
        (
            dns(caa("x"), service(LB), tls_mode="letsencrypt"),
            "add CAA example.edu letsencrypt.org",
            "0 issue",
        ),
    ],
)
def test_who_has_to_add_what(seen: View, what: str, line: str) -> None:
    (person,) = STEP.people(seen)
    assert (person.who, person.what) == ("DNS admin", what)
    assert line in person.text


@pytest.mark.parametrize(
    "seen", [view(), dns(), dns(answer()), dns(answer(LB), service(LB)), dns(BROKEN, service(LB))]
)
def test_nobody_has_to_do_anything(seen: View) -> None:
    assert list(STEP.people(seen)) == []


def test_topics_that_may_not_be_listed_are_done_without() -> None:
    refused = Denied("no right")
    seen = view({ASKED: answer(LB), CONTROLLERS: refused, ingresses(view()): refused}, {"dns.domain": NAME})
    assert tuple(check_of(STEP, "resolves").needs(seen)) == (ASKED,)
    assert judge(STEP, "resolves", seen).status is Status.PASS


def test_a_deployed_site_answers_for_itself() -> None:
    field = STEP.field("domain")
    assert field
    assert field.detect
    assert field.detect(view()) is None
    site = [{"spec": {"rules": [{}, {"host": NAME}]}}]
    assert field.detect(view({ingresses(view()): site})) == NAME


def test_values() -> None:
    assert values(STEP, view()) == {}
    assert values(STEP, dns()) == {"global.settings.dns": NAME}
    chart = {"found": True, "error": None, "values": {"global": {"ingress": {"host": ""}, "settings": {}}}}
    with_chart = view({Probe.of("chart", directory="c"): chart}, {"dns.domain": NAME, "chart.directory": "c"})
    assert values(STEP, with_chart) == {"global.settings.dns": NAME, "global.ingress.host": NAME}


def test_summary() -> None:
    assert STEP.summary
    assert STEP.summary(dns(answer(LB), service(LB))) == f"{NAME} leads to {LB}"
