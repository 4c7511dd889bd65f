"""How git reaches a repository by SSH: with one key, and only a host whose key is known."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from typing import NamedTuple

FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")

# docs.github.com, "GitHub's SSH key fingerprints"; the same keys answer at ssh.github.com:443
GITHUB_FINGERPRINTS = (
    "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
    "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM",
    "SHA256:uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s",
)
_ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
_ECDSA = (
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N8"
    "7uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg="
)
_RSA = (
    "AAAAB3NzaC1yc2EAAAADAQABAAABgQCj7ndNxQowgcQnjshcLrqPEiiphnt+VTTvDP6mHBL9j1aNUkY4Ue1gvwnGLVlOhGeY"
    "rnZaMgRK6+PKCUXaDbC7qtbW8gIkhL7aGCsOr/C56SJMy/BCZfxd1nWzAOxSDPgVsmerOBYfNqltV9/hWCqBywINIR+5dIg6"
    "JTJ72pcEpEjcYgXkE2YEFXV1JHnsKgbLWNlhScqb2UmyRkQyytRLtL+38TGxkxCflmO+5Z8CSSNY7GidjMIZ7Q4zMjA2n1nG"
    "rlTDkzwDCsw+wqFPGQA179cnfGWOWRVruj16z6XyvxvjJwbz0wQZ75XK5tKSb7FNyeIEs4TT4jk+S4dhPeAUC5y+bDYirYgM"
    "4GC7uEnztnZyaVWQ7B381AK4Qdrwt51ZqExKbQpTUNn+EjqoTwvqNj4kqx5QUCI0ThS/YkOxJCXmPUWZbhjpCg56i+2aB6Cm"
    "K2JGhn57K5mj0MNdBXA4/WnwH6XoPWJzK5Nyu2zB3nAZp+S5hpQs+p1vN1/wsjk="
)
GITHUB_KEYS = (f"ssh-ed25519 {_ED25519}", f"ecdsa-sha2-nistp256 {_ECDSA}", f"ssh-rsa {_RSA}")


class Host(NamedTuple):
    """Where a repository is asked for by SSH."""

    user: str
    name: str
    port: int

    @property
    def known_name(self) -> str:
        """As a known_hosts file names it."""
        return self.name if self.port == 22 else f"[{self.name}]:{self.port}"

    @property
    def shown(self) -> str:
        """As the screens name it."""
        return self.name if self.port == 22 else f"{self.name}:{self.port}"

    @property
    def github(self) -> bool:
        """Whether its keys are published by GitHub."""
        return (self.name.lower(), self.port) in (("github.com", 22), ("ssh.github.com", 443))


def host_of(repo: str) -> Host | None:
    """The SSH host of an address (`git@host:path` or `ssh://git@host:port/path`); None for any other."""
    found = re.fullmatch(r"ssh://(?:([^@/]+)@)?([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::(\d+))?/.*", repo)
    if found:
        return Host(found[1] or "git", found[2].strip("[]"), int(found[3] or 22))
    short = re.fullmatch(r"(?:([A-Za-z0-9._-]+)@)?([A-Za-z0-9.-]+):(?!//).+", repo)
    if short and not short[2].startswith("-"):
        return Host(short[1] or "git", short[2], 22)
    return None


def known_hosts(host: Host, keys: tuple[str, ...]) -> str:
    """A known_hosts file of one host; a key is its type and its base64 text."""
    return "".join(f"{host.known_name} {key}\n" for key in keys)


def pin_file(key: str) -> str:
    """Where the host keys are pinned that a deploy key is used with."""
    return f"{key}.known_hosts"


def ssh_arguments(key: str, pinned: str) -> list[str]:
    """ssh that offers this key alone and talks only to the pinned host. Percent signs are ssh's own."""
    return [
        "ssh",
        "-i",
        key.replace("%", "%%"),
        "-o",
        "IdentitiesOnly=yes",
        "-o",
        f'UserKnownHostsFile="{pinned.replace("%", "%%")}"',
        "-o",
        "StrictHostKeyChecking=yes",
    ]


def ssh_command(key: str) -> str:
    """What `core.sshCommand` of the checkout is set to."""
    return shlex.join(ssh_arguments(key, pin_file(key)))


def key_of(command: str) -> str:
    """The key that a `core.sshCommand` names, empty if none."""
    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    for here, after in pairwise([*words, ""]):
        if here == "-i":
            return after.replace("%%", "%")
        if here.startswith("-i") and len(here) > 2:
            return here[2:].replace("%%", "%")
    return ""
