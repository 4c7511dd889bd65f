"""A rehearsal: everything around a practice cluster, kept between commands."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path

from cocalc_tui.adapters.files import Files, write_atomically
from cocalc_tui.adapters.rehearsal import certificates, definition
from cocalc_tui.adapters.rehearsal.cluster import MemoryCluster
from cocalc_tui.adapters.rehearsal.databases import Databases
from cocalc_tui.adapters.rehearsal.defaults import filled
from cocalc_tui.adapters.rehearsal.definition import CHART, Definition, list_worlds
from cocalc_tui.adapters.rehearsal.faults import Faults
from cocalc_tui.adapters.rehearsal.lock import FileLock
from cocalc_tui.adapters.rehearsal.ownership import updated
from cocalc_tui.adapters.rehearsal.probes import Probes
from cocalc_tui.adapters.rehearsal.releases import MemoryHelm
from cocalc_tui.adapters.rehearsal.repository import MemoryRepository
from cocalc_tui.adapters.rehearsal.simulation import Simulation
from cocalc_tui.adapters.rehearsal.store import Store, stamp
from cocalc_tui.adapters.rehearsal.writing import hashed, value_hash, without_nulls
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.facts import Observation
from cocalc_tui.core.kinds import KINDS, STORAGE_CLASS, Kind, kind_of
from cocalc_tui.core.secret import Slot
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused, UsageError

__all__ = ["RehearsalWorld", "list_worlds"]

FORMAT = 1
ALWAYS = ("default", "kube-system")
SAVE_EVERY = 2.0


class RehearsalWorld:
    """A practice cluster with everything around it (`ports.World`). `speed` is how much faster it runs."""

    rehearsal = True

    def __init__(self, name: str, found: Definition, state_dir: Path, clock: Callable[[], float]) -> None:
        self.name = name
        self.title = str(found.get("title") or name)
        self.definition = found
        self.speed = float(found.get("speed", 1))
        self.folder = state_dir / "worlds" / name
        self._state = state_dir / "worlds" / f"{name}.json"
        self._lock = FileLock(state_dir / "worlds" / f".{name}.lock")
        self._seen = (0, 0)
        self._saved_version = 0
        self._saved_at = 0.0
        self._clock = clock
        self.vault = Vault()
        self.files = Files(self.vault)
        self.git = MemoryRepository(found, self.folder, clock)
        self.store = Store(clock())
        self.simulation = Simulation(self.store, found, clock)
        self.cluster = MemoryCluster(
            self.store,
            self.simulation,
            faults=Faults.of(found),
            hash_slot=self._hash_slot,
            kinds=_own_kinds(found),
            saved=self.save,
            refresh=self._refresh,
            exclusive=self._lock,
        )
        self.helm = MemoryHelm(self.cluster, self.files, CHART)
        self.sql = Databases(found, self.cluster, self.vault)
        self._write_files()
        self.examples = definition.examples(found, self.vault, self.folder)
        self.contexts: Sequence[str] = [str((found.get("cluster") or {}).get("context") or found["world"])]
        self._probes = Probes(found, self.helm, self.sql, self.vault, self.files, self.git)

    @classmethod
    def open(
        cls, name_or_file: str, state_dir: Path, clock: Callable[[], float] = time.time
    ) -> RehearsalWorld:
        """The world of that name or file, as the last command left it. Raises `UsageError`."""
        name, path = definition.locate(name_or_file)
        world = cls(name, definition.load(name, path), Path(state_dir), clock)
        with world._lock:
            if not world._load():
                world._populate()
                world.simulation.advance()
                world.save()
        return world

    @staticmethod
    def reset(name_or_file: str, state_dir: Path) -> None:
        """Forgets what happened in a world, and its folder."""
        name, _ = definition.locate(name_or_file)
        (Path(state_dir) / "worlds" / f"{name}.json").unlink(missing_ok=True)
        shutil.rmtree(Path(state_dir) / "worlds" / name, ignore_errors=True)

    async def probe(self, probe: Probe, timeout: float) -> Observation:
        """Tries one probe within a time in seconds."""
        return await self._probes.answer(probe, timeout)

    async def close(self) -> None:
        """Keeps the world for the next command."""
        with self._lock:
            self._refresh()
            if self.store.version != self._saved_version:
                self.save()

    def save(self) -> None:
        """Writes the state atomically; it holds no secret, only hashes."""
        document = json.dumps(
            {"format": FORMAT, "world": self.name, **self.store.dump()}, separators=(",", ":")
        )
        try:
            self._state.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, beside = tempfile.mkstemp(dir=self._state.parent, prefix=f".{self.name}-")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(document)
                Path(beside).replace(self._state)
            except BaseException:
                Path(beside).unlink(missing_ok=True)
                raise
        except OSError as error:
            text = f"the rehearsal cannot be kept in {self._state.parent}: {(error.strerror or '').lower()}"
            raise Refused(text, "Free some space there, or give another --state-dir.") from error
        self._seen = _mark(self._state)
        self._saved_version, self._saved_at = self.store.version, self._clock()

    def _load(self) -> bool:
        try:
            seen = _mark(self._state)
            saved = json.loads(self._state.read_text("utf-8"))
        except FileNotFoundError:
            return False
        except (OSError, ValueError) as error:
            text = f"the state of the world {self.name} cannot be read: {self._state}"
            raise UsageError(text, f"Forget it with: cocalc-tui rehearse {self.name} --reset") from error
        if saved.get("format") != FORMAT:
            raise UsageError(
                f"the world {self.name} was kept by another version",
                f"Forget it with: cocalc-tui rehearse {self.name} --reset",
            )
        self.store.load(saved)
        self._seen, self._saved_version = seen, self.store.version
        return True

    def _refresh(self) -> None:
        """Takes over what another process wrote; keeps what happened by itself."""
        with self._lock:
            try:
                moved = _mark(self._state) != self._seen
            except FileNotFoundError:
                moved = False
            if moved:
                self._load()
            elif self.store.version != self._saved_version and self._clock() - self._saved_at > SAVE_EVERY:
                self.save()

    def _populate(self) -> None:
        begun = self._clock() - float(self.definition.get("age", 0))
        self.store.time = begun
        for name in ALWAYS:
            self._add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        for obj in self.definition.get("objects") or ():
            self._add(obj)
        if self.definition.get("recorded"):
            self.store.extra["recorded"] = {
                o["metadata"]["uid"]: o["metadata"].get("generation", 1) for o in self.store.all()
            }

    def _add(self, obj: definition.Definition) -> None:
        wanted = hashed(without_nulls(deepcopy(obj)))
        meta = wanted["metadata"]
        managers = meta.pop("managedFields", None) or [{"manager": "kubectl"}]
        kept = {
            k: meta[k] for k in ("uid", "creationTimestamp", "deletionTimestamp", "generation") if k in meta
        }
        base = {k: wanted[k] for k in ("apiVersion", "kind")} | {"metadata": {"name": meta["name"], **kept}}
        complete = filled(wanted, self.store.select(STORAGE_CLASS))
        self.store.save(updated(base, complete, managers[0]["manager"], now=stamp(self.store.time)))

    def _write_files(self) -> None:
        for name, text in (self.definition.get("files") or {}).items():
            path = self.folder / name
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                write_atomically(path, str(text))
        certificates.write(self.definition.get("certificates") or {}, self.folder, self._clock())
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _hash_slot(self, slot: Slot) -> str:
        return value_hash(slot.key, self.vault.fill(slot))


def _mark(path: Path) -> tuple[int, int]:
    """What tells one saved state from the next; two may come within one tick of the file system's clock."""
    about = path.stat()
    return (about.st_mtime_ns, about.st_ino)


def _own_kinds(found: Definition) -> list[Kind]:
    """Kinds of the world's objects beyond those that every cluster has."""
    kinds = {
        kind_of(o["apiVersion"], o["kind"], namespaced="namespace" in o["metadata"])
        for o in found.get("objects") or ()
    }
    return sorted(kinds - set(KINDS), key=lambda k: k.plural)
