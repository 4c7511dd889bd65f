"""The exported script: the same end state with kubectl and helm, and no cocalc-tui."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from cocalc_tui.core.action import Action, Apply, Helm, Wait, WriteFile, WriteSecrets
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.kinds import PERSISTENT_VOLUME_CLAIM
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.shell import SQL_PURPOSE, commands, helm_command, heredoc, variable
from cocalc_tui.core.sql import Sql

HEAD = """\
#!/bin/sh
# Installs CoCalc with kubectl and helm, exactly as `cocalc-tui apply` would.
# Made by cocalc-tui{rehearsal}. It may be run again: what is already so is left alone.
# shellcheck disable=SC2016
set -eu
"""

JSON_STRING = """
# A text as a JSON string (which is YAML too).
json_string() {
  printf '%s' "$1" |
    sed -e 's/\\\\/\\\\\\\\/g' -e 's/"/\\\\"/g' -e "s/$(printf '\\t')/\\\\\\\\t/g" |
    awk 'BEGIN { printf "\\"" } NR > 1 { printf "\\\\n" } { printf "%s", $0 } END { printf "\\"" }'
}
"""


def script(actions: Iterable[Action], *, rehearsal: bool, context: str) -> str:
    """A POSIX shell script of the wanted actions, secrets read from environment variables."""
    wanted = list(actions)
    parts = [HEAD.format(rehearsal=", from a rehearsal: it fits no real cluster" if rehearsal else "")]
    needed = sorted({v for a in wanted for v in _variables(a)})
    if needed:
        parts.append("# Secrets, never written here: set these before you run it.")
        parts += [f': "${{{name}:?set {name} first}}"' for name in needed]
    parts.append(f"\n# The cluster: the context {context!r} when this was made.")
    if any(isinstance(a, WriteSecrets) or (isinstance(a, Apply) and a.slots) for a in wanted):
        parts.append(JSON_STRING.rstrip())
    for action in wanted:
        parts.append(f"\necho {shlex.quote(action.step + ': ' + action.target)}")
        parts.append(_commands(action, wanted))
    parts.append("\necho 'done'")
    return "\n".join(parts) + "\n"


def _variables(action: Action) -> Iterable[str]:
    refs: list[tuple[SecretRef, str]] = []
    if isinstance(action, Apply):
        refs = [
            (s.ref, s.key if s.key != ".dockerconfigjson" else action.name + " credentials")
            for s in action.slots
        ]
    if isinstance(action, WriteSecrets):
        refs = [(ref, path) for path, ref in action.entries]
    if isinstance(action, Sql) and action.statements:
        refs = [(ref, SQL_PURPOSE[purpose]) for purpose, ref in action.refs]
    return [variable(ref, purpose) for ref, purpose in refs if ref.source != "file"]


def _commands(action: Action, wanted: list[Action]) -> str:
    if isinstance(action, WriteFile):
        path = shlex.quote(action.path)
        keep = f'if [ -e {path} ] && [ "${{OVERWRITE:-no}}" != yes ]; then'
        return (
            f"{keep}\n  echo 'kept as it is; OVERWRITE=yes replaces it'\nelse\n"
            f"cat >{path} {heredoc(action.text)}\nfi"
        )
    if isinstance(action, Helm):
        return f"CHART=${{CHART:-{shlex.quote(action.chart)}}}\n" + helm_command(action, '"$CHART"')
    if isinstance(action, Wait):
        return _wait(action, wanted)
    return commands(action)


def _wait(action: Wait, wanted: list[Action]) -> str:
    addon = next((a for a in wanted if isinstance(a, HelmAddon) and a.step == action.step), None)
    main = next((a for a in wanted if isinstance(a, Helm)), None)
    release = main if "release.rollout" in action.checks else addon
    if release:
        name, namespace = shlex.quote(release.release), shlex.quote(release.namespace)
        return (
            f"helm get manifest {name} --namespace {namespace} |\n"
            f"  kubectl get --namespace {namespace} --output name -f - |\n"
            "  grep -E '^(deployment|statefulset|daemonset)' |\n"
            "  while read -r workload; do\n"
            f'    kubectl rollout status "$workload" --namespace {namespace} --timeout {action.timeout}s\n'
            "  done"
        )
    claims = [a for a in wanted if isinstance(a, Apply) and a.kind == PERSISTENT_VOLUME_CLAIM]
    return (
        "\n".join(
            f"kubectl wait --for=jsonpath='{{.status.phase}}'=Bound pvc/{a.name} "
            f"--namespace {a.namespace} --timeout {action.timeout}s"
            for a in claims
        )
        or ":"
    )
