"""What a refused PostgreSQL login means. libpq hands over no code before the login, only a text."""

from __future__ import annotations

import re

HBA = r"no pg_hba.conf entry for host \"(.*?)\", user \"(.*?)\", database \"(.*?)\""
# (stage, what libpq or the server says, what it means); `{0}` is the first group.
# The stage `database` is for what another database may answer.
MEANINGS = (
    ("tls", r"server does not support SSL", "the server offers no TLS, but sslmode demands it"),
    ("tls", r"root certificate file \"(.+?)\" does not exist", "the authority's file {0} does not exist"),
    ("tls", r"could not read root certificate file \"(.+?)\"", "{0} holds no certificate of an authority"),
    ("tls", r"weak sslmode", "this sslmode needs the file of the certificate authority"),
    ("tls", r"certificate verify failed", "the server's certificate is not trusted"),
    ("tls", r"certificate for \"(.+?)\".* does not match host", "the server's certificate is for {0}"),
    ("tls", r"invalid sslmode value: \"(.*?)\"", "{0} is no sslmode"),
    ("tls", r"SSL error: (.+)", "TLS failed: {0}"),
    ("login", r"password authentication failed for user \"(.*?)\"", "wrong password for the role {0}"),
    ("login", r"no password supplied", "the server wants a password"),
    ("login", r"role \"(.*?)\" does not exist", "there is no role {0}"),
    ("login", r"role \"(.*?)\" is not permitted to log in", "the role {0} may not log in"),
    ("login", HBA + r", (?:no encryption|SSL off)", "pg_hba.conf lets {1} at {0} into {2} only with TLS"),
    ("login", HBA, "pg_hba.conf does not let {1} at {0} into {2}"),
    ("login", r"pg_hba.conf rejects .*? host \"(.*?)\", user \"(.*?)\"", "pg_hba.conf rejects {1} at {0}"),
    ("database", r"database \"(.*?)\" does not exist", "database {0} does not exist"),
    ("database", r"permission denied for database \"(.*?)\"", "the role may not connect to database {0}"),
    ("database", r"database \"(.*?)\" is not currently accepting", "database {0} takes no connections"),
    ("login", r"too many clients|remaining connection slots", "all connections of the server are in use"),
    ("login", r"too many connections for", "all connections that the role or database may have are in use"),
    ("login", r"database system is (starting up|shutting down|in recovery mode)", "the server is {0}"),
    ("login", r"server closed the connection", "the server closed the connection: is it PostgreSQL?"),
    ("login", r"invalid response to|expected authentication request", "what answers is not PostgreSQL"),
)


def explain(text: str) -> tuple[str, str]:
    """Stage and message for libpq's text. The last attempt counts: `prefer` tries again without TLS.

    A server that speaks another language is quoted; whether only the database is missing shows in another.
    """
    last = text.strip().splitlines()[-1] if text.strip() else "no reason was given"
    for scope in (last, text):
        for stage, pattern, meaning in MEANINGS:
            found = re.search(pattern, scope)
            if found:
                return stage, meaning.format(*found.groups())
    return "database", re.sub(r"^connection .*? failed: *", "", last)
