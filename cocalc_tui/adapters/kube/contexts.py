"""Contexts of a kubeconfig, read without the `kubernetes` package."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cocalc_tui.errors import UsageError

IN_CLUSTER = "in-cluster"
LOOK_AROUND = "Give one with --kubeconfig, or look around without a cluster: cocalc-tui rehearse"


@dataclass(frozen=True, slots=True)
class Context:
    """One context: where it leads, as whom, and the program that gives its login, if any."""

    name: str
    current: bool = False
    server: str = ""
    user: str = ""
    namespace: str = ""
    plugin: str = ""


def location(kubeconfig: str | None) -> str:
    """Files joined by `:`, as given, from KUBECONFIG, or the default; those that do not exist left out.

    Empty where there is none at all. Raises `UsageError` for a given file that does not exist.
    """
    if kubeconfig:
        path = Path(kubeconfig).expanduser()
        if not path.is_file():
            raise UsageError(
                f"kubeconfig {kubeconfig} does not exist", "Give another file with --kubeconfig."
            )
        return str(path)
    named = os.environ.get("KUBECONFIG") or "~/.kube/config"
    paths = [Path(name).expanduser() for name in named.split(os.pathsep) if name]
    return os.pathsep.join(str(path) for path in paths if path.is_file())


def contexts(kubeconfig: str | None = None) -> Sequence[Context]:
    """All contexts, the current one marked; as kubectl merges several files (the first to name a thing wins).

    Raises `UsageError` where no kubeconfig exists or one cannot be read.
    """
    files = location(kubeconfig)
    if not files:
        if os.environ.get("KUBERNETES_SERVICE_HOST"):
            return (Context(IN_CLUSTER, current=True),)
        raise UsageError("there is no kubeconfig (KUBECONFIG, ~/.kube/config)", LOOK_AROUND)
    documents = [_read(name) for name in files.split(os.pathsep)]
    current = next((str(d["current-context"]) for d in documents if d.get("current-context")), "")
    found = _by_name(documents, "contexts", "context")
    users = _by_name(documents, "users", "user")
    clusters = _by_name(documents, "clusters", "cluster")
    return tuple(
        Context(
            name,
            current=name == current,
            server=str(clusters.get(str(entry.get("cluster")), {}).get("server", "")),
            user=str(entry.get("user") or ""),
            namespace=str(entry.get("namespace") or ""),
            plugin=str((users.get(str(entry.get("user")), {}).get("exec") or {}).get("command", "")),
        )
        for name, entry in found.items()
    )


def choose(kubeconfig: str | None, name: str | None) -> Context:
    """The named context, or the current one. Raises `UsageError` where it does not exist."""
    known = contexts(kubeconfig)
    names = ", ".join(context.name for context in known) or "none"
    for context in known:
        if context.name == name if name else context.current:
            return context
    if name:
        raise UsageError(f"context {name} does not exist", f"Use one of the kubeconfig: {names}")
    raise UsageError("the kubeconfig names no current context", f"Choose one with --context: {names}")


def _read(name: str) -> Mapping[str, Any]:
    try:
        document = yaml.safe_load(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise UsageError(f"kubeconfig {name} cannot be read: {reason}", "Give another file.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise UsageError(
            f"kubeconfig {name} is not YAML{where}", "Repair it, or give another file."
        ) from None
    if not isinstance(document, Mapping):
        raise UsageError(f"kubeconfig {name} is empty or no kubeconfig", "Give another file.")
    return document


def _by_name(
    documents: Iterable[Mapping[str, Any]], plural: str, single: str
) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for document in documents:
        entries = document.get(plural)
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping) and isinstance(entry.get(single), Mapping):
                found.setdefault(str(entry.get("name")), entry[single])
    return found
