"""The shell commands that do what an action does, for people and for the exported script.

POSIX sh. Secrets come from environment variables and files and reach programs by standard input only.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import assert_never

import yaml

from cocalc_tui.core.action import (
    MANAGER,
    Action,
    Apply,
    Delete,
    Git,
    Helm,
    Label,
    MakeKey,
    Wait,
    WriteFile,
    WriteSecrets,
)
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.secret import DockerConfigSlot, SecretRef, Slot
from cocalc_tui.core.shell_git import check_out, make_key
from cocalc_tui.core.sql import Sql

SQL_PURPOSE = {"admin_password": "db admin password", "password": "postgresql-password"}
KUBECTL_APPLY = f"kubectl apply --server-side --field-manager={MANAGER} -f -"


def variable(ref: SecretRef, purpose: str) -> str:
    """The environment variable that the script reads a secret from."""
    if ref.source == "env" and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", ref.name):
        return ref.name
    return "COCALC_" + re.sub(r"[^A-Z0-9]+", "_", purpose.upper()).strip("_")


def heredoc(text: str, mark: str = "END", *, expand: bool = False) -> str:
    """A here-document; quoted unless `expand`."""
    while mark in text:
        mark += "_"
    quote = "" if expand else "'"
    return f"<<{quote}{mark}{quote}\n{text.rstrip(chr(10))}\n{mark}"


def commands(action: Action) -> str:
    """The commands of one action, to read and to run by hand."""
    match action:
        case Apply():
            return _apply(action)
        case Label():
            return _label(action)
        case WriteFile():
            return f"cat >{shlex.quote(action.path)} {heredoc(action.text)}"
        case WriteSecrets():
            return _secret_values(action)
        case Helm():
            return helm_command(action, shlex.quote(action.chart))
        case HelmAddon():
            return addon_command(action)
        case Delete():
            where = f" --namespace {shlex.quote(action.namespace)}" if action.namespace else ""
            return f"kubectl delete {action.kind.plural} {shlex.quote(action.name)}{where} --ignore-not-found"
        case Sql():
            return psql(action)
        case Wait():
            return _wait(action)
        case MakeKey():
            return make_key(action)
        case Git():
            return check_out(action)
        case _:
            assert_never(action)


def helm_command(action: Helm, chart: str) -> str:
    """`helm upgrade --install` with its values files; `chart` is inserted as it is."""
    files = "".join(f" \\\n  --values {shlex.quote(f)}" for f in action.values_files)
    return (
        f"helm upgrade --install {shlex.quote(action.release)} {chart} \\\n"
        f"  --namespace {shlex.quote(action.namespace)}{files} \\\n"
        f"  --labels cocalc-tui-inputs={action.inputs} --history-max 10"
        + (" --reset-then-reuse-values" if action.carry else "")
    )


def addon_command(action: HelmAddon) -> str:
    """`helm upgrade --install` of an add-on, its values on standard input."""
    chart = " ".join(shlex.quote(a) for a in action.arguments())
    return (
        f"helm upgrade --install {shlex.quote(action.release)} {chart} \\\n"
        f"  --namespace {shlex.quote(action.namespace)} --create-namespace \\\n"
        f"  --labels cocalc-tui-inputs={action.inputs} --history-max 10 \\\n"
        f"  --values - {heredoc(action.values)}"
    )


def _manifest(action: Apply) -> str:
    return yaml.safe_dump(
        dict(action.manifest), sort_keys=False, allow_unicode=True, default_flow_style=False
    )


def _apply(action: Apply) -> str:
    if not action.slots:
        return f"{KUBECTL_APPLY} {heredoc(_manifest(action))}"
    lines, data = [], {}
    for number, slot in enumerate(action.slots):
        name = f"value{number}"
        lines += _slot(slot, name, action.name)
        data[slot.key] = f"${{{name}}}"
    manifest = {**action.manifest, "data": data}
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, default_flow_style=False)
    return "\n".join([*lines, f"{KUBECTL_APPLY} {heredoc(text, expand=True)}"])


def _read(ref: SecretRef, purpose: str) -> str:
    if ref.source == "file":
        return f"$(cat {shlex.quote(ref.name)})"
    name = variable(ref, purpose)
    return f"${{{name}:?set {name} first}}"


def _slot(slot: Slot, name: str, owner: str) -> list[str]:
    if isinstance(slot, DockerConfigSlot):
        server, user, email = (shlex.quote(json.dumps(t)) for t in (slot.server, slot.username, slot.email))
        shape = '{"auths":{%s:{"username":%s,"password":%s,"email":%s,"auth":"%s"}}}'
        colon = shlex.quote(slot.username + ":")
        return [
            f'password="{_read(slot.ref, owner + " credentials")}"',
            f"auth=$(printf '%s' {colon}\"$password\" | base64 | tr -d '\\n')",
            f"{name}=$(printf '{shape}' {server} {user} \\",
            f'  "$(json_string "$password")" {email} "$auth" | base64 | tr -d \'\\n\')',
        ]
    return [f"{name}=$(printf '%s' \"{_read(slot.ref, slot.key)}\" | base64 | tr -d '\\n')"]


def _label(action: Label) -> str:
    node: dict[str, object] = {"apiVersion": "v1", "kind": "Node"}
    node["metadata"] = {
        "name": action.node,
        "labels": {k: v for k, v in action.labels.items() if v is not None},
    }
    text = f"{KUBECTL_APPLY} {heredoc(yaml.safe_dump(node, sort_keys=False))}"
    gone = [f"{k}-" for k, v in action.labels.items() if v is None]
    if gone:
        text += f"\nkubectl label node {shlex.quote(action.node)} {' '.join(gone)}"
    for key, value, effect in action.taints:
        text += f"\nkubectl taint node {shlex.quote(action.node)} {key}={value}:{effect} --overwrite"
    return text


def _secret_values(action: WriteSecrets) -> str:
    """Nested YAML with JSON strings as values, so that any text survives."""
    tree: dict[str, object] = {}
    for number, (path, _) in enumerate(action.entries):
        here = tree
        *parents, leaf = path.split(".")
        for key in parents:
            here = here.setdefault(key, {})  # type: ignore[assignment]  # only mappings are put above leaves
        here[leaf] = f"@{number}@"
    text = yaml.safe_dump(tree, sort_keys=False)
    lines = []
    for number, (path, ref) in enumerate(action.entries):
        name = f"secret{number}"
        lines.append(f'{name}=$(json_string "{_read(ref, path)}")')
        text = re.sub(rf"'?@{number}@'?", f"${{{name}}}", text)
    path = shlex.quote(action.path)
    return "\n".join([*lines, f"(umask 077 && cat >{path} {heredoc(text, expand=True)}", ")"])


def psql(action: Sql) -> str:
    """psql with its statements on standard input; passwords reach it by its environment.

    A backquoted command sets a variable in every version of psql; `\\getenv` came with version 15.
    """
    if not action.statements:
        return f"# {action.target}: role and database are there"
    where = {
        "host": action.host,
        "port": str(action.port),
        "user": action.user,
        "dbname": "postgres",
        "sslmode": action.sslmode,
        "sslrootcert": action.ca_file,
    }
    conninfo = " ".join(f"{key}={_conninfo(value)}" for key, value in where.items() if value)
    words = [f'PGPASSWORD="{_read(action.ref, SQL_PURPOSE["admin_password"])}"']
    lines = []
    if action.password:
        words.append(f'COCALC_NEW_PASSWORD="{_read(action.password, SQL_PURPOSE["password"])}"')
        lines.append("\\set password `printf '%s' \"$COCALC_NEW_PASSWORD\"`")
    for statement in action.statements:
        if statement.unless:
            lines += [f"{statement.unless} AS so \\gset", "\\if :so", "\\else"]
        lines.append(f"{statement.text};")
        if statement.unless:
            lines.append("\\endif")
    words.append(f"psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 {shlex.quote(conninfo)}")
    return " \\\n".join(words) + " " + heredoc("\n".join(lines))


def _conninfo(value: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9._:/-]+", value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _wait(action: Wait) -> str:
    if "release.rollout" in action.checks:
        return "wait_for_rollout"
    return f"# {action.target}: {action.why}"
