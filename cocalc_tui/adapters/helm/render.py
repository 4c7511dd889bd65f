"""The probe `render`: `helm lint` and `helm template`, what they say and the objects they make."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cocalc_tui.adapters.chart.digest import stamp
from cocalc_tui.adapters.chart.errors import Unreadable
from cocalc_tui.adapters.chart.probe import locate
from cocalc_tui.adapters.files import entries_of, nested, secret_text, secret_value
from cocalc_tui.adapters.helm import distil
from cocalc_tui.adapters.helm.command import Command, private_files
from cocalc_tui.adapters.kube.threads import in_thread
from cocalc_tui.adapters.secrets_hash import data_hashes, text_hash
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.adapters.yaml_load import Broken, load_all
from cocalc_tui.core.facts import Object
from cocalc_tui.core.masking import secrets_in
from cocalc_tui.core.redact import redact
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import UsageError

KEPT = 4  # renderings: a person edits one values file, back and forth
PATIENCE = 60.0  # seconds; a caller with less leaves the rendering to the next


@dataclass(frozen=True, slots=True)
class Rendering:
    """The real objects, secrets and all: for the API server only. `public` is what a fact may hold."""

    objects: tuple[Mapping[str, Any], ...]
    public: Object


class Renderer:
    """Renders each question once; a rendering that is asked for again while it runs is shared."""

    def __init__(self, command: Command, vault: Vault, version: Callable[[], str]) -> None:
        """`version` is the cluster's, empty where it is not known."""
        self._command = command
        self._vault = vault
        self._version = version
        self._tasks: OrderedDict[str, asyncio.Task[Rendering]] = OrderedDict()

    async def render(self, probe: Probe) -> Rendering:
        """The rendering of a probe `render` or `dry-run`. Raises `UsageError`, `Unreached`."""
        try:
            chart, files, secrets = await in_thread(lambda stop: self._inputs(probe), PATIENCE, "render")
        except Unreadable as error:
            return failed(str(error))
        key = text_hash(repr((sorted(probe.args), files, secrets, self._version())))
        task = self._tasks.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = asyncio.create_task(self._run(probe, chart, secrets))
            task.add_done_callback(_seen)
            self._tasks[key] = task
        self._tasks.move_to_end(key)
        self._forget()
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Ends what still runs."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self) -> None:
        for key in [key for key, task in self._tasks.items() if task.done()][:-KEPT]:
            del self._tasks[key]

    def _inputs(self, probe: Probe) -> tuple[Path, str, tuple[tuple[str, Any], ...]]:
        """What a rendering is made from, besides the question: the chart's files and the secret values."""
        chart = locate(probe.text("chart"))
        secrets = tuple((path, secret_value(self._vault, ref)) for path, ref in entries_of(probe))
        return chart, stamp(chart), secrets

    async def _run(self, probe: Probe, chart: Path, secrets: tuple[tuple[str, Any], ...]) -> Rendering:
        shown = probe.text("path") or "my-values.yaml"
        contents = {"values.yaml": probe.text("text")}
        if secrets:
            contents["values.secret.yaml"] = secret_text(nested(secrets))
        with private_files(contents) as files:
            values = [argument for path in files.values() for argument in ("--values", str(path))]
            names = [(str(files["values.yaml"]), shown), (f"{files['values.yaml'].parent}/", "")]
            names.append((f"{chart.parent}/", ""))
            version = self._version()
            common = ["--namespace", probe.text("namespace"), *values]
            known = ["--kube-version", version] if version else []
            release = probe.text("release") or "cocalc"
            template, lint = await asyncio.gather(
                self._command.run(
                    "template", release, str(chart), *common, *known, "--skip-tests", timeout=PATIENCE
                ),
                self._command.run("lint", str(chart), *common, timeout=PATIENCE),
            )
        said = distil.lint(self._vault.redact(lint.out + lint.err), names)
        if template.code:
            return failed(distil.message(self._vault.redact(template.err), names), said)
        return await asyncio.to_thread(self._parse, template.out, said, secrets)

    def _parse(self, text: str, lint: list[str], secrets: Iterable[tuple[str, Any]]) -> Rendering:
        try:
            documents = [document for document in load_all(text) if document is not None]
        except Broken as error:
            return failed(f"what the chart renders is no YAML: {error}", lint)
        objects = tuple(_flat(documents))
        odd = [o for o in objects if not (isinstance(o, dict) and o.get("kind") and o.get("apiVersion"))]
        if odd:
            return failed("the chart renders something that is no Kubernetes object", lint)
        whole = json.dumps(objects, sort_keys=True)
        public = [_without_values(o) for o in objects]
        values = [text for _, value in secrets for text in _texts(value)]
        shown = json.loads(redact(json.dumps(public), values)) if values else public
        digest = hashlib.sha256(whole.encode()).hexdigest()
        return Rendering(objects, {"objects": shown, "lint": lint, "error": None, "digest": digest})


def _texts(value: Any) -> Iterable[str]:
    """A secret, or those of a document."""
    return (value,) if isinstance(value, str) else secrets_in(value)


def _seen(task: asyncio.Task[Rendering]) -> None:
    """Nobody may be left to hear of a failure: all who asked were late."""
    if not task.cancelled():
        task.exception()


def failed(error: str, lint: list[str] | None = None) -> Rendering:
    """No objects, and why."""
    return Rendering((), {"objects": [], "lint": lint or [], "error": error, "digest": None})


async def probe_render(probe: Probe, renderer: Renderer) -> Object:
    """Probe `render`."""
    try:
        return (await renderer.render(probe)).public
    except UsageError as error:
        return failed(error.message).public


def _flat(documents: Iterable[Any]) -> Iterable[Any]:
    """Objects; a List is its items."""
    for document in documents:
        if isinstance(document, dict) and document.get("kind") == "List":
            yield from document.get("items") or ()
        else:
            yield document


def _without_values(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """A Secret with hashes in place of its values."""
    if manifest["kind"] != "Secret" or manifest["apiVersion"] != "v1":
        return manifest
    rest = {key: value for key, value in manifest.items() if key not in ("data", "stringData")}
    plain = manifest.get("stringData") or {}
    encoded = {key: base64.b64encode(str(value).encode()).decode() for key, value in plain.items()}
    return {**rest, "data": data_hashes({"data": {**(manifest.get("data") or {}), **encoded}})}
