"""What the engine asks of the outside. Adapters implement it; a rehearsal world does so in memory.

Probes, by kind, with their arguments and the one document that `Seen` holds. Each document is plain JSON,
holds no secret, and has `error` (a text) where the question was answered by a refusal that the check has to
judge; what could not be asked at all is `Unreachable` or `Denied`.

========================  ==================================================================================
kind (arguments)          document
========================  ==================================================================================
cluster                   uid, version, server, context, user, expires_at (Unix s or null), clock_skew (s or
                          null), platform_hints (list of text)
rules (namespace)         rules (list of {verbs, groups, resources, names}), incomplete (bool)
access (verb, group,      allowed (bool), reason
resource, namespace)
tools (helm, kubectl,     helm, kubectl, git, ssh: each {path, version, error}
git)
secret (ref)              sha256, length, edges (white space at an end), error
credentials (ref,         sha256 (of server, user name, password), kind (service-account, plain), account,
server, username, email)  project, error, line
registry (server,         ok, detail, error
username, ref)
file (path, masked)       exists, text, sha256, error; masked: text without secrets, secrets (how many)
secret-values (path,      exists, same
entries)
chart (directory)         found, path, name, version, app_version, values_text, values, schema, subcharts
                          ({name: {values_text, values}}), missing_dependencies, digest (of all files), git
                          ({commit, branch, dirty, remote, ssh_command, behind} or null), error
postgres (host, port,     stage (dns, tcp, tls, login, ok: how far it came), error, address, latency_ms,
name, user, ref,          version, version_num, tls, superuser, createdb, createrole, max_connections,
sslmode, ca_file)         used_connections, timezone, encoding, database_exists, may_create (tables or
                          null), tables, cocalc (bool)
postgres-admin (as        stage, error, address, superuser, createdb, createrole (of the administrator),
postgres, admin_user;     timezone, role_exists, role_login, role_superuser, role_createdb, role_createrole,
ref is the admin's)       database_exists, database_owner, tables, cocalc (null where not seen)
smtp (server, port,       stage (dns, tcp, greeting, tls, login, sender, ok: what was refused), error, code
secure, login, ref,       (of the server's reply or null), address, latency_ms, tls (version or null),
sender)                   starttls (offered), logins (kinds offered)
release (release,         found, revision, values (what its user gave helm, every text that could be a
namespace, revision)      secret masked)
dns (name, caa)           kind (ok, nxdomain, nodata, servfail), error, addresses, cname (chain), here (as
                          this machine's resolver says), servers (list of {name, kind, addresses, cname}),
                          zone, caa ({at, records: list of {tag, value}, error} or null)
deploy-key (path)         exists, mode (number), type, public (the line of the .pub file), fingerprint,
                          encrypted, error
git-access (repo,         ok, denied (the host refused the key), commit (of the branch), host, host_key
branch, key,              ({state: pinned, unknown or changed, fingerprint, type}; null where SSH is not
host_fingerprint)         used), error; a host that does not answer is unreachable
checkout (directory,      state (absent, empty, folder, unborn, checkout, broken), commit, branch, dirty (list
key)                      of files), remote, ssh_command, key_set (it names this key), upstream, error
git-remote (directory,    commit (the branch's newest), behind, ahead, incoming and earlier ([{commit,
repo, branch, key,        subject, date}]), added, removed (value paths), changed ([{path, before, after}]),
host_fingerprint)         images (those of the changed that name an image or tag), denied, error
certificate (cert_file,   error, key_error, subject, issuer, names, not_before, not_after (Unix s),
ref of the key)           key_matches, chain (complete, self-signed, private, incomplete, disordered), count
                          (certificates), hashes, key_hashes (sha256 of the text, and of it with a line end)
render (chart, release,   objects (manifests, values of Secrets left out), lint (list of text), error, digest
namespace, path, text,
entries)
dry-run (as render)       accepted (number), refused (list of {object, message}), namespace (where it was
                          tried)
========================  ==================================================================================
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Protocol

from cocalc_tui.core.action import Apply, Git, Helm, Label, MakeKey, WriteFile, WriteSecrets
from cocalc_tui.core.answers import Answers
from cocalc_tui.core.facts import Object, Observation
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.kinds import Kind
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.sql import Sql
from cocalc_tui.core.topics import Probe, Topic


class Cluster(Protocol):
    """The API server. Every call raises `Refused` or `Unreached`, except where it returns an observation."""

    @property
    def requests(self) -> int:
        """Requests sent so far."""

    @property
    def writes(self) -> int:
        """Changes asked for so far, without leases, reviews and dry runs."""

    async def read(self, topic: Topic, timeout: float) -> Observation:
        """One bounded list of a topic."""

    def follow(self, topic: Topic) -> AsyncIterator[Observation]:
        """The topic's objects, now and after each change: list, watch, relist with backoff.

        A cut connection yields the last objects with `stale` set until the next list succeeds. Never ends
        by itself; closing the iterator ends its connection.
        """

    async def get(self, kind: Kind, name: str, namespace: str | None = None) -> Object | None:
        """One object whole, None where it does not exist."""

    async def apply(self, action: Apply, *, dry_run: bool = False, force: bool = False) -> Object:
        """Server-side apply as field manager `cocalc-tui`, the slots' secrets filled in."""

    async def apply_object(self, manifest: Mapping[str, Any], *, dry_run: bool, namespace: str) -> Object:
        """Server-side apply of a rendered object; `namespace` where the manifest names none."""

    async def label(self, action: Label) -> Object:
        """Labels and taints of a node."""

    async def create(self, kind: Kind, manifest: Mapping[str, Any]) -> Object:
        """Creates one object; `Refused` with code 409 where it exists."""

    async def replace(self, kind: Kind, manifest: Mapping[str, Any]) -> Object:
        """Replaces one object; `Refused` with code 409 where its `resourceVersion` moved."""

    async def delete(self, kind: Kind, name: str, namespace: str | None = None) -> None:
        """Deletes one object; nothing happens where it does not exist."""

    async def logs(self, namespace: str, pod: str, container: str, *, lines: int, previous: bool) -> str:
        """The last lines of a container's log."""


