"""SQL statements as data: their passwords are references, and each says when it is not needed."""

from __future__ import annotations

from dataclasses import dataclass

from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Need, Probe

PASSWORD = ":'password'"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement without its semicolon. `unless` is a query of one truth value: what is true is left.

    A password stands in it as `PASSWORD`, which is how psql quotes a variable of that name.
    """

    text: str
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Sql:
    """Statements that are run in their order, each on its own, by the login of a database administrator.

    `seen_by` are the probes that tell whether they are needed; an empty list of statements means that all
    is so already. `password` is the one that the statements speak of, `ref` that of the login.
    """

    id: str
    step: str
    why: str
    host: str
    port: int
    user: str
    ref: SecretRef
    statements: tuple[Statement, ...]
    seen_by: tuple[Probe, ...]
    password: SecretRef | None = None
    sslmode: str = "prefer"
    ca_file: str = ""
    after: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """What it changes, as the screens name it."""
        return f"PostgreSQL {self.host}:{self.port}"

    @property
    def refs(self) -> tuple[tuple[str, SecretRef], ...]:
        """The secrets that it needs, each with its purpose."""
        return (("admin_password", self.ref), *((("password", self.password),) if self.password else ()))

    def looks_at(self) -> tuple[Need, ...]:
        """The facts that tell whether it is already done, and whether its secrets can be read."""
        return (*self.seen_by, *(ref.probe() for _, ref in self.refs))

    def shown(self) -> tuple[str, ...]:
        """The statements for people: where a password comes from, and never the password."""
        return tuple(self.show(s) for s in self.statements)

    def show(self, statement: Statement) -> str:
        """One of them for people."""
        return statement.text.replace(PASSWORD, f"({self.password})") + ";"
