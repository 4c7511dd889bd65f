"""The name servers of a world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cocalc_tui.adapters.dns import EMPTY
from cocalc_tui.adapters.rehearsal.silence import Silent
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe

SERVERS = ("ns1.example.edu", "ns2.example.edu")


def answer(world: Mapping[str, Any], probe: Probe) -> Object:
    """Probe `dns`: every name server of a world says the same."""
    name = probe.text("name")
    known: Mapping[str, Any] = world.get("dns") or {}
    own = known.get(name)
    zone = ".".join(name.split(".")[-2:])
    found = {**EMPTY, "zone": zone}
    if own is None:
        found |= {"kind": "nxdomain", "error": f"{name} does not exist"}
    elif own.get("silent"):
        raise Silent(f"no name server answered about {name} (asked from this machine)")
    elif own.get("servfail"):
        error = f"the resolver of this machine cannot tell about {name} (SERVFAIL)"
        return {**EMPTY, "kind": "servfail", "error": error}
    else:
        chain = _chain(known, name)
        end = known.get(chain[-1] if chain else name) or {}
        addresses = sorted([*end.get("A", ()), *end.get("AAAA", ())])
        found |= {"kind": "ok" if addresses else "nodata", "cname": chain, "addresses": addresses}
    told = {key: found[key] for key in ("kind", "addresses", "cname")}
    found |= {"here": found["addresses"], "servers": [{"name": s, **told} for s in SERVERS]}
    return {**found, "caa": _caa(known, name)} if probe.get("caa") is True else found


def _chain(known: Mapping[str, Any], name: str) -> list[str]:
    chain: list[str] = []
    while (target := (known.get(name) or {}).get("CNAME")) and target not in chain:
        chain.append(target)
        name = target
    return chain


def _caa(known: Mapping[str, Any], name: str) -> Object:
    labels = name.split(".")
    for depth in range(len(labels)):
        where = ".".join(labels[depth:])
        if allowed := (known.get(where) or {}).get("CAA"):
            records = [{"tag": "issue", "value": str(value)} for value in allowed]
            return {"at": where, "records": records, "error": None}
    return {"at": None, "records": [], "error": None}
