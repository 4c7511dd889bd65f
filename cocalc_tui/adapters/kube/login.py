"""Logging in as the kubeconfig says: files, tokens, client certificates and plugins, all by the package."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import kubernetes.config.exec_provider
import yaml
from kubernetes.client import ApiClient, Configuration

from cocalc_tui.adapters.kube.contexts import IN_CLUSTER, Context, location
from cocalc_tui.errors import CocalcError, Refused, UsageError

# The package hands the terminal to a plugin where standard output is one; ours belongs to the screen.
_terminal = SimpleNamespace(stdout=None, stdin=None, stderr=None, platform=sys.platform)
setattr(kubernetes.config.exec_provider, "sys", _terminal)  # noqa: B010 - to mypy, a module's import is fixed

package: Any = kubernetes.config  # half of it has no types

AGAIN = 30.0  # seconds before a login is tried again; a plugin may open a browser each time
CONNECTIONS = 64  # kept open; urllib3 warns on the screen when it has to drop one


class Login:
    """The client of one context, logged in when first asked for, so that a slow plugin holds up nobody."""

    def __init__(self, kubeconfig: str | None, context: Context) -> None:
        self.context = context
        self._files = location(kubeconfig)
        self._lock = threading.Lock()
        self._client: Any = None
        self._failure: CocalcError | None = None
        self._tried = 0.0

    @property
    def busy(self) -> str:
        """The plugin that is being waited for."""
        return Path(self.context.plugin).name if self.context.plugin and self._lock.locked() else ""

    def client(self, refused: ApiClient | None = None) -> Any:
        """The client. `refused` is one that the server refused: then another, if it is time to try again.

        Raises `Refused` (401) where the plugin fails and `UsageError` where the kubeconfig is of no use.
        """
        with self._lock:
            if self._client is not None and self._client is not refused:
                return self._client
            if self._tried and time.monotonic() - self._tried < AGAIN:
                if self._failure is not None:
                    raise self._failure
                if self._client is not None:
                    return self._client
            self._tried = time.monotonic()
            try:
                self._client, self._failure = self._load(), None
            except CocalcError as failure:
                self._failure = failure
                raise
            return self._client

    def close(self) -> None:
        """Drops idle connections; a plugin that is still at work is left to itself."""
        if self._client is not None:
            self._client.close()

    def _load(self) -> ApiClient:
        settings: Any = Configuration()
        settings.retries = False  # a server that refuses is told at once
        settings.keep_alive = True
        settings.connection_pool_maxsize = CONNECTIONS
        try:
            with _complaints() as said:
                if self.context.name == IN_CLUSTER and not self._files:
                    package.load_incluster_config(client_configuration=settings)
                else:
                    package.load_kube_config(self._files, self.context.name, client_configuration=settings)
        except package.ConfigException as error:
            raise UsageError(
                f"the kubeconfig of context {self.context.name} cannot be used: {error}"
            ) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
            # the package reads entries as they come: a wrong type or bad base64 shows as any of these
            raise UsageError(
                f"the kubeconfig of context {self.context.name} cannot be used: {error!r}"
            ) from None
        if said:
            raise self._failed(said[-1])
        settings.refresh_api_key_hook = self._guarded(settings.refresh_api_key_hook)
        return ApiClient(settings)

    def _guarded(self, refresh: Callable[[Any], None] | None) -> Callable[[Any], None] | None:
        """The package's renewal of a token, one at a time, and its failure told instead of printed."""
        if refresh is None:
            return None
        lock = threading.Lock()

        def renew(settings: Any) -> None:
            with lock, _complaints() as said:
                refresh(settings)
            if said:
                raise self._failed(said[-1])

        return renew

    def _failed(self, said: str) -> Refused:
        name = Path(self.context.plugin).name or "of the kubeconfig"
        if "No such file or directory" in said:
            return Refused(
                f"the login plugin {name} is not installed", f"Install {name} where the PATH finds it.", 401
            )
        line = " ".join(said.removeprefix("exec: ").split()).rstrip(".")[:300]
        return Refused(
            f"the login plugin {name} failed: {line}", "Run kubectl get nodes to see what it asks for.", 401
        )


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What this thread logs as errors: the package only logs that a plugin failed, and goes on without."""
    said: list[str] = []
    mine = threading.get_ident()

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == mine:
                said.append(record.getMessage())

    keep = Keep(logging.ERROR)
    logging.getLogger().addHandler(keep)
    try:
        yield said
    finally:
        logging.getLogger().removeHandler(keep)
