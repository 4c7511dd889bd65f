"""Asks the name servers of a domain themselves, and this machine's resolver."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cocalc_tui.adapters.kube.threads import Stop, in_thread
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Unreached

if TYPE_CHECKING:
    import dns.message
    import dns.resolver
    import dns.rrset

EMPTY: dict[str, Any] = {
    "kind": "ok",
    "error": None,
    "addresses": [],
    "cname": [],
    "here": [],
    "servers": [],
    "zone": None,
    "caa": None,
}
TYPES = ("A", "AAAA")
MOST_SERVERS = 3
EACH = 1.0  # seconds that one name server has for an answer
LONGEST_CHAIN = 8
RESOLV = "/etc/resolv.conf"


class DnsProbe:
    """Probe `dns`; `resolv` and `port` say which resolver this machine has."""

    def __init__(self, resolv: str = RESOLV, port: int = 53) -> None:
        self._resolv = resolv
        self._port = port

    async def __call__(self, probe: Probe, timeout: float) -> Object:
        """Raises `TimeoutError` where nobody answers, `Unreached` where there is nobody to ask."""
        end = time.monotonic() + timeout * 0.95
        return await in_thread(lambda stop: self._look(probe, end, stop), timeout, "dns")

    def _look(self, probe: Probe, end: float, stop: Stop) -> Object:
        import dns.exception
        import dns.name
        import dns.resolver

        try:
            asked = Asked(dns.resolver.Resolver(self._resolv), self._port, end, stop)
            name = dns.name.from_text(probe.text("name")).to_text()
        except dns.resolver.NoResolverConfiguration:
            raise Unreached("this machine has no name server to ask") from None
        except dns.exception.DNSException as error:
            return {**EMPTY, "kind": "nxdomain", "error": f"{probe.text('name')} is no name: {error}"}
        found = {**EMPTY, **asked.here(name)}
        if found["kind"] == "servfail":
            return found
        found["here"] = found["addresses"]
        zone, servers = asked.servers(name)
        found |= {"zone": zone, "servers": servers}
        if servers:
            told = servers[0]
            kind = "ok" if told["addresses"] else told["kind"]
            found |= {"kind": kind, "addresses": told["addresses"], "cname": told["cname"]}
        if probe.get("caa") is True:
            found["caa"] = asked.caa(name)
        return found


class Asked:
    """Questions to one resolver, and to the name servers that it leads to, until a moment."""

    def __init__(self, resolver: dns.resolver.Resolver, port: int, end: float, stop: Stop) -> None:
        resolver.port = port
        resolver.search = []
        self._resolver = resolver
        self._port = port
        self._end = end
        self._stop = stop

    @property
    def left(self) -> float:
        """Seconds. Raises `TimeoutError` where none are."""
        left = self._end - time.monotonic()
        if left <= 0 or self._stop:
            raise TimeoutError
        return left

    def here(self, name: str) -> dict[str, Any]:
        """What this machine's resolver says."""
        addresses: list[str] = []
        chain: list[str] = []
        for kind in TYPES:
            answer, problem = self._ask(name, kind)
            if problem in ("nxdomain", "servfail"):
                error = f"{name.rstrip('.')} does not exist"
                if problem == "servfail":
                    error = f"the resolver of this machine cannot tell about {name.rstrip('.')} (SERVFAIL)"
                return {"kind": problem, "error": error}
            if answer is not None:
                addresses += [record.address for record in answer]
                chain = chain or [_text(link) for link in answer.chaining_result.cnames]
        return {
            "kind": "ok" if addresses else "nodata",
            "addresses": sorted(addresses),
            "cname": [link.rstrip(".") for link in chain],
        }

    def servers(self, name: str) -> tuple[str | None, list[dict[str, Any]]]:
        """The zone, and what each of its name servers says; none where they cannot be asked."""
        import dns.exception
        import dns.resolver

        try:
            found = dns.resolver.zone_for_name(name, resolver=self._resolver, lifetime=self.left / 2)
        except dns.exception.DNSException:
            return None, []
        zone = found.to_text()
        names, _ = self._ask(zone, "NS")
        told = []
        until = time.monotonic() + self.left / 3  # many networks let nobody ask but their own resolver
        for server in sorted(record.target.to_text() for record in names or ())[:MOST_SERVERS]:
            with suppress(dns.exception.DNSException, OSError):
                told.append({"name": server.rstrip("."), **self._direct(name, server, until)})
        return zone.rstrip("."), told

    def caa(self, name: str) -> dict[str, Any]:
        """The records that say who may issue certificates, at the name or the nearest above (RFC 8659)."""
        labels = name.rstrip(".").split(".")
        for depth in range(len(labels)):
            where = ".".join(labels[depth:])
            answer, problem = self._ask(where + ".", "CAA")
            if problem == "servfail":
                return {"at": where, "records": [], "error": f"CAA of {where} cannot be seen (SERVFAIL)"}
            if answer is not None:
                records = [{"tag": r.tag.decode(), "value": r.value.decode()} for r in answer]
                return {"at": where, "records": records, "error": None}
        return {"at": None, "records": [], "error": None}

    def _ask(self, name: str, kind: str) -> tuple[Any, str]:
        """The answer, or why there is none. Raises `TimeoutError` where nobody answers."""
        import dns.exception
        import dns.resolver

        try:
            return self._resolver.resolve(name, kind, lifetime=self.left), ""
        except dns.resolver.NXDOMAIN:
            return None, "nxdomain"
        except dns.resolver.NoAnswer:
            return None, "nodata"
        except dns.resolver.NoNameservers as error:
            if "SERVFAIL" in str(error) or "REFUSED" in str(error):
                return None, "servfail"
            raise Unreached(f"no name server of this machine answers about {name.rstrip('.')}") from None
        except dns.exception.Timeout:
            raise TimeoutError from None
        except dns.exception.DNSException:
            return None, "servfail"

    def _direct(self, name: str, server: str, until: float) -> dict[str, Any]:
        """What one name server says itself; a name that it leads to elsewhere is resolved here."""
        import dns.message
        import dns.query
        import dns.rcode

        where = self._address(server)
        addresses: list[str] = []
        links: dict[str, str] = {}
        kind = "nodata"
        for asked in TYPES:
            query = dns.message.make_query(name, asked)
            patience = min(EACH, until - time.monotonic())
            if patience <= 0:
                raise OSError(f"no time left for {server}")
            reply, _ = dns.query.udp_with_fallback(query, where, patience, self._port)
            if reply.rcode() == dns.rcode.NXDOMAIN:
                kind = "nxdomain"
            elif reply.rcode() != dns.rcode.NOERROR:
                raise OSError(dns.rcode.to_text(reply.rcode()))
            addresses += _of(reply, asked, lambda record: record.address)
            links.update(_links(reply))
        chain = _follow(name, links)
        if chain and not addresses:
            addresses = list(self.here(chain[-1] + ".").get("addresses", ()))
        return {"kind": kind, "addresses": sorted(addresses), "cname": chain}

    def _address(self, server: str) -> str:
        with suppress(ValueError):
            return str(ipaddress.ip_address(server.rstrip(".")))
        for kind in TYPES:
            answer, _ = self._ask(server, kind)
            if answer is not None:
                return str(answer[0].address)
        raise OSError(f"{server} has no address")


def _of(reply: dns.message.Message, kind: str, value: Callable[[Any], str]) -> list[str]:
    import dns.rdatatype

    wanted = dns.rdatatype.from_text(kind)
    return [value(record) for rrset in reply.answer if rrset.rdtype == wanted for record in rrset]


def _links(reply: dns.message.Message) -> dict[str, str]:
    import dns.rdatatype

    cnames = [r for r in reply.answer if r.rdtype == dns.rdatatype.CNAME]
    return {r.name.to_text().lower(): r[0].target.to_text() for r in cnames}


def _follow(name: str, links: dict[str, str]) -> list[str]:
    chain: list[str] = []
    while (target := links.get(name.lower())) and len(chain) < LONGEST_CHAIN:
        chain.append(target.rstrip("."))
        name = target
    return chain


def _text(link: dns.rrset.RRset) -> str:
    return str(link[0].target.to_text())
