"""Folders for other deployment tools: the wanted end state as files, secrets only by reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from textwrap import indent
from typing import Any

import yaml

from cocalc_tui.core.action import Action, Apply, Helm, Label, WriteFile, WriteSecrets
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.kinds import NAMESPACE, PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM
from cocalc_tui.core.shell import KUBECTL_APPLY, commands
from cocalc_tui.core.sql import Sql
from cocalc_tui.errors import UsageError
from cocalc_tui.render.script import JSON_STRING

VALUES = "my-values.yaml"
SECRET_VALUES = "my-values.secret.yaml"
SHELL = 'set -eu\nhere=$(dirname "$0")\n'
HERE = "@HERE@"


@dataclass(frozen=True, slots=True)
class Bundle:
    """What all kinds of folder are made from. `repo`, `branch`: where the chart is kept.

    `version`: the cluster's, as in "1.33.5"; empty where it is not known.
    """

    actions: tuple[Action, ...]
    repo: str
    branch: str
    version: str
    rehearsal: bool

    @property
    def mark(self) -> str:
        """The line that every file begins with."""
        return "Made by cocalc-tui" + (
            ", from a rehearsal: it fits no real cluster." if self.rehearsal else "."
        )

    @property
    def release(self) -> Helm:
        """The release. Raises `UsageError` where none is planned."""
        found = next((a for a in self.actions if isinstance(a, Helm)), None)
        if found is None:
            raise UsageError("no release is planned yet", "See what is missing: cocalc-tui plan")
        return found

    @property
    def chart(self) -> str:
        """The chart's folder inside its repository."""
        return self.release.chart.rstrip("/").rpartition("/")[2]

    @property
    def values(self) -> str:
        """The text of the values file."""
        return next((a.text for a in self.actions if isinstance(a, WriteFile) and a.step == "values"), "")

    @property
    def secret_values(self) -> WriteSecrets | None:
        """The secrets that the chart takes only as text."""
        return next((a for a in self.actions if isinstance(a, WriteSecrets)), None)

    def commented(self, text: str) -> str:
        """A text with the line that says who made it, for YAML and the like."""
        return f"# {self.mark}\n{text}"

    def objects(self) -> dict[str, str]:
        """Manifests without secrets, as files: namespace, claims, all others."""
        files: dict[str, list[Mapping[str, Any]]] = {}
        for action in self.actions:
            if isinstance(action, Apply) and not action.slots:
                name = {
                    NAMESPACE: "namespace.yaml",
                    PERSISTENT_VOLUME: "claims.yaml",
                    PERSISTENT_VOLUME_CLAIM: "claims.yaml",
                }.get(action.kind, "objects.yaml")
                files.setdefault(name, []).append(dict(action.manifest))
        return {name: self.commented(many(found)) for name, found in files.items()}

    def preparation(self) -> str:
        """Shell text for what these tools do not do; empty where there is nothing."""
        parts = [commands(a) for a in self.actions if isinstance(a, Label | HelmAddon | Sql)]
        return f"#!/bin/sh\n# {self.mark}\n{SHELL.splitlines()[0]}\n" + _together(parts) if parts else ""

    def secrets(self, further: Iterable[str] = (), *, file: bool = False) -> str:
        """Shell text that makes the Secrets from environment variables and files.

        `file`: also the second values file, beside the script. `further` are commands of one kind of folder.
        """
        parts = []
        if "namespace.yaml" in self.objects():
            parts.append(KUBECTL_APPLY.replace("-f -", '-f "$here"/namespace.yaml'))
        parts += [commands(a) for a in self.actions if isinstance(a, Apply) and a.slots]
        if file and self.secret_values:
            beside = replace(self.secret_values, path=f"{HERE}/{SECRET_VALUES}")
            parts.append(commands(beside).replace(HERE, '"$here"'))
        head = f"#!/bin/sh\n# {self.mark}\n# shellcheck disable=SC2016\n{SHELL}{JSON_STRING}\n"
        return head + _together([*parts, *further])


def _together(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n"


def many(documents: Iterable[Mapping[str, Any]]) -> str:
    """Several manifests as one YAML stream."""
    return yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, default_flow_style=False)


def inserted(manifest: Mapping[str, Any], values: str, marker: str) -> str:
    """The manifest with the values file in the place of the text `marker`, comments and forms as they are.

    A file that cannot be indented as it stands is written anew from what it means.
    """
    text = many([manifest])
    line = next(line for line in text.splitlines() if marker in line)
    key = line.partition(":")[0]
    told = yaml.safe_load(values) or {}
    if not told:
        return text.replace(line, f"{key}: {{}}")
    margin = " " * (len(key) - len(key.lstrip()) + 2)
    whole = text.replace(line, f"{key}:\n{indent(values, margin).rstrip()}")
    try:
        if yaml.safe_load(whole) == _filled(manifest, marker, told):
            return whole
    except yaml.YAMLError:
        pass
    anew = yaml.safe_dump(told, sort_keys=False, allow_unicode=True)
    return text.replace(line, f"{key}:\n{indent(anew, margin).rstrip()}")


def _filled(tree: Any, marker: str, told: Any) -> Any:
    if isinstance(tree, Mapping):
        return {key: _filled(value, marker, told) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_filled(value, marker, told) for value in tree]
    return told if tree == marker else tree