class HelmRunner(Protocol):
    """Installs releases."""

    async def upgrade(self, action: Helm | HelmAddon, line: Callable[[str], None]) -> int:
        """`helm upgrade --install`; gives the revision, tells each line of output. Raises `Refused`.

        The namespace of an add-on is made as well.
        """

    async def uninstall(self, release: str, namespace: str) -> None:
        """`helm uninstall`; nothing happens where there is no such release. Raises `Refused`."""


class SqlRunner(Protocol):
    """Runs statements on a database server."""

    async def run(self, action: Sql, line: Callable[[str], None]) -> int:
        """Runs those that are not so already, in their order, and tells each; gives how many.

        Raises `Refused`, `Unreached`; what was told is done.
        """


class Files(Protocol):
    """Files of the user."""

    async def write(self, action: WriteFile) -> None:
        """Writes atomically; `Stale` where the file is no longer what the action was made from."""

    async def write_secrets(self, action: WriteSecrets) -> None:
        """Writes the secret values file, 0600, atomically."""


class Repository(Protocol):
    """The user's side of the vendor's repository."""

    async def make_key(self, action: MakeKey) -> None:
        """Makes a key pair; nothing happens where it is there. Raises `Refused`."""

    async def check_out(self, action: Git, line: Callable[[str], None]) -> None:
        """Makes or moves the checkout, pins the host's key. Raises `Refused`, `Unreached`."""


class Vault(Protocol):
    """Secrets of this run."""

    def remember(self, name: str, value: str) -> SecretRef:
        """Keeps a typed secret in memory and gives a reference that is new for each value."""


class World(Protocol):
    """A cluster to talk to, with everything around it: the real one or a rehearsal."""

    @property
    def name(self) -> str:
        """The context, or the rehearsal's name."""

    @property
    def rehearsal(self) -> bool:
        """Whether nothing of it is real."""

    @property
    def speed(self) -> float:
        """How much faster than the clock its time runs: 1 for a real cluster."""

    @property
    def cluster(self) -> Cluster:
        """The API server."""

    @property
    def helm(self) -> HelmRunner:
        """Installs releases."""

    @property
    def sql(self) -> SqlRunner:
        """Runs SQL."""

    @property
    def files(self) -> Files:
        """Writes files."""

    @property
    def git(self) -> Repository:
        """Makes keys and checkouts."""

    @property
    def vault(self) -> Vault:
        """Keeps typed secrets."""

    @property
    def examples(self) -> Answers:
        """Answers of a rehearsal, used where the user gave none."""

    @property
    def contexts(self) -> Sequence[str]:
        """Names that another world can be opened by."""

    async def probe(self, probe: Probe, timeout: float) -> Observation:
        """Tries one probe within a time in seconds."""

    async def close(self) -> None:
        """Ends connections and threads."""
