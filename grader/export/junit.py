"""JUnit XML, as build servers read it: a suite a submission, a case a check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from grader.export.words import headline, told
from grader.records import CheckResult, SubmissionReport
from grader.words import one_line

NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what no XML 1.0 file can hold


def document(reports: Sequence[SubmissionReport]) -> str:
    """The file. Names are unique: a case is called by its check, its class by submission and exercise."""
    root = ElementTree.Element("testsuites", name="grader")
    for report in reports:
        suite = ElementTree.SubElement(root, "testsuite", name=_text(report.submission), time=f"{report.seconds:.3f}")
        suite.attrib |= _counts(report.checks)
        if report.started:
            suite.set("timestamp", report.started)
        for exercise in report.exercises:
            for check in exercise.checks:
                _case(suite, f"{report.submission}.{exercise.name}", check)
    root.attrib |= _counts([check for report in reports for check in report.checks])
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _case(suite: ElementTree.Element, classname: str, check: CheckResult) -> None:
    name = check.id.partition(".")[2] or check.id
    case = ElementTree.SubElement(
        suite, "testcase", classname=_text(classname), name=_text(name), time=f"{check.seconds:.3f}"
    )
    kind = {"failed": "failure", "skipped": "skipped", "errored": "error"}.get(check.outcome)
    if kind is not None:
        inner = ElementTree.SubElement(case, kind, message=_text(headline(check)))
        if kind != "skipped":
            inner.set("type", check.outcome)
            inner.text = NO_XML.sub("?", told(check))


def _counts(checks: Sequence[CheckResult]) -> dict[str, str]:
    kinds = {"failures": "failed", "errors": "errored", "skipped": "skipped"}
    counted = {name: str(sum(check.outcome == outcome for check in checks)) for name, outcome in kinds.items()}
    return {"tests": str(len(checks)), **counted}


def _text(text: str) -> str:
    return NO_XML.sub("?", one_line(text))
