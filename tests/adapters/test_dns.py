"""Questions to name servers, against real ones on loopback: a resolver and two that know the zone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.adapters.dns import DnsProbe
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Unreached
from tests.adapters.name_server import NameServer, Zone, free_port

SITE = "cocalc.example.edu."
SOA = ["ns1.example.edu. admin.example.edu. 1 60 60 60 60"]
BASE: Zone = {
    "example.edu.": {"SOA": SOA, "NS": ["ns1.example.edu.", "ns2.example.edu."]},
    "ns1.example.edu.": {"A": ["127.0.0.2"]},
    "ns2.example.edu.": {"A": ["127.0.0.3"]},
    "edu.": {},
}
Ask = Callable[..., Mapping[str, Any]]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Asks about the site: `zone` as the resolver knows it, `first` and `second` as the zone's servers do."""
    port = free_port()
    resolv = tmp_path / "resolv.conf"
    resolv.write_text("nameserver 127.0.0.1\n")
    with ExitStack() as stack:

        def question(
            zone: Zone,
            first: Zone | None = None,
            second: Zone | None = None,
            *,
            within: float = 4,
            options: Mapping[str, Any] | None = None,
            **args: Any,
        ) -> Mapping[str, Any]:
            stack.enter_context(NameServer("127.0.0.1", port, {**BASE, **zone}, **(options or {})))
            for address, own in (("127.0.0.2", first), ("127.0.0.3", second)):
                if own is not None:
                    stack.enter_context(NameServer(address, port, own, **(options or {})))
            probe = Probe.of("dns", **{"name": "cocalc.example.edu", **args})
            return asyncio.run(_probe(DnsProbe(str(resolv), port), probe, within))

        yield question


async def _probe(dns: DnsProbe, probe: Probe, within: float) -> Mapping[str, Any]:
    async with asyncio.timeout(within):
        return await dns(probe, within)


def test_an_address_by_all_servers(ask: Ask) -> None:
    zone = {SITE: {"A": ["203.0.113.10"], "AAAA": ["2001:db8::10"]}}
    seen = ask(zone, zone, zone)
    assert (seen["kind"], seen["error"], seen["zone"]) == ("ok", None, "example.edu")
    assert seen["addresses"] == seen["here"] == ["2001:db8::10", "203.0.113.10"]
    assert [s["name"] for s in seen["servers"]] == ["ns1.example.edu", "ns2.example.edu"]
    assert seen["caa"] is None


def test_a_new_record_is_seen_at_its_servers_before_caches_know_it(ask: Ask) -> None:
    seen = ask({SITE: {"A": ["192.0.2.1"]}}, {SITE: {"A": ["203.0.113.10"]}}, {SITE: {"A": ["192.0.2.1"]}})
    assert (seen["addresses"], seen["here"]) == (["203.0.113.10"], ["192.0.2.1"])
    assert [s["addresses"] for s in seen["servers"]] == [["203.0.113.10"], ["192.0.2.1"]]


def test_servers_that_this_machine_cannot_ask_leave_the_resolver(ask: Ask) -> None:
    seen = ask({SITE: {"A": ["203.0.113.10"]}})
    assert (seen["kind"], seen["addresses"], seen["servers"]) == ("ok", ["203.0.113.10"], [])


def test_a_name_that_leads_elsewhere(ask: Ask) -> None:
    away = {SITE: {"CNAME": ["lb.example.net."]}}
    here = {**away, "lb.example.net.": {"A": ["203.0.113.10"]}}
    seen = ask(here, away, away)
    assert (seen["addresses"], seen["cname"]) == (["203.0.113.10"], ["lb.example.net"])
    assert seen["servers"][0]["addresses"] == ["203.0.113.10"]


def test_by_tcp_where_udp_is_cut(ask: Ask) -> None:
    zone = {SITE: {"A": ["203.0.113.10"]}}
    assert ask(zone, zone, options={"cut": True})["addresses"] == ["203.0.113.10"]


def test_what_does_not_exist(ask: Ask) -> None:
    seen = ask({}, {}, {})
    assert (seen["kind"], seen["error"], seen["addresses"]) == (
        "nxdomain",
        "cocalc.example.edu does not exist",
        [],
    )


def test_a_name_without_addresses(ask: Ask) -> None:
    zone = {SITE: {"TXT": ['"x"']}}
    assert ask(zone, zone)["kind"] == "nodata"


@pytest.mark.parametrize("code", ["SERVFAIL", "REFUSED"])
def test_a_resolver_that_cannot_tell(ask: Ask, code: str) -> None:
    seen = ask({SITE: {"RCODE": [code]}})
    assert seen["kind"] == "servfail"
    assert seen["error"]


def test_a_silent_resolver_ends_in_time(ask: Ask) -> None:
    with pytest.raises(TimeoutError):
        ask({}, within=0.5, options={"silent": True})


def test_no_resolver_at_all(tmp_path: Path) -> None:
    (tmp_path / "resolv.conf").write_text("")
    probe = Probe.of("dns", name="cocalc.example.edu")
    with pytest.raises((Unreached, TimeoutError)):
        asyncio.run(_probe(DnsProbe(str(tmp_path / "gone"), free_port()), probe, 2))


def test_what_is_no_name(ask: Ask) -> None:
    assert ask({}, name="a..b")["kind"] == "nxdomain"


def test_who_may_issue_certificates(ask: Ask) -> None:
    site = {SITE: {"A": ["203.0.113.10"]}}
    records = ['0 issue "letsencrypt.org"', '0 iodef "mailto:a@b"']
    above = {"example.edu.": {**BASE["example.edu."], "CAA": records}}
    seen = ask({**site, **above}, caa=True)
    assert seen["caa"]["at"] == "example.edu"
    assert {"tag": "issue", "value": "letsencrypt.org"} in seen["caa"]["records"]


def test_nobody_says_who_may_issue(ask: Ask) -> None:
    seen = ask({SITE: {"A": ["203.0.113.10"]}}, caa=True)
    assert seen["caa"] == {"at": None, "records": [], "error": None}


def test_caa_that_cannot_be_seen(ask: Ask) -> None:
    seen = ask({SITE: {"A": ["203.0.113.10"]}, "edu.": {"RCODE": ["SERVFAIL"]}}, caa=True)
    assert seen["kind"] == "ok"
    assert seen["caa"]["error"]
