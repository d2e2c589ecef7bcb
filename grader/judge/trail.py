"""What a judge must know of an exercise to ask some of its checks again, and find what it would find by asking all.

The findings of a report are told in the light of each other: a misconception is named once, what fails for the same
reason is folded under it, and what a check leaves of the tries for smaller counterexamples is the next one's. So what
each check has found by itself is kept beside the report, with all that it has left to those after it.
"""

from __future__ import annotations

import msgspec

from grader.authoring.exercise import Check, Mistake
from grader.judge.causes import Known
from grader.records import CheckResult, Record, earned
from grader.worker import protocol

Libraries = dict[str, protocol.Library]


class Step(Record, frozen=True, kw_only=True):
    """One check by itself, before the results of an exercise are seen together."""

    result: CheckResult
    hint: str = ""  # that the check had then
    known: Known | None = None  # of a failure
    left: int = 0  # tries for smaller counterexamples when it began, for all checks together
    used: int = 0  # of these
    libraries: Libraries = {}  # what each function was found to work with when it began
    chosen: Libraries = {}  # and when it ended

    def shown(self, check: Check) -> CheckResult:
        return shown(check, self.result, self.hint)


class Trail(Record, frozen=True, kw_only=True):
    """The checks of one exercise, in the order in which they were tried."""

    exercise: str
    steps: tuple[Step, ...]
    plain: bool  # no check has left anything but what stands here: see `grader.judge.plain`
    output: str = ""
    notes: tuple[str, ...] = ()
    recognised: tuple[tuple[frozenset[str], Mistake], ...] | None = None  # None: nobody has asked

    def by_name(self) -> dict[str, Step]:
        return {step.result.id: step for step in self.steps}


def shown(check: Check, result: CheckResult, hint: str) -> CheckResult:
    """A stored result with the title, the points, the visibility and the hint that its check has now; `hint` was its own."""
    finding = result.finding
    if finding is not None and result.outcome == "failed" and hint and finding.hint.endswith(hint):
        finding = msgspec.structs.replace(finding, hint=finding.hint.removesuffix(hint) + check.hint)
    return msgspec.structs.replace(
        result,
        title=check.title,
        points=check.points,
        earned=earned(result.outcome, check.points, result.share),
        public=check.public,
        later=check.later,
        finding=finding,
        seconds=result.seconds if check.public else 0.0,
        evidence=result.evidence if check.is_told else (),
        earlier=None,
    )
