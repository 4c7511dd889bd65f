"""World files: what a rehearsal is made of.

A world is one YAML or JSON file, bundled or given by path (a snapshot of a real cluster is one):

===============  ===========================================================================================
version          1
world, title     its name, and one line for the list
speed            how many times faster than a real cluster it runs (default 1), shown to the user
age              seconds that it has already been running when it is opened first
cluster          what the probe `cluster` tells: version, server, context, user, platform_hints,
                 clock_skew (s), login_ends_in (s)
objects          Kubernetes objects, as `kubectl get -o yaml` gives them; a snapshot's stay as recorded
                 until somebody changes them (`recorded: true`)
probes           [{kind, args, document}]: answers that come before everything below
tools            name -> {path, version}
databases        host -> {port, user, secret, version, version_num, superuser, … , contents, admin: {user,
                 secret, superuser, createdb, createrole}}; without a user: no role yet; `silent: true`
registries       host -> {logins: [{username, file | secret}], missing: [image or tag], silent}
mailservers      host -> {ports: {number: tls | starttls | clear}, login, secret, senders; silent: true}
dns              name -> {A: [..], AAAA: [..], CNAME: name, CAA: [authority]}; `silent`, `servfail`: true
git              {granted_after}: seconds after its key was made until the vendor grants access (default 0)
certificates     name -> {names, days}: the world's folder gets NAME.crt and NAME.key, made when it is new
addons           chart name -> the objects that it brings
provisioners     name -> {rwx}: whether a provisioner unknown to this program can do ReadWriteMany
loadbalancer     {ip} or {hostname} of the Services of type LoadBalancer; absent: they wait for ever
snippets         "refused" where the ingress controller forbids snippet annotations
programs         [{pod (how its name begins), crash (exit code), log, unready}]
secrets, files   example values by name: {NAME: text}; they are examples, not secrets
answers          example answers as in an answers file; {example: NAME} is one of `secrets`;
                 $CHART is the practice chart, $FOLDER the world's own folder
faults           forbidden: [{verb, resource, namespace}], silent: true, login: text of a refused login
made_by, unseen,  what a snapshot says of itself: its objects stand still, `unseen` [{what, how, reason}] is
answers_text     told again as it was, and the answers are those of an answers file
planted          [{check, what}]: what is wrong on purpose, and the check that must find it
===============  ===========================================================================================
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from cocalc_tui.adapters import credentials
from cocalc_tui.adapters.secrets_hash import docker_config_hash, text_hash
from cocalc_tui.core.answers import Answers, Source
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.errors import UsageError
from cocalc_tui.ports import Vault

Definition = dict[str, Any]
WORLDS = Path(str(files("cocalc_tui").joinpath("assets/worlds")))
CHART = str(files("cocalc_tui").joinpath("assets/practice-chart/cocalc"))
KEYS = frozenset(
    [
        "addons",
        "age",
        "answers",
        "answers_text",
        "certificates",
        "cluster",
        "databases",
        "dns",
        "faults",
        "files",
        "git",
        "loadbalancer",
        "made_by",
        "mailservers",
        "objects",
        "planted",
        "platform",
        "probes",
        "programs",
        "provisioners",
        "recorded",
        "registries",
        "rules",
        "secrets",
        "snippets",
        "speed",
        "title",
        "tools",
        "unseen",
        "version",
        "world",
    ]
)
SOURCES = {"env", "file", "keyring"}


def list_worlds() -> list[tuple[str, str]]:
    """(name, title) of every bundled world."""
    found = []
    for path in sorted(WORLDS.glob("*.yaml")):
        title = re.search(r"^title: *(.+)$", path.read_text("utf-8"), re.MULTILINE)
        found.append((path.stem, title[1].strip("\"'") if title else path.stem))
    return found


def locate(name_or_file: str) -> tuple[str, Path]:
    """The world's name and its file; a given file's name is unlike that of any other file."""
    if re.fullmatch(r"[a-z0-9-]+", name_or_file) and (WORLDS / f"{name_or_file}.yaml").is_file():
        return name_or_file, WORLDS / f"{name_or_file}.yaml"
    path = Path(name_or_file).expanduser()
    if path.is_file():
        mark = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]
        return f"{re.sub(r'[^A-Za-z0-9-]+', '-', path.stem)}-{mark}", path
    known = ", ".join(name for name, _ in list_worlds())
    raise UsageError(
        f"there is no world {name_or_file}", f"Choose one of {known}, or give the path of a snapshot."
    )


def load(name: str, path: Path) -> Definition:
    """The definition in a file, checked. Raises `UsageError`."""
    try:
        text = path.read_text("utf-8")
        found = json.loads(text) if path.suffix == ".json" else yaml.load(text, yaml.CSafeLoader)
    except OSError as error:
        raise UsageError(f"world {path} cannot be read: {(error.strerror or '').lower()}") from None
    except UnicodeDecodeError:
        raise UsageError(f"world {path} is no text") from None
    except (ValueError, yaml.YAMLError) as error:
        raise UsageError(f"world {path} is not readable: {str(error).splitlines()[0]}") from None
    if (
        not isinstance(found, dict)
        or found.get("version") != 1
        or not isinstance(found.get("objects", []), list)
    ):
        raise UsageError(
            f"{path} is no world file of version 1", "Make one with cocalc-tui snapshot --out FILE."
        )
    if unknown := sorted(set(found) - KEYS):
        raise UsageError(f"world {path}: a rehearsal does not know {', '.join(map(str, unknown))}")
    found.setdefault("world", name)
    if found.get("made_by"):
        found.setdefault("recorded", True)
    if "answers_text" in found:
        found["answers"] = (yaml.load(found["answers_text"], yaml.CSafeLoader) or {}).get("answers")
    return _with_hashes(found)


def examples(found: Definition, vault: Vault, folder: Path) -> Answers:
    """The example answers; secrets as references that the vault knows."""
    answers = Answers().put("deploy-key", "path", str(folder / "deploy-key"), Source.EXAMPLE)
    for step, fields in (found.get("answers") or {}).items():
        for name, given in (fields or {}).items():
            value = given
            if isinstance(value, Mapping) and set(value) == {"example"}:
                value = vault.remember(f"{step}.{name}", str(found["secrets"][value["example"]]))
            elif isinstance(value, Mapping) and len(value) == 1 and set(value) <= SOURCES:
                ((source, of),) = value.items()
                value = SecretRef(source, str(of))
            elif isinstance(value, str):
                value = value.replace("$CHART", CHART).replace("$FOLDER", str(folder))
            answers = answers.put(step, name, value, Source.EXAMPLE)
    return answers


def _with_hashes(found: Definition) -> Definition:
    """With hashes of the passwords that databases, mail servers and registries take, and of nothing else."""
    for known in (*(found.get("databases") or {}).values(), *(found.get("mailservers") or {}).values()):
        if "secret" in known:
            known["password_hash"] = _hash(found, known)
        if "secret" in known.get("admin", {}):
            known["admin"]["password_hash"] = _hash(found, known["admin"])
    for host, known in (found.get("registries") or {}).items():
        known["login_hashes"] = [
            "sha256:" + _login_hash(found, host, login) for login in known.get("logins") or ()
        ]
    return found


def _hash(found: Definition, login: Mapping[str, str]) -> str:
    return "sha256:" + text_hash(str(found["secrets"][login["secret"]]))


def _login_hash(found: Definition, host: str, login: Mapping[str, str]) -> str:
    text = str(found["files"][login["file"]] if "file" in login else found["secrets"][login["secret"]])
    user, password = credentials.docker_login(text, login["username"])
    return docker_config_hash({host: {"username": user, "password": password}})
