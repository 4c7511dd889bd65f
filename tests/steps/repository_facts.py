"""Facts of a deploy key and its checkout, and both steps judged on them."""

from __future__ import annotations

from typing import Any

from cocalc_tui.core import checkout, ssh
from cocalc_tui.core.answers import Answers, Source, Value
from cocalc_tui.core.facts import Facts, Observed, fold
from cocalc_tui.core.topics import Probe
from cocalc_tui.engine.judging import Judged, judge
from cocalc_tui.steps import chart, deploy_key
from tests.steps.builders import observation

KEY = "~/.ssh/cocalc-deploy-prod"
CLUSTER = {"uid": "u", "version": "v1.33.0", "context": "prod", "user": "ada"}
GOOD = {
    "exists": True,
    "mode": 0o600,
    "type": "ssh-ed25519",
    "public": "ssh-ed25519 AAAA cocalc-prod",
    "fingerprint": "SHA256:abc",
    "encrypted": False,
    "error": None,
}
NO_KEY = {**GOOD, "exists": False, "mode": None, "type": None, "public": "", "fingerprint": ""}
PINNED = {"state": "pinned", "fingerprint": "SHA256:x", "type": "ssh-ed25519"}
GRANTED = {
    "ok": True,
    "denied": False,
    "commit": "b" * 40,
    "host": "github.com",
    "host_key": PINNED,
    "error": None,
}
REFUSED = {**GRANTED, "ok": False, "denied": True, "commit": None, "error": "Permission denied (publickey)"}
NOWHERE: dict[str, Any] = {
    "state": "absent",
    "commit": None,
    "dirty": [],
    "remote": None,
    "ssh_command": None,
    "key_set": False,
    "upstream": None,
    "error": None,
}
HERE = {
    **NOWHERE,
    "state": "checkout",
    "commit": "a" * 40,
    "remote": checkout.REPO,
    "ssh_command": ssh.ssh_command(KEY),
    "key_set": True,
    "upstream": "github/main",
}
NO_NEWS: dict[str, Any] = {
    "commit": "a" * 40,
    "behind": 0,
    "ahead": 0,
    "incoming": [],
    "earlier": [],
    "added": [],
    "removed": [],
    "changed": [],
    "images": [],
    "error": None,
}
NEWS = {
    **NO_NEWS,
    "commit": "b" * 40,
    "behind": 2,
    "incoming": [{"commit": "b" * 40, "subject": "New hub", "date": "2026-11-01"}],
    "removed": ["global.settings.kucalc", "old"],
    "changed": [
        {"path": "hub.image.tag", "before": "1", "after": "2"},
        {"path": "a.b", "before": "", "after": "x"},
    ],
    "images": [{"path": "hub.image.tag", "before": "1", "after": "2"}],
}
CHART: dict[str, Any] = {
    "found": True,
    "path": "/d/cocalc",
    "name": "cocalc",
    "version": "3",
    "app_version": "3",
    "values": {"global": {"settings": {"dns": ""}}},
    "schema": None,
    "subcharts": {},
    "missing_dependencies": [],
    "digest": "d",
    "git": None,
    "error": None,
}
NO_CHART = {**CHART, "found": False, "error": "cocalc-cloud does not exist"}


def judged(
    key: Any = GOOD,
    access: Any = GRANTED,
    folder: Any = NOWHERE,
    news: Any = NO_NEWS,
    *,
    chart_seen: Any = NO_CHART,
    values: str = "",
    answers: dict[str, Value] | None = None,
) -> Judged:
    """Both steps, judged as the engine does it; a need is answered once it is asked."""
    known = {
        "cluster": CLUSTER,
        "deploy-key": key,
        "git-access": access,
        "checkout": folder,
        "git-remote": news,
    }
    known |= {
        "chart": chart_seen,
        "file": {"exists": bool(values), "text": values, "sha256": "", "error": None},
    }
    given = Answers()
    for name, value in (answers or {}).items():
        step, _, field = name.partition(".")
        given = given.put(step, field, value, Source.FILE)
    facts = Facts()
    for probe in (Probe.of("file", path="my-values.yaml"),):
        facts = fold(facts, Observed(probe, observation(known["file"])))
    while True:
        result = judge((deploy_key.STEP, chart.STEP), facts, given)
        if not result.pending:
            return result
        for need in result.pending:
            seen = known[need.kind] if isinstance(need, Probe) else ()
            facts = fold(facts, Observed(need, observation(seen)))
