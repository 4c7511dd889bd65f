"""A real SSH server on loopback that serves a bare git repository to the keys that were granted access."""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh

VALUES = """\
global:
  settings: {{dns: "", kucalc: "yes"}}
  database: {{secretName: x}}
hub:
  image: {{tag: "{tag}"}}
"""


def git(folder: Path, *arguments: str) -> str:
    """Runs git as the vendor does."""
    names = {
        f"GIT_{who}_{what}": "vendor@example.edu"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **names, "GIT_CONFIG_GLOBAL": "/dev/null"},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


class Vendor:
    """The vendor's side: a bare repository and who may read it."""

    def __init__(self, folder: Path) -> None:
        self.bare = folder / "cocalc-cloud-helm.git"
        self.work = folder / "vendor"
        self.granted: set[str] = set()
        self.served: list[str] = []
        self.work.mkdir()
        git(self.work, "init", "-q", "-b", "main")
        (self.work / "cocalc").mkdir()
        (self.work / "cocalc/Chart.yaml").write_text("apiVersion: v2\nname: cocalc\nversion: 1.0.0\n")
        git(folder, "init", "-q", "--bare", "-b", "main", str(self.bare))
        self.first = self.release("1", "The first chart")

    def release(self, tag: str, subject: str, values: str = VALUES) -> str:
        """Pushes a commit with other images; gives its name."""
        (self.work / "cocalc/values.yaml").write_text(values.format(tag=tag))
        git(self.work, "add", "-A")
        git(self.work, "commit", "-q", "-m", subject)
        git(self.work, "push", "-q", "--force", str(self.bare), "HEAD:refs/heads/main")
        return git(self.work, "rev-parse", "HEAD")

    def rewrite(self, subject: str) -> str:
        """Replaces the branch's last commit, as a force-push does."""
        git(self.work, "commit", "-q", "--amend", "-m", subject)
        git(self.work, "push", "-q", "--force", str(self.bare), "HEAD:refs/heads/main")
        return git(self.work, "rev-parse", "HEAD")

    def grant(self, public: str) -> None:
        """Adds a deploy key."""
        self.granted.add(" ".join(public.split()[:2]))


class Door(asyncssh.SSHServer):
    """Lets granted keys in, by public key alone."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor

    def begin_auth(self, username: str) -> bool:
        """Always."""
        return True

    def public_key_auth_supported(self) -> bool:
        """The only way in."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """As the vendor decided."""
        shown = " ".join(key.export_public_key("openssh").decode().split()[:2])
        return username == "git" and shown in self._vendor.granted


class Server:
    """The running server; `repo` is the address to give."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.port = 0
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self._listener: asyncssh.SSHAcceptor | None = None

    @property
    def repo(self) -> str:
        """The repository's address."""
        return f"ssh://git@127.0.0.1:{self.port}/cocalc-cloud-helm.git"

    @property
    def fingerprint(self) -> str:
        """Of the key that it shows."""
        return str(self.key.get_fingerprint())

    async def start(self) -> None:
        """Listens, on the port that it had before."""
        self._listener = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_factory=lambda: Door(self.vendor),
            server_host_keys=[self.key],
            process_factory=self._serve,
            encoding=None,
        )
        self.port = self._listener.get_port()

    async def stop(self) -> None:
        """Listens no more."""
        if self._listener:
            self._listener.close()
            await self._listener.wait_closed()
            self._listener = None

    async def _serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """`git-upload-pack` of the one repository, and nothing else."""
        words = shlex.split(process.command or "")
        self.vendor.served.append(process.command or "")
        if words != ["git-upload-pack", "/cocalc-cloud-helm.git"]:
            process.stderr.write(b"ERROR: Repository not found.\n")
            process.exit(1)
            return
        pack = await asyncio.create_subprocess_exec(
            "git-upload-pack",
            str(self.vendor.bare),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert pack.stdin
        assert pack.stdout
        feeding = asyncio.create_task(_feed(process, pack.stdin))
        while chunk := await pack.stdout.read(1 << 16):
            process.stdout.write(chunk)
            await process.stdout.drain()
        feeding.cancel()
        await asyncio.wait([feeding])
        process.exit(await pack.wait())


async def _feed(process: asyncssh.SSHServerProcess[bytes], into: asyncio.StreamWriter) -> None:
    """What the client asks, as long as the program listens."""
    while chunk := await process.stdin.read(1 << 16):
        into.write(chunk)
        await into.drain()
    into.close()


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Server]:
    """A server with a fresh repository, ended afterwards."""
    vendor = await asyncio.to_thread(Vendor, folder)
    server = Server(vendor)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
