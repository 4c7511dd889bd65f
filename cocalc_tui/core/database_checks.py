"""Judgements of the way to the database and of its password."""

from __future__ import annotations

from cocalc_tui.core.action import MANAGED_BY, MANAGER
from cocalc_tui.core.database_admin import looked, statements
from cocalc_tui.core.database_view import (
    KEY,
    at,
    before,
    given,
    host,
    kept,
    probe,
    secret_name,
    seen,
    topic,
    user,
)
from cocalc_tui.core.facts import Unreachable
from cocalc_tui.core.findings import State, Verdict, absent, failed, passed, skipped, unknown
from cocalc_tui.core.postgres import came_to
from cocalc_tui.core.view import View


def reachable(view: View) -> Verdict:
    if not host(view):
        return absent("no host is given", "Give the host of the PostgreSQL server as database.host.")
    observed = view.get(probe(view))
    why = observed.reason if isinstance(observed, Unreachable) else str(seen(view).get("error") or "")
    if isinstance(observed, Unreachable) or not came_to(seen(view), "tls"):
        return unknown(
            f"{at(view)} was not reached from this machine: {why}",
            "Correct database.host and database.port, or look again from a machine that can reach it.",
            detail="Only the pods of the cluster must reach it, so this alone is no fault.",
        )
    latency = seen(view).get("latency_ms")
    return passed(at(view) + (f", {latency} ms" if latency is not None else ""))


def tls(view: View) -> Verdict:
    if not host(view):
        return skipped("no host is given")
    mode, found = view.text("database.sslmode", "prefer"), seen(view)
    if found.get("stage") == "tls" and found.get("error"):
        return failed(
            f"{mode}: {found['error']}",
            "Correct database.sslmode or database.ca_file, or let the server offer TLS.",
        )
    if stop := before(view, "login"):
        return stop
    if found.get("tls") is None:
        return skipped("needs a login")
    if found["tls"]:
        version = found["tls"] if isinstance(found["tls"], str) else "encrypted"
        return passed(f"{mode}, {version}")
    return passed(f"{mode}, not encrypted", "Passwords and data travel in clear; sslmode require forbids it.")


def login(view: View) -> Verdict:
    found = seen(view)
    if looked(view).get("role_exists") is False and not came_to(found, "ok"):
        remedy = "Apply this step to create it." if statements(view) else "See what the admin login says."
        return failed(f"there is no role {user(view)} yet", remedy, state=State.PARTIAL)
    if found.get("stage") == "login" and found.get("error") and given(view):
        return failed(
            f"{user(view)} was refused: {found['error']}",
            "Correct database.user, database.password or database.name, or let the server accept it.",
        )
    if stop := before(view):
        return stop
    return passed(f"{user(view)} accepted")


def password(view: View) -> Verdict:
    ref = view.secret("database.password")
    if ref is None:
        if kept(view):
            return passed("the password is only in the cluster")
        return absent("no password is given", "Give database.password by env, file or keyring.")
    found = view.result(ref.probe())
    if error := found.get("error"):
        if kept(view):
            return skipped(f"{error}; the Secret in the cluster is used")
        return failed(f"the password cannot be read: {error}", "Give database.password again.")
    if found.get("edges"):
        return failed(
            "the password begins or ends with white space",
            "Choose a password without white space at its ends; the hub trims it and could not log in.",
        )
    if not found.get("length"):
        return failed("the password is empty", "Give the password of the login as database.password.")
    return passed(f"given, {ref}")


def secret(view: View) -> Verdict:
    live, name = view.object(topic(view)), secret_name(view)
    if live is None:
        remedy = "Apply this step to create it." if given(view) else "Give database.password, then apply."
        return absent(f"{name} is absent", remedy, objects=(f"Secret/{name}",))
    there = live.get("data", {}).get(KEY)
    if not there and not given(view):
        return failed(
            f"{name} has no key {KEY}",
            "Give database.password and apply this step, or name another Secret as database.secret_name.",
        )
    ref = given(view)
    if ref is None:
        return passed(f"{name} is there")
    if there == f"sha256:{view.result(ref.probe()).get('sha256')}":
        return passed(f"{name}, same password")
    if live["metadata"].get("labels", {}).get(MANAGED_BY) == MANAGER:
        return failed(
            f"{name} holds another password",
            "Apply this step to write the one that you gave.",
            state=State.PARTIAL,
        )
    return failed(
        f"{name} belongs to someone else and differs",
        "Choose: adopt it, give the password that it holds, or name another Secret as database.secret_name.",
        state=State.FOREIGN,
        objects=(f"Secret/{name}",),
    )
