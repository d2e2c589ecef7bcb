"""One cause, one finding: a check that fails for the reason another one tells is folded under it.

Only what is known to be the same is folded: a check that fails for another reason must stay in sight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from grader.authoring.expect import CheckFailure
from grader.records import CheckResult

Reason = tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What the judge knows about a failure beside its finding."""

    reasons: tuple[Reason, ...] = ()  # any of them, met again, is the same cause
    function: str = ""  # that was called
    given: frozenset[str] = frozenset()  # the arguments that were not left at the contract's values
    guessed: bool = False  # its hint is the check's, which looks for one kind of mistake only


def reasons(failure: CheckFailure, function: str, unread: str) -> tuple[Reason, ...]:
    """By what a failure may be recognised as another's; none where it can only stand for itself.

    `unread` names the given arguments that the function never reads.
    """
    raised = failure.raised
    if raised is not None:
        if raised.type_name == "NameError":
            return (("name", raised.message),)
        if raised.line is None:
            return (("call", function, raised.type_name, raised.message),)
        return (("crash", raised.type_name, raised.file, str(raised.line)),)
    if failure.hidden and failure.hidden == failure.message:  # a missing name, or nothing is tried any more
        return (("end", failure.message),)
    if failure.astray or failure.expected is None:
        return ()
    alike = [("likeness", function, failure.hint)] if failure.hint and failure.where is not None else []
    return (*alike, *([("unread", function, unread)] if unread else []))


def folded(results: Mapping[str, CheckResult], known: Mapping[str, Known]) -> dict[str, CheckResult]:
    """The results; each failed one whose reason another tells says which. Hidden checks lead no others."""
    leaders: dict[Reason, str] = {}
    found = dict(results)
    for name in sorted(results, key=lambda name: not results[name].public):
        finding = results[name].finding
        if results[name].outcome != "failed" or finding is None:
            continue
        about = known.get(name, Known())
        own = [reason for reason in about.reasons if results[name].public or reason[0] == "end"]
        cause = finding.cause or next((leaders[reason] for reason in own if reason in leaders), "")
        if cause:
            leader = found[cause].finding if cause in found else None
            named = leader is not None and bool(leader.misconception)
            hint = f"{cause} fails for the same reason: begin there." if about.guessed or named else finding.hint
            finding = msgspec.structs.replace(finding, cause=cause, hint=hint)
        elif about.guessed and (simpler := _simpler(name, about, found.values(), known)):
            told = f"{simpler} fails as well, with no other arguments than these: begin there."
            finding = msgspec.structs.replace(finding, hint=told)
        found[name] = msgspec.structs.replace(results[name], finding=finding)
        for reason in own:
            leaders.setdefault(reason, cause or name)
    return found


def _simpler(name: str, about: Known, results: Iterable[CheckResult], known: Mapping[str, Known]) -> str:
    """An earlier public check that fails with the same function and no more arguments."""
    for result in results:
        if result.id == name:
            return ""
        other = known.get(result.id, Known())
        leads = result.outcome == "failed" and result.public and not (result.finding and result.finding.cause)
        if leads and other.function and other.function == about.function and other.given <= about.given:
            return result.id
    return ""
