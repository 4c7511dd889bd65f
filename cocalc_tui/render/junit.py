"""JUnit: one test case a check."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from cocalc_tui.core.findings import Finding, Status


def junit(findings: Sequence[Finding], seconds: float) -> str:
    """The XML of a check run: fail is a failure, unknown an error, warn passes with its text."""
    suite = ET.Element(
        "testsuite",
        name="cocalc-tui check",
        tests=str(len(findings)),
        failures=str(sum(f.verdict.status is Status.FAIL for f in findings)),
        errors=str(sum(f.verdict.status is Status.UNKNOWN for f in findings)),
        skipped=str(sum(f.verdict.status is Status.SKIPPED for f in findings)),
        time=f"{seconds:.3f}",
    )
    for finding in findings:
        case = ET.SubElement(suite, "testcase", classname=finding.step, name=finding.check)
        verdict = finding.verdict
        text = "\n".join(t for t in (verdict.detail, verdict.cause, verdict.remedy) if t)
        match verdict.status:
            case Status.FAIL:
                ET.SubElement(case, "failure", message=verdict.summary).text = text
            case Status.UNKNOWN:
                ET.SubElement(case, "error", message=verdict.summary).text = text
            case Status.SKIPPED:
                ET.SubElement(case, "skipped", message=verdict.summary)
            case Status.WARN:
                ET.SubElement(case, "system-out").text = f"warn: {verdict.summary}\n{text}"
            case Status.PASS:
                ET.SubElement(case, "system-out").text = verdict.summary
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)
