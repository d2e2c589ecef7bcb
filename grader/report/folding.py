"""What stands under what: checks that fail for a reason told elsewhere, and checks that were not tried."""

from __future__ import annotations

from collections.abc import Sequence

from grader.records import CheckResult

NOT_TRIED = "not tried: "


def folded(checks: Sequence[CheckResult]) -> list[tuple[CheckResult, list[CheckResult]]]:
    """The checks of an exercise but those that wait for another, each failed one with those it tells the reason of.

    A cause that names no leading check of the same exercise is passed over: every check is shown somewhere.
    """
    leading = {check.id for check in checks if check.outcome == "failed" and not _cause(check)}
    under: dict[str, list[CheckResult]] = {name: [] for name in leading}
    shown = []
    for check in checks:
        if check.outcome == "failed" and _cause(check) in leading:
            under[_cause(check)].append(check)
        elif not _waits(check):
            shown.append(check)
    return [(check, under.get(check.id, [])) for check in shown]


def waiting(checks: Sequence[CheckResult]) -> list[tuple[str, list[CheckResult]]]:
    """The checks that were not tried as one that they need did not pass, by the words that say which."""
    by_reason: dict[str, list[CheckResult]] = {}
    for check in checks:
        if _waits(check) and check.finding:
            by_reason.setdefault(check.finding.message.removeprefix(NOT_TRIED), []).append(check)
    return list(by_reason.items())


def _cause(check: CheckResult) -> str:
    return check.finding.cause if check.finding else ""


def _waits(check: CheckResult) -> bool:
    return check.outcome == "skipped" and check.finding is not None and check.finding.message.startswith(NOT_TRIED)
