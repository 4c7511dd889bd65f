"""What the login of a database administrator saw, and the statements that make role and database."""

from __future__ import annotations

from collections.abc import Iterable

from cocalc_tui.core.action import Action
from cocalc_tui.core.database_view import given, host, name, seen, server, user
from cocalc_tui.core.database_view import probe as login_probe
from cocalc_tui.core.facts import Object, Unreachable
from cocalc_tui.core.findings import State, Verdict, failed, passed, skipped, unknown, warned
from cocalc_tui.core.postgres import came_to, identifier, is_utc, lacking, literal
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.sql import PASSWORD, Sql, Statement
from cocalc_tui.core.topics import Need, Probe
from cocalc_tui.core.view import View

ROLE_IS_THERE = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ?)"
DATABASE_IS_THERE = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = ?)"


def admin(view: View) -> str:
    """The administrator's login name, empty where none is given."""
    return view.text("database.admin_user").strip()


def admin_password(view: View) -> SecretRef | None:
    """The administrator's password, if one is given and can be read."""
    ref = view.secret("database.admin_password")
    return None if ref is None or view.result(ref.probe()).get("error") else ref


def asked(view: View) -> bool:
    """Whether there is a login to try."""
    return bool(host(view) and admin(view) and admin_password(view))


def probe(view: View) -> Probe:
    """The administrator's look at the server, the role and the database."""
    return Probe.of(
        "postgres-admin",
        **server(view),
        name=name(view),
        user=user(view),
        admin_user=admin(view),
        ref=admin_password(view),
    )


def looked(view: View) -> Object:
    """What the administrator's login told; empty where it did not come in."""
    found = view.result(probe(view)) if asked(view) else {}
    return found if came_to(found, "ok") else {}


def needs_admin(view: View) -> Iterable[Need]:
    """The administrator's look; a server that this machine cannot reach is judged and not waited for."""
    ref = view.secret("database.admin_password")
    if not admin(view) or ref is None:
        return ()
    if not asked(view) or isinstance(view.get(probe(view)), Unreachable):
        return (ref.probe(),)
    return (ref.probe(), probe(view))


def able(found: Object) -> bool:
    """Whether the administrator may create roles and databases."""
    return bool(found.get("superuser") or (found.get("createrole") and found.get("createdb")))


def belongs_to_another(found: Object, view: View) -> str:
    """The owner of a database that is there before its role; empty where nothing is in the way."""
    if found.get("database_exists") and found.get("database_owner") != user(view):
        return str(found.get("database_owner") or "somebody else")
    return ""


def complete(view: View) -> bool:
    """Whether the login that CoCalc uses has all it needs, so that no administrator is needed."""
    found = seen(view)
    return came_to(found, "ok") and bool(found.get("database_exists")) and not lacking(found)


def statements(view: View) -> tuple[Statement, ...]:
    """What makes the role and the database, or gives the role what it lacks.

    A database that is there is never altered, and neither is the password of a role that is there.
    """
    found = looked(view)
    if not found:
        return ()
    role, database = identifier(user(view)), identifier(name(view))
    there = ROLE_IS_THERE.replace("?", literal(user(view)))
    made = DATABASE_IS_THERE.replace("?", literal(name(view)))
    result: list[Statement] = []
    if not found.get("role_exists"):
        if belongs_to_another(found, view) or not usable_password(view):
            return ()
        text = f"CREATE ROLE {role} LOGIN CREATEDB CREATEROLE PASSWORD {PASSWORD}"
        result.append(Statement(text, unless=there))
        result += _zone(found, role)
    elif rights := _lacking_of_role(found):
        result.append(Statement(f"ALTER ROLE {role} {' '.join(rights)}"))
    if found.get("role_exists") and came_to(seen(view), "ok"):
        result += _zone(seen(view), role)
    if not found.get("database_exists"):
        # an owner other than oneself must be a role that one is a member of
        member = not found.get("superuser") and admin(view) != user(view)
        if member:
            result.append(Statement(f"GRANT {role} TO CURRENT_USER"))
        text = f"CREATE DATABASE {database} OWNER {role} ENCODING 'UTF8' TEMPLATE template0"
        result.append(Statement(text, unless=made))
        if member:
            result.append(Statement(f"REVOKE {role} FROM CURRENT_USER"))
    return tuple(result)


