"""What CoCalc needs of a PostgreSQL server, judged from what a login saw (probe `postgres`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cocalc_tui.core.findings import State, Verdict, failed, passed, skipped, warned

STAGES = ("dns", "tcp", "tls", "login", "ok")
OLDEST, SUGGESTED, FEWEST, FREE = 11, 14, 100, 50
# Last day of maintenance of each major version (postgresql.org/support/versioning)
ENDS: Mapping[int, tuple[int, int, int]] = {
    11: (2023, 11, 9),
    12: (2024, 11, 21),
    13: (2025, 11, 13),
    14: (2026, 11, 12),
    15: (2027, 11, 11),
    16: (2028, 11, 9),
    17: (2029, 11, 8),
    18: (2030, 11, 14),
}
UTC_NAMES = frozenset(("UTC", "ETC/UTC", "GMT", "ETC/GMT", "UCT", "ETC/UCT", "ZULU", "ETC/ZULU"))
RIGHTS = {"CREATEDB": ("createdb", "databases"), "CREATEROLE": ("createrole", "roles")}
# Key words that cannot stand as a name without quotes (appendix "SQL Key Words" of the documentation)
RESERVED = frozenset(
    re.findall(
        r"\w+",
        "all analyse analyze and any array as asc asymmetric authorization binary both case cast "
        "check collate collation column concurrently constraint create cross current_catalog "
        "current_date current_role current_schema current_time current_timestamp current_user default "
        "deferrable desc distinct do else end except false fetch for foreign freeze from full grant "
        "group having ilike in initially inner intersect into is isnull join lateral leading left "
        "like limit localtime localtimestamp natural not notnull null offset on only or order outer "
        "overlaps placing primary references returning right select session_user similar some "
        "symmetric system_user table tablesample then to trailing true union unique user using "
        "variadic verbose when where window with",
    )
)
Server = Mapping[str, Any]


def came_to(found: Server, stage: str) -> bool:
    """Whether the attempt came as far as a stage; a refusal names the stage that refused."""
    reached = str(found.get("stage") or "")
    return reached in STAGES and STAGES.index(reached) >= STAGES.index(stage)


def identifier(name: str) -> str:
    """A name as SQL takes it."""
    plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in RESERVED
    return name if plain else '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL takes it."""
    return "'" + text.replace("'", "''") + "'"


def lacking(found: Server) -> list[str]:
    """The rights that a role lacks: nothing where it is superuser."""
    if found.get("superuser"):
        return []
    return [right for right, (key, _) in RIGHTS.items() if not found.get(key)]


def grant(user: str, rights: Sequence[str]) -> str:
    """The statement that gives a role what it lacks."""
    return f"ALTER ROLE {identifier(user)} {' '.join(rights)};"


def end_of_life(major: int) -> datetime | None:
    """When the maintenance of a major version ends, None where that is not known."""
    return datetime(*ENDS[major], tzinfo=UTC) if major in ENDS else None


def version(found: Server, now: float) -> Verdict:
    """At least 11; unmaintained ones are warned of, but the guide's own suggestion passes."""
    major, name = int(found.get("version_num") or 0) // 10000, str(found.get("version") or "")
    name = name.removeprefix("PostgreSQL ")
    if major < OLDEST:
        return failed(
            f"PostgreSQL {name} is too old",
            f"Move to PostgreSQL {SUGGESTED} or newer; CoCalc needs at least {OLDEST}.",
        )
    ends = end_of_life(major)
    over = ends is not None and now > ends.timestamp()
    if ends and over and major != SUGGESTED:
        return warned(
            f"PostgreSQL {name}, unmaintained since {ends:%Y-%m}",
            f"Plan the move to a maintained version; the guide suggests {SUGGESTED}, newer ones work.",
        )
    note = f"Its maintenance {'ended' if over else 'ends'} {ends:%Y-%m-%d}." if ends else ""
    if major == SUGGESTED:
        note = f"The version that the guide suggests. {note}"
    return passed(f"PostgreSQL {name}", note)


def rights(found: Server, user: str, here: bool = False) -> Verdict:
    """Superuser, or databases and roles; `here`: the plan gives what is missing."""
    if found.get("superuser"):
        return passed("superuser")
    missing = lacking(found)
    if missing:
        return failed(
            f"{user} may not create " + " or ".join(RIGHTS[m][1] for m in missing),
            "Apply this step to give these rights."
            if here
            else f"Let a database admin run: {grant(user, missing)}",
            detail="CoCalc creates and migrates its own tables and wants nearly all rights.",
            state=State.PARTIAL if here else None,
        )
    if found.get("may_create") is False:
        return failed(
            f"{user} may not create tables in the database",
            "Let a database admin run in that database: "
            f"GRANT CREATE ON SCHEMA public TO {identifier(user)};",
            detail="Since PostgreSQL 15 only the owner of a database may create tables in it.",
        )
    return passed("may create databases and roles")


def connections(found: Server) -> Verdict:
    """Every hub process keeps several."""
    most, used = int(found.get("max_connections") or 0), found.get("used_connections")
    if most < FEWEST:
        return warned(
            f"max_connections {most}",
            f"Let a database admin run: ALTER SYSTEM SET max_connections = {FEWEST}; and restart the server.",
        )
    if used is not None and most - int(used) < FREE:
        return warned(
            f"max_connections {most}, only {most - int(used)} of them free",
            "Raise max_connections, or move what else uses this server.",
            detail="The hub and manage services keep several connections each.",
        )
    return passed(f"max_connections {most}" + (f", {used} in use" if used is not None else ""))


def is_utc(found: Server) -> bool:
    """Whether the clock is in UTC."""
    return str(found.get("timezone") or "").upper() in UTC_NAMES


def time_zone(found: Server, user: str, here: bool = False) -> Verdict:
    """Clocks of nodes and database must be UTC; `here`: the plan sets it."""
    zone = str(found.get("timezone") or "")
    if is_utc(found):
        return passed(zone)
    return warned(
        f"time zone {zone or 'not told'}",
        "Apply this step to set it."
        if here
        else f"Let a database admin run: ALTER ROLE {identifier(user)} SET timezone TO 'UTC';",
    )


def encoding(found: Server) -> Verdict:
    """Names and files are in every script of the world."""
    name = str(found.get("encoding") or "")
    if not name and found.get("database_exists") is False:
        return skipped("the database does not exist yet")
    if name.upper().replace("-", "") == "UTF8":
        return passed(name)
    return failed(
        f"encoding {name or 'not told'}",
        "Make the database anew with ENCODING 'UTF8' TEMPLATE template0, or give another name.",
    )


def contents(found: Server, name: str, here: bool = False) -> Verdict:
    """Empty, or CoCalc's own; `here`: the plan makes it."""
    if found.get("database_exists") is False:
        return passed(f"{name} does not exist yet, {'this step' if here else 'CoCalc'} creates it")
    count = found.get("tables")
    count = len(count) if isinstance(count, list | tuple) else int(count or 0)
    if not count:
        return passed(f"{name} is empty")
    if found.get("cocalc"):
        return passed(f"{name} is CoCalc's, {count} tables")
    return warned(
        f"{name} has {count} tables that are not CoCalc's",
        "Give a database of its own as database.name.",
        detail="CoCalc would create its tables beside the others.",
    )
