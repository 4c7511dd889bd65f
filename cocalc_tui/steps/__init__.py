"""The steps in their order. A new step is one file here and one line below."""

from __future__ import annotations

from cocalc_tui.core.step import Step
from cocalc_tui.steps import (
    admin,
    chart,
    cluster,
    database,
    deploy_key,
    dns,
    ingress,
    mail,
    namespace,
    nodes,
    registry,
    release,
    site,
    storage,
    tls,
    tools,
    values,
    verify,
)

STEPS: tuple[Step, ...] = (
    tools.STEP,
    cluster.STEP,
    nodes.STEP,
    deploy_key.STEP,
    chart.STEP,
    namespace.STEP,
    registry.STEP,
    storage.STEP,
    database.STEP,
    ingress.STEP,
    dns.STEP,
    tls.STEP,
    mail.STEP,
    site.STEP,
    admin.STEP,
    values.STEP,
    release.STEP,
    verify.STEP,
)