def _zone(found: Object, role: str) -> list[Statement]:
    """Clocks of nodes and database must be in UTC; a role may have its own."""
    return [] if is_utc(found) else [Statement(f"ALTER ROLE {role} SET timezone TO 'UTC'")]


def _lacking_of_role(found: Object) -> tuple[str, ...]:
    of = {key: found.get(f"role_{key}") for key in ("superuser", "createdb", "createrole")}
    return (*(() if found.get("role_login") else ("LOGIN",)), *lacking(of))


def usable_password(view: View) -> bool:
    """Whether there is a password to give to a new role, one that the hub can use."""
    ref = given(view)
    about = view.result(ref.probe()) if ref else {}
    return bool(about.get("length")) and not about.get("edges")


def wanted(view: View) -> tuple[Action, ...]:
    """The role and the database as one action; none where nobody can or need make them."""
    ref = admin_password(view)
    if ref is None or not asked(view) or (complete(view) and not looked(view)):
        return ()
    if view.seen(probe(view)) and not able(looked(view)):
        return ()
    return (
        Sql(
            "database.role",
            "database",
            "CoCalc needs a role that may create databases and roles, and a database of its own.",
            host(view),
            view.number("database.port", 5432),
            admin(view),
            ref,
            statements(view),
            (probe(view), login_probe(view)),
            given(view) if not looked(view).get("role_exists") else None,
            view.text("database.sslmode", "prefer"),
            view.text("database.ca_file"),
        ),
    )


def judge(view: View) -> Verdict:
    """The administrator's login: accepted, able, and free to make what is missing."""
    if not admin(view):
        return skipped("no admin login is given")
    ref = view.secret("database.admin_password")
    error = view.result(ref.probe()).get("error") if ref else "no password is given"
    observed = view.get(probe(view)) if asked(view) else None
    if not error and (observed is None or isinstance(observed, Unreachable)):
        reason = observed.reason if observed else "no host is given"
        return unknown(
            f"{admin(view)} was not tried: {reason}",
            "Correct database.host and database.port, or look again from a machine that can reach it.",
        )
    found = looked(view)
    error = error or (None if found else view.result(probe(view)).get("error"))
    if error:
        told = f"{admin(view)} was refused: {error}"
        if complete(view):
            return warned(
                f"{told}; it is not needed any more", "Take database.admin_user out of the answers."
            )
        return failed(told, "Correct database.admin_user and database.admin_password.")
    return _of(found, view)


def _of(found: Object, view: View) -> Verdict:
    owner = belongs_to_another(found, view)
    if owner and not found.get("role_exists"):
        return failed(
            f"database {name(view)} belongs to {owner}, and there is no role {user(view)}",
            f"Give {owner} as database.user with its password, or another database.name.",
            detail="It holds CoCalc's data and is left as it is." if found.get("cocalc") else "",
            state=State.FOREIGN,
        )
    if not found.get("role_exists") and not usable_password(view):
        return failed(
            f"there is no role {user(view)}, and no password to give to it",
            "Give database.password, then apply this step.",
            state=State.PARTIAL,
        )
    todo = statements(view)
    if not todo:
        return passed(f"{admin(view)} accepted, nothing to do")
    if not able(found):
        run = "; ".join(s.text for s in todo).replace(PASSWORD, "'…'")
        return failed(
            f"{admin(view)} may not create roles and databases",
            f"Give a login that may as database.admin_user, or let a database admin run: {run};",
        )
    return passed(f"{admin(view)} accepted, may create roles and databases")
